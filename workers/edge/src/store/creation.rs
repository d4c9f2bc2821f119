//! What must hold for a new row, and the answer that is stored with it.
//!
//! Invariant: conditions, row and answer are one transaction. Requests that run side by side cannot
//! pass a quota together, a guest whose host session has ended gets no more rows, and a worker whose
//! request was taken over inserts nothing.

use super::idempotency::{Hold, StoredAnswer};
use super::{Statement, StoreError, TenantStore, Value};
use lectern_identity::{HostSessionId, Millis};
use serde::Deserialize;

/// A creating request at the moment when it stores.
pub struct Creation<'a> {
    /// The request, and who works on it.
    pub hold: &'a Hold,
    /// What it is answered.
    pub answer: StoredAnswer,
    /// The guest who asks, and how many things of this kind it may have; none: the tenant itself asks.
    pub guest: Option<(HostSessionId, u32)>,
    /// The time.
    pub now: Millis,
}

/// What became of a creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// Row and answer are stored.
    Stored,
    /// Nothing is stored: another worker has taken the request over.
    Overtaken,
    /// Nothing is stored: the guest's host session has ended.
    SessionOver,
    /// Nothing is stored: the guest has as many as it may have.
    QuotaReached,
}

#[derive(Deserialize)]
struct Standing {
    held: u8,
    hosted: u8,
}

/// Behind the values of the row's own columns stand, from `?n` on: principal, route, key, fence, guest,
/// now, the guest's quota.
const VALUES: usize = 7;

fn held(n: usize) -> String {
    format!(
        "EXISTS (SELECT 1 FROM idempotency_keys WHERE tenant_id = ?1 AND principal = ?{n} AND route = ?{}
        AND key = ?{} AND taken_at = ?{} AND status IS NULL)",
        n + 1,
        n + 2,
        n + 3
    )
}

fn hosted(n: usize) -> String {
    format!(
        "(?{guest} IS NULL OR EXISTS (SELECT 1 FROM host_sessions WHERE tenant_id = ?1 AND id = ?{guest}
        AND expires_at > ?{}))",
        n + 5,
        guest = n + 4
    )
}

impl Creation<'_> {
    /// Inserts a row and stores the answer, if everything holds.
    ///
    /// `row` are the values of its columns behind the tenant, the id first.
    pub(super) async fn store(
        &self,
        store: &TenantStore,
        sql: &RowSql,
        row: &[Value<'_>],
    ) -> Result<Created, StoreError> {
        let n = row.len() + 2;
        let guest = self.guest.map(|(id, _)| id.to_string());
        let conditions = self.values(guest.as_deref());
        let marks: Vec<String> = (1..n).map(|mark| format!("?{mark}")).collect();
        let insert = format!(
            "INSERT INTO {} ({}) SELECT {} WHERE {} AND {} AND (?{guest} IS NULL OR ({}) < ?{})",
            sql.table,
            sql.columns,
            marks.join(", "),
            held(n),
            hosted(n),
            (sql.owned)(n + 4, n + 5),
            n + 6,
            guest = n + 4,
        );
        let tenant = [Value::from(&store.key)];
        let values = [&tenant, row, &conditions].concat();
        let batch = vec![
            store.db.statement(&insert, &values)?,
            self.finish(store, sql, row)?,
        ];
        let stored = store.db.batch(batch).await?;
        if stored.first().is_some_and(|&rows| rows > 0) {
            return Ok(Created::Stored);
        }
        self.why(store, &conditions).await
    }

    fn values<'v>(&'v self, guest: Option<&'v str>) -> [Value<'v>; VALUES] {
        let place = &self.hold.place;
        [
            (&place.principal).into(),
            place.route.into(),
            (&place.key).into(),
            self.hold.fence.held().into(),
            guest.into(),
            self.now.0.into(),
            self.guest.map_or(0, |(_, most)| i64::from(most)).into(),
        ]
    }

    /// Stores the answer if the row is there.
    fn finish(
        &self,
        store: &TenantStore,
        sql: &RowSql,
        row: &[Value<'_>],
    ) -> Result<Statement, StoreError> {
        let update = format!(
            "UPDATE idempotency_keys SET status = ?6, headers = ?7, body = ?8 WHERE tenant_id = ?1 AND principal = ?2
            AND route = ?3 AND key = ?4 AND taken_at = ?5 AND status IS NULL
            AND EXISTS (SELECT 1 FROM {} WHERE tenant_id = ?1 AND id = ?9)",
            sql.table
        );
        let place = &self.hold.place;
        let values = [
            (&store.key).into(),
            (&place.principal).into(),
            place.route.into(),
            (&place.key).into(),
            self.hold.fence.held().into(),
            i64::from(self.answer.status).into(),
            (&self.answer.headers).into(),
            self.answer.body.as_deref().into(),
            row.first().copied().unwrap_or(Value::Null),
        ];
        store.db.statement(&update, &values)
    }

    /// Which condition did not hold. Of those that hold again by now it was the quota.
    async fn why(
        &self,
        store: &TenantStore,
        conditions: &[Value<'_>],
    ) -> Result<Created, StoreError> {
        let select = format!("SELECT {} AS held, {} AS hosted", held(2), hosted(2));
        let values = [&[Value::from(&store.key)], conditions].concat();
        // The quota is asked for by no condition here.
        let values = values.get(..VALUES).unwrap_or_default();
        let standing: Option<Standing> = store.db.first(&select, values).await?;
        Ok(match standing {
            Some(Standing { hosted: 0, held: 1 }) => Created::SessionOver,
            Some(Standing { held: 1, .. }) if self.guest.is_some() => Created::QuotaReached,
            _ => Created::Overtaken,
        })
    }
}

/// How a kind of row is inserted.
pub(super) struct RowSql {
    /// Its table.
    pub(super) table: &'static str,
    /// Its columns; the tenant first, the id second.
    pub(super) columns: &'static str,
    /// The statement that counts what a guest has, given the parameters that hold guest and time.
    pub(super) owned: fn(usize, usize) -> String,
}
