//! The store of one tenant.

use super::{
    Database, Files, HostSessions, Idempotency, QuestionSets, Results, Speedruns, StoreError,
};
use lectern_identity::{Tenant, TenantId, TenantSettings};
use serde::Deserialize;
use worker::{Bucket, Env};

/// Everything that one tenant has stored. There is no other way to it.
pub struct TenantStore {
    pub(super) db: Database,
    pub(super) bucket: Bucket,
    tenant: TenantId,
    /// The same as text, as every statement needs it.
    pub(super) key: String,
}

impl TenantStore {
    /// The store of this tenant. The tenant comes from a verified token or from one of the
    /// [`super::directories`].
    ///
    /// # Errors
    /// When database or bucket are not bound.
    pub fn of(env: &Env, tenant: TenantId) -> Result<Self, StoreError> {
        Ok(Self {
            db: Database::of(env)?,
            bucket: env.bucket("BUCKET")?,
            tenant,
            key: tenant.to_string(),
        })
    }

    /// Whose store this is.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tenant's own row. One row read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn row(&self) -> Result<Option<Tenant>, StoreError> {
        let sql = format!("SELECT {TENANT_COLUMNS} FROM tenants WHERE id = ?1");
        Ok(self
            .db
            .first::<TenantRow>(&sql, &[(&self.key).into()])
            .await?
            .map(Into::into))
    }

    /// Its guests' host sessions.
    #[must_use]
    pub fn host_sessions(&self) -> HostSessions<'_> {
        HostSessions(self)
    }

    /// The answers of its creating requests.
    #[must_use]
    pub fn idempotency(&self) -> Idempotency<'_> {
        Idempotency(self)
    }

    /// Its question sets.
    #[must_use]
    pub fn question_sets(&self) -> QuestionSets<'_> {
        QuestionSets(self)
    }

    /// Its speed-runs.
    #[must_use]
    pub fn speedruns(&self) -> Speedruns<'_> {
        Speedruns(self)
    }

    /// The results of its finished speed-runs.
    #[must_use]
    pub fn results(&self) -> Results<'_> {
        Results(self)
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> Files<'_> {
        Files(self)
    }
}

pub(super) const TENANT_COLUMNS: &str = "id, slug, name, guests, settings";

#[derive(Deserialize)]
pub(super) struct TenantRow {
    id: TenantId,
    slug: String,
    name: String,
    guests: i64,
    settings: String,
}

impl From<TenantRow> for Tenant {
    fn from(row: TenantRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            guests: row.guests != 0,
            settings: TenantSettings::parse(&row.settings),
        }
    }
}
