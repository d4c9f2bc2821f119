//! Answers of creating requests, replayed to whoever repeats one.
//!
//! Invariant: of all requests with one key, one at a time is worked on; what it created and its answer
//! are stored in one transaction ([`super::Creation`]). Whoever was taken for lost and comes back late
//! changes nothing any more: every statement names the [`Fence`] of who works on the request.

use super::{StoreError, TenantStore, Value};
use lectern_identity::Millis;
use lectern_identity::idempotency::Fence;
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

/// A request that one worker works on.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Which request.
    pub place: Place,
    /// When the first request with this key came: what derives ids from it derives the same again.
    pub first_at: Millis,
    /// Which worker.
    pub fence: Fence,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Claim {
    /// Work on it.
    Fresh(Hold),
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

/// One row, by `?1` to `?4`.
const AT: &str = "tenant_id = ?1 AND principal = ?2 AND route = ?3 AND key = ?4";

impl Idempotency<'_> {
    /// Claims a key for this body.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(
        &self,
        place: Place,
        body_hash: &str,
        now: Millis,
    ) -> Result<Claim, StoreError> {
        let insert = "INSERT OR IGNORE INTO idempotency_keys
            (tenant_id, principal, route, key, body_hash, created_at, taken_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let fence = Fence::first(now);
        let more = [body_hash.into(), now.0.into(), fence.held().into()];
        if self.run(insert, &place, &more).await? > 0 {
            return Ok(Claim::Fresh(Hold {
                place,
                first_at: now,
                fence,
            }));
        }
        let select = format!(
            "SELECT body_hash, status, headers, body, created_at, taken_at FROM idempotency_keys WHERE {AT}"
        );
        let row: Option<Row> = self.0.db.first(&select, &self.key(&place)).await?;
        match row {
            None => Ok(Claim::InFlight),
            Some(row) if row.body_hash != body_hash => Ok(Claim::Reused),
            Some(Row {
                status: Some(status),
                headers,
                body,
                ..
            }) => Ok(Claim::Answered(StoredAnswer {
                status,
                headers: headers.unwrap_or_else(|| "{}".into()),
                body,
            })),
            Some(row) => self.take_over(place, &row, now).await,
        }
    }

    /// Takes the place of a worker that gave up or was lost with its isolate; of two that try, one succeeds.
    async fn take_over(&self, place: Place, row: &Row, now: Millis) -> Result<Claim, StoreError> {
        let Some(fence) = Fence::after(row.taken_at, now) else {
            return Ok(Claim::InFlight);
        };
        let taken = self.change(&place, row.taken_at, fence.held()).await?;
        Ok(if taken {
            Claim::Fresh(Hold {
                place,
                first_at: Millis(row.created_at),
                fence,
            })
        } else {
            Claim::InFlight
        })
    }

    /// Makes sure that nobody takes the request over for another [`lectern_identity::idempotency::STALE`].
    /// None: somebody has.
    ///
    /// # Errors
    /// [`StoreError`]; then it may have happened or not.
    pub async fn renew(&self, hold: &Hold, now: Millis) -> Result<Option<Fence>, StoreError> {
        let fence = hold.fence.renewed(now);
        let renewed = self
            .change(&hold.place, hold.fence.held(), fence.held())
            .await?;
        Ok(renewed.then_some(fence))
    }

    /// Gives a request back that could not be finished now: the next takes it at once, and makes the
    /// same ids.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn give_back(&self, hold: &Hold) -> Result<(), StoreError> {
        let (held, free) = (hold.fence.held(), hold.fence.given_back());
        self.change(&hold.place, held, free).await.map(|_| ())
    }

    /// Forgets a request that was refused and left nothing behind: it may be judged again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget(&self, hold: &Hold) -> Result<(), StoreError> {
        let sql =
            format!("DELETE FROM idempotency_keys WHERE {AT} AND taken_at = ?5 AND status IS NULL");
        let fence = [hold.fence.held().into()];
        self.run(&sql, &hold.place, &fence).await.map(|_| ())
    }

    /// Changes who works on an unanswered request. False: it was not `from` any more.
    async fn change(&self, place: &Place, from: i64, to: i64) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE idempotency_keys SET taken_at = ?6 WHERE {AT} AND taken_at = ?5 AND status IS NULL"
        );
        Ok(self.run(&sql, place, &[from.into(), to.into()]).await? > 0)
    }

    async fn run(&self, sql: &str, place: &Place, more: &[Value<'_>]) -> Result<usize, StoreError> {
        self.0.db.run(sql, &[&self.key(place), more].concat()).await
    }

    /// What `?1` to `?4` of every statement are.
    fn key<'p>(&'p self, place: &'p Place) -> [Value<'p>; 4] {
        [
            (&self.0.key).into(),
            (&place.principal).into(),
            place.route.into(),
            (&place.key).into(),
        ]
    }
}
