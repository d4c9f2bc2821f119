//! The results of a finished run, as JSON or as CSV.

mod csv_file;
mod json;
mod pages;

use super::show::owned;
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::{Raw, attachment};
use crate::request::{Accept, Conditions, Fields, FromFields, PathIds, Query};
use crate::routes::not_modified;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderName, HeaderValue};
use lectern_edge::store::TenantStore;
use lectern_identity::SpeedrunId;
use lectern_problem::{Code, Problem};
use worker::send::SendWrapper;

/// In which format, instead of `Accept`.
pub(crate) struct ResultsQuery {
    format: Option<String>,
}

impl FromFields for ResultsQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let format = fields.optional_text("format", |format| match format {
            "json" | "csv" => Ok(()),
            _ => Err("It must be `json` or `csv`."),
        });
        Some(Self { format })
    }
}

/// The results: per participant and per question. Streamed: answers are read a page at a time.
///
/// As CSV, one row an answer. A cell that a spreadsheet would take for a formula (it starts with `=`,
/// `+`, `-`, `@`, tab or carriage return) has an apostrophe in front.
#[utoipa::path(get, path = "/v1/speedruns/{id}/results", tag = "speedruns",
    params(
        ("id" = String, Path, description = "The run."),
        ("format" = Option<String>, Query, description = "`json` or `csv`, instead of `Accept`.")),
    responses(
        (status = 200, description = "The results.", content((json::ResultsReport = "application/json"), (String = "text/csv"))),
        (status = 304, description = "They are as `If-None-Match` says."),
        (status = 409, description = "They are not stored yet: `not_finished`.")))]
#[worker::send]
pub(crate) async fn results(
    scope: Scope,
    PathIds(id): PathIds<SpeedrunId>,
    Query(query): Query<ResultsQuery>,
    accept: Accept,
    conditions: Conditions,
) -> Result<Response, Refused> {
    let row = owned(&scope, &id).await?;
    if row.status != "finished" {
        return Err(Problem::new(
            Code::NotFinished,
            "The results are stored when the run has ended.",
        )
        .retry_after(2)
        .into());
    }
    let csv = match query.format.as_deref() {
        Some(format) => format == "csv",
        None => accept.choose(&["application/json", "text/csv"])? == "text/csv",
    };
    let etag = format!("\"v{}-{}\"", row.version, if csv { "csv" } else { "json" });
    if conditions.is_known(&etag) {
        return Ok(not_modified(&etag).into_response());
    }
    // The stream outlives the request's own store.
    let store = TenantStore::of(scope.ctx.env(), scope.tenant.id)?;
    let title = row.title.clone();
    let body = if csv {
        csv_file::stream(store, id).await?
    } else {
        json::stream(store, row).await?
    };
    let kind = if csv {
        "text/csv; charset=utf-8; header=present"
    } else {
        "application/json"
    };
    let mut response = Response::default();
    response
        .extensions_mut()
        .insert(Raw(SendWrapper::new(body)));
    set(&mut response, CONTENT_TYPE, kind);
    set(&mut response, ETAG, &etag);
    set(&mut response, VARY, "accept");
    if csv {
        set(
            &mut response,
            CONTENT_DISPOSITION,
            &attachment(&title, "csv"),
        );
    }
    Ok(response)
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
