//! The question types of Moodle, as kinds.

use lectern_quiz::model::{Choosable, Credit, Fold, Kind, NumberJudging, limits};

use super::tree::Element;
use super::{File, KindOf};
use crate::reader::{Reader, Weighted, shown};
use crate::report::{FaultCode, Place, WarningCode};

const COMBINED: &[&str] = &[
    "correctfeedback",
    "partiallycorrectfeedback",
    "incorrectfeedback",
    "hint",
];

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "true" | "TRUE" | "True")
}

impl Reader<'_> {
    /// The kind; `None` when the question was left out or is faulty.
    pub(super) fn moodle_kind(
        &mut self,
        kind: &str,
        element: &Element,
        file: &File<'_>,
        place: &Place,
    ) -> Option<KindOf> {
        self.moodle_feedback(element, place);
        const CHOICE: &[&str] = &[
            "answer",
            "single",
            "correctfeedback",
            "partiallycorrectfeedback",
            "incorrectfeedback",
            "hint",
        ];
        match kind {
            "multichoice" => {
                // Moodle itself takes a question that does not say for a single choice.
                let single = element
                    .child("single")
                    .is_none_or(|single| is_true(single.content()));
                Some((
                    self.moodle_choice(element, file, single, Credit::Partial, place)?,
                    CHOICE,
                ))
            }
            "multichoiceset" => Some((
                self.moodle_choice(element, file, false, Credit::AllOrNothing, place)?,
                CHOICE,
            )),
            "truefalse" => Some((self.moodle_truth(element, place)?, &["answer", "hint"])),
            "shortanswer" => Some((
                self.moodle_short_text(element, file, place)?,
                &["answer", "usecase", "hint"],
            )),
            "numerical" => Some((
                self.moodle_number(element, file, place)?,
                &["answer", "units", "hint"],
            )),
            "ordering" => Some((
                self.moodle_ordering(element, file)?,
                &[
                    "answer",
                    "gradingtype",
                    "correctfeedback",
                    "partiallycorrectfeedback",
                    "incorrectfeedback",
                    "hint",
                ],
            )),
            "description" => Some((Kind::Slide, &[])),
            other => {
                self.skipped(other, place);
                None
            }
        }
    }

    /// Feedback for all answers alike: Moodle writes a default into every question.
    fn moodle_feedback(&mut self, element: &Element, place: &Place) {
        let says_something = |name: &&&str| {
            element
                .all(name)
                .any(|feedback| !feedback.content().is_empty())
        };
        if let Some(name) = COMBINED.iter().find(says_something) {
            let detail = "Combined feedback and hints are not kept; the general feedback is.";
            self.report
                .warn_once(WarningCode::FeedbackNotKept, name, place.clone(), detail);
        }
    }

    /// The answers with their percentages, at most one more than `most`.
    fn moodle_answers<'e>(
        &mut self,
        element: &'e Element,
        file: &File<'_>,
        most: usize,
    ) -> Option<Vec<(f64, &'e Element, Place)>> {
        let mut answers = Vec::new();
        let mut feedback = false;
        for answer in element.all("answer").take(most + 1) {
            let place = file.positions.place(answer.offset);
            let fraction = answer.attribute("fraction").unwrap_or("0");
            let Some(fraction) = fraction
                .trim()
                .parse::<f64>()
                .ok()
                .filter(|fraction| fraction.is_finite())
            else {
                let detail = format!("The fraction “{}” is no number.", shown(fraction));
                self.report.fault(FaultCode::BadNumber, place, detail);
                return None;
            };
            feedback |= !answer.says("feedback").is_empty();
            answers.push((fraction, answer, place));
        }
        if let Some((_, _, place)) = answers.first() {
            self.lost_feedback(feedback, place);
        }
        Some(answers)
    }

    fn moodle_choice(
        &mut self,
        element: &Element,
        file: &File<'_>,
        single: bool,
        credit: Credit,
        place: &Place,
    ) -> Option<Kind> {
        let (mut options, mut weights) = (Vec::new(), Vec::new());
        for (fraction, answer, _) in self.moodle_answers(element, file, limits::OPTIONS)? {
            let (text, image) = self.moodle_text(answer, file, limits::OPTION);
            options.push(Choosable { text, image });
            weights.push(fraction);
        }
        self.weighted_choice(
            Weighted {
                options,
                weights,
                single,
                credit,
            },
            place,
        )
    }

    fn moodle_truth(&mut self, element: &Element, place: &Place) -> Option<Kind> {
        let mut feedback = false;
        let mut correct = None;
        for answer in element.all("answer") {
            feedback |= !answer.says("feedback").is_empty();
            let right = answer
                .attribute("fraction")
                .and_then(|it| it.trim().parse::<f64>().ok())
                .is_some_and(|it| it >= 99.9);
            match answer.content() {
                "true" if right => correct = Some(true),
                "false" if right => correct = Some(false),
                _ => {}
            }
        }
        self.lost_feedback(feedback, place);
        if correct.is_none() {
            self.report.fault(
                FaultCode::NoAnswer,
                place.clone(),
                "Neither “true” nor “false” is right.",
            );
        }
        Some(Kind::TrueFalse { correct: correct? })
    }

    fn moodle_short_text(
        &mut self,
        element: &Element,
        file: &File<'_>,
        place: &Place,
    ) -> Option<Kind> {
        let mut accepted = Vec::new();
        for (fraction, answer, place) in self.moodle_answers(element, file, limits::ACCEPTED)? {
            accepted.extend(self.accepted(answer.content(), fraction, &place));
        }
        let fold = Fold {
            case: !is_true(element.says("usecase")),
            ..Fold::default()
        };
        self.short_text_of(accepted, fold, place)
    }

    fn moodle_number(&mut self, element: &Element, file: &File<'_>, place: &Place) -> Option<Kind> {
        let mut best = None;
        for (fraction, answer, place) in self.moodle_answers(element, file, limits::ACCEPTED)? {
            if fraction <= 0.0 {
                continue; // only says what a wrong answer is told
            }
            let number = |text: &str| {
                text.trim()
                    .parse::<f64>()
                    .ok()
                    .filter(|number| number.is_finite())
            };
            let tolerance = answer.says("tolerance");
            let tolerance = if tolerance.is_empty() {
                Some(0.0)
            } else {
                number(tolerance).filter(|it| *it >= 0.0)
            };
            let (Some(correct), Some(tolerance)) = (number(answer.content()), tolerance) else {
                self.report.fault(
                    FaultCode::BadNumber,
                    place,
                    "The answer and its tolerance must be numbers.",
                );
                return None;
            };
            if fraction >= 99.9 && best.is_none() {
                best = Some((correct, tolerance));
            } else {
                let detail = format!(
                    "Only one right number is kept; {correct} ± {tolerance} counts as wrong."
                );
                self.report
                    .warn(WarningCode::PartialAnswerDropped, place, detail);
            }
        }
        let unit = self.moodle_unit(element, place);
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
            unit,
        })
    }

    /// The first unit is shown; others would have to be converted.
    fn moodle_unit(&mut self, element: &Element, place: &Place) -> Option<String> {
        let units = element.child("units")?;
        if units.children.len() > 1 {
            let detail = "Only the first unit is kept; answers in others are not converted.";
            self.report
                .warn(WarningCode::SettingsNotKept, place.clone(), detail);
        }
        let unit = self.line(units.children.first()?.says("unit_name"), place);
        (!unit.is_empty()).then_some(unit)
    }

    /// The fractions count the positions, where they are given.
    fn moodle_ordering(&mut self, element: &Element, file: &File<'_>) -> Option<Kind> {
        let mut answers = self.moodle_answers(element, file, limits::OPTIONS)?;
        answers.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let items = answers
            .iter()
            .map(|(_, answer, _)| self.moodle_line(answer, file, limits::OPTION))
            .collect();
        let all_or_nothing = matches!(element.says("gradingtype"), "ALL_OR_NOTHING" | "-1");
        let credit = if all_or_nothing {
            Credit::AllOrNothing
        } else {
            Credit::Partial
        };
        Some(Kind::Ordering { items, credit })
    }
}
