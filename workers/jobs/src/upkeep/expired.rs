//! Rows that end by the clock alone.

use crate::guard::Failure;
use lectern_edge::{clock, store::Database};
use lectern_identity::{Millis, idempotency::KEPT};
use worker::Env;

/// Rows removed by one statement.
const AT_ONCE: i64 = 5_000;

/// For how long a dead letter tells that it was re-driven.
const REDRIVEN_KEPT: Millis = Millis::hours(30 * 24);

/// Stored answers that are no longer replayed.
pub(super) async fn idempotency_keys(env: &Env) -> Result<usize, Failure> {
    let delete = "DELETE FROM idempotency_keys WHERE (tenant_id, principal, route, key) IN (
        SELECT tenant_id, principal, route, key FROM idempotency_keys WHERE created_at < ?1 LIMIT ?2)";
    remove(env, delete, clock::now() - KEPT).await
}

/// Codes of runs that nobody ended in time. The run itself goes on; it just cannot be joined any more.
pub(super) async fn join_codes(env: &Env) -> Result<usize, Failure> {
    let delete = "DELETE FROM join_codes WHERE code IN (
        SELECT code FROM join_codes WHERE expires_at < ?1 LIMIT ?2)";
    remove(env, delete, clock::now()).await
}

/// Dead letters that were re-driven long ago and did not come back. Those that nobody has looked after stay.
pub(super) async fn dead_letters(env: &Env) -> Result<usize, Failure> {
    let delete = "DELETE FROM dead_letters WHERE id IN (
        SELECT id FROM dead_letters WHERE redriven_at < ?1 LIMIT ?2)";
    remove(env, delete, clock::now() - REDRIVEN_KEPT).await
}

async fn remove(env: &Env, delete: &str, before: Millis) -> Result<usize, Failure> {
    Ok(Database::of(env)?
        .run(delete, &[before.0.into(), AT_ONCE.into()])
        .await?)
}
