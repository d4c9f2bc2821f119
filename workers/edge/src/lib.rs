//! What every Worker shares: the clock, randomness, logs, the calls to live objects and the store.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub mod clock;
pub mod entropy;
pub mod log;
pub mod object;
pub mod secrets;
pub mod store;
