//! The speed-run: a live quiz, host-paced or self-paced.

pub mod command;
pub mod message;

pub use command::{Choice, Command, Order, Pace, Reply, Settings};
pub use message::{Message, Phase, Total, View};

/// Most participants of a run.
pub const MAX_SEATS: usize = 2_000;
/// Most questions of a run.
pub const MAX_QUESTIONS: usize = 500;
/// Most answers of a run; when it is reached, further answers are refused `run_full`.
pub const MAX_ANSWERS: usize = 250_000;
/// Most bytes that a run's questions take as JSON: a stored row holds at most 2 MB.
pub const MAX_QUESTIONS_BYTES: usize = 1_500_000;
