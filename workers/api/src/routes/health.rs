//! Whether the front door answers.

use crate::fault::Refused;
use crate::reply::Reply;
use serde::Serialize;
use utoipa::ToSchema;

/// How the front door is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(value_type = String)]
    status: &'static str,
}

/// Answers as long as the Worker runs. Asks nothing else.
#[utoipa::path(get, path = "/v1/health", tag = "platform", security(()),
    responses((status = 200, description = "It answers.", body = Health)))]
pub(crate) async fn health() -> Result<Reply, Refused> {
    Ok(Reply::ok(&Health { status: "ok" })?.with(http::header::CACHE_CONTROL, "no-store"))
}
