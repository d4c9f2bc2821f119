//! A set as Lectern JSON. What a reader would assume anyway is left out.
//!
//! Invariant: reading the text gives the same set.

use lectern_quiz::model::{
    Choosable, Credit, DEFAULT_DURATION, DEFAULT_POINTS, Fold, Image, Kind, NumberJudging,
    Question, QuestionSet,
};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::ImageBytes;
use crate::image::data_url;

#[derive(Serialize)]
struct Document<'a> {
    lectern: u32,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    questions: Vec<Entry<'a>>,
}

#[derive(Serialize, Default)]
struct Entry<'a> {
    id: &'a str,
    kind: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Picture<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<Answer<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multiple: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correct: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tolerance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fold: Option<Fold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    penalty: Option<u16>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Text(String),
    Full {
        #[serde(skip_serializing_if = "String::is_empty")]
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<Picture<'a>>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        correct: bool,
    },
}

#[derive(Serialize)]
struct Picture<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    alt: &'a str,
}

type Images<'i> = &'i dyn Fn(&str) -> Option<ImageBytes>;

/// Writes the set.
pub(crate) fn write(set: &QuestionSet, images: Images<'_>) -> String {
    // An image that several options show is written once; the others name it.
    let written = RefCell::new(BTreeSet::new());
    let once = |id: &str| {
        let first = written.borrow_mut().insert(id.to_owned());
        first.then(|| images(id)).flatten()
    };
    let images: Images<'_> = &once;
    let document = Document {
        lectern: 1,
        title: &set.title,
        language: set.language.as_deref(),
        questions: set
            .questions
            .iter()
            .map(|question| entry(question, images))
            .collect(),
    };
    // Strings, numbers and arrays only: nothing here can fail to be written.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn entry<'a>(question: &'a Question, images: Images<'_>) -> Entry<'a> {
    let default_points = if question.kind.scores() {
        DEFAULT_POINTS
    } else {
        0
    };
    let common = Entry {
        id: &question.id,
        text: question.text.source(),
        image: question.image.as_ref().map(|image| picture(image, images)),
        explanation: question.explanation.as_ref().map(|it| it.source()),
        category: question.category.as_deref(),
        points: (question.points != default_points).then_some(question.points),
        duration: (question.duration != DEFAULT_DURATION).then_some(question.duration),
        penalty: (question.penalty != 0).then_some(question.penalty),
        ..Entry::default()
    };
    match &question.kind {
        Kind::SingleChoice { options, correct } => Entry {
            kind: "single_choice",
            options: Some(answers(options, &[*correct], images)),
            ..common
        },
        Kind::MultipleChoice {
            options,
            correct,
            credit,
        } => Entry {
            kind: "multiple_choice",
            options: Some(answers(options, correct, images)),
            credit: credit_name(*credit),
            ..common
        },
        Kind::TrueFalse { correct } => Entry {
            kind: "true_false",
            correct: Some((*correct).into()),
            ..common
        },
        Kind::Number {
            correct,
            judging,
            unit,
        } => {
            let (tolerance, range) = match judging {
                NumberJudging::Tolerance { tolerance } => (Some(*tolerance), None),
                NumberJudging::Closeness { range } => (None, Some(*range)),
            };
            Entry {
                kind: "number",
                correct: Some((*correct).into()),
                tolerance,
                range,
                unit: unit.as_deref(),
                ..common
            }
        }
        Kind::ShortText { accepted, fold } => {
            let fold = (*fold != Fold::default()).then_some(*fold);
            Entry {
                kind: "short_text",
                accepted: Some(accepted),
                fold,
                ..common
            }
        }
        Kind::Ordering { items, credit } => {
            let items = items.iter().map(|item| item.source()).collect();
            Entry {
                kind: "ordering",
                items: Some(items),
                credit: credit_name(*credit),
                ..common
            }
        }
        Kind::Poll { options, multiple } => Entry {
            kind: "poll",
            options: Some(answers(options, &[], images)),
            multiple: multiple.then_some(true),
            ..common
        },
        Kind::Slide => Entry {
            kind: "slide",
            ..common
        },
    }
}

fn credit_name(credit: Credit) -> Option<&'static str> {
    match credit {
        Credit::AllOrNothing => None,
        Credit::Partial => Some("partial"),
    }
}

fn answers<'a>(options: &'a [Choosable], correct: &[u32], images: Images<'_>) -> Vec<Answer<'a>> {
    let answer = |(option, index): (&'a Choosable, u32)| {
        let (text, correct) = (option.text.source(), correct.contains(&index));
        match &option.image {
            None if !correct => Answer::Text(text),
            image => Answer::Full {
                text,
                image: image.as_ref().map(|image| picture(image, images)),
                correct,
            },
        }
    };
    options.iter().zip(0..).map(answer).collect()
}

fn picture<'a>(image: &'a Image, images: Images<'_>) -> Picture<'a> {
    match images(&image.id) {
        Some(found) => Picture {
            data: Some(data_url(found.content_type, &found.bytes)),
            id: None,
            alt: &image.alt,
        },
        None => Picture {
            data: None,
            id: Some(&image.id),
            alt: &image.alt,
        },
    }
}
