//! What a speed-run tells: messages of its events, views and running totals.
//!
//! Invariant: [`Solution`] reaches participants and walls only inside `Revealed`, `Judged` of a
//! finished question, or a view taken after the reveal.

use super::command::{Choice, Settings};
use crate::model::{Image, NumberJudging, Rich};
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize};

/// Where a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Phase {
    /// Waiting for the host to start.
    #[default]
    Lobby,
    /// A question is open (host-paced), or participants are on their way (self-paced).
    Running,
    /// Timers stand still.
    Paused,
    /// The last question is closed and its solution is shown. Host-paced only.
    Revealing,
    /// Over.
    Finished,
}

/// A question as participants see it: without its solution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Shown {
    /// Its position in the run, from 0.
    pub index: u32,
    /// How many questions the run has.
    pub of: u32,
    /// What is asked.
    pub text: Rich,
    /// A picture beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub image: Option<Image>,
    /// Its category.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub category: Option<String>,
    /// What a right answer is worth.
    pub points: u16,
    /// What answer is wanted.
    pub ask: Ask,
}

/// What answer a question wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(tag = "type", export))]
pub enum Ask {
    /// Choose one: a choice `option`.
    SingleChoice {
        /// In the order shown.
        options: Vec<ShownOption>,
    },
    /// Choose any number: a choice `options`.
    MultipleChoice {
        /// In the order shown.
        options: Vec<ShownOption>,
    },
    /// A choice `bool`.
    TrueFalse,
    /// A choice `number`.
    Number {
        /// Shown behind the field.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        unit: Option<String>,
    },
    /// A choice `text`.
    ShortText,
    /// A choice `order`: every item's `index`, from the first to the last.
    Ordering {
        /// Shuffled; `index` says nothing about the right order.
        items: Vec<ShownOption>,
    },
    /// A choice `option`, or `options` if `multiple`.
    Poll {
        /// In the order shown.
        options: Vec<ShownOption>,
        /// Whether several may be chosen.
        multiple: bool,
    },
    /// No answer: it is a slide.
    Slide,
}

lectern_live::tagged!(Ask, "type");

/// An option as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ShownOption {
    /// What an answer names it by.
    pub index: u32,
    /// What it says.
    pub text: Rich,
    /// A picture for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub image: Option<Image>,
}

/// What was right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Solution {
    /// The right answer; none for polls and slides. For an ordering, in terms of the shown indexes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub correct: Option<Choice>,
    /// Other short texts that are right too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<String>>"))]
    pub accepted: Vec<String>,
    /// How a number was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub judging: Option<NumberJudging>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub explanation: Option<Rich>,
}

/// How often what was answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Distribution {
    /// Participants who answered.
    pub answered: u32,
    /// Those who were wholly right.
    pub right: u32,
    /// `(answer, how many)`: options and booleans by index (`false` is 0, `true` is 1) in their order;
    /// numbers and texts the 20 most frequent, as text.
    pub counts: Vec<(String, u32)>,
}

/// What an answer came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Outcome {
    /// Wholly right.
    Right,
    /// Partly right.
    Partial,
    /// Wrong.
    Wrong,
    /// A poll or a slide.
    Unscored,
    /// The time ran out (or the participant was not there).
    TimedOut,
}

/// What one participant got for one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Judgement {
    /// The question.
    pub index: u32,
    /// What it came to.
    pub outcome: Outcome,
    /// Points for it; negative: a penalty.
    pub points: i32,
    /// Right answers in a row, this one included.
    pub streak: u32,
    /// The participant's score after it. Never below 0.
    pub score: u32,
    /// Their rank after it (ties share one), where the leaderboard is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub rank: Option<u32>,
}

/// When an open question opened and when it closes, by the server's clock. Pauses and
/// interruptions move both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Timing {
    /// When it opened.
    pub opened_at: Millis,
    /// When it closes without extra time; none: a slide, which stays until moved on from.
    pub ends_at: Option<Millis>,
}

