//! Listing question sets.

use super::record::QuestionSetRecord;
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::Reply;
use crate::request::{Page, Query};
use utoipa::ToSchema;

const LIST: &str = "/v1/question-sets";

/// A page of question sets.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(crate) struct QuestionSetPage {
    /// The sets, newest first.
    data: Vec<QuestionSetRecord>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
}

/// Lists the question sets that who asks may see, newest first.
#[utoipa::path(get, path = "/v1/question-sets", tag = "question-sets",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 100; 50 if not given."),
        ("cursor" = Option<String>, Query, description = "Where the page before ended."),
        ("q" = Option<String>, Query, description = "What the title must hold.")),
    responses((status = 200, description = "A page.", body = QuestionSetPage)))]
#[worker::send]
pub(crate) async fn list(scope: Scope, Query(page): Query<Page>) -> Result<Reply, Refused> {
    let after = page.after(&scope, LIST)?;
    let sets = scope.store.question_sets();
    let rows = sets
        .list(
            scope.owner(),
            after.as_deref(),
            page.words.as_deref(),
            page.limit + 1,
        )
        .await?;
    let records = rows
        .into_iter()
        .map(|row| QuestionSetRecord::of(row, scope.owner()));
    let records = records.collect::<Result<Vec<_>, _>>()?;
    page.reply(&scope, LIST, &records, |record| record.id.to_string())
}
