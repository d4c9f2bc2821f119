//! Replacing a question set's content.

use super::create::UploadForm;
use super::record::QuestionSetRecord;
use super::show::owned;
use super::stored;
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::{Reply, version_etag};
use crate::request::conditional::changed;
use crate::request::{Conditions, PathIds, Upload};
use lectern_edge::entropy;
use lectern_edge::store::SetFiles;
use lectern_identity::{Millis, QuestionSetId, RevisionId};
use lectern_quiz::model::QuestionSet;
use std::collections::BTreeSet;

/// Puts an upload in the place of a set's content. Images that the set holds already may be named by
/// their ids without being sent again.
///
/// 1. Reads and imports the upload.
/// 2. Writes it under a new revision, with the images that are kept.
/// 3. Switches the record, if it is still the version that was seen, and removes the old revision.
#[utoipa::path(put, path = "/v1/question-sets/{id}", tag = "question-sets",
    params(
        ("id" = String, Path, description = "The set."),
        ("If-Match" = String, Header, description = "The ETag of the version that is replaced.")),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "The record.", body = QuestionSetRecord)))]
#[worker::send]
pub(crate) async fn replace(
    scope: Scope,
    PathIds(id): PathIds<QuestionSetId>,
    conditions: Conditions,
    upload: Upload,
) -> Result<Reply, Refused> {
    let old = owned(&scope, &id, "question-set:Replace").await?;
    conditions.must_match(&version_etag(old.version))?;
    let files = scope.store.files();
    let known: Vec<String> = images(&stored::load(&files, &old).await?)
        .into_iter()
        .collect();
    let imported = upload.import(&known)?;
    let before = files.question_set(&id, &old.revision);
    let kept = kept(
        &before,
        &imported.set,
        &imported
            .images
            .iter()
            .map(|image| image.id.as_str())
            .collect(),
    )
    .await?;

    let revision = RevisionId::new(scope.ctx.now(), entropy::bytes()?);
    let mut row = stored::row(
        &scope,
        &upload,
        &imported,
        id,
        revision,
        Millis(old.created_at),
    )?;
    row.owner_id.clone_from(&old.owner_id);
    row.shared = if upload.shared.is_some() {
        row.shared
    } else {
        old.shared
    };
    let after = files.question_set(&id, &revision);
    stored::write(&after, upload.file, imported, kept).await?;
    match scope.store.question_sets().replace(&row, old.version).await {
        Ok(true) => {}
        Ok(false) => {
            let _ = after.remove().await;
            return Err(changed());
        }
        Err(error) => {
            if error.changed_nothing() {
                let _ = after.remove().await;
            }
            return Err(error.into());
        }
    }
    // What cannot be removed now is swept away by the cron.
    let _ = before.remove().await;
    row.version = old.version + 1;
    QuestionSetRecord::reply(row, scope.owner())
}

/// The ids of a set's images.
pub(super) fn images(set: &QuestionSet) -> BTreeSet<String> {
    set.questions
        .iter()
        .flat_map(|question| question.images().map(|image| image.id.clone()))
        .collect()
}

/// The images that the new content names and did not bring: id, media type, bytes.
async fn kept(
    before: &SetFiles<'_>,
    set: &QuestionSet,
    brought: &BTreeSet<&str>,
) -> Result<Vec<(String, String, Vec<u8>)>, Refused> {
    let mut kept = Vec::new();
    for id in images(set)
        .into_iter()
        .filter(|id| !brought.contains(id.as_str()))
    {
        if let Some(object) = before.image(&id).await?
            && let Some(body) = object.body()
        {
            let content_type = object.http_metadata().content_type.unwrap_or_default();
            kept.push((id, content_type, body.bytes().await?));
        }
    }
    Ok(kept)
}
