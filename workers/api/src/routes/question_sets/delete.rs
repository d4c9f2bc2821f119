//! Deleting a question set.

use super::show::owned;
use crate::auth::Scope;
use crate::fault::{Refused, left_behind};
use crate::reply::{Reply, version_etag};
use crate::request::conditional::changed;
use crate::request::{Conditions, PathIds};
use lectern_identity::QuestionSetId;

/// Deletes a question set. Runs that were made from it keep their own copy.
#[utoipa::path(delete, path = "/v1/question-sets/{id}", tag = "question-sets",
    params(
        ("id" = String, Path, description = "The set."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version that may be deleted.")),
    responses((status = 204, description = "It is gone.")))]
#[worker::send]
pub(crate) async fn delete(
    scope: Scope,
    PathIds(id): PathIds<QuestionSetId>,
    conditions: Conditions,
) -> Result<Reply, Refused> {
    let row = owned(&scope, &id, "question-set:Delete").await?;
    conditions.may_match(&version_etag(row.version))?;
    if !scope.store.question_sets().delete(&id, row.version).await? {
        return Err(changed());
    }
    // What cannot be removed now is swept away by the cron.
    let files = scope.store.files().question_set(&id, &row.revision);
    left_behind(&scope.ctx, files.remove().await);
    Ok(Reply::no_content())
}
