//! The records of question sets. Their content lies in R2 ([`super::SetFiles`]).

use super::creation::RowSql;
use super::{Created, Creation, StoreError, TenantStore, Value};
use lectern_identity::{HostSessionId, Millis, QuestionSetId, RevisionId};
use serde::Deserialize;

/// The question sets of a tenant.
pub struct QuestionSets<'a>(pub(super) &'a TenantStore);

/// For whom rows are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The tenant itself: sees and owns all.
    Tenant,
    /// A guest: owns what the session made, sees also what the tenant shares.
    Guest(HostSessionId),
}

impl Owner {
    /// As `owner_id` is stored.
    #[must_use]
    pub fn column(&self) -> Option<String> {
        match self {
            Self::Tenant => None,
            Self::Guest(id) => Some(id.to_string()),
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct QuestionSetRow {
    pub id: QuestionSetId,
    pub owner_id: Option<String>,
    pub shared: u8,
    pub title: String,
    pub format: String,
    pub language: Option<String>,
    pub question_count: u32,
    /// JSON array of `{"name", "questions"}`.
    pub categories: String,
    /// JSON array of import warnings.
    pub warnings: String,
    pub original_name: Option<String>,
    pub original_bytes: u64,
    pub revision: RevisionId,
    pub version: u32,
    pub created_at: i64,
    pub updated_at: i64,
}

impl QuestionSetRow {
    /// Whether this owner may change it.
    #[must_use]
    pub fn owned_by(&self, owner: Owner) -> bool {
        owner == Owner::Tenant || self.owner_id == owner.column()
    }

    /// Whether this owner may see it.
    #[must_use]
    pub fn visible_to(&self, owner: Owner) -> bool {
        self.shared != 0 || self.owned_by(owner)
    }
}

const COLUMNS: &str =
    "id, owner_id, shared, title, format, language, question_count, categories, warnings,
    original_name, original_bytes, revision, version, created_at, updated_at";

const INSERT: RowSql = RowSql {
    table: "question_sets",
    columns: "tenant_id, id, owner_id, shared, title, format, language, question_count, categories, warnings,
        original_name, original_bytes, revision, version, created_at, updated_at",
    owned: |guest, _| {
        format!("SELECT count(*) FROM question_sets WHERE tenant_id = ?1 AND owner_id = ?{guest}")
    },
};

impl QuestionSets<'_> {
    /// The set, if it is this tenant's and the owner may see it. One row read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(
        &self,
        id: &QuestionSetId,
        owner: Owner,
    ) -> Result<Option<QuestionSetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM question_sets WHERE tenant_id = ?1 AND id = ?2");
        let id = id.to_string();
        let row: Option<QuestionSetRow> = self
            .0
            .db
            .first(&sql, &[(&self.0.key).into(), (&id).into()])
            .await?;
        Ok(row.filter(|row| row.visible_to(owner)))
    }

