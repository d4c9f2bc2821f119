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
    job("dead_letters", expired::dead_letters(env)).await;
    job("host_sessions", guests::expire(env)).await;
    job("orphans", orphans::sweep(env)).await;
}

/// What one run of a job came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Done {
    /// Things that are gone.
    removed: usize,
    /// Things that should be gone and are not; each has its own line in the log.
    failed: usize,
}

impl From<usize> for Done {
    fn from(removed: usize) -> Self {
        Self { removed, failed: 0 }
    }
}

/// Runs one job and writes its line: how many things it removed and failed to, or why it could not.
async fn job<D: Into<Done>>(name: &'static str, work: impl Future<Output = Result<D, Failure>>) {
    let started = clock::now();
    let outcome = caught(work).await;
    let mut line = Line::new("jobs.upkeep", name);
    line.ms = Some((clock::now() - started).0);
    match outcome {
        Ok(done) => {
            let Done { removed, failed } = done.into();
            line.status = (failed > 0).then_some(500);
            line.code(if failed > 0 { "partly" } else { "done" })
                .detail(format!("{removed} removed, {failed} failed"))
                .write();
        }
        Err(failure) => {
            line.status = Some(500);
            line.code(failure.code()).detail(failure).write();
        }
    }
}
