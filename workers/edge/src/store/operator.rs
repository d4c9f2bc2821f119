//! What belongs to no tenant: queue messages that no consumer could work off.

use super::{Database, StoreError};
use lectern_identity::Millis;
use serde::Deserialize;

/// A dead letter.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct DeadLetterRow {
    pub id: String,
    pub queue: String,
    pub body: String,
    pub received_at: i64,
    pub redriven_at: Option<i64>,
}

const COLUMNS: &str = "id, queue, body, received_at, redriven_at";

/// Letters by age, oldest first, behind `(received_at, id)`.
///
/// # Errors
/// [`StoreError`].
pub async fn dead_letters(
    db: &Database,
    after: (i64, &str),
    limit: u32,
) -> Result<Vec<DeadLetterRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM dead_letters WHERE (received_at, id) > (?1, ?2) ORDER BY received_at, id LIMIT ?3"
    );
    db.all(
        &sql,
        &[after.0.into(), after.1.into(), i64::from(limit).into()],
    )
    .await
}

/// One letter.
///
/// # Errors
/// [`StoreError`].
pub async fn dead_letter(db: &Database, id: &str) -> Result<Option<DeadLetterRow>, StoreError> {
    db.first(
        &format!("SELECT {COLUMNS} FROM dead_letters WHERE id = ?1"),
        &[id.into()],
    )
    .await
}

/// Notes when a letter was sent again, or that it was not. Only while the note is still `seen`: a letter
/// that was given up anew meanwhile is not touched.
///
/// # Errors
/// [`StoreError`].
pub async fn note_redriven(
    db: &Database,
    id: &str,
    seen: Option<Millis>,
    now: Option<Millis>,
) -> Result<(), StoreError> {
    let sql = "UPDATE dead_letters SET redriven_at = ?3 WHERE id = ?1 AND redriven_at IS ?2";
    let time = |at: Option<Millis>| at.map(|at| at.0).into();
    db.run(sql, &[id.into(), time(seen), time(now)])
        .await
        .map(|_| ())
}
