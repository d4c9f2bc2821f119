//! Queue messages that no consumer could work off: listed, and sent again.

use crate::auth::Operator;
use crate::fault::{Refused, left_behind};
use crate::moment::rfc3339;
use crate::reply::Reply;
use crate::request::{Fields, FromFields, PathIds, Query};
use lectern_edge::store::operator::{DeadLetterRow, dead_letter, dead_letters, note_redriven};
use lectern_identity::Millis;
use lectern_problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use worker::js_sys::JSON;
use worker::wasm_bindgen::JsValue;
use worker::{QueueContentType, RawMessageBuilder};

/// A dead letter.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    /// Which.
    id: String,
    /// The queue that it came from.
    queue: String,
    /// What it says: a reference, never a person's data.
    body: String,
    /// When it was given up.
    received_at: String,
    /// When it was sent again.
    redriven_at: Option<String>,
}

/// A page of dead letters.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetterPage {
    /// The letters, oldest first.
    data: Vec<DeadLetter>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
}

/// Which page.
pub(crate) struct DeadLetterQuery {
    after: (i64, String),
}

const LIMIT: u32 = 100;

impl FromFields for DeadLetterQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let cursor: Option<String> = fields.optional("cursor");
        let after = match &cursor {
            None => Some((0, String::new())),
            Some(cursor) => cursor
                .split_once('.')
                .and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned()))),
        };
        if after.is_none() {
            fields.fault(
                "cursor",
                "invalid_value",
                "It is not a cursor of this list.",
            );
        }
        Some(Self { after: after? })
    }
}

/// Lists dead letters, oldest first.
#[utoipa::path(get, path = "/v1/operator/dead-letters", tag = "operator",
    params(("cursor" = Option<String>, Query, description = "Where the page before ended.")),
    responses((status = 200, description = "A page.", body = DeadLetterPage)))]
#[worker::send]
pub(crate) async fn list(
    operator: Operator,
    Query(query): Query<DeadLetterQuery>,
) -> Result<Reply, Refused> {
    let (at, id) = query.after;
    let rows = dead_letters(&operator.db, (at, &id), LIMIT + 1).await?;
    let more = rows.len() > LIMIT as usize;
    let page: Vec<DeadLetterRow> = rows.into_iter().take(LIMIT as usize).collect();
    let next = page
        .last()
        .filter(|_| more)
        .map(|last| format!("{}.{}", last.received_at, last.id));
    Ok(Reply::ok(&DeadLetterPage {
        data: page.into_iter().map(letter).collect(),
        next,
    })?)
}

fn letter(row: DeadLetterRow) -> DeadLetter {
    DeadLetter {
        id: row.id,
        queue: row.queue,
        body: row.body,
        received_at: rfc3339(Millis(row.received_at)),
        redriven_at: row.redriven_at.map(|at| rfc3339(Millis(at))),
    }
}

/// Sends a dead letter again. Consumers are idempotent, so doing it twice changes nothing.
#[utoipa::path(post, path = "/v1/operator/dead-letters/{id}/redrive", tag = "operator",
    params(("id" = String, Path, description = "The letter.")),
    responses((status = 200, description = "The letter.", body = DeadLetter)))]
#[worker::send]
pub(crate) async fn redrive(
    operator: Operator,
    PathIds(id): PathIds<String>,
) -> Result<Reply, Refused> {
    let row = dead_letter(&operator.db, &id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let (before, now) = (row.redriven_at.map(Millis), operator.ctx.now());
    // Noted first: should the consumer give it up again at once, it is listed anew.
    note_redriven(&operator.db, &id, before, Some(now)).await?;
    if let Err(error) = send(&operator, &row.body).await {
        let undone = note_redriven(&operator.db, &id, Some(now), before).await;
        left_behind(&operator.ctx, undone);
        return Err(error.into());
    }
    Ok(Reply::ok(&letter(DeadLetterRow {
        redriven_at: Some(now.0),
        ..row
    }))?)
}

async fn send(operator: &Operator, text: &str) -> worker::Result<()> {
    let message =
        RawMessageBuilder::new(body(text)).build_with_content_type(QueueContentType::Json);
    operator.ctx.env().queue("RESULTS")?.send_raw(message).await
}

/// As it was sent the first time; what is no JSON goes as text.
fn body(text: &str) -> JsValue {
    JSON::parse(text).unwrap_or_else(|_| JsValue::from_str(text))
}
