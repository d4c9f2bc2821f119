//! Listing runs.

use super::record::SpeedrunRecord;
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::Reply;
use crate::request::{Fields, FromFields, Page, Query};
use utoipa::ToSchema;

const LIST: &str = "/v1/speedruns";

/// A page of runs.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(crate) struct SpeedrunPage {
    /// The runs, newest first.
    data: Vec<SpeedrunRecord>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
}

/// A page without a search.
pub(crate) struct Plain(Page);

impl FromFields for Plain {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let page = Page::from_fields(fields)?;
        if page.words.is_some() {
            fields.fault("q", "unknown_field", "There is no such field.");
        }
        Some(Self(page))
    }
}

/// Lists the runs of who asks, newest first.
#[utoipa::path(get, path = "/v1/speedruns", tag = "speedruns",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 100; 50 if not given."),
        ("cursor" = Option<String>, Query, description = "Where the page before ended.")),
    responses((status = 200, description = "A page.", body = SpeedrunPage)))]
#[worker::send]
pub(crate) async fn list(scope: Scope, Query(Plain(page)): Query<Plain>) -> Result<Reply, Refused> {
    let after = page.after(&scope, LIST)?;
    let rows = scope
        .store
        .speedruns()
        .list(scope.owner(), after.as_deref(), page.limit + 1)
        .await?;
    let records: Vec<_> = rows.into_iter().map(SpeedrunRecord::of).collect();
    page.reply(&scope, LIST, &records, |record| record.id.to_string())
}
