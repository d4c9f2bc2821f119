//! Reading a question set's content.

use super::show::not_modified;
use super::stored::whole;
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::{Raw, version_etag};
use crate::request::{Conditions, PathIds};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG};
use http::{HeaderValue, Response as HttpResponse};
use lectern_edge::store::QuestionSetRow;
use lectern_identity::QuestionSetId;
use lectern_quiz::model::QuestionSet;

/// The normalised set, with its solutions: for editing and preview.
#[utoipa::path(get, path = "/v1/question-sets/{id}/questions", tag = "question-sets",
    params(("id" = String, Path, description = "The set.")),
    responses(
        (status = 200, description = "The set in its normalised form.", body = QuestionSet),
        (status = 304, description = "It is as `If-None-Match` says.")))]
#[worker::send]
pub(crate) async fn questions(
    scope: Scope,
    PathIds(id): PathIds<QuestionSetId>,
    conditions: Conditions,
) -> Result<Response, Refused> {
    let files = scope.store.files();
    // None inside: it is known already.
    let look = async |row: &QuestionSetRow| {
        if conditions.is_known(&version_etag(row.version)) {
            return Ok(Some(None));
        }
        let object = files.question_set(&id, &row.revision).set().await?;
        Ok(object.map(Some))
    };
    let (row, object) = whole(&scope, &id, look).await?;
    let etag = version_etag(row.version);
    let Some(object) = object else {
        return Ok(not_modified(&etag).into_response());
    };
    let mut response = HttpResponse::new(axum::body::Body::empty());
    response.extensions_mut().insert(Raw::of(&object)?);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(ETAG, etag);
    }
    Ok(response)
}
