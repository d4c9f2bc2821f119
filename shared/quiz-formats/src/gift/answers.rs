//! What stands in the braces of a GIFT question.

use lectern_quiz::model::{Choosable, Credit, Fold, Kind, NumberJudging, limits};

use super::{Source, format_of, scan};
use crate::markup::{Files, Markup};
use crate::reader::{Reader, Weighted};
use crate::report::{FaultCode, Place, WarningCode};

/// One answer: its weight in percent where one is written, its text, its feedback.
struct Answer<'t> {
    right: bool,
    weight: Option<f64>,
    text: &'t str,
    feedback: bool,
}

impl Answer<'_> {
    /// The weight in percent.
    fn worth(&self) -> f64 {
        self.weight.unwrap_or(if self.right { 100.0 } else { 0.0 })
    }
}

/// `=` or `~`, `%weight%`, text, `#feedback`.
fn answer(part: &str) -> Answer<'_> {
    let part = part.trim();
    let (right, rest) = match part.strip_prefix('=') {
        Some(rest) => (true, rest),
        None => (false, part.strip_prefix('~').unwrap_or(part)),
    };
    let (weight, rest) = weight(rest.trim_start());
    let (text, feedback) =
        scan::split_once(rest, '#').map_or((rest, false), |(text, _)| (text, true));
    Answer {
        right,
        weight,
        text: text.trim(),
        feedback,
    }
}

/// `%50%` at the start of a text.
fn weight(text: &str) -> (Option<f64>, &str) {
    let found = text
        .strip_prefix('%')
        .and_then(|rest| rest.split_once('%'))
        .and_then(|(number, rest)| {
            let digits = number
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
            let weight: f64 = number
                .parse()
                .ok()
                .filter(|_| digits && number.len() <= 12)?;
            Some((weight, rest))
        });
    found.map_or((None, text), |(weight, rest)| (Some(weight), rest))
}

fn truth(answers: &str) -> Option<(bool, bool)> {
    let (word, feedback) =
        scan::split_once(answers, '#').map_or((answers, false), |(word, _)| (word, true));
    match word.trim() {
        "T" | "TRUE" => Some((true, feedback)),
        "F" | "FALSE" => Some((false, feedback)),
        _ => None,
    }
}

