//! What may be asked of a speed-run: commands from sockets, orders from other Workers.

use crate::model::Question;
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize};

/// A command from a socket. Which role may give which is said at each.
///
/// `seen` is the run's `step` that the host saw when giving the command; a command that names an
/// older step is refused `stale`, so that a double click does nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(tag = "type", export))]
pub enum Command {
    /// Participant: answers question `index`, once, while it is open for them.
    Answer {
        /// The question's position in the run, from 0.
        index: u32,
        /// The answer.
        choice: Choice,
    },
    /// Participant, self-paced: opens their next question. `opened` is how many they have opened so far.
    Advance {
        /// How many questions this participant has opened.
        opened: u32,
    },
    /// Host: leaves the lobby. Host-paced: opens the first question at once.
    Start {
        /// The step seen.
        seen: u32,
    },
    /// Host, host-paced: opens the next question; after the last one, ends the run. Allowed while
    /// revealing, and from an open slide.
    Next {
        /// The step seen.
        seen: u32,
    },
    /// Host, host-paced: closes the open question now and shows its solution.
    Reveal {
        /// The step seen.
        seen: u32,
    },
    /// Host: stops every running timer.
    Pause {
        /// The step seen.
        seen: u32,
    },
    /// Host: lets them run on.
    Resume {
        /// The step seen.
        seen: u32,
    },
    /// Host: more time for the open question (host-paced) or for all open questions (self-paced).
    MoreTime {
        /// The step seen.
        seen: u32,
        /// 1 to 600.
        seconds: u32,
    },
    /// Host: ends the run now.
    End {
        /// The step seen.
        seen: u32,
    },
    /// Host, in the lobby: changes the run's settings.
    Configure {
        /// The step seen.
        seen: u32,
        /// The new settings, whole.
        settings: Settings,
    },
    /// Host: lets nobody join any more, or lets them join again.
    Lock {
        /// Whether it is locked.
        locked: bool,
    },
    /// Host: takes a participant out. Their seat cannot come back.
    Remove {
        /// Who.
        seat: SeatId,
    },
    /// Host: gives a participant another name.
    Rename {
        /// Who.
        seat: SeatId,
        /// The new name; the rules for names hold.
        name: String,
    },
    /// Host: shows the leaderboard to participants and walls, or hides it.
    Leaderboard {
        /// Whether it is shown.
        shown: bool,
    },
    /// Host: gives a participant a longer time for every question opened from now on.
    ExtraTime {
        /// Who.
        seat: SeatId,
        /// Percent on top of the normal time, 0 to 400.
        percent: u32,
    },
}

lectern_live::tagged!(Command, "type");

/// An answer. It must fit the question's kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
#[cfg_attr(
    feature = "ts",
    derive(ts_rs::TS),
    ts(tag = "type", content = "value", export)
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Choice {
    /// Single choice, or a poll that allows one: the option's `index`.
    Option(u32),
    /// Multiple choice, or a poll that allows several: rising option indexes, none twice.
    Options(Vec<u32>),
    /// True/false.
    Bool(bool),
    /// Number: finite.
    Number(f64),
    /// Short text: 1 to 200 characters.
    Text(String),
    /// Ordering: the `index` of every shown item, in the participant's order.
    Order(Vec<u32>),
}

lectern_live::tagged!(Choice, "type", "value");

/// Who sets the pace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Pace {
    /// The host opens each question for all.
    #[default]
    Host,
    /// Each participant moves through the questions alone.
    #[serde(rename = "self")]
    Own,
}

/// How a run is played. The host may change it in the lobby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Who sets the pace.
    pub pace: Pace,
    /// Seconds for every question, 5 to 3600, instead of each question's own.
    pub duration: Option<u32>,
    /// Whether the questions come in a random order (the same for all).
    pub shuffle_questions: bool,
    /// Whether the options come in a random order (the same for all).
    pub shuffle_options: bool,
    /// Whether a quicker right answer is worth more.
    pub speed: bool,
    /// Whether right answers in a row earn a bonus.
    pub streak: bool,
    /// Host-paced: whether a question closes by itself once everybody has answered.
    pub close_when_all_answered: bool,
    /// Host-paced: seconds after a reveal until the next question opens by itself, 3 to 600; none: the host moves on.
    pub advance_after: Option<u32>,
    /// Whether one may join after the start.
    pub late_join: bool,
    /// Whether participants and walls see the leaderboard.
    pub leaderboard: bool,
    /// Seconds with nobody connected after which the run ends, 60 to 86400.
    pub abandon_after: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pace: Pace::Host,
            duration: None,
            shuffle_questions: false,
            shuffle_options: false,
            speed: true,
            streak: false,
            close_when_all_answered: true,
            advance_after: None,
            late_join: true,
            leaderboard: true,
            abandon_after: 1_800,
        }
    }
}

/// An order from another Worker of the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Order {
    /// Creates the run. Repeating it changes nothing.
    Create {
        /// What the run is called.
        title: String,
        /// BCP 47 tag of the questions' language, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// The join code, shown to hosts and walls.
        code: String,
        /// The secret of the join link, shown to hosts and walls.
        link: String,
        /// The questions, 1 to [`super::MAX_QUESTIONS`]; their JSON at most [`super::MAX_QUESTIONS_BYTES`].
        questions: Vec<Question>,
        /// How it is played.
        settings: Settings,
    },
    /// Gives a participant a seat. The same seat and name again changes nothing.
    Admit {
        /// The seat, chosen by the caller.
        seat: SeatId,
        /// The name asked for.
        name: String,
    },
    /// Whether this seat is (still) a participant; `Reply::Seat` if so.
    Find {
        /// The seat.
        seat: SeatId,
    },
    /// Asks how the run stands.
    Status,
}

lectern_live::tagged!(Order, "type");

/// What an acknowledgement says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Reply {
    /// Done.
    Done,
    /// The answer was stored.
    Answered {
        /// The question.
        index: u32,
        /// What was stored.
        choice: Choice,
        /// How long it took, in ms, by the server's clock.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        used: Millis,
    },
    /// A seat, as it was stored.
    Seat {
        /// Which.
        seat: SeatId,
        /// Its name after normalisation.
        name: String,
    },
    /// How the run stands.
    Status {
        /// Where it is.
        phase: super::message::Phase,
        /// How many participants it has.
        participants: u32,
        /// Questions opened so far (host-paced), else 0.
        opened: u32,
    },
}
