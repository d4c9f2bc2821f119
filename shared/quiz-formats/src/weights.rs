//! What GIFT and Moodle XML share: answers that are worth a percentage.

use lectern_quiz::model::{Choosable, Credit, Fold, Kind};

use crate::reader::{Reader, Weighted, shown};
use crate::report::{FaultCode, Place, WarningCode};

impl Reader<'_> {
    /// A choice, as the weights of its options make it.
    pub(crate) fn weighted_choice(&mut self, choice: Weighted, place: &Place) -> Option<Kind> {
        let Weighted {
            options,
            weights,
            single,
            credit,
        } = choice;
        let chosen = |right: &dyn Fn(f64) -> bool| -> Vec<u32> {
            weights
                .iter()
                .zip(0_u32..)
                .filter(|(weight, _)| right(**weight))
                .map(|(_, index)| index)
                .collect()
        };
        let full = chosen(&|weight| weight >= 99.9);
        let positive = chosen(&|weight| weight > 0.0);
        if positive.is_empty() || (single && full.is_empty()) {
            self.report.fault(
                FaultCode::NoAnswer,
                place.clone(),
                "No answer is right in full.",
            );
            return None;
        }
        match (single, full.as_slice()) {
            (true, [correct]) => {
                self.partial_options(&options, &weights, place);
                Some(Kind::SingleChoice {
                    options,
                    correct: *correct,
                })
            }
            (true, _) => {
                let detail = "Several options are right, so this became a multiple choice.";
                self.report
                    .warn(WarningCode::BecameMultipleChoice, place.clone(), detail);
                self.partial_options(&options, &weights, place);
                Some(Kind::MultipleChoice {
                    options,
                    correct: full,
                    credit: Credit::AllOrNothing,
                })
            }
            (false, _) => {
                if uneven(&weights) {
                    let detail =
                        "The weights of the options differ; right options count alike here.";
                    self.report
                        .warn(WarningCode::WeightsNotKept, place.clone(), detail);
                }
                Some(Kind::MultipleChoice {
                    options,
                    correct: positive,
                    credit,
                })
            }
        }
    }

    fn partial_options(&mut self, options: &[Choosable], weights: &[f64], place: &Place) {
        for (option, weight) in options
            .iter()
            .zip(weights)
            .filter(|(_, weight)| **weight != 0.0 && **weight < 99.9)
        {
            let detail = format!(
                "“{}” is worth {weight} % there; here it counts as wrong.",
                shown(&option.text.plain())
            );
            self.report
                .warn(WarningCode::PartialAnswerDropped, place.clone(), detail);
        }
    }

    /// An accepted answer, if it is right in full and no pattern.
    pub(crate) fn accepted(&mut self, text: &str, worth: f64, place: &Place) -> Option<String> {
        if worth <= 0.0 {
            return None; // only says what a wrong answer is told
        }
        if worth < 99.9 {
            let detail = format!(
                "“{}” is worth {worth} % there; here it counts as wrong.",
                shown(text)
            );
            self.report
                .warn(WarningCode::PartialAnswerDropped, place.clone(), detail);
            return None;
        }
        let Some(text) = without_wildcards(text) else {
            let detail = format!(
                "“{}” is a pattern; only whole answers are accepted here.",
                shown(text)
            );
            self.report
                .warn(WarningCode::WildcardDropped, place.clone(), detail);
            return None;
        };
        Some(self.line(&text, place))
    }

    pub(crate) fn short_text_of(
        &mut self,
        accepted: Vec<String>,
        fold: Fold,
        place: &Place,
    ) -> Option<Kind> {
        if accepted.is_empty() {
            self.report.fault(
                FaultCode::NoAnswer,
                place.clone(),
                "No accepted answer remains.",
            );
            return None;
        }
        Some(Kind::ShortText { accepted, fold })
    }

    /// A question of a kind that cannot be played.
    pub(crate) fn skipped(&mut self, kind: &str, place: &Place) {
        let detail = format!(
            "A question of the kind “{}” cannot be played and was left out.",
            shown(kind)
        );
        self.report
            .warn(WarningCode::QuestionSkipped, place.clone(), detail);
    }

    pub(crate) fn lost_feedback(&mut self, lost: bool, place: &Place) {
        if lost {
            let detail = "Feedback to single answers is not kept; the general feedback is.";
            self.report
                .warn(WarningCode::FeedbackNotKept, place.clone(), detail);
        }
    }
}

/// `\*` is a star, a bare star stands for anything.
fn without_wildcards(text: &str) -> Option<String> {
    let literal = text.replace("\\*", "\u{0}");
    (!literal.contains('*')).then(|| literal.replace('\u{0}', "*"))
}

/// Whether the right options, or the wrong ones, are not all worth the same.
fn uneven(weights: &[f64]) -> bool {
    let differ = |wanted: &dyn Fn(f64) -> bool| {
        let mut some = weights.iter().copied().filter(|weight| wanted(*weight));
        let first = some.next();
        first.is_some_and(|first| some.any(|weight| (weight - first).abs() > 0.01))
    };
    differ(&|weight| weight > 0.0) || differ(&|weight| weight <= 0.0)
}
