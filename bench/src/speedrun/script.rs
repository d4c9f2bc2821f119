//! What is played: the same for ours and for the control.

/// Who sets the pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Pace {
    /// The host opens each question for all.
    Host,
    /// Each participant moves through the questions alone.
    #[value(name = "self")]
    Own,
}

impl Pace {
    /// As the settings of a run name it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Own => "self",
        }
    }
}

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script {
    /// How many participants.
    pub(crate) participants: usize,
    /// Who sets the pace.
    pub(crate) pace: Pace,
    /// How many take a seat at the same time.
    pub(crate) joining: usize,
    /// Questions that all answer at once; one more is answered over a second.
    pub(crate) bursts: usize,
    /// Whether the frames that the first participant gets are kept, for the control to send.
    pub(crate) sampled: bool,
}

impl Script {
    /// How many questions are answered.
    pub(crate) fn answered(&self) -> usize {
        self.bursts + 1
    }

    /// How many questions the run has: one more where it would end with the last answer.
    pub(crate) fn questions(&self) -> usize {
        self.answered() + usize::from(self.pace == Pace::Own)
    }
}

/// The commands of the script, as JSON.
pub(crate) mod command {
    /// A participant's answer; spread over the options.
    pub(crate) fn answer(index: usize, client: usize) -> String {
        let option = client % 4;
        format!(
            r#"{{"type":"answer","index":{index},"choice":{{"type":"option","value":{option}}}}}"#
        )
    }

    /// Self-paced: a participant's next question.
    pub(crate) fn advance(opened: usize) -> String {
        format!(r#"{{"type":"advance","opened":{opened}}}"#)
    }

    /// A host's command that names the step it saw.
    pub(crate) fn host(name: &str, step: u32) -> String {
        format!(r#"{{"type":"{name}","seen":{step}}}"#)
    }

    /// A second more for what is open.
    pub(crate) fn more_time(step: u32) -> String {
        format!(r#"{{"type":"more_time","seen":{step},"seconds":1}}"#)
    }
}
