//! Guest host sessions that have ended, with everything they own.
//!
//! Invariant: a row goes after what only it can name (object, files), and the session's row goes last,
//! so that work which was interrupted is found again. Nothing is added meanwhile: whatever a guest
//! creates is inserted only while the session's row lives. What cannot be erased is logged, counted in
//! the session's row and tried again later and later; it keeps nobody behind it.

mod owned;

use super::Done;
use crate::guard::{Failure, caught};
use lectern_edge::{
    clock,
    log::Line,
    store::{Database, Value},
};
use lectern_identity::{Millis, tenant::HOST_SESSION_LIFETIME};
use owned::{Guest, Session};
use worker::Env;

/// Calls to the platform in one run of the cron, of the thousand that an invocation may make.
const CALLS: u32 = 800;
/// Sessions that own nothing, removed by one statement.
const EMPTY: i64 = 1_000;
/// Sessions that own something, looked at in one run.
const SESSIONS: i64 = 100;
/// Owners without a session that get one back in one run.
const STRAYS: i64 = 100;

/// Before a session whose erasure failed is tried again: doubled each time, up to the longest.
const FIRST_PAUSE: Millis = Millis::seconds(5 * 60);
const LONGEST_PAUSE: Millis = Millis::hours(24);

/// Removes ended sessions; how many went.
pub(super) async fn expire(env: &Env) -> Result<Done, Failure> {
    let (db, now) = (Database::of(env)?, clock::now());
    adopt(&db, now).await?;
    let mut done = Done::from(remove_empty(&db, now).await?);
    let mut calls = Calls(CALLS);
    for session in due(&db, now).await? {
        if calls.0 == 0 {
            break;
        }
        match caught(Guest::new(env, &session)?.erase(&mut calls)).await {
            Ok(true) => done.removed += 1,
            Ok(false) => {}
            Err(failure) => {
                done.failed += 1;
                report(&session, &failure);
                put_off(&db, &session, now).await?;
            }
        }
    }
    Ok(done)
}

/// What may still be asked of the platform in this run.
pub(super) struct Calls(u32);

impl Calls {
    /// Takes so many calls; false: they are used up, and what is left is for the next run.
    pub(super) fn take(&mut self, calls: u32) -> bool {
        let left = self.0.checked_sub(calls);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// Gives rows that outlived their guest an ended session, so that they are erased like all others. There
/// should be none: nothing is inserted for a session that is gone.
async fn adopt(db: &Database, now: Millis) -> Result<(), Failure> {
    let adopt = "INSERT OR IGNORE INTO host_sessions (tenant_id, id, created_at, expires_at)
        SELECT tenant_id, owner_id, 0, 0 FROM (
            SELECT tenant_id, owner_id FROM question_sets WHERE owner_id IS NOT NULL AND created_at < ?1
            UNION SELECT tenant_id, owner_id FROM speedruns WHERE owner_id IS NOT NULL AND created_at < ?1
        ) AS owned WHERE NOT EXISTS (SELECT 1 FROM host_sessions AS h
            WHERE h.tenant_id = owned.tenant_id AND h.id = owned.owner_id) LIMIT ?2";
    let before = now - HOST_SESSION_LIFETIME;
    let adopted = db.run(adopt, &[before.0.into(), STRAYS.into()]).await?;
    if adopted > 0 {
        let mut line = Line::new("jobs.upkeep", "host_sessions").code("strays");
        line.status = Some(500);
        line.detail(adopted).write();
    }
    Ok(())
}

/// Most sessions were only looked around in: they go together, with their requests' answers.
async fn remove_empty(db: &Database, now: Millis) -> Result<usize, Failure> {
    let empty = "SELECT tenant_id, id FROM host_sessions AS h WHERE expires_at < ?1
        AND NOT EXISTS (SELECT 1 FROM speedruns WHERE tenant_id = h.tenant_id AND owner_id = h.id)
        AND NOT EXISTS (SELECT 1 FROM question_sets WHERE tenant_id = h.tenant_id AND owner_id = h.id)
        ORDER BY expires_at LIMIT ?2";
    let values = [now.0.into(), EMPTY.into()];
    let remove = |table: &str, id: &str| {
        let delete = format!("DELETE FROM {table} WHERE (tenant_id, {id}) IN ({empty})");
        db.statement(&delete, &values)
    };
    let batch = vec![
        remove("idempotency_keys", "principal")?,
        remove("host_sessions", "id")?,
    ];
    Ok(db.batch(batch).await?.last().copied().unwrap_or(0))
}

/// The sessions whose turn it is: by their end, those that failed by when they may be tried again.
async fn due(db: &Database, now: Millis) -> Result<Vec<Session>, Failure> {
    let select = "SELECT tenant_id, id, erase_failures FROM host_sessions
        WHERE expires_at < ?1 AND (erase_after IS NULL OR erase_after < ?1)
        ORDER BY coalesce(erase_after, expires_at) LIMIT ?2";
    Ok(db.all(select, &[now.0.into(), SESSIONS.into()]).await?)
}

fn report(session: &Session, failure: &Failure) {
    let mut line = Line::new("jobs.upkeep", &session.id).code(failure.code());
    line.tenant = Some(session.tenant_id.clone());
    line.status = Some(500);
    let tries = session.erase_failures + 1;
    line.detail(format!("not erased, {tries} times: {failure}"))
        .write();
}

async fn put_off(db: &Database, session: &Session, now: Millis) -> Result<(), Failure> {
    let update = "UPDATE host_sessions SET erase_failures = erase_failures + 1, erase_after = ?3
        WHERE tenant_id = ?1 AND id = ?2";
    let after = now + pause(session.erase_failures);
    let values: [Value<'_>; 3] = [
        (&session.tenant_id).into(),
        (&session.id).into(),
        after.0.into(),
    ];
    db.run(update, &values).await?;
    Ok(())
}

/// The pause after an erasure that failed, so many failures before it.
fn pause(failures: u32) -> Millis {
    let doubled = FIRST_PAUSE.0.saturating_mul(1 << failures.min(16));
    Millis(doubled.min(LONGEST_PAUSE.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_tried_later_and_later_but_every_day() {
        assert_eq!(pause(0), Millis::seconds(300));
        assert_eq!(pause(1), Millis::seconds(600));
        assert_eq!(pause(8), Millis::seconds(300 * 256));
        assert_eq!(pause(9), Millis::hours(24));
        assert_eq!(pause(u32::MAX), Millis::hours(24));
    }

    #[test]
    fn calls_that_are_used_up_end_the_run() {
        let mut calls = Calls(5);
        assert!(calls.take(3) && calls.take(2));
        assert!(!calls.take(1));
        let mut calls = Calls(5);
        assert!(!calls.take(6), "a piece is done as a whole or not at all");
        assert_eq!(calls.0, 0);
    }
}
