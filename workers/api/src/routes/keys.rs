//! The public keys that access tokens are verified with.

use crate::app;
use crate::context::Ctx;
use crate::fault::Refused;
use crate::reply::Reply;
use lectern_identity::token::Jwk;
use serde::Serialize;
use utoipa::ToSchema;

/// A key set (RFC 7517).
#[derive(Serialize, ToSchema)]
pub(crate) struct KeySet {
    /// The keys; two during rotation.
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Jwk>,
}

/// The key set.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "sign-on", security(()),
    responses((status = 200, description = "The public keys.", body = KeySet)))]
pub(crate) async fn jwks(ctx: Ctx) -> Result<Reply, Refused> {
    let keys = app::keys(ctx.env())?.signing.public();
    Ok(Reply::ok(&KeySet { keys })?.with(http::header::CACHE_CONTROL, "public, max-age=300"))
}
