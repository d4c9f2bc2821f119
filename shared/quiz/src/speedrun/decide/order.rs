//! What other Workers order: the run itself, seats, and how it stands.

use super::super::command::{Order, Reply, Settings};
use super::super::event::Event;
use super::super::message::Phase;
use super::super::names;
use super::super::refuse::Reason;
use super::super::state::Run;
use super::super::{MAX_QUESTIONS, MAX_QUESTIONS_BYTES, MAX_SEATS};
use super::{Verdict, done, existing};
use crate::model::check::is_language_tag;
use crate::model::{Question, limits};
use lectern_identity::SeatId;
use lectern_live::{Decision, Moment, Refusal};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Most characters of a join code.
const MAX_CODE: usize = 64;
/// Most characters of a join link's secret.
const MAX_LINK: usize = 256;
/// Seconds from a reveal to the next question.
const ADVANCE_AFTER: RangeInclusive<u32> = 3..=600;
/// Seconds without anybody until the run ends.
const ABANDON_AFTER: RangeInclusive<u32> = 60..=86_400;

pub(super) fn decide(run: Option<&Run>, _at: Moment, order: Order) -> Verdict {
    match order {
        Order::Create { .. } if run.is_some() => Ok(done(vec![])),
        Order::Create {
            title,
            language,
            code,
            link,
            questions,
            settings,
        } => {
            check_texts(&title, &code, &link)?;
            if language.as_deref().is_some_and(|tag| !is_language_tag(tag)) {
                return Err(Reason::InvalidRun.at("/language"));
            }
            check_questions(&questions)?;
            check_settings(&settings)?;
            Ok(done(vec![Event::Created {
                title,
                language,
                code,
                link,
                questions,
                settings,
            }]))
        }
        Order::Admit { seat, name } => existing(run)?.admit(seat, &name),
        Order::Find { seat } => {
            let (_, seat) = existing(run)?.seats.participant(seat)?;
            Ok(answer(Reply::Seat {
                seat: seat.id,
                name: seat.name.clone(),
            }))
        }
        Order::Status => Ok(answer(existing(run)?.status())),
    }
}

fn answer(reply: Reply) -> Decision<Event, Reply> {
    Decision {
        events: vec![],
        reply,
    }
}

impl Run {
    /// A seat for a participant. The same seat again gets the same answer, also after the end.
    fn admit(&self, seat: SeatId, name: &str) -> Verdict {
        match self.seats.participant(seat) {
            Ok((_, seat)) => {
                return Ok(answer(Reply::Seat {
                    seat: seat.id,
                    name: seat.name.clone(),
                }));
            }
            Err(Reason::Removed) => return Err(Reason::Removed.into()),
            Err(_) => {}
        }
        self.not_over()?;
        if self.locked || (self.phase != Phase::Lobby && !self.settings.late_join) {
            return Err(Reason::Locked.into());
        }
        if self.seats.count() as usize >= MAX_SEATS || self.seats.ever().len() >= 2 * MAX_SEATS {
            return Err(Reason::RunFull.into());
        }
        let name = names::normalised(name).map_err(|reason| reason.at("/name"))?;
        if self.seats.has_name(&names::key(&name)) {
            return Err(Reason::NameTaken.at("/name"));
        }
        let events = vec![Event::Joined {
            seat,
            name: name.clone(),
        }];
        Ok(Decision {
            events,
            reply: Reply::Seat { seat, name },
        })
    }

    fn status(&self) -> Reply {
        let opened = self.open.as_ref().map_or(0, |open| open.index + 1);
        Reply::Status {
            phase: self.phase,
            participants: self.seats.count(),
            opened,
        }
    }
}

fn check_texts(title: &str, code: &str, link: &str) -> Result<(), Refusal> {
    let fits = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
    for (pointer, text, most) in [
        ("/title", title, limits::TITLE),
        ("/code", code, MAX_CODE),
        ("/link", link, MAX_LINK),
    ] {
        if !fits(text, most) {
            return Err(Reason::InvalidRun.at(pointer));
        }
    }
    Ok(())
}

fn check_questions(questions: &[Question]) -> Result<(), Refusal> {
    if !(1..=MAX_QUESTIONS).contains(&questions.len()) {
        let detail = format!("A run has 1 to {MAX_QUESTIONS} questions.");
        return Err(Reason::InvalidQuestions.because("/questions", detail));
    }
    let mut ids = BTreeSet::new();
    for (index, question) in questions.iter().enumerate() {
        if let Some(fault) = question.check().into_iter().next() {
            return Err(Reason::InvalidQuestions
                .because(&format!("/questions/{index}{}", fault.path), fault.detail));
        }
        if !ids.insert(&question.id) {
            let detail = "Two questions have the same id.".to_owned();
            return Err(Reason::InvalidQuestions.because(&format!("/questions/{index}/id"), detail));
        }
    }
    let bytes = serde_json::to_vec(questions).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_QUESTIONS_BYTES {
        let detail =
            format!("The questions take {bytes} bytes; a run holds {MAX_QUESTIONS_BYTES}.");
        return Err(Reason::InvalidQuestions.because("/questions", detail));
    }
    Ok(())
}

pub(super) fn check_settings(settings: &Settings) -> Result<(), Refusal> {
    let within = |value: Option<u32>, range: RangeInclusive<u32>| {
        value.is_none_or(|value| range.contains(&value))
    };
    if !within(settings.duration, limits::DURATION) {
        return Err(Reason::InvalidSettings.at("/settings/duration"));
    }
    if !within(settings.advance_after, ADVANCE_AFTER) {
        return Err(Reason::InvalidSettings.at("/settings/advance_after"));
    }
    if !within(Some(settings.abandon_after), ABANDON_AFTER) {
        return Err(Reason::InvalidSettings.at("/settings/abandon_after"));
    }
    Ok(())
}
