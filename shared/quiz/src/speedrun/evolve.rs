//! Applying stored events. Nothing is judged here: what an event says, has happened.

use super::command::{Choice, Settings};
use super::event::{Event, Line};
use super::message::{Distribution, Outcome, Phase, Timing};
use super::seats::{Given, Place, Seat, Seats};
use super::state::{Open, Revealed, Run, stop_waiting};
use super::tally::Tally;
use super::turn::Plan;
use super::{HOST_AWAY, HOST_AWAY_AT_END};
use crate::model::Question;
use lectern_identity::{Millis, SeatId};
use std::collections::BTreeMap;

pub(super) fn evolve(run: &mut Option<Box<Run>>, at: Millis, event: &Event) {
    match (run.as_mut(), event) {
        (
            None,
            Event::Created {
                title,
                language,
                code,
                link,
                questions,
                settings,
            },
        ) => {
            *run = Some(Box::new(Run::created(
                at,
                title,
                language.as_deref(),
                code,
                link,
                questions,
                settings,
            )));
        }
        (Some(run), event) => run.apply(at, event),
        (None, _) => {}
    }
}

impl Run {
    fn created(
        at: Millis,
        title: &str,
        language: Option<&str>,
        code: &str,
        link: &str,
        questions: &[Question],
        settings: &Settings,
    ) -> Self {
        Self {
            title: title.to_owned(),
            language: language.map(str::to_owned),
            code: code.to_owned(),
            link: link.to_owned(),
            questions: questions.to_vec(),
            settings: settings.clone(),
            phase: Phase::Lobby,
            step: 0,
            locked: false,
            created_at: at,
            started_at: None,
            paused: None,
            ended: None,
            // Nobody is connected yet: a run to which nobody comes ends too.
            deserted_at: Some(at),
            plan: Plan::default(),
            seats: Seats::default(),
            answers: 0,
            written: 0,
            open: None,
        }
    }

    fn apply(&mut self, at: Millis, event: &Event) {
        match event {
            Event::Created { .. } => {}
            Event::Configured { step, settings, .. } => {
                self.step = *step;
                self.settings = settings.clone();
            }
            Event::Joined { seat, name } => self.joined(at, *seat, name),
            Event::Renamed { seat, name } => {
                if let Some(number) = self.seats.number(*seat) {
                    self.seats.rename(number, name);
                }
            }
            Event::Removed { seat } => self.removed(*seat),
            Event::ExtraTime { seat, percent } => self.change(*seat, |seat| seat.extra = *percent),
            Event::Locked { locked } => self.locked = *locked,
            Event::LeaderboardShown { shown } => self.settings.leaderboard = *shown,
            Event::Started { step, plan, .. } => self.started(at, *step, plan),
            Event::Opened {
                step,
                index,
                timing,
            } => self.opened(*step, *index, timing),
            Event::Advanced { seat, timing, .. } => {
                self.change(*seat, |seat| advanced(seat, timing))
            }
            Event::Answered {
                seat,
                index,
                choice,
                used,
                share,
                points,
            } => {
                let given = Given::new(*index, choice, *used, *share, *points);
                self.answered(*seat, choice, given);
            }
            Event::Revealed {
                step,
                distribution,
                results,
                ..
            } => {
                self.step = *step;
                self.phase = Phase::Revealing;
                self.revealed(at, distribution, results);
            }
            Event::Judged { seat, judgement } => self.change(*seat, |seat| {
                seat.place = Place::Between { since: at };
                settle(
                    seat,
                    &Line(
                        seat.id,
                        judgement.outcome,
                        judgement.points,
                        judgement.streak,
                        judgement.score,
                        None,
                    ),
                );
            }),
            Event::Expired { results, .. } => {
                for line in results {
                    self.change(line.0, |seat| {
                        seat.place = Place::Between { since: at };
                        settle(seat, line);
                    });
                }
            }
            Event::Through { seats } => {
                seats
                    .iter()
                    .for_each(|(seat, _)| self.change(*seat, |seat| seat.place = Place::Done));
            }
            Event::Paused { step, at } => {
                self.step = *step;
                self.paused = Some((*at, self.phase));
                self.phase = Phase::Paused;
            }
            Event::Resumed { step, by } => {
                self.step = *step;
                self.phase = self.paused.take().map_or(self.phase, |(_, phase)| phase);
                self.shift(*by, Millis(0));
            }
            Event::MoreTime { step, by } => {
                self.step = *step;
                self.shift(Millis(0), *by);
            }
            Event::Interrupted { by } => {
                self.deserted_at = self.deserted_at.map(|since| since + *by);
                self.shift(*by, Millis(0));
            }
            Event::Deserted => self.deserted_at = Some(at),
            Event::Revived => self.deserted_at = None,
            Event::Finished { step, reason } => {
                self.step = *step;
                self.finished(at);
                self.ended = Some((at, *reason));
            }
        }
    }

    fn change(&mut self, seat: SeatId, change: impl FnOnce(&mut Seat)) {
        if let Some(number) = self.seats.number(seat) {
            self.seats.change(number, change);
        }
    }

