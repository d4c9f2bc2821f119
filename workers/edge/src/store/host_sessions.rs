//! Persons who host without an account.

use super::{StoreError, TenantStore};
use lectern_identity::tenant::GuestQuotas;
use lectern_identity::{HostSessionId, Millis};
use serde::Deserialize;

/// The host sessions of a tenant.
pub struct HostSessions<'a>(pub(super) &'a TenantStore);

/// A host session that is to begin.
pub struct Beginning<'a> {
    /// Which.
    pub id: HostSessionId,
    /// What stands for the address that asks for it.
    pub address: &'a str,
    /// When it begins.
    pub now: Millis,
    /// When it ends.
    pub expires: Millis,
}

#[derive(Deserialize)]
struct Count {
    count: u32,
}

impl HostSessions<'_> {
    /// Begins a session, unless as many as may be were begun within the last hour, at the tenant or by the
    /// address. Says whether it did; the count is exact.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin(
        &self,
        session: &Beginning<'_>,
        quotas: GuestQuotas,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO host_sessions (tenant_id, id, address, created_at, expires_at)
            SELECT ?1, ?2, ?3, ?4, ?5 WHERE
            (SELECT count(*) FROM host_sessions WHERE tenant_id = ?1 AND created_at > ?6) < ?7 AND
            (SELECT count(*) FROM host_sessions WHERE tenant_id = ?1 AND address = ?3 AND created_at > ?6) < ?8";
        let id = session.id.to_string();
        let values = [
            (&self.0.key).into(),
            (&id).into(),
            session.address.into(),
            session.now.0.into(),
            session.expires.0.into(),
            (session.now - Millis::hours(1)).0.into(),
            i64::from(quotas.sessions_per_hour).into(),
            i64::from(quotas.sessions_per_hour_of_address).into(),
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
