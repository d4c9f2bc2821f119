//! What a seat may see now: the same as it would know from all messages so far.
//!
//! Invariant: a solution stands in a participant's or wall's view only after its reveal.

use super::command::Settings;
use super::message::{Current, Judgement, Me, Person, Phase, Timing, View};
use super::scoring;
use super::seats::{Given, Place, Seat};
use super::state::{Open, Run};
use lectern_identity::SeatId;
use lectern_live::Role;

pub(super) fn view(run: Option<&Run>, seat: SeatId, role: Role) -> View {
    run.map_or_else(nothing, |run| run.view(seat, role))
}

fn nothing() -> View {
    View {
        title: String::new(),
        language: None,
        phase: Phase::Lobby,
        step: 0,
        settings: Settings::default(),
        questions: 0,
        paused_at: None,
        locked: false,
        end_reason: None,
        current: None,
        me: None,
        people: None,
        code: None,
        link: None,
    }
}

impl Run {
    fn view(&self, seat: SeatId, role: Role) -> View {
        let screen = role != Role::Participant;
        let seat = self
            .seats
            .find(seat)
            .filter(|seat| !screen && !seat.removed);
        View {
            title: self.title.clone(),
            language: self.language.clone(),
            phase: self.phase,
            step: self.step,
            settings: self.settings.clone(),
            questions: self.total(),
            paused_at: self.paused.map(|(since, _)| since),
            locked: self.locked,
            end_reason: self.ended.map(|(_, reason)| reason),
            current: self.current(seat, role),
            me: seat.map(|seat| self.me(seat)),
            people: screen.then(|| self.people(role)),
            code: screen.then(|| self.code.clone()),
            link: screen.then(|| self.link.clone()),
        }
    }

    fn current(&self, seat: Option<&Seat>, role: Role) -> Option<Current> {
        if self.phase == Phase::Finished {
            return None;
        }
        if self.is_own_paced() {
            self.own_current(seat?)
        } else {
            self.shared_current(self.open.as_ref()?, seat, role)
        }
    }

    fn shared_current(&self, open: &Open, seat: Option<&Seat>, role: Role) -> Option<Current> {
        let turn = self.turn(open.index)?;
        let ends_at = open.ends_for(seat.map_or(0, |seat| seat.extra_now));
        let revealed = open.revealed.as_ref();
        let host = role == Role::Host;
        Some(Current {
            question: turn.shown(),
            timing: Timing {
                opened_at: open.opened_at,
                ends_at,
            },
            answered: seat
                .and_then(|seat| seat.answer(open.index))
                .map(Given::choice),
            solution: (host || revealed.is_some()).then(|| turn.solution()),
            distribution: revealed.map(|revealed| {
                if host {
                    open.tally.whole()
                } else {
                    revealed.distribution.clone()
                }
            }),
            judgement: revealed
                .and(seat)
                .and_then(|seat| self.last_judgement(seat, open.index)),
        })
    }

    /// The participant's open question, or the last that was closed for them.
    fn own_current(&self, seat: &Seat) -> Option<Current> {
        let index = seat.opened.checked_sub(1)?;
        let turn = self.turn(index)?;
        let closed = seat.open_index().is_none();
        let timing = match seat.place {
            Place::Open {
                opened_at, ends_at, ..
            } => Timing { opened_at, ends_at },
            Place::Between { since } => Timing {
                opened_at: since,
                ends_at: Some(since),
            },
            Place::Along | Place::Done => Timing {
                opened_at: self.created_at,
                ends_at: Some(self.created_at),
            },
        };
        Some(Current {
            question: turn.shown(),
            timing,
            answered: seat.answer(index).map(Given::choice),
            solution: closed.then(|| turn.solution()),
            distribution: None,
            judgement: if closed {
                self.last_judgement(seat, index)
            } else {
                None
            },
        })
    }

    /// What the participant got for the question that was closed last; none for one that they missed or a slide.
    fn last_judgement(&self, seat: &Seat, index: u32) -> Option<Judgement> {
        let turn = self.turn(index)?;
        if index < seat.missed || turn.is_slide() {
            return None;
        }
        let given = seat.answer(index);
        let outcome = scoring::outcome(turn.question, given.map(|given| given.3));
        Some(Judgement {
            index,
            outcome,
            points: given.map_or(0, |given| given.4),
            streak: seat.streak,
            score: seat.score,
            rank: self
                .settings
                .leaderboard
                .then(|| self.seats.rank(seat.score)),
        })
    }

    fn me(&self, seat: &Seat) -> Me {
        let judged = if self.is_own_paced() {
            seat.closed() > 0
        } else {
            self.closed() > 0
        };
        Me {
            name: seat.name.clone(),
            score: seat.score,
            rank: (judged && self.settings.leaderboard).then(|| self.seats.rank(seat.score)),
            extra_time: seat.extra,
            opened: seat.opened,
            done: seat.place == Place::Done,
        }
    }

    fn people(&self, role: Role) -> Vec<Person> {
        let people = self.seats.present().map(|(_, seat)| Person {
            seat: seat.id,
            name: seat.name.clone(),
            extra_time: if role == Role::Host { seat.extra } else { 0 },
        });
        people.collect()
    }
}
