//! A set's content: written under a fresh revision before a row makes it visible.
//!
//! Invariant: a refusal leaves nothing behind, and no row ever names files that are not there. A Worker
//! that dies in the middle, or does not hear whether its row was stored, leaves files under a revision
//! that no row may name; the cron sweeps such revisions away.

use crate::auth::Scope;
use crate::fault::{Refused, left_behind};
use crate::request::Upload;
use lectern_edge::store::{Files, QuestionSetRow, SetFiles};
use lectern_identity::{Millis, QuestionSetId, RevisionId};
use lectern_problem::{Code, Problem};
use lectern_quiz::model::QuestionSet;
use lectern_quiz_formats::Imported;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use worker::Object;

/// How often a set is looked up that is being replaced.
const LOOKS: u32 = 4;

/// A set's row, whose content was imported but not written yet.
pub(super) fn row(
    scope: &Scope,
    upload: &Upload,
    imported: &Imported,
    id: QuestionSetId,
    revision: RevisionId,
    created: Millis,
) -> Result<QuestionSetRow, Refused> {
    let format = serde_json::to_value(imported.format)?;
    Ok(QuestionSetRow {
        id,
        owner_id: scope.owner().column(),
        shared: may_share(scope, upload.shared)?.into(),
        title: imported.set.title.clone(),
        format: format.as_str().unwrap_or_default().to_owned(),
        language: imported.set.language.clone(),
        question_count: u32::try_from(imported.set.questions.len()).unwrap_or(u32::MAX),
        categories: categories(&imported.set).to_string(),
        warnings: serde_json::to_string(&imported.warnings)?,
        original_name: upload
            .file_name
            .as_ref()
            .map(|name| name.chars().take(255).collect()),
        original_bytes: upload.file.len() as u64,
        revision,
        version: 1,
        created_at: created.0,
        updated_at: scope.ctx.now().0,
    })
}

/// Guests own what they make; only the tenant shares.
pub(super) fn may_share(scope: &Scope, wanted: Option<bool>) -> Result<bool, Refused> {
    match wanted {
        Some(true) if scope.guest().is_some() => Err(Problem::new(
            Code::Forbidden,
            "A guest may not share question sets (`question-set:Share`).",
        )
        .into()),
        wanted => Ok(wanted.unwrap_or(false)),
    }
}

/// The categories in their first order, each with how many questions it has.
fn categories(set: &QuestionSet) -> Value {
    let mut counts: BTreeMap<&str, (usize, u32)> = BTreeMap::new();
    for (position, question) in set.questions.iter().enumerate() {
        if let Some(category) = question.category.as_deref() {
            counts.entry(category).or_insert((position, 0)).1 += 1;
        }
    }
    let mut all: Vec<_> = counts.into_iter().collect();
    all.sort_by_key(|(_, (position, _))| *position);
    all.into_iter()
        .map(|(name, (_, questions))| json!({ "name": name, "questions": questions }))
        .collect()
}

/// Writes original, normalised form and images. What a failure leaves is removed.
pub(super) async fn write(
    scope: &Scope,
    files: &SetFiles<'_>,
    original: Vec<u8>,
    imported: Imported,
) -> Result<(), Refused> {
    let written = write_all(files, original, imported).await;
    if written.is_err() {
        left_behind(&scope.ctx, files.remove().await);
    }
    written
}

async fn write_all(
    files: &SetFiles<'_>,
    original: Vec<u8>,
    imported: Imported,
) -> Result<(), Refused> {
    let json = serde_json::to_string(&imported.set)?;
    for image in imported.images {
        files
            .put_image(&image.id, image.content_type, image.bytes)
            .await?;
    }
    files.put_original(original).await?;
    Ok(files.put_set(json).await?)
}

/// The normalised form of a set. None: its files are not there.
pub(crate) async fn content(
    files: &Files<'_>,
    row: &QuestionSetRow,
) -> Result<Option<QuestionSet>, Refused> {
    let object = files.question_set(&row.id, &row.revision).set().await?;
    match object.as_ref().and_then(Object::body) {
        Some(body) => Ok(Some(serde_json::from_slice(&body.bytes().await?)?)),
        None => Ok(None),
    }
}

/// A set's row, if who asks may see it, with what `look` finds among the files of its revision.
///
/// A revision that is replaced between row and files is looked up again, so that a reader gets the old
/// content or the new, and never a fault. With no content, files are missing that should be there.
pub(crate) async fn current<T>(
    scope: &Scope,
    id: &QuestionSetId,
    look: impl AsyncFn(&QuestionSetRow) -> Result<Option<T>, Refused>,
) -> Result<Option<(QuestionSetRow, Option<T>)>, Refused> {
    let mut missed = None;
    for _ in 0..LOOKS {
        let Some(row) = scope.store.question_sets().find(id, scope.owner()).await? else {
            return Ok(None);
        };
        let found = look(&row).await?;
        if found.is_some() || missed == Some(row.revision) {
            return Ok(Some((row, found)));
        }
        missed = Some(row.revision);
    }
    Err(Problem::unavailable(format!("{id} is replaced again and again")).into())
}

/// The same, for what every revision has: 404 without a row, our fault without content.
pub(crate) async fn whole<T>(
    scope: &Scope,
    id: &QuestionSetId,
    look: impl AsyncFn(&QuestionSetRow) -> Result<Option<T>, Refused>,
) -> Result<(QuestionSetRow, T), Refused> {
    let (row, found) = current(scope, id, look)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok((row, found.ok_or_else(|| missing(id))?))
}

/// Files that should be there are not.
pub(crate) fn missing(id: &QuestionSetId) -> Problem {
    Problem::internal(format!("the content of {id} is missing"))
}
