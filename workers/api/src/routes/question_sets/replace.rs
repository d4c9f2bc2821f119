//! Replacing a question set's content.

use super::create::UploadForm;
use super::record::QuestionSetRecord;
use super::show::owned;
use super::stored;
use crate::auth::Scope;
use crate::fault::{Refused, left_behind};
use crate::reply::{Reply, version_etag};
use crate::request::conditional::changed;
use crate::request::upload::images_fit;
use crate::request::{Conditions, PathIds, Upload};
use lectern_edge::entropy;
use lectern_edge::store::{QuestionSetRow, SetFiles};
use lectern_identity::{Millis, QuestionSetId, RevisionId};
use lectern_quiz::model::QuestionSet;
use lectern_quiz_formats::Imported;
use std::collections::{BTreeMap, BTreeSet};

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
    let before = files.question_set(&id, &old.revision);
    let Some(set) = stored::content(&files, &old).await? else {
        return Err(moved_on(&scope, &old).await);
    };
    let known: Vec<String> = images(&set).into_iter().collect();
    let imported = upload.import(&known)?;
    let kept = kept(&before, &imported).await?;

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
    if !copy(&scope, &kept, &before, &after).await? {
        return Err(moved_on(&scope, &old).await);
    }
    stored::write(&scope, &after, upload.file, imported).await?;
    match scope.store.question_sets().replace(&row, old.version).await {
        Ok(true) => {}
        Ok(false) => {
            left_behind(&scope.ctx, after.remove().await);
            return Err(changed());
        }
        Err(error) => {
            if error.changed_nothing() {
                left_behind(&scope.ctx, after.remove().await);
            }
            return Err(error.into());
        }
    }
    // What cannot be removed now is swept away by the cron.
    left_behind(&scope.ctx, before.remove().await);
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

/// The images that the new content names and did not bring, if they fit together with those it brought.
/// One that is not there any more is missed when it is copied.
async fn kept(before: &SetFiles<'_>, imported: &Imported) -> Result<Vec<String>, Refused> {
    let brought = |id: &String| imported.images.iter().any(|image| image.id == *id);
    let named = images(&imported.set).into_iter();
    let kept: Vec<String> = named.filter(|id| !brought(id)).collect();
    let sizes = if kept.is_empty() {
        BTreeMap::new()
    } else {
        before.image_sizes().await?
    };
    let of_kept = kept.iter().filter_map(|id| sizes.get(id).copied());
    let of_brought = imported.images.iter().map(|image| image.bytes.len() as u64);
    images_fit(of_kept.chain(of_brought))?;
    Ok(kept)
}

/// Copies images, one at a time, so that one lies in memory. False, and nothing is left: one is missing.
async fn copy(
    scope: &Scope,
    images: &[String],
    before: &SetFiles<'_>,
    after: &SetFiles<'_>,
) -> Result<bool, Refused> {
    for image in images {
        let copied = before.copy_image(image, after).await;
        if !matches!(copied, Ok(true)) {
            left_behind(&scope.ctx, after.remove().await);
            return Ok(copied?);
        }
    }
    Ok(true)
}

/// Why files of a version that was seen are not there: it was replaced meanwhile, or deleted.
async fn moved_on(scope: &Scope, seen: &QuestionSetRow) -> Refused {
    match owned(scope, &seen.id, "question-set:Replace").await {
        Ok(row) if row.version == seen.version => stored::missing(&seen.id).into(),
        Ok(_) => changed(),
        Err(refused) => refused,
    }
}
