//! Why a speed-run refuses: every code it answers with, in one place.

use lectern_live::Refusal;

/// A reason for which a speed-run refuses something. Nothing is stored then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(
    feature = "ts",
    derive(ts_rs::TS),
    ts(export, rename_all = "snake_case")
)]
pub enum Reason {
    /// There is no such run.
    NotFound,
    /// The run has ended.
    RunOver,
    /// Asked by a role that may not.
    WrongRole,
    /// The seat was never admitted.
    NotAdmitted,
    /// The seat was taken out.
    Removed,
    /// The command names a state that is no longer the present one.
    Stale,
    /// The command does not fit the run's phase or pace.
    WrongPhase,
    /// The run is paused.
    Paused,
    /// The question is not open yet.
    NotOpen,
    /// The participant's question has not been closed yet.
    StillOpen,
    /// The participant is through all questions.
    Done,
    /// The question's time is over for this participant.
    TooLate,
    /// The participant has answered this question.
    AlreadyAnswered,
    /// The answer does not fit the question's kind.
    WrongKind,
    /// A value is outside of what is possible.
    OutOfRange,
    /// A text holds characters that cannot be shown.
    InvalidText,
    /// The run holds as many answers as it can.
    AnswersFull,
    /// The run holds as many participants as it can.
    RunFull,
    /// Nobody may join any more.
    Locked,
    /// The name cannot be used by anybody.
    InvalidName,
    /// Somebody in the run has a name that looks the same.
    NameTaken,
    /// The questions cannot be played.
    InvalidQuestions,
    /// The settings are out of their bounds.
    InvalidSettings,
    /// The title, language, code or link cannot be used.
    InvalidRun,
}

impl Reason {
    /// Every reason, for the protocol reference.
    pub const ALL: [Self; 24] = [
        Self::NotFound,
        Self::RunOver,
        Self::WrongRole,
        Self::NotAdmitted,
        Self::Removed,
        Self::Stale,
        Self::WrongPhase,
        Self::Paused,
        Self::NotOpen,
        Self::StillOpen,
        Self::Done,
        Self::TooLate,
        Self::AlreadyAnswered,
        Self::WrongKind,
        Self::OutOfRange,
        Self::InvalidText,
        Self::AnswersFull,
        Self::RunFull,
        Self::Locked,
        Self::InvalidName,
        Self::NameTaken,
        Self::InvalidQuestions,
        Self::InvalidSettings,
        Self::InvalidRun,
    ];

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.parts().0
    }

    /// A sentence for a developer.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        self.parts().1
    }

    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("not_found", "There is no such run."),
            Self::RunOver => ("run_over", "The run has ended."),
            Self::WrongRole => ("wrong_role", "This role may not do that."),
            Self::NotAdmitted => ("not_admitted", "This seat was not admitted to the run."),
            Self::Removed => ("removed", "The host removed this participant."),
            Self::Stale => (
                "stale",
                "The run has moved on since the state that this command names.",
            ),
            Self::WrongPhase => (
                "wrong_phase",
                "That is not possible in the run's present phase and pace.",
            ),
            Self::Paused => ("paused", "The run is paused."),
            Self::NotOpen => ("not_open", "This question is not open."),
            Self::StillOpen => ("still_open", "The present question is still open."),
            Self::Done => ("done", "This participant is through all questions."),
            Self::TooLate => ("too_late", "The time for this question is over."),
            Self::AlreadyAnswered => (
                "already_answered",
                "This question has been answered from this seat.",
            ),
            Self::WrongKind => ("wrong_kind", "The answer does not fit the question's kind."),
            Self::OutOfRange => (
                "out_of_range",
                "The value is outside of what is possible here.",
            ),
            Self::InvalidText => (
                "invalid_text",
                "The text holds characters that cannot be shown.",
            ),
            Self::AnswersFull => ("answers_full", "The run holds as many answers as it can."),
            Self::RunFull => ("run_full", "The run holds as many participants as it can."),
            Self::Locked => ("locked", "Nobody may join this run any more."),
            Self::InvalidName => (
                "invalid_name",
                "A name has 1 to 24 visible characters and no control or invisible ones.",
            ),
            Self::NameTaken => (
                "name_taken",
                "Somebody in this run has a name that looks the same.",
            ),
            Self::InvalidQuestions => ("invalid_questions", "The questions cannot be played."),
            Self::InvalidSettings => ("invalid_settings", "A setting is out of its bounds."),
            Self::InvalidRun => (
                "invalid_run",
                "The run's title, language, code or link cannot be used.",
            ),
        }
    }

    /// The refusal, blaming a field.
    #[must_use]
    pub fn at(self, pointer: &str) -> Refusal {
        Refusal {
            field: Some(pointer.to_owned()),
            ..self.into()
        }
    }

    /// The refusal, blaming a field, with words of its own.
    #[must_use]
    pub fn because(self, pointer: &str, detail: String) -> Refusal {
        Refusal {
            code: self.code().to_owned(),
            detail,
            field: Some(pointer.to_owned()),
        }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::new(reason.code(), reason.detail())
    }
}
