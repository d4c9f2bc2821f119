//! Closing questions and runs: what follows by itself from an answer, a removal, the clock or a host.

use super::super::command::Pace;
use super::super::event::{Event, Line};
use super::super::judge::Share;
use super::super::message::{EndReason, Judgement, Outcome, Phase, Timing};
use super::super::scoring;
use super::super::seats::{Given, Place, Seat, rank};
use super::super::state::{Open, Run};
use super::super::tally::Tally;
use super::super::turn::{Plan, Turn};
use crate::model::Question;
use lectern_identity::{Millis, SeatId};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What is about to be true of one participant when a question closes.
#[derive(Clone, Copy)]
pub(super) enum Pending<'a> {
    /// Nothing.
    Nothing,
    /// This answer is being stored.
    Answer(u32, &'a Given),
    /// They are being taken out.
    Removal(u32),
}

impl Run {
    /// Host-paced: the question that is open, neither revealed nor a slide.
    pub(super) fn question_open(&self) -> Option<(&Open, Turn<'_>)> {
        let open = self.open.as_ref().filter(|open| open.revealed.is_none())?;
        let turn = self.turn(open.index)?;
        (!turn.is_slide()).then_some((open, turn))
    }

    /// Host-paced: closes the open question and shows what was right.
    pub(super) fn reveal(&self, step: u32, pending: Pending<'_>) -> Vec<Event> {
        let Some((open, turn)) = self.question_open() else {
            return Vec::new();
        };
        let tally = self.tally_with(open, &turn, pending);
        vec![Event::Revealed {
            step,
            index: open.index,
            distribution: tally.public(),
            results: self.results(open.index, turn.question, pending),
        }]
    }

    fn tally_with(&self, open: &Open, turn: &Turn<'_>, pending: Pending<'_>) -> Tally {
        let kind = &turn.question.kind;
        let mut tally = open.tally.clone();
        match pending {
            Pending::Nothing => {}
            Pending::Answer(_, given) => tally.add(kind, &given.choice(), given.3),
            Pending::Removal(gone) => tally = self.tally_of(open.index, turn.question, Some(gone)),
        }
        tally
    }

    /// The answers of those present, counted afresh.
    pub(in super::super) fn tally_of(
        &self,
        index: u32,
        question: &Question,
        without: Option<u32>,
    ) -> Tally {
        let mut tally = Tally::new(&question.kind);
        for (_, seat) in self
            .seats
            .present()
            .filter(|(number, _)| Some(*number) != without)
        {
            if let Some(given) = seat.answer(index) {
                tally.add(&question.kind, &given.choice(), given.3);
            }
        }
        tally
    }

    fn results(&self, index: u32, question: &Question, pending: Pending<'_>) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::with_capacity(self.seats.count() as usize);
        for (number, seat) in self.seats.present() {
            let given = match pending {
                Pending::Removal(gone) if gone == number => continue,
                Pending::Answer(who, given) if who == number => Some(given),
                _ => seat.answer(index),
            };
            lines.push(self.line(seat, question, given));
        }
        if self.settings.leaderboard {
            let mut board: Vec<_> = lines.iter().map(|line| (Reverse(line.4), 0)).collect();
            board.sort_unstable();
            lines
                .iter_mut()
                .for_each(|line| line.5 = Some(rank(&board, line.4)));
        }
        lines.sort_unstable_by_key(|line| line.0);
        lines
    }

    fn line(&self, seat: &Seat, question: &Question, given: Option<&Given>) -> Line {
        let (outcome, points, streak) =
            self.settled(seat, question, given.map(|given| (given.3, given.4)));
        Line(
            seat.id,
            outcome,
            points,
            streak,
            scoring::score(seat.score, points),
            None,
        )
    }

    /// Outcome, points with the bonus, and streak.
    pub(super) fn settled(
        &self,
        seat: &Seat,
        question: &Question,
        given: Option<(Share, i32)>,
    ) -> (Outcome, i32, u32) {
        let outcome = scoring::outcome(question, given.map(|(share, _)| share));
        let streak = scoring::streak(seat.streak, outcome, question.kind.scores());
        let points = given.map_or(0, |(_, points)| points);
        let bonus = if self.settings.streak {
            scoring::bonus(points, outcome, streak)
        } else {
            0
        };
        (outcome, points.saturating_add(bonus), streak)
    }

    /// Whether the open question is to be closed because everybody has answered.
    pub(super) fn all_answered(&self, waiting: &BTreeMap<u32, u32>, participants: u32) -> bool {
        self.settings.close_when_all_answered && participants > 0 && waiting.is_empty()
    }

