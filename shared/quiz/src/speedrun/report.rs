//! Making the report's pages from the state of a run that has ended.

use super::command::Choice;
use super::message::Outcome;
use super::scoring;
use super::seats::{Given, Place, Seat};
use super::state::Run;
use super::tally::Tally;
use super::turn::{Plan, Turn};
use crate::model::{Kind, Rich};
use crate::report::{
    AnswerReport, PAGE_BYTES, PAGE_PARTICIPANTS, ParticipantReport, QuestionReport, Report, Summary,
};
use std::ops::Range;

impl Run {
    /// A page; none after the last, and none before the end.
    pub(super) fn report(&self, page: u32) -> Option<Report> {
        let (ended_at, reason) = self.ended?;
        let plan = self.played_plan();
        let questions = pages(0..self.total(), usize::MAX, |index| {
            self.question_weight(&plan, index)
        });
        let ever = u32::try_from(self.seats.ever().len()).unwrap_or(u32::MAX);
        let participants = pages(0..ever, PAGE_PARTICIPANTS, |number| {
            self.seat_weight(number)
        });
        let page = (page as usize).checked_sub(1);
        let Some(page) = page else {
            let pages = 1 + questions.len() + participants.len();
            return Some(Report::Summary(Summary {
                title: self.title.clone(),
                settings: self.settings.clone(),
                created_at: self.created_at,
                started_at: self.started_at,
                ended_at,
                reason,
                participants: self.seats.count(),
                questions: self.total(),
                answers: self.present_answers(),
                pages: u32::try_from(pages).unwrap_or(u32::MAX),
                question_pages: u32::try_from(questions.len()).unwrap_or(u32::MAX),
            }));
        };
        if let Some(range) = questions.get(page) {
            let reports = range
                .clone()
                .filter_map(|index| self.question_report(plan.turn(&self.questions, index)?));
            return Some(Report::Questions {
                questions: reports.collect(),
            });
        }
        let range = participants.get(page - questions.len())?;
        let reports = range
            .clone()
            .filter_map(|number| self.participant_report(&plan, self.seats.get(number)?));
        Some(Report::Participants {
            participants: reports.collect(),
        })
    }

    /// The order of the run; as written, if it never started.
    fn played_plan(&self) -> Plan {
        if self.started_at.is_some() {
            return self.plan.clone();
        }
        Plan {
            order: (0..self.total()).collect(),
            shuffles: Vec::new(),
        }
    }

    fn present_answers(&self) -> u32 {
        let answers = self
            .seats
            .present()
            .map(|(_, seat)| seat.answers.len())
            .sum::<usize>();
        u32::try_from(answers).unwrap_or(u32::MAX)
    }

    fn question_weight(&self, plan: &Plan, index: u32) -> usize {
        let Some(turn) = plan.turn(&self.questions, index) else {
            return 0;
        };
        let options: usize = labels(&turn.question.kind)
            .iter()
            .map(|text| text.len() + 30)
            .sum();
        // What twenty short texts of a distribution may take, at most, comes on top.
        let free = if options == 0 { 16_000 } else { 0 };
        500 + turn.question.text.plain().len() + options + free
    }

    fn seat_weight(&self, number: u32) -> usize {
        let Some(seat) = self.seats.get(number) else {
            return 0;
        };
        let answers: usize = seat
            .answers
            .iter()
            .map(|given| 110 + weight(&given.choice()))
            .sum();
        300 + seat.name.len() + answers + 4 * self.questions.len()
    }

