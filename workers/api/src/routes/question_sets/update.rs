//! Renaming and sharing a question set.

use super::record::QuestionSetRecord;
use super::show::{owned, visible};
use super::stored::may_share;
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::{Reply, version_etag};
use crate::request::conditional::changed;
use crate::request::fields::line;
use crate::request::{Body, Conditions, Fields, FromFields, PathIds};
use lectern_identity::QuestionSetId;
use lectern_quiz::model::limits;
use utoipa::ToSchema;

/// What is changed; what is not named stays.
#[derive(ToSchema)]
pub(crate) struct QuestionSetChange {
    /// The new title.
    title: Option<String>,
    /// Whether guests of the tenant see it.
    shared: Option<bool>,
}

impl FromFields for QuestionSetChange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let title = fields.optional_text("title", line(limits::TITLE));
        let shared = fields.optional("shared");
        Some(Self { title, shared })
    }
}

/// Renames a question set, or shares it with the tenant's guests.
#[utoipa::path(patch, path = "/v1/question-sets/{id}", tag = "question-sets",
    params(
        ("id" = String, Path, description = "The set."),
        ("If-Match" = String, Header, description = "The ETag of the version that is changed.")),
    request_body = QuestionSetChange,
    responses((status = 200, description = "The record.", body = QuestionSetRecord)))]
#[worker::send]
pub(crate) async fn update(
    scope: Scope,
    PathIds(id): PathIds<QuestionSetId>,
    conditions: Conditions,
    body: Body<QuestionSetChange>,
) -> Result<Reply, Refused> {
    let row = owned(&scope, &id, "question-set:Update").await?;
    conditions.must_match(&version_etag(row.version))?;
    let title = body
        .value
        .title
        .as_deref()
        .map_or(row.title.as_str(), str::trim);
    let shared = match body.value.shared {
        None => row.shared != 0,
        wanted => may_share(&scope, wanted)?,
    };
    if !scope
        .store
        .question_sets()
        .update(&id, row.version, title, shared, scope.ctx.now())
        .await?
    {
        return Err(changed());
    }
    QuestionSetRecord::reply(visible(&scope, &id).await?, scope.owner())
}