    fn joined(&mut self, at: Millis, seat: SeatId, name: &str) {
        let on_their_way = self.is_own_paced() && self.phase != Phase::Lobby;
        let place = if on_their_way {
            Place::Between { since: at }
        } else {
            Place::Along
        };
        let missed = self.closed();
        self.seats
            .push(Seat::new(seat, name.to_owned(), at, missed, place));
        if let Some(open) = self.open.as_mut().filter(|open| open.revealed.is_none()) {
            *open.waiting.entry(0).or_insert(0) += 1;
        }
    }

    fn removed(&mut self, seat: SeatId) {
        let Some(number) = self.seats.number(seat) else {
            return;
        };
        if let (Some(open), Some(seat)) = (self.open.as_mut(), self.seats.get(number))
            && !seat.removed
            && seat.answer(open.index).is_none()
        {
            stop_waiting(&mut open.waiting, seat.extra_now);
        }
        self.seats.remove(number);
        self.count_again();
    }

    /// After a removal the open question's tally is that of those who are left.
    fn count_again(&mut self) {
        let Some(open) = self.open.as_ref().filter(|open| open.revealed.is_none()) else {
            return;
        };
        let Some(turn) = self.turn(open.index) else {
            return;
        };
        let tally = self.tally_of(open.index, turn.question, None);
        if let Some(open) = self.open.as_mut() {
            open.tally = tally;
        }
    }

    fn started(&mut self, at: Millis, step: u32, plan: &Plan) {
        self.step = step;
        self.phase = Phase::Running;
        self.started_at = Some(at);
        self.plan = plan.clone();
        if self.is_own_paced() {
            self.seats
                .change_all(|_, seat| seat.place = Place::Between { since: at });
        }
    }

    fn opened(&mut self, step: u32, index: u32, timing: &Timing) {
        let Some(turn) = self.turn(index) else { return };
        let (time, tally) = (turn.time(&self.settings), Tally::new(&turn.question.kind));
        let mut waiting = BTreeMap::new();
        if !turn.is_slide() {
            self.seats
                .present()
                .for_each(|(_, seat)| *waiting.entry(seat.extra).or_insert(0) += 1);
        }
        self.seats.change_all(|_, seat| seat.extra_now = seat.extra);
        self.step = step;
        self.phase = Phase::Running;
        let Timing { opened_at, ends_at } = *timing;
        self.open = Some(Open {
            index,
            opened_at,
            ends_at,
            time,
            waiting,
            tally,
            revealed: None,
        });
    }

    fn answered(&mut self, seat: SeatId, choice: &Choice, given: Given) {
        let Some(number) = self.seats.number(seat) else {
            return;
        };
        self.answers += 1;
        if let Choice::Text(text) = choice {
            self.written = self.written.saturating_add(text.len());
        }
        let turn = self.plan.turn(&self.questions, given.0);
        if let (Some(open), Some(turn), Some(seat)) =
            (self.open.as_mut(), turn, self.seats.get(number))
        {
            stop_waiting(&mut open.waiting, seat.extra_now);
            open.tally.add(&turn.question.kind, choice, given.3);
        }
        self.seats.give(number, given);
    }

    fn revealed(&mut self, at: Millis, distribution: &Distribution, results: &[Line]) {
        let total = self.total();
        let Some(open) = self.open.as_mut() else {
            return;
        };
        let advance_after = match self.settings.advance_after {
            Some(after) => Millis::seconds(i64::from(after)),
            None if open.index + 1 >= total => HOST_AWAY_AT_END,
            None => HOST_AWAY,
        };
        open.revealed = Some(Revealed {
            distribution: distribution.clone(),
            advance_at: Some(at + advance_after),
        });
        self.seats.change_all(|_, seat| {
            let found = results.binary_search_by_key(&seat.id, |line| line.0).ok();
            if let Some(line) = found.and_then(|found| results.get(found)) {
                settle(seat, line);
            }
        });
    }

    /// Every running timer later by `by`; what is open has `more` time.
    fn shift(&mut self, by: Millis, more: Millis) {
        if let Some(open) = &mut self.open {
            open.opened_at = open.opened_at + by;
            open.ends_at = open.ends_at.map(|end| end + by + more);
            if let Some(revealed) = &mut open.revealed {
                revealed.advance_at = revealed.advance_at.map(|due| due + by);
            }
        }
        if self.is_own_paced() {
            self.seats
                .change_all(|_, seat| seat.place = seat.place.shifted(by, more));
        }
    }

    /// Self-paced questions that are open now count as timed out.
    fn finished(&mut self, at: Millis) {
        self.phase = Phase::Finished;
        self.paused = None;
        if self.is_own_paced() {
            self.seats.change_all(|_, seat| {
                if matches!(seat.place, Place::Open { .. }) {
                    seat.place = Place::Between { since: at };
                }
            });
        }
    }
}

fn advanced(seat: &mut Seat, timing: &Timing) {
    let Timing { opened_at, ends_at } = *timing;
    let time = ends_at.map_or(Millis(0), |end| end - opened_at);
    seat.opened += 1;
    seat.place = Place::Open {
        opened_at,
        ends_at,
        time,
    };
}

/// Writes a judgement into a participant and their last answer.
fn settle(seat: &mut Seat, line: &Line) {
    let Line(_, outcome, points, streak, score, _) = *line;
    seat.streak = streak;
    seat.score = score;
    seat.right += u32::from(outcome == Outcome::Right);
    if outcome != Outcome::TimedOut
        && let Some(given) = seat.answers.last_mut()
    {
        given.4 = points;
    }
}