impl Reader<'_> {
    /// The kind that the answers make; `None` when the question was left out or is faulty.
    pub(super) fn gift_answers(
        &mut self,
        source: &Source<'_>,
        answers: &str,
        markup: Markup,
        place: &Place,
    ) -> Option<Kind> {
        if answers.is_empty() {
            self.skipped("essay", place);
            return None;
        }
        if let Some(numbers) = answers.strip_prefix('#') {
            return self.gift_number(source, numbers, place);
        }
        if scan::find(answers, '~').is_some() {
            return self.gift_choice(source, answers, markup, place);
        }
        if scan::find(answers, '=').is_some() && answers.contains("->") {
            self.skipped("matching", place);
            return None;
        }
        if let Some((correct, feedback)) = truth(answers) {
            self.lost_feedback(feedback, place);
            return Some(Kind::TrueFalse { correct });
        }
        self.gift_short_text(source, answers, place)
    }

    fn gift_choice(
        &mut self,
        source: &Source<'_>,
        answers: &str,
        markup: Markup,
        place: &Place,
    ) -> Option<Kind> {
        let parts = scan::cut(answers, &['~', '=']);
        let parts = parts
            .filter(|part| !part.trim().is_empty())
            .take(limits::OPTIONS + 1);
        let (mut options, mut weights, mut single, mut feedback) =
            (Vec::new(), Vec::new(), false, false);
        for part in parts {
            let answer = answer(part);
            options.push(self.gift_option(answer.text, markup, &source.place(part)));
            weights.push(answer.worth());
            single |= answer.right;
            feedback |= answer.feedback;
        }
        self.lost_feedback(feedback, place);
        self.weighted_choice(
            Weighted {
                options,
                weights,
                single,
                credit: Credit::Partial,
            },
            place,
        )
    }

    fn gift_option(&mut self, text: &str, markup: Markup, place: &Place) -> Choosable {
        let (markup, text) = format_of(text, markup);
        let (text, image) = self.marked_up(
            &scan::unescape(text),
            markup,
            &Files::new(),
            place,
            limits::OPTION,
        );
        Choosable { text, image }
    }

    fn gift_short_text(
        &mut self,
        source: &Source<'_>,
        answers: &str,
        place: &Place,
    ) -> Option<Kind> {
        let parts = scan::cut(answers, &['=']);
        let (mut accepted, mut feedback) = (Vec::new(), false);
        for part in parts
            .filter(|part| !part.trim().is_empty())
            .take(limits::ACCEPTED + 1)
        {
            let answer = answer(part);
            let worth = if part.trim().starts_with('=') {
                answer.worth()
            } else {
                answer.weight.unwrap_or(100.0)
            };
            feedback |= answer.feedback;
            let (_, text) = format_of(answer.text, Markup::Plain);
            accepted.extend(self.accepted(&scan::unescape(text), worth, &source.place(part)));
        }
        self.lost_feedback(feedback, place);
        self.short_text_of(accepted, Fold::default(), place)
    }

    fn gift_number(&mut self, source: &Source<'_>, numbers: &str, place: &Place) -> Option<Kind> {
        let (mut best, mut feedback) = (None, false);
        let parts = scan::cut(numbers, &['=', '~']);
        for part in parts.filter(|part| !part.trim().is_empty()) {
            let answer = answer(part);
            feedback |= answer.feedback;
            let place = source.place(part);
            let catch_all =
                part.trim().starts_with('~') || answer.text.is_empty() || answer.text == "*";
            if catch_all {
                continue; // only says what a wrong answer is told
            }
            let Some((correct, tolerance)) = range(&scan::unescape(answer.text)) else {
                let detail = "A number is written as 3, 3:0.5 or 2.5..3.5.";
                self.report.fault(FaultCode::BadNumber, place, detail);
                return None;
            };
            let full = !part.trim().starts_with('=') || answer.worth() >= 99.9;
            if full && best.is_none() {
                best = Some((correct, tolerance));
            } else {
                let detail = format!(
                    "Only one right number is kept; {correct} ± {tolerance} counts as wrong."
                );
                self.report
                    .warn(WarningCode::PartialAnswerDropped, place, detail);
            }
        }
        self.lost_feedback(feedback, place);
        let Some((correct, tolerance)) = best else {
            self.report.fault(
                FaultCode::NoAnswer,
                place.clone(),
                "No number is right in full.",
            );
            return None;
        };
        Some(Kind::Number {
            correct,
            judging: NumberJudging::Tolerance { tolerance },
            unit: None,
        })
    }
}

/// The number and its tolerance: `3`, `3:0.5`, `2.5..3.5`.
fn range(text: &str) -> Option<(f64, f64)> {
    let decimals = |text: &str| {
        text.trim()
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len())
    };
    let number = |text: &str| {
        text.trim()
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
    };
    if let Some((low, high)) = text.split_once("..") {
        // The middle has one decimal more than its ends; halves of binary numbers would have many.
        let digits = decimals(low).max(decimals(high)).min(17) + 1;
        let (low, high) = (number(low)?, number(high)?);
        let rounded = |number: f64| {
            format!("{number:.digits$}")
                .parse::<f64>()
                .unwrap_or(number)
        };
        let (middle, half) = (low / 2.0 + high / 2.0, high / 2.0 - low / 2.0);
        return (low <= high).then(|| (rounded(middle), rounded(half)));
    }
    match text.split_once(':') {
        Some((correct, tolerance)) => Some((
            number(correct)?,
            number(tolerance).filter(|tolerance| *tolerance >= 0.0)?,
        )),
        None => Some((number(text)?, 0.0)),
    }
}
