//! What participants ask: to answer, and in a self-paced run to have their next question.

use super::super::command::{Choice, Pace, Reply};
use super::super::event::Event;
use super::super::judge;
use super::super::message::{Phase, Timing};
use super::super::refuse::Reason;
use super::super::scoring;
use super::super::seats::{Given, Place, Seat};
use super::super::state::{Run, percent, stop_waiting};
use super::super::turn::Turn;
use super::super::{MAX_ANSWERS, MAX_WRITTEN_BYTES};
use super::close::Pending;
use super::{Verdict, done};
use lectern_identity::{Millis, SeatId};
use lectern_live::{Decision, Refusal};

impl Run {
    /// An answer: counts once, while the question is open for this participant by the server's clock.
    pub(super) fn answer(&self, now: Millis, seat: SeatId, index: u32, choice: Choice) -> Verdict {
        let (number, seat) = self.seats.participant(seat)?;
        self.takes_answers()?;
        let turn = self
            .turn(index)
            .ok_or_else(|| Reason::OutOfRange.at("/index"))?;
        let (opened_at, time) = self.open_for(now, seat, index)?;
        judge::admits(&turn.question.kind, &choice)?;
        let bytes = match &choice {
            Choice::Text(text) => text.len(),
            _ => 0,
        };
        if self.answers as usize >= MAX_ANSWERS || self.written + bytes > MAX_WRITTEN_BYTES {
            return Err(Reason::AnswersFull.into());
        }
        let used = Millis((now - opened_at).0.max(0));
        let given = self.judge(&turn, &choice, used, time);
        let mut events = vec![Event::Answered {
            seat: seat.id,
            index,
            choice: choice.clone(),
            used,
            share: given.3,
            points: given.4,
        }];
        events.extend(match self.settings.pace {
            Pace::Host => self.after_answer(now, number, seat, &given),
            Pace::Own => self.after_own_answer(seat, &turn, &given),
        });
        Ok(Decision {
            events,
            reply: Reply::Answered {
                index,
                choice,
                used,
            },
        })
    }

    fn takes_answers(&self) -> Result<(), Reason> {
        match self.phase {
            Phase::Lobby => Err(Reason::NotOpen),
            Phase::Paused => Err(Reason::Paused),
            Phase::Finished => Err(Reason::RunOver),
            Phase::Running | Phase::Revealing => Ok(()),
        }
    }

    /// When the question opened for this participant, and how long they have; refused when it is not open.
    fn open_for(&self, now: Millis, seat: &Seat, index: u32) -> Result<(Millis, Millis), Reason> {
        if seat.answer(index).is_some() {
            return Err(Reason::AlreadyAnswered);
        }
        let (current, closed, opened_at, ends_at, time) =
            match (self.settings.pace, &self.open, seat.place) {
                (Pace::Host, Some(open), _) => {
                    let extra = seat.extra_now;
                    let closed = open.revealed.is_some();
                    (
                        open.index,
                        closed,
                        open.opened_at,
                        open.ends_for(extra),
                        open.time_for(extra),
                    )
                }
                (
                    Pace::Own,
                    _,
                    Place::Open {
                        opened_at,
                        ends_at,
                        time,
                    },
                ) => (
                    seat.opened.saturating_sub(1),
                    false,
                    opened_at,
                    ends_at,
                    time,
                ),
                (Pace::Own, ..) if index < seat.opened => return Err(Reason::TooLate),
                _ => return Err(Reason::NotOpen),
            };
        if index > current {
            return Err(Reason::NotOpen);
        }
        if index < current || closed || ends_at.is_some_and(|end| now > end) {
            return Err(Reason::TooLate);
        }
        Ok((opened_at, time))
    }

    fn judge(&self, turn: &Turn<'_>, choice: &Choice, used: Millis, time: Millis) -> Given {
        let share = judge::share(turn, choice);
        let points = scoring::points(turn.question, share, self.settings.speed, used, time);
        Given::new(turn.index, choice, used, share, points)
    }

    /// Host-paced: the question closes when nobody is left who could answer.
    fn after_answer(&self, now: Millis, number: u32, seat: &Seat, given: &Given) -> Vec<Event> {
        let Some((open, _)) = self.question_open() else {
            return Vec::new();
        };
        let mut waiting = open.waiting.clone();
        stop_waiting(&mut waiting, seat.extra_now);
        let over = open.closes_at(&waiting).is_some_and(|end| now > end);
        if over || self.all_answered(&waiting, self.seats.count()) {
            self.reveal(self.step + 1, Pending::Answer(number, given))
        } else {
            Vec::new()
        }
    }

    /// Self-paced: the answer closes the question for who gave it.
    fn after_own_answer(&self, seat: &Seat, turn: &Turn<'_>, given: &Given) -> Vec<Event> {
        let judged = self.judged(seat, turn, given);
        let score = match &judged {
            Event::Judged { judgement, .. } => judgement.score,
            _ => seat.score,
        };
        let mut events = vec![judged];
        if turn.is_last() {
            events.extend(self.through(vec![(seat.id, score)]));
        }
        events
    }

    /// Self-paced: the participant's next question. A slide closes by moving on from it.
    pub(super) fn advance(&self, now: Millis, seat: SeatId, opened: u32) -> Verdict {
        let (number, seat) = self.seats.participant(seat)?;
        self.not_over()?;
        match self.phase {
            _ if !self.is_own_paced() => return Err(Reason::WrongPhase.into()),
            Phase::Paused => return Err(Reason::Paused.into()),
            Phase::Running => {}
            _ => return Err(Reason::WrongPhase.into()),
        }
        if seat.place == Place::Done {
            return Err(Reason::Done.into());
        }
        if opened != seat.opened {
            return Err(Reason::Stale.at("/opened"));
        }
        let overdue = Self::is_overdue(seat, now);
        if matches!(
            seat.place,
            Place::Open {
                ends_at: Some(_),
                ..
            }
        ) && !overdue
        {
            return Err(Reason::StillOpen.into());
        }
        let mut events = if overdue {
            self.expire(&[number])
        } else {
            Vec::new()
        };
        match self.own_question(now, seat) {
            Some(advanced) => events.push(advanced),
            // Whoever's time for the last question ran out is through already.
            None if overdue => {}
            None => events.extend(self.through(vec![(seat.id, seat.score)])),
        }
        Ok(done(events))
    }

    fn own_question(&self, now: Millis, seat: &Seat) -> Option<Event> {
        let turn = self.turn(seat.opened)?;
        let time = turn.time(&self.settings);
        let time = time + percent(time, seat.extra);
        let ends_at = (!turn.is_slide()).then_some(now + time);
        let timing = Timing {
            opened_at: now,
            ends_at,
        };
        Some(Event::Advanced {
            seat: seat.id,
            index: turn.index,
            timing,
        })
    }

    /// A seat that may be connected.
    pub(in super::super) fn admitted(&self, seat: SeatId) -> Result<(), Refusal> {
        self.seats.participant(seat).map(|_| ()).map_err(Into::into)
    }
}
