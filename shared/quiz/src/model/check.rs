//! The rules that every question set keeps, in one place: importers, editors and engines rely on it.
//!
//! Invariant: a set without faults can be played: every question has something to show, a solution
//! where its kind wants one, and stays within [`limits`].

use std::collections::HashSet;
use std::fmt;

use super::{Choosable, Image, Kind, NumberJudging, Question, QuestionSet, Rich, limits};

/// What is wrong with a set, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {detail}")]
pub struct Fault {
    /// A JSON pointer. Inside a question it names the fields of the question and of its kind alike:
    /// `/questions/3/options/0/text`.
    pub path: String,
    /// The rule that is broken.
    pub rule: Rule,
    /// The same for people, in English.
    pub detail: String,
}

/// A rule of question sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Something must stand here.
    Missing,
    /// Too long, too many, too large, too small.
    Limit,
    /// A value that does not fit the field.
    Value,
    /// A number that is not finite, or has the wrong sign.
    Number,
    /// A question that wants an answer has no right one.
    NoAnswer,
    /// A solution that names an option which does not exist.
    OutOfRange,
    /// A choice, poll or ordering with fewer than two options.
    TooFew,
}

impl QuestionSet {
    /// Checks every rule.
    ///
    /// # Errors
    /// Every fault, in the order of the set.
    pub fn check(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.line("/title", &self.title, limits::TITLE, true);
        faults.language(self.language.as_deref());
        faults.questions(&self.questions);
        if faults.0.is_empty() {
            Ok(())
        } else {
            Err(faults.0)
        }
    }
}

impl Question {
    /// Checks the rules of a single question. Paths start at the question.
    #[must_use]
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.question(self);
        faults.0
    }
}

