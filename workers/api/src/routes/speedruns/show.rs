//! Reading a run.

use super::record::{LiveStatus, SpeedrunRecord};
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::{Reply, content_etag};
use crate::request::{Conditions, PathIds};
use crate::routes::not_modified;
use http::header::ETAG;
use lectern_edge::object::ask;
use lectern_edge::store::SpeedrunRow;
use lectern_identity::SpeedrunId;
use lectern_live::object::{ObjectAnswer, ObjectRequest, object_name};
use lectern_problem::Problem;
use lectern_quiz::speedrun::{Order, Reply as RunReply};

/// The record, and how the run stands while it is live.
#[utoipa::path(get, path = "/v1/speedruns/{id}", tag = "speedruns",
    params(("id" = String, Path, description = "The run.")),
    responses(
        (status = 200, description = "The run.", body = SpeedrunRecord),
        (status = 304, description = "It is as `If-None-Match` says.")))]
#[worker::send]
pub(crate) async fn show(
    scope: Scope,
    PathIds(id): PathIds<SpeedrunId>,
    conditions: Conditions,
) -> Result<Reply, Refused> {
    let row = owned(&scope, &id).await?;
    let live = if row.status == "live" {
        status(&scope, id).await
    } else {
        None
    };
    let mut record = SpeedrunRecord::of(row);
    record.live = live;
    let reply = Reply::ok(&record)?;
    let etag = content_etag(&reply.body);
    Ok(if conditions.is_known(&etag) {
        not_modified(&etag)
    } else {
        reply.with(ETAG, etag)
    })
}

/// The run, if it is who asks' own.
pub(super) async fn owned(scope: &Scope, id: &SpeedrunId) -> Result<SpeedrunRow, Refused> {
    let row = scope.store.speedruns().find(id, scope.owner()).await?;
    Ok(row.ok_or_else(Problem::not_found)?)
}

/// None when the object does not answer: the record is worth having without it.
async fn status(scope: &Scope, run: SpeedrunId) -> Option<LiveStatus> {
    let object = object_name(scope.tenant.id, run);
    let request = ObjectRequest::Order {
        object: object.clone(),
        order: Order::Status,
    };
    let objects = scope.ctx.env().durable_object("SPEEDRUN").ok()?;
    match ask::<_, RunReply>(&objects, &object, &request).await.ok()? {
        ObjectAnswer::Done(RunReply::Status {
            phase,
            participants,
            opened,
        }) => Some(LiveStatus {
            phase,
            participants,
            opened,
        }),
        _ => None,
    }
}
