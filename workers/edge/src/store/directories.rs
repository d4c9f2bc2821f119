//! The three public names that lead to a tenant: a run's join code or link, an API client's id, and
//! the slug of a tenant's public pages. Nothing else finds a tenant without a token.

use super::tenant::{TENANT_COLUMNS, TenantRow};
use super::{Database, StoreError, Value};
use lectern_identity::code::{JoinCode, JoinLink};
use lectern_identity::{ClientId, Millis, SpeedrunId, Tenant, TenantId};
use serde::Deserialize;

/// The run that a join code opens.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct JoinTarget {
    /// Whose run.
    pub tenant_id: TenantId,
    /// Which.
    pub speedrun_id: SpeedrunId,
}

/// What a client must prove.
#[derive(Debug, Clone, Deserialize)]
pub struct ClientSecret {
    /// Whose client.
    pub tenant_id: TenantId,
    /// Hex SHA-256 of its secret.
    pub secret_hash: String,
    /// Since when it may not sign on.
    pub disabled_at: Option<i64>,
}

/// The live run of this code. One row read.
///
/// # Errors
/// [`StoreError`].
pub async fn run_by_code(
    db: &Database,
    code: &JoinCode,
    now: Millis,
) -> Result<Option<JoinTarget>, StoreError> {
    let sql = "SELECT tenant_id, speedrun_id FROM join_codes WHERE code = ?1 AND expires_at > ?2";
    db.first(sql, &[code.as_str().into(), now.0.into()]).await
}

/// The live run of this link. One row read.
///
/// # Errors
/// [`StoreError`].
pub async fn run_by_link(
    db: &Database,
    link: &JoinLink,
    now: Millis,
) -> Result<Option<JoinTarget>, StoreError> {
    let sql = "SELECT tenant_id, speedrun_id FROM join_codes WHERE link = ?1 AND expires_at > ?2";
    db.first(sql, &[link.as_str().into(), now.0.into()]).await
}

/// The client of this id. One row read.
///
/// # Errors
/// [`StoreError`].
pub async fn client_by_id(
    db: &Database,
    id: &ClientId,
) -> Result<Option<ClientSecret>, StoreError> {
    let sql = "SELECT tenant_id, secret_hash, disabled_at FROM api_clients WHERE id = ?1";
    db.first(sql, &[Value::from(&id.to_string())]).await
}

/// The tenant of this slug. One row read.
///
/// # Errors
/// [`StoreError`].
pub async fn tenant_by_slug(db: &Database, slug: &str) -> Result<Option<Tenant>, StoreError> {
    let sql = format!("SELECT {TENANT_COLUMNS} FROM tenants WHERE slug = ?1");
    Ok(db
        .first::<TenantRow>(&sql, &[slug.into()])
        .await?
        .map(Into::into))
}
