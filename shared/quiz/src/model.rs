//! A question set in its normalised form: what every format is read into and written from.
//!
//! Invariant: a value of these types that came through [`QuestionSet::check`] keeps every limit in
//! [`limits`]. Text is never markup: a page shows `Segment::Text` as text, and `Segment::Math` as
//! MathML that the importer itself produced.

pub mod check;
mod rich;

use serde::{Deserialize, Serialize};

/// The limits of a question set. Lengths are in characters (Unicode scalar values).
pub mod limits {
    /// Questions in a set.
    pub const QUESTIONS: usize = 2_000;
    /// Characters of a set's title.
    pub const TITLE: usize = 200;
    /// Characters of a category's name.
    pub const CATEGORY: usize = 100;
    /// Characters of a question's text or explanation, formulas included.
    pub const TEXT: usize = 4_000;
    /// Options of a choice or poll; items of an ordering.
    pub const OPTIONS: usize = 20;
    /// Characters of an option or item.
    pub const OPTION: usize = 1_000;
    /// Accepted answers of a short text.
    pub const ACCEPTED: usize = 50;
    /// Characters of an accepted answer, and of a participant's answer.
    pub const SHORT_TEXT: usize = 200;
    /// Characters of a number's unit.
    pub const UNIT: usize = 40;
    /// Points of a question; also the most that a penalty takes.
    pub const POINTS: u16 = 2_000;
    /// Seconds that a question may stay open, at the least and at the most.
    pub const DURATION: std::ops::RangeInclusive<u32> = 5..=3_600;
    /// Bytes of one image.
    pub const IMAGE_BYTES: usize = 1024 * 1024;
    /// Images of a set.
    pub const IMAGES: usize = 500;
    /// Characters of an image's alternative text.
    pub const ALT: usize = 500;
}

/// Points of a question that names none.
pub const DEFAULT_POINTS: u16 = 1_000;

/// Seconds of a question that names none.
pub const DEFAULT_DURATION: u32 = 20;

/// A question set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuestionSet {
    /// What the teacher calls it.
    pub title: String,
    /// BCP 47 tag of the questions' language, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub language: Option<String>,
    /// The questions, in their order.
    pub questions: Vec<Question>,
}

/// One question, poll or slide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Unique in the set: 1 to 64 of `A–Z a–z 0–9 - _`; given by the author or `q1`, `q2`, ….
    pub id: String,
    /// What is asked, or what a slide says.
    pub text: Rich,
    /// What kind of answer is wanted, and which is right.
    pub kind: Kind,
    /// A picture beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub image: Option<Image>,
    /// Shown with the reveal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub explanation: Option<Rich>,
    /// The category it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub category: Option<String>,
    /// What a right answer is worth, 0 to 2000. Polls and slides: always 0.
    pub points: u16,
    /// Seconds for which it stays open. Slides in a self-paced run ignore it.
    pub duration: u32,
    /// Taken off for a wrong answer, 0 to 2000.
    pub penalty: u16,
}

/// Text with formulas: what stood between `\(` and `\)` is a formula, line breaks are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rich(pub Vec<Segment>);

/// A stretch of rich text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Segment {
    /// Plain text; `\n` is a line break.
    Text(String),
    /// A formula.
    Math {
        /// The TeX source, without its delimiters.
        tex: String,
        /// The `<math>` element made from it at import.
        mathml: String,
    },
}

/// A picture of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Image {
    /// Names the picture's bytes: lowercase hex SHA-256.
    pub id: String,
    /// What it shows, for who cannot see it.
    pub alt: String,
}

/// An option that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choosable {
    /// What it says.
    pub text: Rich,
    /// A picture for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub image: Option<Image>,
}

/// What kind of answer a question wants, with its solution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(tag = "type", export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Kind {
    /// Exactly one option is right. At least two options.
    SingleChoice {
        /// The options.
        options: Vec<Choosable>,
        /// Index of the right one.
        correct: u32,
    },
    /// Any number of options may be right; at least one is.
    MultipleChoice {
        /// The options.
        options: Vec<Choosable>,
        /// Indexes of the right ones, rising.
        correct: Vec<u32>,
        /// What a partly right choice earns.
        credit: Credit,
    },
    /// True or false.
    TrueFalse {
        /// Whether the statement is true.
        correct: bool,
    },
    /// A number.
    Number {
        /// The right number.
        correct: f64,
        /// How it is judged.
        judging: NumberJudging,
        /// Shown behind the field.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        unit: Option<String>,
    },
    /// A few words.
    ShortText {
        /// Every one of these is right; the first is shown as the solution.
        accepted: Vec<String>,
        /// What is overlooked when comparing.
        fold: Fold,
    },
    /// Items to be put in order.
    Ordering {
        /// The items in their right order. Participants see them shuffled.
        items: Vec<Rich>,
        /// What a partly right order earns.
        credit: Credit,
    },
    /// An opinion: nothing is right, nothing scores.
    Poll {
        /// The options.
        options: Vec<Choosable>,
        /// Whether more than one may be chosen.
        multiple: bool,
    },
    /// Something to read; nothing is asked.
    Slide,
}

lectern_live::tagged!(Kind, "type");

/// What a partly right answer earns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Credit {
    /// Nothing.
    #[default]
    AllOrNothing,
    /// A share of the points.
    Partial,
}

/// How a number is judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(tag = "type", export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NumberJudging {
    /// Right within `± tolerance` (≥ 0), else wrong.
    Tolerance {
        /// How far off is still right.
        tolerance: f64,
    },
    /// The nearer the better: full credit when exact, falling in a line to none at `± range` (> 0).
    Closeness {
        /// From how far off nothing is earned.
        range: f64,
    },
}

lectern_live::tagged!(NumberJudging, "type");

/// What is overlooked when a short text is compared. All of it by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fold {
    /// Upper and lower case are the same.
    pub case: bool,
    /// Accents are ignored.
    pub accents: bool,
    /// White space at the ends is dropped and runs of it count as one space.
    pub spaces: bool,
}

impl Default for Fold {
    fn default() -> Self {
        Self {
            case: true,
            accents: true,
            spaces: true,
        }
    }
}
