//! Question sets as files.

pub(crate) mod gift;
pub(crate) mod json;
