//! `/v1/live/*`: in production a route of the hostname leads straight to the `live` Worker; locally,
//! where only the front door has a port, requests are handed on over a service binding.

use worker::{Env, Request, Response, Result};

/// Where sockets are opened.
const PREFIX: &str = "/v1/live/";

/// Whether this is for `live`.
pub(crate) fn is_live(request: &Request) -> bool {
    request.path().starts_with(PREFIX)
}

/// Hands a request on, upgrade and all; the answer goes back as it is.
pub(crate) async fn forward(request: Request, env: &Env) -> Result<Response> {
    env.service("LIVE")?
        .fetch_request(request)
        .await?
        .try_into()
}
