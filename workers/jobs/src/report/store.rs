//! A run's results in D1.
//!
//! Invariant: every statement names the tenant and the run, and writes nothing when the run's row is
//! gone. Limit: one parameter holds at most 2 MB, which the size of a report's page keeps.

use super::page::Rows;
use lectern_edge::{
    clock,
    store::{Database, Statement, StoreError, Value},
};
use lectern_identity::{SpeedrunId, TenantId};
use serde::Deserialize;

/// How much of a run's report is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// The run's row is gone.
    Gone,
    /// Everything.
    All,
    /// Every page below this one.
    Until(u32),
}

/// The results of one run of one tenant.
pub(super) struct RunStore {
    db: Database,
    tenant: String,
    run: String,
}

#[derive(Deserialize)]
struct Row {
    status: String,
    report_page: Option<f64>,
}

/// What stands in every statement that adds rows: without the run's row they are not added.
macro_rules! insert {
    ($table:literal, $columns:literal, $values:literal, $from:literal, $key:literal, $update:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (tenant_id, speedrun_id, ",
            $columns,
            ")
             SELECT ?1, ?2, ",
            $values,
            " FROM ",
            $from,
            "
             WHERE EXISTS (SELECT 1 FROM speedruns WHERE tenant_id = ?1 AND id = ?2)
             ON CONFLICT (tenant_id, speedrun_id, ",
            $key,
            ") DO UPDATE SET ",
            $update
        )
    };
}

const QUESTIONS: &str = insert!(
    "speedrun_questions",
    "position, kind, category, text, answered, right, wrong, timed_out, mean_ms, distribution",
    "row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4, row.value ->> 5,
     row.value ->> 6, row.value ->> 7, row.value ->> 8, row.value -> 9",
    "json_each(?3) AS row",
    "position",
    "kind = excluded.kind, category = excluded.category, text = excluded.text, answered = excluded.answered,
     right = excluded.right, wrong = excluded.wrong, timed_out = excluded.timed_out,
     mean_ms = excluded.mean_ms, distribution = excluded.distribution"
);

const PARTICIPANTS: &str = insert!(
    "speedrun_participants",
    "seat_id, name, removed, rank, score, answered, right, joined_at",
    "row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4, row.value ->> 5,
     row.value ->> 6, row.value ->> 7",
    "json_each(?3) AS row",
    "seat_id",
    "name = excluded.name, removed = excluded.removed, rank = excluded.rank, score = excluded.score,
     answered = excluded.answered, right = excluded.right, joined_at = excluded.joined_at"
);

const ANSWERS: &str = insert!(
    "speedrun_answers",
    "seat_id, position, choice, outcome, points, used_ms",
    "row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4, row.value ->> 5",
    "json_each(?3) AS row",
    "seat_id, position",
    "choice = excluded.choice, outcome = excluded.outcome, points = excluded.points,
     used_ms = excluded.used_ms"
);

const TIMED_OUT: &str = insert!(
    "speedrun_answers",
    "seat_id, position, choice, outcome, points, used_ms",
    "row.value ->> 0, question.value, NULL, 'timed_out', 0, NULL",
    "json_each(?3) AS row, json_each(row.value -> 1) AS question",
    "seat_id, position",
    "choice = NULL, outcome = excluded.outcome, points = 0, used_ms = NULL"
);

const SUMMARY: &str = "UPDATE speedruns SET title = ?3, pace = ?4, questions = ?5, participants = ?6, started_at = ?7, ended_at = ?8,
    end_reason = ?9 WHERE tenant_id = ?1 AND id = ?2";

const CURSOR: &str = "UPDATE speedruns SET report_page = max(coalesce(report_page, -1), ?3)
    WHERE tenant_id = ?1 AND id = ?2";

impl RunStore {
    pub(super) fn new(db: Database, tenant: TenantId, run: SpeedrunId) -> Self {
        Self {
            db,
            tenant: tenant.to_string(),
            run: run.to_string(),
        }
    }

    /// How much is stored. One row read.
    pub(super) async fn progress(&self) -> Result<Stored, StoreError> {
        let select = "SELECT status, report_page FROM speedruns WHERE tenant_id = ?1 AND id = ?2";
        let row: Option<Row> = self.db.first(select, &self.key()).await?;
        Ok(row.map_or(Stored::Gone, |row| {
            if row.status == "finished" {
                Stored::All
            } else {
                Stored::Until(next_page(row.report_page))
            }
        }))
    }

    /// Stores a page's rows and the cursor, all or nothing.
    pub(super) async fn page(&self, number: u32, rows: &Rows) -> Result<(), StoreError> {
        let mut statements = Vec::new();
        let tables = [
            (QUESTIONS, &rows.questions),
            (PARTICIPANTS, &rows.participants),
            (ANSWERS, &rows.answers),
            (TIMED_OUT, &rows.timed_out),
        ];
        for (sql, json) in tables {
            if !json.is_empty() {
                statements.push(self.statement(sql, &[(&serde_json::to_string(json)?).into()])?);
            }
        }
        if let Some(summary) = &rows.summary {
            let values = [
                (&summary.title).into(),
                (&summary.pace).into(),
                summary.questions.into(),
                summary.participants.into(),
                summary.started_at.into(),
                summary.ended_at.into(),
                (&summary.end_reason).into(),
            ];
            statements.push(self.statement(SUMMARY, &values)?);
        }
        statements.push(self.statement(CURSOR, &[i64::from(number).into()])?);
        self.db.batch(statements).await?;
        Ok(())
    }

    /// Marks the run finished and frees its join code. False: its row is gone.
    pub(super) async fn finish(&self) -> Result<bool, StoreError> {
        let finish =
            "UPDATE speedruns SET status = 'finished', version = version + 1, updated_at = ?3
            WHERE tenant_id = ?1 AND id = ?2";
        let finish = self.statement(finish, &[clock::now().0.into()])?;
        let free = self.statement(
            "DELETE FROM join_codes WHERE tenant_id = ?1 AND speedrun_id = ?2",
            &[],
        )?;
        let changed = self.db.batch(vec![finish, free]).await?;
        Ok(changed.first().is_some_and(|&rows| rows > 0))
    }

    /// What `?1` and `?2` of every statement are.
    fn key(&self) -> [Value<'_>; 2] {
        [(&self.tenant).into(), (&self.run).into()]
    }

    fn statement(&self, sql: &str, values: &[Value<'_>]) -> Result<Statement, StoreError> {
        self.db.statement(sql, &[&self.key(), values].concat())
    }
}

/// The page after the last one stored.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn next_page(stored: Option<f64>) -> u32 {
    // Written by us from a `u32`; `as` saturates should it ever be anything else.
    stored.map_or(0, |page| page as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn work_goes_on_after_the_last_page_stored() {
        assert_eq!(next_page(None), 0);
        assert_eq!(next_page(Some(0.0)), 1);
        assert_eq!(next_page(Some(41.0)), 42);
    }
}
