//! Persons who host without an account.

use super::{StoreError, TenantStore};
use lectern_identity::{HostSessionId, Millis};
use serde::Deserialize;

/// The host sessions of a tenant.
pub struct HostSessions<'a>(pub(super) &'a TenantStore);

#[derive(Deserialize)]
struct Count {
    count: u32,
}

impl HostSessions<'_> {
    /// Begins a session, unless the tenant began as many as it may since `since`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin(
        &self,
        id: &HostSessionId,
        now: Millis,
        expires: Millis,
        since: Millis,
        at_most: u32,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO host_sessions (tenant_id, id, created_at, expires_at)
            SELECT ?1, ?2, ?3, ?4 WHERE
            (SELECT count(*) FROM host_sessions WHERE tenant_id = ?1 AND created_at > ?5) < ?6";
        let id = id.to_string();
        let values = [
            (&self.0.key).into(),
            (&id).into(),
            now.0.into(),
            expires.0.into(),
            since.0.into(),
            i64::from(at_most).into(),
        ];
        Ok(self.0.db.run(sql, &values).await? == 1)
    }

    /// How many question sets a session owns.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn question_sets(&self, id: &HostSessionId) -> Result<u32, StoreError> {
        let sql =
            "SELECT count(*) AS count FROM question_sets WHERE tenant_id = ?1 AND owner_id = ?2";
        let id = id.to_string();
        let count: Option<Count> = self
            .0
            .db
            .first(sql, &[(&self.0.key).into(), (&id).into()])
            .await?;
        Ok(count.map_or(0, |row| row.count))
    }

    /// How many runs a session created since then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn runs_since(&self, id: &HostSessionId, since: Millis) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) AS count FROM speedruns WHERE tenant_id = ?1 AND owner_id = ?2 AND created_at > ?3";
        let id = id.to_string();
        let count: Option<Count> = self
            .0
            .db
            .first(sql, &[(&self.0.key).into(), (&id).into(), since.0.into()])
            .await?;
        Ok(count.map_or(0, |row| row.count))
    }
}
