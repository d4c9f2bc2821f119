//! Speed-runs: made from a question set, joined, watched, and their results.

pub(crate) mod create;
pub(crate) mod image;
pub(crate) mod list;
pub(crate) mod pairings;
mod record;
pub(crate) mod results;
mod selection;
pub(crate) mod show;
pub(crate) mod tickets;
