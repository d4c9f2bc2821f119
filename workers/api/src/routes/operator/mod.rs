//! What the operator of the platform may do.

pub(crate) mod dead_letters;