/// Whether `id` may name a question: 1 to 64 of `A–Z a–z 0–9 - _`.
#[must_use]
pub fn is_question_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Whether `id` may name an image: 64 lowercase hexadecimal digits.
#[must_use]
pub fn is_image_id(id: &str) -> bool {
    id.len() == 64
        && id
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether a text may hold `c`: everything but control characters, line break and tab excepted.
#[must_use]
pub fn is_allowed(c: char) -> bool {
    !c.is_control() || c == '\n' || c == '\t'
}

/// Whether a text has the form of a BCP 47 language tag: parts of 1 to 8 letters or digits, the first of at
/// least two letters, at most 35 characters in all (RFC 5646, section 4.4.1).
#[must_use]
pub fn is_language_tag(tag: &str) -> bool {
    tag.len() <= 35
        && tag.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
        && tag.bytes().take_while(u8::is_ascii_alphabetic).count() >= 2
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, path: impl fmt::Display, rule: Rule, detail: impl Into<String>) {
        self.0.push(Fault {
            path: path.to_string(),
            rule,
            detail: detail.into(),
        });
    }

    fn language(&mut self, language: Option<&str>) {
        let Some(tag) = language else { return };
        if !is_language_tag(tag) {
            self.add(
                "/language",
                Rule::Value,
                "The language is no BCP 47 tag, such as “en” or “de-AT”.",
            );
        }
    }

    fn questions(&mut self, questions: &[Question]) {
        if questions.is_empty() {
            self.add(
                "/questions",
                Rule::Missing,
                "A set needs at least one question.",
            );
        }
        if questions.len() > limits::QUESTIONS {
            self.add(
                "/questions",
                Rule::Limit,
                format!("A set has at most {} questions.", limits::QUESTIONS),
            );
        }
        let mut ids = HashSet::new();
        let mut images = HashSet::new();
        for (index, question) in questions.iter().enumerate() {
            if !ids.insert(question.id.as_str()) {
                self.add(
                    format_args!("/questions/{index}/id"),
                    Rule::Value,
                    format!("Another question has the id “{}”.", question.id),
                );
            }
            images.extend(question.images().map(|image| image.id.as_str()));
            let found = question.check().into_iter();
            self.0.extend(found.map(|fault| Fault {
                path: format!("/questions/{index}{}", fault.path),
                ..fault
            }));
        }
        if images.len() > limits::IMAGES {
            self.add(
                "/questions",
                Rule::Limit,
                format!("A set has at most {} images.", limits::IMAGES),
            );
        }
    }

    fn question(&mut self, question: &Question) {
        if !is_question_id(&question.id) {
            self.add(
                "/id",
                Rule::Value,
                "An id has 1 to 64 letters, digits, hyphens and underscores.",
            );
        }
        self.rich(
            "/text",
            &question.text,
            limits::TEXT,
            question.image.is_none(),
        );
        if let Some(image) = &question.image {
            self.image("/image", image);
        }
        if let Some(explanation) = &question.explanation {
            self.rich("/explanation", explanation, limits::TEXT, true);
        }
        if let Some(category) = &question.category {
            self.line("/category", category, limits::CATEGORY, true);
        }
        self.points(question);
        self.kind(&question.kind);
    }

    fn points(&mut self, question: &Question) {
        let scores = question.kind.scores();
        for (path, value) in [("/points", question.points), ("/penalty", question.penalty)] {
            if value > limits::POINTS {
                self.add(path, Rule::Limit, format!("At most {}.", limits::POINTS));
            } else if !scores && value != 0 {
                self.add(path, Rule::Value, "Polls and slides score nothing.");
            }
        }
        if !limits::DURATION.contains(&question.duration) {
            let (least, most) = (limits::DURATION.start(), limits::DURATION.end());
            self.add(
                "/duration",
                Rule::Limit,
                format!("Between {least} and {most} seconds."),
            );
        }
    }

    fn kind(&mut self, kind: &Kind) {
        match kind {
            Kind::SingleChoice { options, correct } => {
                self.options(options);
                self.solution(options.len(), &[*correct]);
            }
            Kind::MultipleChoice {
                options, correct, ..
            } => {
                self.options(options);
                self.solution(options.len(), correct);
            }
            Kind::Poll { options, .. } => self.options(options),
            Kind::Number {
                correct,
                judging,
                unit,
            } => self.number(*correct, *judging, unit.as_deref()),
            Kind::ShortText { accepted, .. } => self.accepted(accepted),
            Kind::Ordering { items, .. } => self.items(items),
            Kind::TrueFalse { .. } | Kind::Slide => {}
        }
    }

    fn options(&mut self, options: &[Choosable]) {
        self.count("/options", options.len());
        for (index, option) in options.iter().enumerate() {
            self.rich(
                format_args!("/options/{index}/text"),
                &option.text,
                limits::OPTION,
                option.image.is_none(),
            );
            if let Some(image) = &option.image {
                self.image(format_args!("/options/{index}/image"), image);
            }
        }
    }

    fn items(&mut self, items: &[Rich]) {
        self.count("/items", items.len());
        for (index, item) in items.iter().enumerate() {
            self.rich(format_args!("/items/{index}"), item, limits::OPTION, true);
        }
    }

    fn count(&mut self, path: &str, count: usize) {
        if count < 2 {
            self.add(path, Rule::TooFew, "At least two are needed.");
        } else if count > limits::OPTIONS {
            self.add(path, Rule::Limit, format!("At most {}.", limits::OPTIONS));
        }
    }

    fn solution(&mut self, options: usize, correct: &[u32]) {
        if correct.is_empty() {
            self.add("/options", Rule::NoAnswer, "No option is marked as right.");
        }
        if correct
            .iter()
            .any(|index| usize::try_from(*index).is_ok_and(|index| index >= options))
        {
            self.add(
                "/options",
                Rule::OutOfRange,
                "The solution names an option that does not exist.",
            );
        }
        if !correct.is_sorted_by(|a, b| a < b) {
            self.add(
                "/options",
                Rule::Value,
                "The right options are named in rising order, each once.",
            );
        }
    }

    fn number(&mut self, correct: f64, judging: NumberJudging, unit: Option<&str>) {
        if !correct.is_finite() {
            self.add("/correct", Rule::Number, "The right number is not finite.");
        }
        match judging {
            NumberJudging::Tolerance { tolerance }
                if !(tolerance.is_finite() && tolerance >= 0.0) =>
            {
                self.add(
                    "/tolerance",
                    Rule::Number,
                    "The tolerance is a number from 0.",
                );
            }
            NumberJudging::Closeness { range } if !(range.is_finite() && range > 0.0) => {
                self.add("/range", Rule::Number, "The range is a number above 0.");
            }
            NumberJudging::Tolerance { .. } | NumberJudging::Closeness { .. } => {}
        }
        if let Some(unit) = unit {
            self.line("/unit", unit, limits::UNIT, true);
        }
    }

    fn accepted(&mut self, accepted: &[String]) {
        if accepted.is_empty() {
            self.add(
                "/accepted",
                Rule::NoAnswer,
                "At least one accepted answer is needed.",
            );
        }
        if accepted.len() > limits::ACCEPTED {
            self.add(
                "/accepted",
                Rule::Limit,
                format!("At most {} accepted answers.", limits::ACCEPTED),
            );
        }
        for (index, answer) in accepted.iter().enumerate() {
            self.line(
                format_args!("/accepted/{index}"),
                answer,
                limits::SHORT_TEXT,
                true,
            );
        }
    }

    fn image(&mut self, path: impl fmt::Display, image: &Image) {
        if !is_image_id(&image.id) {
            self.add(
                &path,
                Rule::Value,
                "An image is named by 64 lowercase hexadecimal digits.",
            );
        }
        self.line(format_args!("{path}/alt"), &image.alt, limits::ALT, false);
    }

    /// A text of one line.
    fn line(&mut self, path: impl fmt::Display, text: &str, most: usize, needed: bool) {
        if text.contains('\n') {
            self.add(&path, Rule::Value, "A line break cannot stand here.");
        }
        self.characters(path, text.chars(), most, needed);
    }

    fn rich(&mut self, path: impl fmt::Display, rich: &Rich, most: usize, needed: bool) {
        self.characters(path, rich.source().chars(), most, needed);
    }

    fn characters(
        &mut self,
        path: impl fmt::Display,
        text: impl Iterator<Item = char>,
        most: usize,
        needed: bool,
    ) {
        let (mut count, mut visible, mut allowed) = (0, false, true);
        for c in text {
            count += 1;
            visible |= !c.is_whitespace();
            allowed &= is_allowed(c);
        }
        if needed && !visible {
            self.add(&path, Rule::Missing, "This must not be empty.");
        }
        if count > most {
            self.add(
                &path,
                Rule::Limit,
                format!("At most {most} characters; these are {count}."),
            );
        }
        if !allowed {
            self.add(&path, Rule::Value, "Control characters cannot stand here.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Credit, Fold, Segment};

    fn text(text: &str) -> Rich {
        Rich(vec![Segment::Text(text.to_owned())])
    }

    fn option(says: &str) -> Choosable {
        Choosable {
            text: text(says),
            image: None,
        }
    }

    fn question(kind: Kind) -> Question {
        let points = if kind.scores() { 1_000 } else { 0 };
        Question {
            id: "q1".to_owned(),
            text: text("?"),
            kind,
            image: None,
            explanation: None,
            category: None,
            points,
            duration: 20,
            penalty: 0,
        }
    }

    fn broken(kind: Kind) -> Vec<(String, Rule)> {
        question(kind)
            .check()
            .into_iter()
            .map(|fault| (fault.path, fault.rule))
            .collect()
    }

    #[test]
    fn a_playable_set_has_no_fault() {
        let kinds = [
            Kind::SingleChoice {
                options: vec![option("a"), option("b")],
                correct: 1,
            },
            Kind::MultipleChoice {
                options: vec![option("a"), option("b")],
                correct: vec![0, 1],
                credit: Credit::Partial,
            },
            Kind::TrueFalse { correct: false },
            Kind::Number {
                correct: 3.0,
                judging: NumberJudging::Tolerance { tolerance: 0.0 },
                unit: None,
            },
            Kind::ShortText {
                accepted: vec!["Ada".to_owned()],
                fold: Fold::default(),
            },
            Kind::Ordering {
                items: vec![text("a"), text("b")],
                credit: Credit::AllOrNothing,
            },
            Kind::Poll {
                options: vec![option("a"), option("b")],
                multiple: true,
            },
            Kind::Slide,
        ];
        let questions = kinds.into_iter().enumerate();
        let questions = questions
            .map(|(n, kind)| Question {
                id: format!("q{n}"),
                ..question(kind)
            })
            .collect();
        let set = QuestionSet {
            title: "All kinds".to_owned(),
            language: Some("de-AT".to_owned()),
            questions,
        };
        assert_eq!(set.check(), Ok(()));
    }

    #[test]
    fn a_solution_must_name_an_option() {
        let options = vec![option("a"), option("b")];
        let single = Kind::SingleChoice {
            options: options.clone(),
            correct: 2,
        };
        assert_eq!(broken(single), [("/options".to_owned(), Rule::OutOfRange)]);
        let none = Kind::MultipleChoice {
            options,
            correct: vec![],
            credit: Credit::Partial,
        };
        assert_eq!(broken(none), [("/options".to_owned(), Rule::NoAnswer)]);
    }

    #[test]
    fn a_number_must_be_finite() {
        let judging = NumberJudging::Closeness { range: 0.0 };
        let kind = Kind::Number {
            correct: f64::NAN,
            judging,
            unit: None,
        };
        assert_eq!(
            broken(kind),
            [
                ("/correct".to_owned(), Rule::Number),
                ("/range".to_owned(), Rule::Number)
            ]
        );
    }

    #[test]
    fn every_fault_of_a_set_is_reported_with_its_path() {
        let mut poll = question(Kind::Poll {
            options: vec![option("only")],
            multiple: false,
        });
        poll.points = 5;
        let mut slide = question(Kind::Slide);
        slide.text = text("  ");
        let set = QuestionSet {
            title: "a\nb".to_owned(),
            language: Some("x".to_owned()),
            questions: vec![poll, slide],
        };
        let faults = set.check().expect_err("the set is broken");
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "/title",
                "/language",
                "/questions/0/points",
                "/questions/0/options",
                "/questions/1/id",
                "/questions/1/text"
            ]
        );
    }
}
