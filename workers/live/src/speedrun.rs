//! The object of one live speed-run.
//!
//! Invariant: everything a participant has been told is derived from a stored event.

use crate::shell::{Shell, live_object};
use worker::durable_object;

/// One speed-run.
#[durable_object(alarm)]
pub struct Speedrun(Shell<lectern_quiz::speedrun::Speedrun>);

live_object!(Speedrun);
