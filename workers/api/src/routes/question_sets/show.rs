//! Reading a question set's record.

use super::record::QuestionSetRecord;
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::{Reply, version_etag};
use crate::request::{Conditions, PathIds};
use http::StatusCode;
use http::header::ETAG;
use lectern_edge::store::QuestionSetRow;
use lectern_identity::QuestionSetId;
use lectern_problem::{Code, Problem};

/// The record.
#[utoipa::path(get, path = "/v1/question-sets/{id}", tag = "question-sets",
    params(("id" = String, Path, description = "The set.")),
    responses(
        (status = 200, description = "The record.", body = QuestionSetRecord),
        (status = 304, description = "It is as `If-None-Match` says.")))]
#[worker::send]
pub(crate) async fn show(
    scope: Scope,
    PathIds(id): PathIds<QuestionSetId>,
    conditions: Conditions,
) -> Result<Reply, Refused> {
    let row = visible(&scope, &id).await?;
    let etag = version_etag(row.version);
    if conditions.is_known(&etag) {
        return Ok(not_modified(&etag));
    }
    QuestionSetRecord::reply(row, scope.owner())
}

/// 304.
pub(crate) fn not_modified(etag: &str) -> Reply {
    Reply {
        status: StatusCode::NOT_MODIFIED,
        ..Reply::no_content()
    }
    .with(ETAG, etag)
}

/// The set, if who asks may see it.
pub(crate) async fn visible(scope: &Scope, id: &QuestionSetId) -> Result<QuestionSetRow, Refused> {
    let row = scope.store.question_sets().find(id, scope.owner()).await?;
    Ok(row.ok_or_else(Problem::not_found)?)
}

/// The set, if who asks may change it.
pub(crate) async fn owned(
    scope: &Scope,
    id: &QuestionSetId,
    action: &str,
) -> Result<QuestionSetRow, Refused> {
    let row = visible(scope, id).await?;
    if row.owned_by(scope.owner()) {
        return Ok(row);
    }
    Err(Problem::new(
        Code::Forbidden,
        format!("A guest may not change a shared question set (`{action}`)."),
    )
    .into())
}
