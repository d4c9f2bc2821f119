//! Answers of creating requests, replayed to whoever repeats one.
//!
//! Invariant: of all requests with one key, one at a time is worked on; what it created and its answer
//! are stored in one transaction ([`Idempotency::finish`] is a statement for the creator's own batch).

use super::{Statement, StoreError, TenantStore};
use lectern_identity::Millis;
use lectern_identity::idempotency::STALE;
use serde::Deserialize;

/// The stored answers of a tenant.
pub struct Idempotency<'a>(pub(super) &'a TenantStore);

/// Where a request stands: who asked which route with which key.
#[derive(Debug, Clone)]
pub struct Place {
    /// Who.
    pub principal: String,
    /// `POST /v1/…`, the pattern.
    pub route: &'static str,
    /// The client's key.
    pub key: String,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Claim {
    /// Work on it. When the first request with this key came: what derives ids from it derives the same again.
    Fresh {
        /// That time.
        first_at: Millis,
    },
    /// Another is being worked on.
    InFlight,
    /// The key was used for another body.
    Reused,
    /// It was answered.
    Answered(StoredAnswer),
}

/// An answer as it was given.
#[derive(Debug)]
pub struct StoredAnswer {
    /// The status.
    pub status: u16,
    /// Headers, as a JSON object.
    pub headers: String,
    /// The body; none: it held a secret and was not stored.
    pub body: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    body_hash: String,
    status: Option<u16>,
    headers: Option<String>,
    body: Option<String>,
    created_at: i64,
    taken_at: i64,
}

impl Idempotency<'_> {
    /// Claims a key for this body.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(
        &self,
        place: &Place,
        body_hash: &str,
        now: Millis,
    ) -> Result<Claim, StoreError> {
        let insert = "INSERT OR IGNORE INTO idempotency_keys
            (tenant_id, principal, route, key, body_hash, created_at, taken_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
        let Place {
            principal,
            route,
            key,
        } = place;
        let values = [
            (&self.0.key).into(),
            principal.into(),
            (*route).into(),
            key.into(),
            body_hash.into(),
            now.0.into(),
        ];
        if self.0.db.run(insert, &values).await? == 1 {
            return Ok(Claim::Fresh { first_at: now });
        }
        let Some(row) = self.row(place).await? else {
            return Ok(Claim::InFlight);
        };
        if row.body_hash != body_hash {
            return Ok(Claim::Reused);
        }
        match row.status {
            Some(status) => Ok(Claim::Answered(StoredAnswer {
                status,
                headers: row.headers.unwrap_or_else(|| "{}".into()),
                body: row.body,
            })),
            None => self.take_over(place, &row, now).await,
        }
    }

    async fn row(&self, place: &Place) -> Result<Option<Row>, StoreError> {
        let sql =
            "SELECT body_hash, status, headers, body, created_at, taken_at FROM idempotency_keys
            WHERE tenant_id = ?1 AND principal = ?2 AND route = ?3 AND key = ?4";
        let Place {
            principal,
            route,
            key,
        } = place;
        self.0
            .db
            .first(
                sql,
                &[
                    (&self.0.key).into(),
                    principal.into(),
                    (*route).into(),
                    key.into(),
                ],
            )
            .await
    }

    /// Takes the place of a request that was lost with its isolate; of two that try, one succeeds.
    async fn take_over(&self, place: &Place, row: &Row, now: Millis) -> Result<Claim, StoreError> {
        if Millis(row.taken_at) + STALE > now {
            return Ok(Claim::InFlight);
        }
        let sql = "UPDATE idempotency_keys SET taken_at = ?6 WHERE tenant_id = ?1 AND principal = ?2 AND route = ?3
            AND key = ?4 AND taken_at = ?5 AND status IS NULL";
        let Place {
            principal,
            route,
            key,
        } = place;
        let values = [
            (&self.0.key).into(),
            principal.into(),
            (*route).into(),
            key.into(),
            row.taken_at.into(),
            now.0.into(),
        ];
        let taken = self.0.db.run(sql, &values).await? == 1;
        Ok(if taken {
            Claim::Fresh {
                first_at: Millis(row.created_at),
            }
        } else {
            Claim::InFlight
        })
    }

    /// Stores the answer; belongs into the batch that stores what was created.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn finish(&self, place: &Place, answer: &StoredAnswer) -> Result<Statement, StoreError> {
        let sql = "UPDATE idempotency_keys SET status = ?5, headers = ?6, body = ?7
            WHERE tenant_id = ?1 AND principal = ?2 AND route = ?3 AND key = ?4";
        let Place {
            principal,
            route,
            key,
        } = place;
        let values = [
            (&self.0.key).into(),
            principal.into(),
            (*route).into(),
            key.into(),
            i64::from(answer.status).into(),
            (&answer.headers).into(),
            answer.body.as_deref().into(),
        ];
        self.0.db.statement(sql, &values)
    }

    /// Gives a key back: the request was refused and may be judged again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release(&self, place: &Place) -> Result<(), StoreError> {
        let sql = "DELETE FROM idempotency_keys WHERE tenant_id = ?1 AND principal = ?2 AND route = ?3 AND key = ?4
            AND status IS NULL";
        let Place {
            principal,
            route,
            key,
        } = place;
        let values = [
            (&self.0.key).into(),
            principal.into(),
            (*route).into(),
            key.into(),
        ];
        self.0.db.run(sql, &values).await.map(|_| ())
    }
}