    /// Host-paced: what comes after the present question: the next one, or the end.
    pub(super) fn move_on(&self, now: Millis) -> Vec<Event> {
        let next = self.open.as_ref().map_or(0, |open| open.index + 1);
        let opened = self.open_question(&self.plan, next, self.step + 1, now);
        let finished = Event::Finished {
            step: self.step + 1,
            reason: EndReason::Completed,
        };
        vec![opened.unwrap_or(finished)]
    }

    /// Host-paced: opens a question for all; none after the last.
    pub(super) fn open_question(
        &self,
        plan: &Plan,
        index: u32,
        step: u32,
        now: Millis,
    ) -> Option<Event> {
        let turn = plan.turn(&self.questions, index)?;
        // Where questions open by themselves, a slide lasts as long as its author says.
        let stays = turn.is_slide() && self.settings.advance_after.is_none();
        let ends_at = if stays {
            None
        } else {
            Some(now + turn.time(&self.settings))
        };
        let timing = Timing {
            opened_at: now,
            ends_at,
        };
        Some(Event::Opened {
            step,
            index,
            timing,
        })
    }

    /// Ends the run. A question that is open for all is closed first, and counts.
    pub(super) fn finish(&self, reason: EndReason) -> Vec<Event> {
        let mut events = match self.settings.pace {
            Pace::Host => self.reveal(self.step + 1, Pending::Nothing),
            Pace::Own => Vec::new(),
        };
        let step = self.step + 1 + u32::from(!events.is_empty());
        events.push(Event::Finished { step, reason });
        events
    }

    /// Self-paced: closes these participants' questions for lack of time.
    pub(super) fn expire(&self, numbers: &[u32]) -> Vec<Event> {
        let mut by_question: BTreeMap<u32, Vec<&Seat>> = BTreeMap::new();
        for seat in numbers.iter().filter_map(|&number| self.seats.get(number)) {
            by_question
                .entry(seat.open_index().unwrap_or(0))
                .or_default()
                .push(seat);
        }
        let expired = by_question.into_iter().filter_map(|(index, seats)| {
            let turn = self.turn(index)?;
            let lines = seats.into_iter().map(|seat| {
                let mut line = self.line(seat, turn.question, None);
                line.5 = self.own_rank(seat, seat.score);
                line
            });
            let mut results: Vec<Line> = lines.collect();
            results.sort_unstable_by_key(|line| line.0);
            Some(Event::Expired { index, results })
        });
        let mut events: Vec<Event> = expired.collect();
        let last = |seat: &&Seat| {
            seat.open_index()
                .is_some_and(|index| index + 1 >= self.total())
        };
        let through = numbers
            .iter()
            .filter_map(|&number| self.seats.get(number))
            .filter(last);
        events.extend(self.through(through.map(|seat| (seat.id, seat.score)).collect()));
        events
    }

    /// Self-paced: these participants are through; when they were the last, so is the run.
    pub(super) fn through(&self, mut seats: Vec<(SeatId, u32)>) -> Vec<Event> {
        if seats.is_empty() {
            return Vec::new();
        }
        seats.sort_unstable();
        let done = self
            .seats
            .done()
            .saturating_add(u32::try_from(seats.len()).unwrap_or(u32::MAX));
        let mut events = vec![Event::Through { seats }];
        events.extend(self.completed(done, self.seats.count()));
        events
    }

    /// Self-paced: the end, when everybody is through.
    pub(super) fn completed(&self, done: u32, participants: u32) -> Option<Event> {
        let complete = self.phase == Phase::Running && participants > 0 && done >= participants;
        complete.then_some(Event::Finished {
            step: self.step + 1,
            reason: EndReason::Completed,
        })
    }

    /// Self-paced: what a participant got for the answer that they are giving.
    pub(super) fn judged(&self, seat: &Seat, turn: &Turn<'_>, given: &Given) -> Event {
        let (outcome, points, streak) = self.settled(seat, turn.question, Some((given.3, given.4)));
        let score = scoring::score(seat.score, points);
        let rank = self.own_rank(seat, score);
        let judgement = Judgement {
            index: turn.index,
            outcome,
            points,
            streak,
            score,
            rank,
        };
        Event::Judged {
            seat: seat.id,
            judgement,
        }
    }

    /// The rank that a participant has with this score, when ranks are told.
    fn own_rank(&self, seat: &Seat, score: u32) -> Option<u32> {
        if !self.settings.leaderboard {
            return None;
        }
        // They do not stand before themselves: a penalty can put the score below what the board still says.
        let themselves = u32::from(seat.score > score);
        Some(self.seats.rank(score).saturating_sub(themselves))
    }

    /// Self-paced: whether the participant's timed question ended before `now`.
    pub(super) fn is_overdue(seat: &Seat, now: Millis) -> bool {
        matches!(seat.place, Place::Open { ends_at: Some(end), .. } if now > end)
    }
}
