//! What every Worker shares: the clock, randomness, logs and the calls to live objects.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

pub mod clock;
pub mod entropy;
pub mod log;
pub mod object;
