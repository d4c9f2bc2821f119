//! The records of speed-runs and their join codes.

use super::creation::RowSql;
use super::{Created, Creation, Owner, StoreError, TenantStore, Value};
use lectern_identity::code::{JoinCode, JoinLink};
use lectern_identity::{Millis, QuestionSetId, SpeedrunId};
use serde::Deserialize;

/// The speed-runs of a tenant.
pub struct Speedruns<'a>(pub(super) &'a TenantStore);

/// A row, with its join code while it has one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct SpeedrunRow {
    pub id: SpeedrunId,
    pub owner_id: Option<String>,
    pub set_id: QuestionSetId,
    pub title: String,
    pub pace: String,
    pub status: String,
    pub questions: u32,
    pub participants: u32,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub end_reason: Option<String>,
    pub version: u32,
    pub created_at: i64,
    pub updated_at: i64,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub link: Option<String>,
}

/// For how long a run counts against a guest's quota.
pub const QUOTA_PERIOD: Millis = Millis::hours(24);

#[derive(Deserialize)]
struct Reserved {
    code: String,
    link: String,
}

const SELECT: &str =
    "SELECT s.id, s.owner_id, s.set_id, s.title, s.pace, s.status, s.questions, s.participants,
    s.started_at, s.ended_at, s.end_reason, s.version, s.created_at, s.updated_at, c.code, c.link
    FROM speedruns s LEFT JOIN join_codes c ON c.tenant_id = s.tenant_id AND c.speedrun_id = s.id";

/// A guest's quota is of the runs made within [`QUOTA_PERIOD`].
const INSERT: RowSql = RowSql {
    table: "speedruns",
    columns: "tenant_id, id, owner_id, set_id, title, pace, status, questions, version, created_at, updated_at",
    owned: |guest, now| {
        format!(
            "SELECT count(*) FROM speedruns WHERE tenant_id = ?1 AND owner_id = ?{guest} AND created_at > ?{now} - {}",
            QUOTA_PERIOD.0
        )
    },
};

impl Speedruns<'_> {
    /// The run, if it is this tenant's and this owner's. Two rows read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(
        &self,
        id: &SpeedrunId,
        owner: Owner,
    ) -> Result<Option<SpeedrunRow>, StoreError> {
        let sql = format!("{SELECT} WHERE s.tenant_id = ?1 AND s.id = ?2");
        let id = id.to_string();
        let row: Option<SpeedrunRow> = self
            .0
            .db
            .first(&sql, &[(&self.0.key).into(), (&id).into()])
            .await?;
        Ok(row.filter(|row| owner == Owner::Tenant || row.owner_id == owner.column()))
    }

    /// Newest first, behind `after`. Reads twice the rows that it gives.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(
        &self,
        owner: Owner,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<SpeedrunRow>, StoreError> {
        const PAGE: &str = "s.id < ?2 ORDER BY s.id DESC LIMIT ?3";
        let (after, limit) = (after.unwrap_or("~"), i64::from(limit));
        let (tenant, after, limit) = (
            Value::from(&self.0.key),
            Value::from(after),
            Value::from(limit),
        );
        match owner.column() {
            None => {
                let sql = format!("{SELECT} WHERE s.tenant_id = ?1 AND {PAGE}");
                self.0.db.all(&sql, &[tenant, after, limit]).await
            }
            Some(guest) => {
                let sql = format!("{SELECT} WHERE s.tenant_id = ?1 AND s.owner_id = ?4 AND {PAGE}");
                self.0
                    .db
                    .all(&sql, &[tenant, after, limit, (&guest).into()])
                    .await
            }
        }
    }

    /// Reserves a join code and link for a run, or finds the ones that it has. None: the code is taken.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reserve(
        &self,
        run: &SpeedrunId,
        code: &JoinCode,
        link: &JoinLink,
        expires: Millis,
        now: Millis,
    ) -> Result<Option<(String, String)>, StoreError> {
        let run = run.to_string();
        let key = Value::from(&self.0.key);
        // A code whose time is over is free again, whether or not it was swept away yet.
        let sweep = "DELETE FROM join_codes WHERE code = ?1 AND expires_at <= ?2";
        let insert =
            "INSERT OR IGNORE INTO join_codes (code, tenant_id, speedrun_id, link, expires_at)
            SELECT ?3, ?1, ?2, ?4, ?5 WHERE NOT EXISTS
            (SELECT 1 FROM join_codes WHERE tenant_id = ?1 AND speedrun_id = ?2)";
        let batch = vec![
            self.0
                .db
                .statement(sweep, &[code.as_str().into(), now.0.into()])?,
            self.0.db.statement(
                insert,
                &[
                    key,
                    (&run).into(),
                    code.as_str().into(),
                    link.as_str().into(),
                    expires.0.into(),
                ],
            )?,
        ];
        self.0.db.batch(batch).await?;
        let sql = "SELECT code, link FROM join_codes WHERE tenant_id = ?1 AND speedrun_id = ?2";
        let reserved: Option<Reserved> = self.0.db.first(sql, &[key, (&run).into()]).await?;
        Ok(reserved.map(|row| (row.code, row.link)))
    }

    /// Frees a run's join code.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn free_code(&self, run: &SpeedrunId) -> Result<(), StoreError> {
        let sql = "DELETE FROM join_codes WHERE tenant_id = ?1 AND speedrun_id = ?2";
        let run = run.to_string();
        self.0
            .db
            .run(sql, &[(&self.0.key).into(), (&run).into()])
            .await
            .map(|_| ())
    }

    /// Stores a new run with the answer to who made it, if what [`Creation`] asks for holds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert(
        &self,
        row: &SpeedrunRow,
        creation: &Creation<'_>,
    ) -> Result<Created, StoreError> {
        let (id, set) = (row.id.to_string(), row.set_id.to_string());
        let values = [
            (&id).into(),
            row.owner_id.as_deref().into(),
            (&set).into(),
            (&row.title).into(),
            (&row.pace).into(),
            (&row.status).into(),
            i64::from(row.questions).into(),
            i64::from(row.version).into(),
            row.created_at.into(),
            row.updated_at.into(),
        ];
        creation.store(self.0, &INSERT, &values).await
    }
}
