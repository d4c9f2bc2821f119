//! The only place that reads a clock in a Worker; everything else takes the time as an argument.
//!
//! In a Worker the clock stands still between two inputs or outputs, so that code cannot time itself:
//! <https://developers.cloudflare.com/workers/reference/security-model/#step-1-disallow-timers-and-multi-threading>.

use lectern_identity::Millis;

/// The time by the platform's clock.
#[must_use]
pub fn now() -> Millis {
    // A safe integer until the year 287396, so the cast loses nothing.
    #[allow(clippy::cast_possible_truncation)]
    Millis(js_sys::Date::now() as i64)
}
