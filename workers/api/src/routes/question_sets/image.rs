//! Reading an image of a question set.

use super::stored::current;
use crate::auth::Scope;
use crate::fault::Refused;
use crate::request::PathIds;
use crate::request::range::{Download, file};
use axum::response::Response;
use lectern_edge::store::QuestionSetRow;
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
    let (files, image) = (scope.store.files(), &image);
    file(&download, image, async |range| {
        let of_row = async |row: &QuestionSetRow| {
            let revision = files.question_set(&id, &row.revision);
            Ok(revision.image_range(image, range.clone()).await?)
        };
        let found = current(&scope, &id, of_row).await?;
        Ok(found.and_then(|(_, object)| object))
    })
    .await
}
