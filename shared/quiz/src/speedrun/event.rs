//! What is stored of a run. A question is named by its place in the run: the run keeps it, and what it says
//! never changes once the run is created and its order drawn.
//!
//! Invariant: a stored event can be read for ever; `tests/speedrun/stored.rs` pins the format. New
//! fields are optional, nothing is renamed.

use super::command::{Choice, Settings};
use super::judge::Share;
use super::message::{Distribution, EndReason, Judgement, Outcome, Timing};
use super::turn::Plan;
use crate::model::Question;
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize};

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Event {
    /// The run came to be.
    Created {
        /// What it is called.
        title: String,
        /// BCP 47 tag of the questions' language, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// The join code.
        code: String,
        /// The secret of the join link.
        link: String,
        /// The questions, as their author ordered them.
        questions: Vec<Question>,
        /// How it is played.
        settings: Settings,
    },
    /// The settings changed.
    Configured {
        /// The step now.
        step: u32,
        /// The settings.
        settings: Settings,
        /// How many questions there are.
        questions: u32,
    },
    /// Somebody has a seat.
    Joined {
        /// Which.
        seat: SeatId,
        /// Their name.
        name: String,
    },
    /// Somebody has another name.
    Renamed {
        /// Who.
        seat: SeatId,
        /// Their name now.
        name: String,
    },
    /// Somebody was taken out.
    Removed {
        /// Who.
        seat: SeatId,
    },
    /// Somebody has extra time from the next question on.
    ExtraTime {
        /// Who.
        seat: SeatId,
        /// Percent on top.
        percent: u32,
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
    /// The lobby is left.
    Started {
        /// The step now.
        step: u32,
        /// How many questions there are.
        questions: u32,
        /// The orders that were drawn.
        plan: Plan,
    },
    /// A question opened for all.
    Opened {
        /// The step now.
        step: u32,
        /// The question.
        index: u32,
        /// Its time, without any one's extra time.
        timing: Timing,
    },
    /// A participant opened their next question.
    Advanced {
        /// Who.
        seat: SeatId,
        /// The question.
        index: u32,
        /// Its time, with theirs on top.
        timing: Timing,
    },
    /// A participant answered.
    Answered {
        /// Who.
        seat: SeatId,
        /// The question.
        index: u32,
        /// The answer.
        choice: Choice,
        /// After how long.
        used: Millis,
        /// How much of it is right. Told to nobody before the reveal.
        share: Share,
        /// What it earns, without a streak bonus.
        points: i32,
    },
    /// The question that was open for all is closed.
    Revealed {
        /// The step now.
        step: u32,
        /// The question.
        index: u32,
        /// What was answered, without what single persons wrote.
        distribution: Distribution,
        /// What each participant got, by rising seat.
        results: Vec<Line>,
    },
    /// A participant's own question is closed by their answer.
    Judged {
        /// Who.
        seat: SeatId,
        /// What they got.
        judgement: Judgement,
    },
    /// The time of a question ran out for these participants.
    Expired {
        /// The question.
        index: u32,
        /// Who, and what they got, by rising seat.
        results: Vec<Line>,
    },
    /// These participants are through all questions.
    Through {
        /// Who, by rising seat, with score.
        seats: Vec<(SeatId, u32)>,
    },
    /// Timers stand still.
    Paused {
        /// The step now.
        step: u32,
        /// Since when.
        at: Millis,
    },
    /// Timers run on.
    Resumed {
        /// The step now.
        step: u32,
        /// By how much they moved.
        by: Millis,
    },
    /// More time for what is open.
    MoreTime {
        /// The step now.
        step: u32,
        /// By how much.
        by: Millis,
    },
    /// The server was away.
    Interrupted {
        /// By how much timers moved.
        by: Millis,
    },
    /// The last socket went.
    Deserted,
    /// A socket came.
    Revived,
    /// The run is over.
    Finished {
        /// The step now.
        step: u32,
        /// Why.
        reason: EndReason,
    },
}

lectern_live::tagged!(Event, "type");

/// What one participant got for a question, compactly: seat, outcome, points, streak, score, rank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line(
    pub SeatId,
    pub Outcome,
    pub i32,
    pub u32,
    pub u32,
    pub Option<u32>,
);

impl Line {
    /// The same with names.
    #[must_use]
    pub fn judgement(&self, index: u32) -> Judgement {
        let Self(_, outcome, points, streak, score, rank) = *self;
        Judgement {
            index,
            outcome,
            points,
            streak,
            score,
            rank,
        }
    }
}
