//! Which questions of a set a run gets.

use lectern_problem::{Code, FieldError, Problem};
use lectern_quiz::model::{Question, QuestionSet};
use lectern_quiz::speedrun::{MAX_QUESTIONS, MAX_QUESTIONS_BYTES};
use std::collections::{BTreeSet, HashMap};

/// Images of a run: each is copied by two of the thousand calls that one request may make.
const MAX_IMAGES: usize = 400;

/// The whole set, some of its categories, or single questions in the order named.
pub(super) enum Selection {
    /// Everything.
    Whole,
    /// The questions of these categories, in the set's order.
    Categories(Vec<String>),
    /// These questions, in this order.
    Questions(Vec<String>),
}

impl Selection {
    /// The questions; every name that the set does not know is told.
    pub(super) fn of(&self, set: QuestionSet) -> Result<Vec<Question>, Problem> {
        let chosen = match self {
            Self::Whole => set.questions,
            Self::Categories(names) => categories(set, names)?,
            Self::Questions(ids) => questions(set, ids)?,
        };
        within_limits(&chosen)?;
        Ok(chosen)
    }
}

fn categories(set: QuestionSet, names: &[String]) -> Result<Vec<Question>, Problem> {
    let known: BTreeSet<&str> = set
        .questions
        .iter()
        .filter_map(|question| question.category.as_deref())
        .collect();
    let unknown = names
        .iter()
        .enumerate()
        .filter(|(_, name)| !known.contains(name.as_str()));
    let errors: Vec<FieldError> = unknown
        .map(|(index, _)| {
            FieldError::at(
                format!("/categories/{index}"),
                "unknown",
                "The set has no such category.",
            )
        })
        .collect();
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let chosen = |question: &Question| {
        question
            .category
            .as_ref()
            .is_some_and(|category| names.contains(category))
    };
    Ok(set.questions.into_iter().filter(chosen).collect())
}

fn questions(set: QuestionSet, ids: &[String]) -> Result<Vec<Question>, Problem> {
    let mut known: HashMap<String, Question> = set
        .questions
        .into_iter()
        .map(|question| (question.id.clone(), question))
        .collect();
    let (mut chosen, mut errors) = (Vec::new(), Vec::new());
    for (index, id) in ids.iter().enumerate() {
        match known.remove(id) {
            Some(question) => chosen.push(question),
            None => errors.push(FieldError::at(
                format!("/questions/{index}"),
                "unknown",
                "The set has no such question, or it is named twice.",
            )),
        }
    }
    if errors.is_empty() {
        Ok(chosen)
    } else {
        Err(Problem::invalid(errors))
    }
}

fn within_limits(chosen: &[Question]) -> Result<(), Problem> {
    if chosen.is_empty() {
        return Err(Problem::invalid(vec![FieldError::at(
            "/questions",
            "empty",
            "A run needs at least one question.",
        )]));
    }
    let too_many = |detail: String| Err(Problem::new(Code::TooManyQuestions, detail));
    if chosen.len() > MAX_QUESTIONS {
        return too_many(format!(
            "A run has at most {MAX_QUESTIONS} questions; choose categories or single ones."
        ));
    }
    if serde_json::to_string(chosen).map_or(usize::MAX, |json| json.len()) > MAX_QUESTIONS_BYTES {
        return too_many(format!(
            "The questions of a run take at most {MAX_QUESTIONS_BYTES} bytes; choose fewer."
        ));
    }
    if images(chosen).len() > MAX_IMAGES {
        return too_many(format!(
            "A run shows at most {MAX_IMAGES} images; choose fewer questions."
        ));
    }
    Ok(())
}

/// The ids of the images that questions show.
pub(super) fn images(questions: &[Question]) -> BTreeSet<String> {
    questions
        .iter()
        .flat_map(|question| question.images().map(|image| image.id.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_quiz::model::{Kind, Rich};

    fn set() -> QuestionSet {
        let question = |id: &str, category: Option<&str>| Question {
            id: id.into(),
            text: Rich::default(),
            kind: Kind::TrueFalse { correct: true },
            image: None,
            explanation: None,
            category: category.map(str::to_owned),
            points: 1_000,
            duration: 20,
            penalty: 0,
        };
        let questions = vec![
            question("q1", Some("a")),
            question("q2", Some("b")),
            question("q3", None),
        ];
        QuestionSet {
            title: "t".into(),
            language: None,
            questions,
        }
    }

    fn ids(selection: &Selection) -> Vec<String> {
        selection
            .of(set())
            .unwrap()
            .into_iter()
            .map(|question| question.id)
            .collect()
    }

    #[test]
    fn a_run_gets_the_set_its_categories_or_single_questions_in_the_order_named() {
        assert_eq!(ids(&Selection::Whole), ["q1", "q2", "q3"]);
        assert_eq!(
            ids(&Selection::Categories(vec!["b".into(), "a".into()])),
            ["q1", "q2"]
        );
        assert_eq!(
            ids(&Selection::Questions(vec!["q3".into(), "q1".into()])),
            ["q3", "q1"]
        );
    }

    #[test]
    fn unknown_names_are_told_all_at_once() {
        let wanted = Selection::Questions(vec!["x".into(), "q1".into(), "q1".into()]);
        let pointers: Vec<_> = wanted
            .of(set())
            .unwrap_err()
            .errors
            .into_iter()
            .filter_map(|e| e.pointer)
            .collect();
        assert_eq!(pointers, ["/questions/0", "/questions/2"]);
        assert!(Selection::Categories(vec!["c".into()]).of(set()).is_err());
        assert!(Selection::Categories(Vec::new()).of(set()).is_err());
    }
}
