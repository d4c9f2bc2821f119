//! The report of a run that has ended, in pages of bounded size.
//!
//! Invariant: the same state gives the same pages, byte for byte. All answers are in the author's
//! terms: an option is named by its index in the question set, whatever the order in which it was shown.

use crate::speedrun::message::{EndReason, Outcome};
use crate::speedrun::{Choice, Settings};
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize};

/// Bytes of text from which on a page takes no more; as JSON a page stays below 1 MB.
pub(crate) const PAGE_BYTES: usize = 250_000;
/// Most participants of a page.
pub(crate) const PAGE_PARTICIPANTS: usize = 50;

/// A page of the report: first the summary, then pages of questions, then pages of participants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Report {
    /// Page 0.
    Summary(Summary),
    /// Pages 1 to `Summary::question_pages`.
    Questions {
        /// In the order of the run.
        questions: Vec<QuestionReport>,
    },
    /// The rest, up to page `Summary::pages - 1`.
    Participants {
        /// In the order in which they joined.
        participants: Vec<ParticipantReport>,
    },
}

/// The run as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// What the run is called.
    pub title: String,
    /// How it was played.
    pub settings: Settings,
    /// When it was created.
    pub created_at: Millis,
    /// When the lobby was left; none: never.
    pub started_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Millis,
    /// Why.
    pub reason: EndReason,
    /// Participants, the removed not among them.
    pub participants: u32,
    /// Questions of the run, slides among them.
    pub questions: u32,
    /// Answers of those participants.
    pub answers: u32,
    /// All pages, this one among them.
    pub pages: u32,
    /// Pages of questions.
    pub question_pages: u32,
}

/// A question and what it came to. The counts are of participants who were not removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionReport {
    /// Its position in the run, from 0.
    pub index: u32,
    /// Its id in the question set.
    pub id: String,
    /// What was asked, on one line.
    pub text: String,
    /// `single_choice`, `multiple_choice`, `true_false`, `number`, `short_text`, `ordering`, `poll` or `slide`.
    pub kind: String,
    /// Its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What a right answer was worth.
    pub points: u16,
    /// The options or items, on one line each, in the author's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// What was right, in the author's terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct: Option<Choice>,
    /// Participants to whom it was opened.
    pub opened: u32,
    /// Those of them who answered.
    pub answered: u32,
    /// Wholly right.
    pub right: u32,
    /// Partly right.
    pub partial: u32,
    /// Wrong.
    pub wrong: u32,
    /// Not answered in time.
    pub timed_out: u32,
    /// Closed before they joined.
    pub missed: u32,
    /// The mean time of those who answered, in ms, rounded down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_ms: Option<u32>,
    /// `(answer, how many)`: options by the author's index (`false` is 0, `true` is 1); numbers, texts
    /// and orders the 20 most frequent.
    pub distribution: Vec<(String, u32)>,
}

/// A participant and their answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParticipantReport {
    /// The seat.
    pub seat: SeatId,
    /// The name at the end.
    pub name: String,
    /// When they joined.
    pub joined_at: Millis,
    /// Percent of extra time at the end.
    pub extra_time: u32,
    /// Whether the host took them out: then they are in no count and have no rank.
    pub removed: bool,
    /// From 1; ties share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// The score at the end.
    pub score: u32,
    /// Wholly right answers.
    pub right: u32,
    /// Self-paced: whether they went through all questions.
    pub done: bool,
    /// Their answers, by rising question.
    pub answers: Vec<AnswerReport>,
    /// Questions that were open for them and that they did not answer in time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timed_out: Vec<u32>,
    /// Questions that were closed before they joined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<u32>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerReport {
    /// The question's position in the run.
    pub index: u32,
    /// The answer, in the author's terms.
    pub choice: Choice,
    /// What it came to.
    pub outcome: Outcome,
    /// Points with the streak bonus; negative: a penalty.
    pub points: i32,
    /// After how long it came.
    pub used: Millis,
}
