//! The object of one live speed-run.
//!
//! Invariant: everything a participant has been told is derived from a stored event.

use crate::shell::{Shell, live_object};
use worker::durable_object;

#[cfg(feature = "faults")]
use crate::faults::Fragile as Rules;
#[cfg(not(feature = "faults"))]
use lectern_quiz::speedrun::Speedrun as Rules;

/// One speed-run.
#[durable_object(alarm)]
pub struct Speedrun(Shell<Rules>);

live_object!(Speedrun);
