//! What the reporter stored of a finished run, page by page.

use super::{StoreError, TenantStore, Value};
use lectern_identity::SpeedrunId;
use serde::Deserialize;

/// The results of a tenant's runs.
pub struct Results<'a>(pub(super) &'a TenantStore);

/// A question and what became of it.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct QuestionRow {
    pub position: u32,
    pub kind: String,
    pub category: Option<String>,
    pub text: String,
    pub answered: u32,
    pub right: u32,
    pub wrong: u32,
    pub timed_out: u32,
    pub mean_ms: Option<i64>,
    /// JSON.
    pub distribution: String,
}

/// A participant and what became of them.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct ParticipantRow {
    pub seat_id: String,
    pub name: String,
    pub removed: u8,
    pub rank: Option<u32>,
    pub score: i64,
    pub answered: u32,
    pub right: u32,
    pub joined_at: i64,
}

/// One answer.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct AnswerRow {
    pub seat_id: String,
    pub position: u32,
    /// JSON; none: the time ran out.
    pub choice: Option<String>,
    pub outcome: String,
    pub points: i64,
    pub used_ms: Option<i64>,
}

impl Results<'_> {
    /// The questions, in their order; at most 500.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn questions(&self, run: &SpeedrunId) -> Result<Vec<QuestionRow>, StoreError> {
        let sql = "SELECT position, kind, category, text, answered, right, wrong, timed_out, mean_ms, distribution
            FROM speedrun_questions WHERE tenant_id = ?1 AND speedrun_id = ?2 ORDER BY position";
        let run = run.to_string();
        self.0
            .db
            .all(sql, &[(&self.0.key).into(), (&run).into()])
            .await
    }

    /// The participants by seat; at most some thousands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn participants(&self, run: &SpeedrunId) -> Result<Vec<ParticipantRow>, StoreError> {
        let sql = "SELECT seat_id, name, removed, rank, score, answered, right, joined_at
            FROM speedrun_participants WHERE tenant_id = ?1 AND speedrun_id = ?2 ORDER BY seat_id";
        let run = run.to_string();
        self.0
            .db
            .all(sql, &[(&self.0.key).into(), (&run).into()])
            .await
    }

    /// Answers by seat and position, behind `(seat, position)`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn answers(
        &self,
        run: &SpeedrunId,
        after: (&str, i64),
        limit: u32,
    ) -> Result<Vec<AnswerRow>, StoreError> {
        let sql = "SELECT seat_id, position, choice, outcome, points, used_ms FROM speedrun_answers
            WHERE tenant_id = ?1 AND speedrun_id = ?2 AND (seat_id, position) > (?3, ?4)
            ORDER BY seat_id, position LIMIT ?5";
        let run = run.to_string();
        let (seat, position) = after;
        let values: [Value<'_>; 5] = [
            (&self.0.key).into(),
            (&run).into(),
            seat.into(),
            position.into(),
            i64::from(limit).into(),
        ];
        self.0.db.all(sql, &values).await
    }
}
