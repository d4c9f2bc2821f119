//! Uploading a question set.

use super::{record::QuestionSetRecord, stored};
use crate::auth::Scope;
use crate::fault::{Refused, left_behind};
use crate::reply::{Reply, version_etag};
use crate::request::upload::images_fit;
use crate::request::{Fresh, Once, Upload};
use http::header::{ETAG, LOCATION};
use lectern_edge::entropy;
use lectern_identity::{HostSessionId, QuestionSetId, RevisionId};
use lectern_problem::{Code, Problem};

/// What an upload consists of.
#[derive(utoipa::ToSchema)]
#[allow(dead_code)]
pub(crate) struct UploadForm {
    /// The set, at most 10 MiB: Lectern JSON, a plain array, GIFT, Aiken, Moodle XML or CSV.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The title, instead of the file's own.
    title: Option<String>,
    /// Whether guests of the tenant see it.
    shared: Option<bool>,
    /// Images by the names that the file gives them. The images of a set, embedded ones too, take at
    /// most 10 MiB together.
    #[schema(value_type = Vec<String>)]
    images: Option<Vec<String>>,
}

/// Uploads a question set.
///
/// 1. Reads at most 10 MiB of file and 10 MiB of images.
/// 2. Recognises the format by content and reads it; every fault is told, with its place.
/// 3. Writes original, normalised form and images, then the record; the same `Idempotency-Key` gives
///    the same set.
#[utoipa::path(post, path = "/v1/question-sets", tag = "question-sets",
    params(("Idempotency-Key" = String, Header, description = "Made by the client; the same key, the same set.")),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The record, with the warnings of the import.", body = QuestionSetRecord)))]
#[worker::send]
pub(crate) async fn create(scope: Scope, once: Once, upload: Upload) -> Result<Reply, Refused> {
    let hash = upload.hash.clone();
    once.run(&scope, "POST /v1/question-sets", &hash, async |fresh| {
        store(&scope, upload, fresh).await
    })
    .await
}

async fn store(scope: &Scope, upload: Upload, fresh: &Fresh<'_>) -> Result<Reply, Refused> {
    let imported = upload.import(&[])?;
    images_fit(imported.images.iter().map(|image| image.bytes.len() as u64))?;
    within_quota(scope).await?;
    let id = QuestionSetId::new(fresh.first_at(), fresh.bits());
    let revision = RevisionId::new(scope.ctx.now(), entropy::bytes()?);
    let row = stored::row(scope, &upload, &imported, id, revision, scope.ctx.now())?;
    let files = scope.store.files().question_set(&id, &revision);
    stored::write(scope, &files, upload.file, imported).await?;
    let record = QuestionSetRecord::of(row.clone(), scope.owner())?;
    let reply = Reply::created(&record)?
        .with(LOCATION, format!("/v1/question-sets/{id}"))
        .with(ETAG, version_etag(row.version));
    let stored = fresh
        .store(&reply, quota(scope), full, async |creation| {
            scope.store.question_sets().insert(&row, creation).await
        })
        .await;
    if let Err(refused) = stored {
        // Otherwise the row may be stored after all, and names the files.
        if !refused.is_ours() {
            left_behind(&scope.ctx, files.remove().await);
        }
        return Err(refused);
    }
    Ok(reply)
}

/// The guest who asks, and how many sets it may have.
fn quota(scope: &Scope) -> Option<(HostSessionId, u32)> {
    let most = scope.tenant.settings.guest.question_sets;
    scope.guest().map(|guest| (guest, most))
}

fn full(most: u32) -> Problem {
    Problem::new(
        Code::QuotaReached,
        format!("A host session may have {most} question sets at a time."),
    )
}

/// Refuses before anything is written. What comes at the same time is counted by the insert.
async fn within_quota(scope: &Scope) -> Result<(), Refused> {
    match quota(scope) {
        Some((guest, most)) if scope.store.host_sessions().question_sets(&guest).await? >= most => {
            Err(full(most).into())
        }
        _ => Ok(()),
    }
}
