//! Everything that reads what strangers send, as functions that take any input and must never panic.
//!
//! `cargo xtask fuzz` feeds them by the million (`targets/`); the native tests feed them their seeds.

mod disk;
mod import;
mod run;
mod sealed;

pub use import::{imports, rich};
pub use run::frames;
pub use sealed::{sealed, token};