    /// Newest first, behind `after`, those whose title holds `words`. Reads the rows it gives, and with
    /// words those between them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(
        &self,
        owner: Owner,
        after: Option<&str>,
        words: Option<&str>,
        limit: u32,
    ) -> Result<Vec<QuestionSetRow>, StoreError> {
        const PAGE: &str = "id < ?2 AND (?3 IS NULL OR instr(lower(title), lower(?3)) > 0) ORDER BY id DESC LIMIT ?4";
        let (after, limit) = (after.unwrap_or("~"), i64::from(limit));
        let values = [
            (&self.0.key).into(),
            after.into(),
            words.into(),
            limit.into(),
        ];
        match owner.column() {
            None => {
                let sql =
                    format!("SELECT {COLUMNS} FROM question_sets WHERE tenant_id = ?1 AND {PAGE}");
                self.0.db.all(&sql, &values).await
            }
            Some(guest) => {
                // Two walks along an index each, so that other guests' sets are never read.
                let own = format!(
                    "SELECT {COLUMNS} FROM question_sets WHERE tenant_id = ?1 AND owner_id = ?5 AND {PAGE}"
                );
                let shared = format!(
                    "SELECT {COLUMNS} FROM question_sets WHERE tenant_id = ?1 AND shared = 1 AND {PAGE}"
                );
                let sql = format!(
                    "SELECT * FROM (SELECT * FROM ({own}) UNION SELECT * FROM ({shared})) ORDER BY id DESC LIMIT ?4"
                );
                let [tenant, after, words, limit] = values;
                self.0
                    .db
                    .all(&sql, &[tenant, after, words, limit, Value::Text(&guest)])
                    .await
            }
        }
    }

    /// Stores a new set with the answer to who made it, if what [`Creation`] asks for holds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert(
        &self,
        row: &QuestionSetRow,
        creation: &Creation<'_>,
    ) -> Result<Created, StoreError> {
        let (id, revision) = (row.id.to_string(), row.revision.to_string());
        let values = [
            (&id).into(),
            row.owner_id.as_deref().into(),
            i64::from(row.shared).into(),
            (&row.title).into(),
            (&row.format).into(),
            row.language.as_deref().into(),
            i64::from(row.question_count).into(),
            (&row.categories).into(),
            (&row.warnings).into(),
            row.original_name.as_deref().into(),
            i64::try_from(row.original_bytes).unwrap_or(i64::MAX).into(),
            (&revision).into(),
            i64::from(row.version).into(),
            row.created_at.into(),
            row.updated_at.into(),
        ];
        creation.store(self.0, &INSERT, &values).await
    }

    /// Puts new content in the place of version `seen`. False: it was changed meanwhile, or is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replace(&self, row: &QuestionSetRow, seen: u32) -> Result<bool, StoreError> {
        let sql = "UPDATE question_sets SET title = ?4, format = ?5, language = ?6, question_count = ?7,
            categories = ?8, warnings = ?9, original_name = ?10, original_bytes = ?11, revision = ?12,
            shared = ?13, version = version + 1, updated_at = ?14
            WHERE tenant_id = ?1 AND id = ?2 AND version = ?3";
        let (id, revision) = (row.id.to_string(), row.revision.to_string());
        let values = [
            (&self.0.key).into(),
            (&id).into(),
            i64::from(seen).into(),
            (&row.title).into(),
            (&row.format).into(),
            row.language.as_deref().into(),
            i64::from(row.question_count).into(),
            (&row.categories).into(),
            (&row.warnings).into(),
            row.original_name.as_deref().into(),
            i64::try_from(row.original_bytes).unwrap_or(i64::MAX).into(),
            (&revision).into(),
            i64::from(row.shared).into(),
            row.updated_at.into(),
        ];
        Ok(self.0.db.run(sql, &values).await? == 1)
    }

    /// Renames or shares version `seen`. False: it was changed meanwhile, or is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn update(
        &self,
        id: &QuestionSetId,
        seen: u32,
        title: &str,
        shared: bool,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE question_sets SET title = ?4, shared = ?5, version = version + 1, updated_at = ?6
            WHERE tenant_id = ?1 AND id = ?2 AND version = ?3";
        let id = id.to_string();
        let values = [
            (&self.0.key).into(),
            (&id).into(),
            i64::from(seen).into(),
            title.into(),
            shared.into(),
            now.0.into(),
        ];
        Ok(self.0.db.run(sql, &values).await? == 1)
    }

    /// Deletes version `seen`. False: it was changed meanwhile, or is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete(&self, id: &QuestionSetId, seen: u32) -> Result<bool, StoreError> {
        let sql = "DELETE FROM question_sets WHERE tenant_id = ?1 AND id = ?2 AND version = ?3";
        let id = id.to_string();
        Ok(self
            .0
            .db
            .run(
                sql,
                &[(&self.0.key).into(), (&id).into(), i64::from(seen).into()],
            )
            .await?
            == 1)
    }
}
