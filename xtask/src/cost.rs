//! `cargo xtask cost`: what the platform would bill, counted while it is played.

use anyhow::Result;

use crate::bench::{Common, generate};

/// What is counted.
#[derive(clap::Subcommand)]
pub(crate) enum Subject {
    /// A whole speed-run, from the upload of the set until the report is stored.
    Speedrun(Speedrun),
}

/// `cargo xtask cost speedrun`.
#[derive(clap::Args)]
pub(crate) struct Speedrun {
    /// How many participants.
    #[arg(long, default_value_t = 1_000)]
    participants: usize,
    /// How many questions.
    #[arg(long, default_value_t = 20)]
    questions: usize,
    #[command(flatten)]
    common: Common,
}

/// Counts.
pub(crate) fn run(subject: &Subject) -> Result<()> {
    let Subject::Speedrun(options) = subject;
    let (participants, questions) = (
        options.participants.to_string(),
        options.questions.to_string(),
    );
    let args = [
        "cost",
        "--participants",
        &participants,
        "--questions",
        &questions,
    ];
    generate(&args, &options.common)
}
