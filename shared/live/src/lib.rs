//! The live-session contract: what an engine is, what crosses a socket, what Workers ask an object.
//!
//! Nothing here knows of Workers, a clock or a random source, and nothing here knows of any one
//! system (quiz, speech, …).

pub mod engine;
mod envelope;
pub mod object;
pub mod session;
pub mod tagged;
pub mod wire;

pub use engine::{Actor, Channel, Decision, Engine, Input, Moment, Refusal, Role};
