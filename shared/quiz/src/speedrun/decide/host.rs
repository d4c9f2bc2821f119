//! What hosts ask. Commands that move the run name the step they saw.

use super::super::command::{Command, Settings};
use super::super::event::Event;
use super::super::message::{EndReason, Phase};
use super::super::names;
use super::super::refuse::Reason;
use super::super::seats::{Place, Seat};
use super::super::state::Run;
use super::super::turn::Plan;
use super::close::Pending;
use super::order::check_settings;
use lectern_identity::{Millis, SeatId};
use lectern_live::{Moment, Refusal};

/// Most seconds that one command adds.
const MOST_SECONDS: u32 = 600;
/// Most percent of extra time.
const MOST_EXTRA: u32 = 400;

type Events = Result<Vec<Event>, Refusal>;

impl Run {
    pub(super) fn by_host(&self, at: Moment, command: Command) -> Events {
        let now = at.now;
        match command {
            Command::Start { seen } => self.seen(seen)?.start(at),
            Command::Next { seen } => self.seen(seen)?.next(now),
            Command::Reveal { seen } => self.seen(seen)?.reveal_now(),
            Command::Pause { seen } => self.seen(seen)?.pause(now),
            Command::Resume { seen } => self.seen(seen)?.resume(now),
            Command::MoreTime { seen, seconds } => self.seen(seen)?.more_time(seconds),
            Command::End { seen } => Ok(self.seen(seen)?.finish(EndReason::EndedByHost)),
            Command::Configure { seen, settings } => self.seen(seen)?.configure(settings),
            Command::Lock { locked } => self.lock(locked),
            Command::Remove { seat } => self.remove(now, seat),
            Command::Rename { seat, name } => self.rename(seat, &name),
            Command::Leaderboard { shown } => self.show_leaderboard(shown),
            Command::ExtraTime { seat, percent } => self.extra_time(seat, percent),
            Command::Answer { .. } | Command::Advance { .. } => Err(Reason::WrongRole.into()),
        }
    }

    /// The host saw the run as it is.
    fn seen(&self, step: u32) -> Result<&Self, Refusal> {
        if step != self.step {
            return Err(Reason::Stale.at("/seen"));
        }
        self.not_over()?;
        Ok(self)
    }

    fn start(&self, at: Moment) -> Events {
        self.is_in(Phase::Lobby)?;
        let plan = Plan::draw(&self.questions, &self.settings, at.seed);
        let first = if self.is_own_paced() {
            None
        } else {
            self.open_question(&plan, 0, self.step + 2, at.now)
        };
        let mut events = vec![Event::Started {
            step: self.step + 1,
            questions: self.total(),
            plan,
        }];
        events.extend(first);
        Ok(events)
    }

    fn next(&self, now: Millis) -> Events {
        self.host_paced()?;
        let on_slide = self.phase == Phase::Running && self.question_open().is_none();
        if self.phase == Phase::Revealing || on_slide {
            Ok(self.move_on(now))
        } else {
            Err(Reason::WrongPhase.into())
        }
    }

    fn reveal_now(&self) -> Events {
        self.host_paced()?;
        self.is_in(Phase::Running)?;
        let events = self.reveal(self.step + 1, Pending::Nothing);
        if events.is_empty() {
            Err(Reason::WrongPhase.into())
        } else {
            Ok(events)
        }
    }

    fn pause(&self, now: Millis) -> Events {
        match self.phase {
            Phase::Running | Phase::Revealing => Ok(vec![Event::Paused {
                step: self.step + 1,
                at: now,
            }]),
            Phase::Paused => Err(Reason::Paused.into()),
            Phase::Lobby | Phase::Finished => Err(Reason::WrongPhase.into()),
        }
    }

    /// Timers run on. What became complete during the pause by a removal is closed now.
    fn resume(&self, now: Millis) -> Events {
        let Some((since, _)) = self.paused else {
            return Err(Reason::WrongPhase.into());
        };
        let by = Millis((now - since).0.max(0));
        let mut events = vec![Event::Resumed {
            step: self.step + 1,
            by,
        }];
        if self.is_own_paced() {
            if self.seats.count() > 0 && self.seats.done() >= self.seats.count() {
                events.push(Event::Finished {
                    step: self.step + 2,
                    reason: EndReason::Completed,
                });
            }
        } else if let Some((open, _)) = self.question_open()
            && self.all_answered(&open.waiting, self.seats.count())
        {
            events.extend(self.reveal(self.step + 2, Pending::Nothing));
        }
        Ok(events)
    }

