//! The speed-run: a live quiz, host-paced or self-paced.
//!
//! Invariant: a run is what its stored [`Event`]s make of it; [`Speedrun`] judges what is asked
//! (`decide/`), applies what happened (`evolve`), and says who is told what (`project`, `view`,
//! `totals`). Times, randomness and roles come from the shell, never from a message.

pub mod command;
mod decide;
mod engine;
pub mod event;
mod evolve;
mod fold;
pub mod judge;
pub mod message;
pub mod names;
mod normal;
mod project;
pub mod refuse;
pub(crate) mod report;
pub mod scoring;
mod seats;
mod shuffle;
mod state;
mod tally;
mod totals;
mod turn;
mod unicode;
mod view;

pub use command::{Choice, Command, Order, Pace, Reply, Settings};
pub use engine::Speedrun;
pub use event::Event;
pub use message::{Message, Phase, Total, View};
pub use refuse::Reason;
pub use turn::Plan;

use lectern_identity::Millis;

/// Most participants of a run.
pub const MAX_SEATS: usize = 2_000;
/// Most questions of a run.
pub const MAX_QUESTIONS: usize = 500;
/// Most answers of a run; when it is reached, further answers are refused `answers_full`.
pub const MAX_ANSWERS: usize = 250_000;
/// Most bytes of all short texts that are answered in a run; further ones are refused `answers_full`.
pub const MAX_WRITTEN_BYTES: usize = 8_000_000;
/// Most bytes that a run's questions take as JSON: a stored row holds at most 2 MB.
pub const MAX_QUESTIONS_BYTES: usize = 1_500_000;
/// The most by which one interruption of the server moves deadlines.
pub const MAX_DOWN: Millis = Millis::seconds(60);
/// A self-paced run ends when no timer has run and nobody has moved for this long, although not
/// everybody is through. Whoever comes back earlier goes on.
pub const IDLE_AFTER: Millis = Millis::minutes(10);
/// A host-paced run whose host does nothing for this long moves on by itself, so that it ends without any
/// client. A paused run waits for its host.
pub const HOST_AWAY: Millis = Millis::minutes(60);
/// The same after the last reveal, when there is nothing left to move on to.
pub const HOST_AWAY_AT_END: Millis = Millis::minutes(10);
/// A run ends at this age, whatever is still connected: a forgotten wall display keeps nothing alive.
pub const MAX_LIFE: Millis = Millis::hours(7 * 24);
