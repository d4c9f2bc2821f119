//! A step of a command: its name when it starts, its time when it ends.

use std::time::Instant;

use anyhow::{Context, Result};

/// Runs `work` and prints how long it took.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("▸ {name}");
    let start = Instant::now();
    let value = work().with_context(|| format!("step “{name}”"))?;
    eprintln!("  {name}: done in {}", seconds(start));
    Ok(value)
}

/// The time since `start`, for people.
pub(crate) fn seconds(start: Instant) -> String {
    format!("{:.1} s", start.elapsed().as_secs_f32())
}
