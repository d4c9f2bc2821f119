//! Whether an answer fits a question, and how much of it is right.

use super::command::Choice;
use super::fold::folded;
use super::refuse::Reason;
use super::turn::Turn;
use crate::model::{Credit, Kind, NumberJudging, check::is_allowed, limits};
use lectern_live::Refusal;
use serde::{Deserialize, Serialize};

/// A wholly right answer, in millionths.
pub const FULL: u32 = 1_000_000;

/// How much of an answer is right, in millionths, rounded half up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(pub u32);

impl Share {
    fn of(right: bool) -> Self {
        Self(if right { FULL } else { 0 })
    }

    fn ratio(part: usize, whole: usize) -> Self {
        let (part, whole) = (part as u64, (whole as u64).max(1));
        let share = (part * u64::from(FULL) + whole / 2) / whole;
        Self(u32::try_from(share).unwrap_or(FULL).min(FULL))
    }

    fn fraction(fraction: f64) -> Self {
        // A float beyond the bounds of an integer is cut to them by `as`; NaN becomes 0.
        Self((fraction.clamp(0.0, 1.0) * f64::from(FULL) + 0.5).floor() as u32)
    }

    fn credited(self, credit: Credit) -> Self {
        match credit {
            Credit::Partial => self,
            Credit::AllOrNothing => Self::of(self.0 == FULL),
        }
    }
}

const VALUE: &str = "/choice/value";

/// Refuses an answer that does not fit.
///
/// # Errors
/// `wrong_kind`, `out_of_range`, `invalid_text`.
pub(super) fn admits(kind: &Kind, choice: &Choice) -> Result<(), Refusal> {
    match (kind, choice) {
        (
            Kind::SingleChoice { options, .. }
            | Kind::Poll {
                options,
                multiple: false,
            },
            Choice::Option(option),
        ) => within(*option, options.len()),
        (
            Kind::MultipleChoice { options, .. }
            | Kind::Poll {
                options,
                multiple: true,
            },
            Choice::Options(chosen),
        ) => rising(chosen, options.len()),
        (Kind::TrueFalse { .. }, Choice::Bool(_)) => Ok(()),
        (Kind::Number { .. }, Choice::Number(number)) => {
            guard(number.is_finite(), Reason::OutOfRange)
        }
        (Kind::ShortText { .. }, Choice::Text(text)) => words(text),
        (Kind::Ordering { items, .. }, Choice::Order(order)) => permutation(order, items.len()),
        _ => Err(Reason::WrongKind.at("/choice")),
    }
}

fn guard(holds: bool, reason: Reason) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(reason.at(VALUE)) }
}

fn within(option: u32, options: usize) -> Result<(), Refusal> {
    guard((option as usize) < options, Reason::OutOfRange)
}

fn rising(chosen: &[u32], options: usize) -> Result<(), Refusal> {
    let in_range = chosen.last().is_some_and(|&last| (last as usize) < options);
    guard(
        in_range && chosen.is_sorted_by(|a, b| a < b),
        Reason::OutOfRange,
    )
}

fn words(text: &str) -> Result<(), Refusal> {
    let allowed = |c: char| is_allowed(c) && c != '\u{fffd}' && c != '\n';
    guard(
        text.len() <= limits::SHORT_TEXT * 4 && text.chars().count() <= limits::SHORT_TEXT,
        Reason::OutOfRange,
    )?;
    guard(!text.trim().is_empty(), Reason::OutOfRange)?;
    guard(text.chars().all(allowed), Reason::InvalidText)
}

fn permutation(order: &[u32], items: usize) -> Result<(), Refusal> {
    guard(order.len() == items, Reason::OutOfRange)?;
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    guard(
        sorted
            .iter()
            .zip(0..)
            .all(|(&index, expected)| index == expected),
        Reason::OutOfRange,
    )
}

/// How much of an admitted answer is right. Nothing of a poll's.
pub(super) fn share(turn: &Turn<'_>, choice: &Choice) -> Share {
    match (&turn.question.kind, choice) {
        (Kind::SingleChoice { correct, .. }, Choice::Option(option)) => {
            Share::of(turn.author(*option) == *correct)
        }
        (
            Kind::MultipleChoice {
                correct, credit, ..
            },
            Choice::Options(chosen),
        ) => {
            let hits = chosen
                .iter()
                .filter(|&&option| correct.contains(&turn.author(option)))
                .count();
            let misses = chosen.len().saturating_sub(hits);
            Share::ratio(hits.saturating_sub(misses), correct.len()).credited(*credit)
        }
        (Kind::TrueFalse { correct }, Choice::Bool(answer)) => Share::of(answer == correct),
        (
            Kind::Number {
                correct, judging, ..
            },
            Choice::Number(number),
        ) => near(*number, *correct, *judging),
        (Kind::ShortText { accepted, fold }, Choice::Text(text)) => {
            let text = folded(text, *fold);
            Share::of(
                accepted
                    .iter()
                    .any(|accepted| folded(accepted, *fold) == text),
            )
        }
        (Kind::Ordering { items, credit }, Choice::Order(order)) => {
            // Two items that say the same may stand for each other.
            let given = order
                .iter()
                .map(|&shown| items.get(turn.author(shown) as usize));
            let in_place = given
                .zip(items)
                .filter(|(given, wanted)| *given == Some(*wanted))
                .count();
            Share::ratio(in_place, items.len()).credited(*credit)
        }
        _ => Share(0),
    }
}

fn near(number: f64, correct: f64, judging: NumberJudging) -> Share {
    let off = (number - correct).abs();
    match judging {
        // 0.4 is within 0.3 ± 0.1, although no binary fraction says so.
        NumberJudging::Tolerance { tolerance } => {
            let slack = 4.0 * f64::EPSILON * number.abs().max(correct.abs()).max(tolerance);
            Share::of(off <= tolerance + slack)
        }
        NumberJudging::Closeness { range } => Share::fraction(1.0 - off / range),
    }
}
