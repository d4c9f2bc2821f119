//! Reading an image of a question set.

use super::show::visible;
use crate::auth::Scope;
use crate::fault::Refused;
use crate::request::PathIds;
use crate::request::range::{Download, file};
use axum::response::Response;
use lectern_identity::QuestionSetId;

/// An image's bytes. Its id names them, so they never change.
#[utoipa::path(get, path = "/v1/question-sets/{id}/images/{image}", tag = "question-sets",
    params(("id" = String, Path, description = "The set."), ("image" = String, Path, description = "The image.")),
    responses(
        (status = 200, description = "The image.", content_type = "image/*"),
        (status = 206, description = "The range that was asked for.", content_type = "image/*"),
        (status = 304, description = "It is known already."),
        (status = 416, description = "The range lies outside.")))]
#[worker::send]
pub(crate) async fn image(
    scope: Scope,
    PathIds((id, image)): PathIds<(QuestionSetId, String)>,
    download: Download,
) -> Result<Response, Refused> {
    let row = visible(&scope, &id).await?;
    let files = scope.store.files().question_set(&id, &row.revision);
    file(&download, &image, async |range| {
        Ok(files.image_range(&image, range).await?)
    })
    .await
}