    fn more_time(&self, seconds: u32) -> Events {
        if !(1..=MOST_SECONDS).contains(&seconds) {
            return Err(Reason::OutOfRange.at("/seconds"));
        }
        let running = match self.phase {
            Phase::Running | Phase::Paused if self.is_own_paced() => true,
            Phase::Running | Phase::Paused => self
                .open
                .as_ref()
                .is_some_and(|open| open.revealed.is_none() && open.ends_at.is_some()),
            Phase::Lobby | Phase::Revealing | Phase::Finished => false,
        };
        if !running {
            return Err(Reason::WrongPhase.into());
        }
        Ok(vec![Event::MoreTime {
            step: self.step + 1,
            by: Millis::seconds(i64::from(seconds)),
        }])
    }

    fn configure(&self, settings: Settings) -> Events {
        self.is_in(Phase::Lobby)?;
        check_settings(&settings)?;
        Ok(vec![Event::Configured {
            step: self.step + 1,
            settings,
            questions: self.total(),
        }])
    }

    fn lock(&self, locked: bool) -> Events {
        self.not_over()?;
        Ok(if locked == self.locked {
            vec![]
        } else {
            vec![Event::Locked { locked }]
        })
    }

    fn show_leaderboard(&self, shown: bool) -> Events {
        self.not_over()?;
        Ok(if shown == self.settings.leaderboard {
            vec![]
        } else {
            vec![Event::LeaderboardShown { shown }]
        })
    }

    /// Takes a participant out. If all that was missing was their answer, the question closes.
    fn remove(&self, now: Millis, seat: SeatId) -> Events {
        self.not_over()?;
        let (number, seat) = self.named(seat)?;
        if seat.removed {
            return Ok(vec![]);
        }
        let mut events = vec![Event::Removed { seat: seat.id }];
        let left = self.seats.count().saturating_sub(1);
        if self.is_own_paced() {
            let done = self.seats.done() - u32::from(seat.place == Place::Done);
            events.extend(self.completed(done, left));
        } else if self.phase == Phase::Running
            && let Some((open, _)) = self.question_open()
        {
            let waiting = open.waiting_without(seat);
            let over = open.closes_at(&waiting).is_some_and(|end| now > end);
            if over || self.all_answered(&waiting, left) {
                events.extend(self.reveal(self.step + 1, Pending::Removal(number)));
            }
        }
        Ok(events)
    }

    fn rename(&self, seat: SeatId, name: &str) -> Events {
        self.not_over()?;
        let (_, seat) = self.named(seat)?;
        if seat.removed {
            return Err(Reason::Removed.at("/seat"));
        }
        let name = names::normalised(name).map_err(|reason| reason.at("/name"))?;
        if name == seat.name {
            return Ok(vec![]);
        }
        let key = names::key(&name);
        if self.seats.has_name(&key) && key != names::key(&seat.name) {
            return Err(Reason::NameTaken.at("/name"));
        }
        Ok(vec![Event::Renamed {
            seat: seat.id,
            name,
        }])
    }

    fn extra_time(&self, seat: SeatId, percent: u32) -> Events {
        self.not_over()?;
        let (_, seat) = self.named(seat)?;
        if seat.removed {
            return Err(Reason::Removed.at("/seat"));
        }
        if percent > MOST_EXTRA {
            return Err(Reason::OutOfRange.at("/percent"));
        }
        Ok(if percent == seat.extra {
            vec![]
        } else {
            vec![Event::ExtraTime {
                seat: seat.id,
                percent,
            }]
        })
    }

    /// The participant that a host names.
    fn named(&self, seat: SeatId) -> Result<(u32, &Seat), Refusal> {
        let number = self.seats.number(seat);
        let found = number.and_then(|number| Some((number, self.seats.get(number)?)));
        found.ok_or_else(|| Reason::NotAdmitted.at("/seat"))
    }

    fn is_in(&self, phase: Phase) -> Result<(), Reason> {
        match self.phase {
            now if now == phase => Ok(()),
            Phase::Paused => Err(Reason::Paused),
            _ => Err(Reason::WrongPhase),
        }
    }

    fn host_paced(&self) -> Result<(), Reason> {
        match self.phase {
            _ if self.is_own_paced() => Err(Reason::WrongPhase),
            Phase::Paused => Err(Reason::Paused),
            _ => Ok(()),
        }
    }
}