    fn question_report(&self, turn: Turn<'_>) -> Option<QuestionReport> {
        let kind = &turn.question.kind;
        let mut tally = Tally::new(kind);
        let mut report = QuestionReport {
            index: turn.index,
            id: turn.question.id.clone(),
            text: turn.question.text.plain(),
            kind: kind_name(kind).to_owned(),
            category: turn.question.category.clone(),
            points: turn.question.points,
            options: labels(kind),
            correct: turn
                .solution()
                .correct
                .map(|correct| turn.in_author_terms(&correct)),
            opened: 0,
            answered: 0,
            right: 0,
            partial: 0,
            wrong: 0,
            timed_out: 0,
            missed: 0,
            mean_ms: None,
            distribution: vec![],
        };
        let mut used = 0_i64;
        for (_, seat) in self.seats.present() {
            report.missed += u32::from(turn.index < seat.missed.min(self.closed()));
            report.opened += u32::from(self.faced(seat, turn.index));
            report.timed_out += u32::from(self.timed_out(seat, &turn));
            if let Some(given) = seat.answer(turn.index) {
                tally.add(kind, &turn.in_author_terms(&given.choice()), given.3);
                used = used.saturating_add(given.2.0);
                match scoring::outcome(turn.question, Some(given.3)) {
                    Outcome::Right => report.right += 1,
                    Outcome::Partial => report.partial += 1,
                    Outcome::Wrong => report.wrong += 1,
                    Outcome::Unscored | Outcome::TimedOut => {}
                }
            }
        }
        let whole = tally.whole();
        report.answered = whole.answered;
        report.mean_ms = used
            .checked_div(i64::from(whole.answered))
            .and_then(|mean| u32::try_from(mean).ok());
        report.distribution = whole.counts;
        Some(report)
    }

    /// Whether the question was open for the participant.
    fn faced(&self, seat: &Seat, index: u32) -> bool {
        if self.is_own_paced() {
            index < seat.opened
        } else {
            let opened = self.open.as_ref().map_or(0, |open| open.index + 1);
            (seat.missed..opened).contains(&index)
        }
    }

    fn timed_out(&self, seat: &Seat, turn: &Turn<'_>) -> bool {
        !turn.is_slide() && self.faced(seat, turn.index) && seat.answer(turn.index).is_none()
    }

    fn participant_report(&self, plan: &Plan, seat: &Seat) -> Option<ParticipantReport> {
        let turns = || (0..self.total()).filter_map(|index| plan.turn(&self.questions, index));
        let answers = seat
            .answers
            .iter()
            .filter_map(|given| answer_report(&plan.turn(&self.questions, given.0)?, given));
        Some(ParticipantReport {
            seat: seat.id,
            name: seat.name.clone(),
            joined_at: seat.joined_at,
            extra_time: seat.extra,
            removed: seat.removed,
            rank: (!seat.removed).then(|| self.seats.rank(seat.score)),
            score: seat.score,
            right: seat.right,
            done: seat.place == Place::Done,
            answers: answers.collect(),
            timed_out: turns()
                .filter(|turn| self.timed_out(seat, turn))
                .map(|turn| turn.index)
                .collect(),
            missed: turns()
                .filter(|turn| !turn.is_slide() && turn.index < seat.missed)
                .map(|turn| turn.index)
                .collect(),
        })
    }
}

fn answer_report(turn: &Turn<'_>, given: &Given) -> Option<AnswerReport> {
    Some(AnswerReport {
        index: given.0,
        choice: turn.in_author_terms(&given.choice()),
        outcome: scoring::outcome(turn.question, Some(given.3)),
        points: given.4,
        used: given.2,
    })
}

/// Cuts a range into pages of bounded weight and length; each holds at least one.
fn pages(range: Range<u32>, most: usize, weight: impl Fn(u32) -> usize) -> Vec<Range<u32>> {
    let mut pages = Vec::new();
    let (mut start, mut sum) = (range.start, 0_usize);
    for item in range.clone() {
        let weight = weight(item);
        let full = (item - start) as usize >= most || sum + weight > PAGE_BYTES;
        if full && item > start {
            pages.push(start..item);
            (start, sum) = (item, 0);
        }
        sum += weight;
    }
    if start < range.end {
        pages.push(start..range.end);
    }
    pages
}

/// About how many bytes an answer takes.
fn weight(choice: &Choice) -> usize {
    match choice {
        Choice::Option(_) | Choice::Bool(_) | Choice::Number(_) => 8,
        Choice::Options(many) | Choice::Order(many) => 3 * many.len(),
        Choice::Text(text) => text.len(),
    }
}

fn labels(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Ordering { items, .. } => items.iter().map(Rich::plain).collect(),
        kind => kind
            .options()
            .iter()
            .map(|option| option.text.plain())
            .collect(),
    }
}

fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::SingleChoice { .. } => "single_choice",
        Kind::MultipleChoice { .. } => "multiple_choice",
        Kind::TrueFalse { .. } => "true_false",
        Kind::Number { .. } => "number",
        Kind::ShortText { .. } => "short_text",
        Kind::Ordering { .. } => "ordering",
        Kind::Poll { .. } => "poll",
        Kind::Slide => "slide",
    }
}