/// A message of a stored event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Message {
    // ---- to `all`
    /// The settings changed in the lobby.
    Configured {
        /// The run's step now.
        step: u32,
        /// The settings.
        settings: Settings,
        /// How many questions there are.
        questions: u32,
    },
    /// The lobby is left.
    Started {
        /// The run's step now.
        step: u32,
        /// How many questions there are.
        questions: u32,
    },
    /// A question opened: to `all` when host-paced, to `me` when self-paced (then `step` is absent).
    Opened {
        /// The run's step now.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        step: Option<u32>,
        /// The question.
        question: Shown,
        /// Its time, without any one's extra time (to `me`: with it).
        timing: Timing,
    },
    /// Timers stand still.
    Paused {
        /// The run's step now.
        step: u32,
        /// Since when.
        at: Millis,
    },
    /// Timers run on: every open question's `opened_at` and `ends_at` moved by `by`.
    Resumed {
        /// The run's step now.
        step: u32,
        /// By how much.
        by: Millis,
    },
    /// More time: every open question's `ends_at` moved by `by`.
    MoreTime {
        /// The run's step now.
        step: u32,
        /// By how much.
        by: Millis,
    },
    /// The server was away: every open question's `opened_at` and `ends_at` moved by `by`.
    Interrupted {
        /// By how much.
        by: Millis,
    },
    /// The open question is closed; this was right.
    Revealed {
        /// The run's step now.
        step: u32,
        /// The question.
        index: u32,
        /// What was right.
        solution: Solution,
        /// What was answered.
        distribution: Distribution,
    },
    /// Joining was closed or opened.
    Locked {
        /// Whether it is closed.
        locked: bool,
    },
    /// The leaderboard was shown or hidden.
    LeaderboardShown {
        /// Whether it is shown.
        shown: bool,
    },
    /// The run is over.
    Finished {
        /// The run's step now.
        step: u32,
        /// Why.
        reason: EndReason,
    },

    // ---- to `screens` (hosts and walls)
    /// Somebody joined.
    Joined {
        /// Who.
        seat: SeatId,
        /// Their name.
        name: String,
    },
    /// Somebody has another name. Also to the participant's `me`.
    Renamed {
        /// Who.
        seat: SeatId,
        /// Their name now.
        name: String,
    },
    /// Somebody was taken out. Also to the participant's `me`.
    Removed {
        /// Who.
        seat: SeatId,
    },

    // ---- to `hosts`
    /// The solution of the question that just opened.
    Solved {
        /// The question.
        index: u32,
        /// What is right.
        solution: Solution,
    },
    /// Somebody got extra time. Also to the participant's `me`.
    ExtraTime {
        /// Who.
        seat: SeatId,
        /// Percent on top.
        percent: u32,
    },

    // ---- to `me`
    /// My answer was stored.
    Answered {
        /// The question.
        index: u32,
        /// What was stored.
        choice: Choice,
        /// How long it took.
        used: Millis,
    },
    /// What I got for a question. Self-paced: with its solution.
    Judged {
        /// The judgement.
        #[serde(flatten)]
        judgement: Judgement,
        /// What was right (self-paced only; host-paced it is in `revealed`).
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        solution: Option<Solution>,
    },
    /// Self-paced: I have been through all questions.
    Done {
        /// My score.
        score: u32,
    },
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum EndReason {
    /// Everybody is through, or the host moved on from the last question.
    Completed,
    /// The host ended it.
    EndedByHost,
    /// Nobody was connected for the set time.
    Abandoned,
}

/// A participant as hosts and walls see one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Person {
    /// Who.
    pub seat: SeatId,
    /// Their name.
    pub name: String,
    /// Percent of extra time; hosts only, else 0.
    pub extra_time: u32,
}

/// A line of the leaderboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Standing {
    /// From 1; ties share one.
    pub rank: u32,
    /// Who.
    pub seat: SeatId,
    /// Their name.
    pub name: String,
    /// Their score.
    pub score: u32,
}

/// How far a participant of a self-paced run is; hosts only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Progress {
    /// Who.
    pub seat: SeatId,
    /// Questions closed for them.
    pub closed: u32,
    /// Right among them.
    pub right: u32,
    /// Since when they have been at the present question; none: between questions or done.
    pub since: Option<Millis>,
}

/// A running total.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Total {
    /// `counts`, to `all`.
    Counts(Counts),
    /// `leaderboard`, to `all` where shown (else empty), to hosts as `standings` always: the first 10.
    Leaderboard(Vec<Standing>),
    /// `distribution`, to `hosts`: of the open question.
    Distribution(Distribution),
    /// `progress`, to `hosts`, self-paced: the 100 who are furthest behind.
    Progress(Vec<Progress>),
}

/// The run in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Counts {
    /// Participants, the removed not among them.
    pub participants: u32,
    /// Host-paced: answers to the open question. Self-paced: participants who are done.
    pub answered: u32,
}

/// The question that is open (or being revealed) for the viewer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Current {
    /// The question.
    pub question: Shown,
    /// Its time; for a participant with their extra time.
    pub timing: Timing,
    /// The viewer's own answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub answered: Option<Choice>,
    /// What was right: to hosts always, to others after the reveal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub solution: Option<Solution>,
    /// What was answered: after the reveal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub distribution: Option<Distribution>,
    /// What the viewer got for it: after the reveal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub judgement: Option<Judgement>,
}

/// Everything a seat may see now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct View {
    /// What the run is called.
    pub title: String,
    /// BCP 47 tag of the questions' language, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub language: Option<String>,
    /// Where it is.
    pub phase: Phase,
    /// Rises with each change that host commands name.
    pub step: u32,
    /// How it is played.
    pub settings: Settings,
    /// How many questions there are.
    pub questions: u32,
    /// Since when it is paused.
    pub paused_at: Option<Millis>,
    /// Whether joining is closed.
    pub locked: bool,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// The open or revealed question.
    pub current: Option<Current>,
    /// The viewer's own part; participants only.
    pub me: Option<Me>,
    /// The participants; hosts and walls only.
    pub people: Option<Vec<Person>>,
    /// The join code; hosts and walls only.
    pub code: Option<String>,
    /// The secret of the join link; hosts and walls only.
    pub link: Option<String>,
}

/// A participant's own part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Me {
    /// My name.
    pub name: String,
    /// My score, revealed questions only.
    pub score: u32,
    /// My rank, where the leaderboard is shown and something was revealed.
    pub rank: Option<u32>,
    /// Percent of extra time on top.
    pub extra_time: u32,
    /// Self-paced: how many questions I have opened.
    pub opened: u32,
    /// Self-paced: whether I am through.
    pub done: bool,
}
