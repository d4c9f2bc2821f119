//! Signing on without an account: hosts, participants, screens.

mod grant;
mod guess;
pub(crate) mod host;
pub(crate) mod join;
pub(crate) mod pair;

pub(crate) use grant::{Grant, Seated, grant};
