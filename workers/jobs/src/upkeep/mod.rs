//! Upkeep: what nobody asks for but must go. Runs by cron, a bounded piece of each job every time.
//!
//! Invariant: these are the only statements without a tenant given from outside; each acts only on rows
//! that have ended by the clock, and on files that no row names. Each job fails for itself.

mod expired;
mod guests;
mod orphans;

use crate::guard::{Failure, caught};
use lectern_edge::{clock, log::Line};
use std::future::Future;
use worker::Env;

/// Does a piece of every job.
pub(crate) async fn run(env: &Env) {
    job("idempotency_keys", expired::idempotency_keys(env)).await;
    job("join_codes", expired::join_codes(env)).await;
    job("host_sessions", guests::expire(env)).await;
    job("orphans", orphans::sweep(env)).await;
}

/// Runs one job and writes its line: how many things it removed, or why it could not.
async fn job(name: &'static str, work: impl Future<Output = Result<usize, Failure>>) {
    let started = clock::now();
    let outcome = caught(work).await;
    let mut line = Line::new("jobs.upkeep", name);
    line.ms = Some((clock::now() - started).0);
    match outcome {
        Ok(removed) => line.code("done").detail(removed).write(),
        Err(failure) => {
            line.status = Some(500);
            line.code(failure.code()).detail(failure).write();
        }
    }
}
