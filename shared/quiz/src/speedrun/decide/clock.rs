//! What the clock and the shell bring: time that ran out, interruptions, presence.
//!
//! Invariant: after two ticks at or after [`Run::wake_at`], the next one is wanted later or never, so that an
//! alarm cannot run hot. (The first may close the last timer and so uncover that the run was idle.)

use super::super::event::Event;
use super::super::message::{EndReason, Phase};
use super::super::state::{Open, Run};
use super::super::{HOST_AWAY, IDLE_AFTER, MAX_DOWN, MAX_LIFE};
use super::close::Pending;
use lectern_identity::Millis;

/// An answer that arrives in the very millisecond at which a question ends is in time.
const AFTER: Millis = Millis(1);

impl Run {
    /// Closes everything that is due by `now`, after moving it by the time the object was down.
    pub(super) fn tick(&self, now: Millis, down: Millis) -> Vec<Event> {
        if self.phase == Phase::Finished {
            return vec![];
        }
        let by = if self.has_timers() {
            Millis(down.0.clamp(0, MAX_DOWN.0))
        } else {
            Millis(0)
        };
        let mut events = if by.0 > 0 {
            vec![Event::Interrupted { by }]
        } else {
            vec![]
        };
        // Deadlines moved by `by` are over when they would have been at `now - by`.
        let by_now = now - by;
        events.extend(if self.abandoned_at(by) <= now {
            self.finish(EndReason::Abandoned)
        } else if self.is_own_paced() {
            self.own_tick(by_now)
        } else {
            self.host_tick(by_now, now)
        });
        events
    }

    fn has_timers(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Revealing)
    }

    fn abandoned_at(&self, by: Millis) -> Millis {
        let after = Millis::seconds(i64::from(self.settings.abandon_after));
        let deserted = self.deserted_at.map(|since| since + by + after);
        let outlived = self.created_at + MAX_LIFE;
        deserted.map_or(outlived, |deserted| deserted.min(outlived))
    }

    fn host_tick(&self, by_now: Millis, now: Millis) -> Vec<Event> {
        let Some(open) = self.open.as_ref().filter(|_| self.has_timers()) else {
            return vec![];
        };
        if host_deadline(open).is_none_or(|due| due > by_now) {
            vec![]
        } else if self.question_open().is_some() {
            self.reveal(self.step + 1, Pending::Nothing)
        } else {
            self.move_on(now)
        }
    }

    fn own_tick(&self, by_now: Millis) -> Vec<Event> {
        if self.phase != Phase::Running {
            return vec![];
        }
        let overdue = self.seats.overdue(by_now);
        if !overdue.is_empty() {
            self.expire(&overdue)
        } else if self
            .seats
            .idle_since()
            .is_some_and(|since| since + IDLE_AFTER <= by_now)
        {
            self.finish(EndReason::Completed)
        } else {
            vec![]
        }
    }

    /// The first socket came, or the last one went.
    pub(super) fn presence(&self, anyone: bool) -> Vec<Event> {
        match (anyone, self.deserted_at) {
            _ if self.phase == Phase::Finished => vec![],
            (true, Some(_)) => vec![Event::Revived],
            (false, None) => vec![Event::Deserted],
            _ => vec![],
        }
    }

    /// When it next wants the clock.
    pub(in super::super) fn wake_at(&self) -> Option<Millis> {
        if self.phase == Phase::Finished {
            return None;
        }
        let timer = match self.phase {
            Phase::Running if self.is_own_paced() => {
                let idle = self.seats.idle_since().map(|since| since + IDLE_AFTER);
                self.seats.next_deadline().map(|end| end + AFTER).or(idle)
            }
            Phase::Running | Phase::Revealing => self.open.as_ref().and_then(host_deadline),
            Phase::Lobby | Phase::Paused | Phase::Finished => None,
        };
        let abandoned = self.abandoned_at(Millis(0));
        Some(timer.map_or(abandoned, |timer| timer.min(abandoned)))
    }
}

/// When the open question closes, the slide moves on, or the next question opens.
fn host_deadline(open: &Open) -> Option<Millis> {
    match &open.revealed {
        Some(revealed) => revealed.advance_at,
        None => {
            let end = open.closes_at(&open.waiting).map(|end| end + AFTER);
            Some(end.unwrap_or(open.opened_at + HOST_AWAY))
        }
    }
}
