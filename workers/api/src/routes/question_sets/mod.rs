//! Question sets: uploaded, listed, read, renamed, replaced, deleted, exported.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod export;
pub(crate) mod image;
pub(crate) mod list;
pub(crate) mod questions;
mod record;
pub(crate) mod replace;
pub(crate) mod show;
mod stored;
pub(crate) mod update;

pub(crate) use stored::{content, current, missing};
