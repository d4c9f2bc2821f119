//! What an answer earns. The formulas and their vectors stand in `docs/SCORING.md`, which a test reads.
//!
//! Invariant: integers only, so that every machine comes to the same points.

use super::judge::{FULL, Share};
use super::message::Outcome;
use crate::model::Question;
use lectern_identity::Millis;

/// Percent that each right answer in a row adds, from the second on.
pub const STREAK_STEP: u32 = 10;
/// The most percent that a streak adds.
pub const STREAK_MOST: u32 = 50;

/// Points for an answer without its streak bonus; negative: a penalty.
///
/// `points × share`, times `1 − t/2T` where speed counts, rounded half up. `t` counts at most as `T`, so
/// that added time takes nothing away.
#[must_use]
pub fn points(question: &Question, share: Share, speed: bool, used: Millis, time: Millis) -> i32 {
    if !question.kind.scores() {
        return 0;
    }
    if share.0 == 0 {
        return -i32::from(question.penalty);
    }
    let time = u64::try_from(time.0).unwrap_or(0).clamp(1, 1 << 32);
    let used = u64::try_from(used.0).unwrap_or(0).min(time);
    let (part, whole) = if speed {
        (2 * time - used, 2 * time)
    } else {
        (1, 1)
    };
    // At most 65 535 × 10⁶ × 2³³ ≈ 5.6 × 10²⁰: beyond 64 bits, far within 128.
    let earned = u128::from(question.points) * u128::from(share.0) * u128::from(part);
    let whole = u128::from(FULL) * u128::from(whole);
    i32::try_from((earned + whole / 2) / whole).unwrap_or(i32::MAX)
}

/// What an answer came to.
#[must_use]
pub fn outcome(question: &Question, share: Option<Share>) -> Outcome {
    match share {
        None => Outcome::TimedOut,
        Some(_) if !question.kind.scores() => Outcome::Unscored,
        Some(Share(FULL)) => Outcome::Right,
        Some(Share(0)) => Outcome::Wrong,
        Some(_) => Outcome::Partial,
    }
}

/// Right answers in a row after this outcome. What cannot be right (a poll) leaves a streak as it was,
/// answered or not.
#[must_use]
pub fn streak(before: u32, outcome: Outcome, scores: bool) -> u32 {
    match outcome {
        Outcome::Right => before.saturating_add(1),
        _ if !scores => before,
        _ => 0,
    }
}

/// What a streak adds to the points of a right answer: 10 % for the second in a row, up to 50 %,
/// rounded half up.
#[must_use]
pub fn bonus(points: i32, outcome: Outcome, streak: u32) -> i32 {
    if outcome != Outcome::Right {
        return 0;
    }
    let percent = streak
        .saturating_sub(1)
        .saturating_mul(STREAK_STEP)
        .min(STREAK_MOST);
    let bonus = (i64::from(points.max(0)) * i64::from(percent) + 50) / 100;
    i32::try_from(bonus).unwrap_or(i32::MAX)
}

/// A score after points came or went. Never below 0.
#[must_use]
pub fn score(before: u32, points: i32) -> u32 {
    before.saturating_add_signed(points)
}
