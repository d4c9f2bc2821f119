//! Every route: one file a verb, in folders that mirror the URLs.

mod health;
mod keys;
mod operator;
mod question_sets;
mod sign_on;
mod speedruns;
mod token;

pub(crate) use question_sets::show::not_modified;

use crate::context::Ctx;
use crate::fault::Refused;
use crate::openapi;
use crate::request::Accept;
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use std::sync::OnceLock;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What is served, built once an isolate.
pub(crate) fn router() -> Router {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    let build = || {
        let (router, _) = described().split_for_parts();
        router
            .route_layer(middleware::from_fn(note))
            .fallback(crate::pages::page)
    };
    ROUTER.get_or_init(build).clone()
}

/// The routes with their descriptions: what is served is described, because it is the same list.
pub(crate) fn described() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(openapi::openapi))
        .routes(routes!(keys::jwks))
        .routes(routes!(token::token))
        .routes(routes!(sign_on::host::host))
        .routes(routes!(sign_on::join::join))
        .routes(routes!(sign_on::pair::pair))
        .routes(routes!(
            question_sets::create::create,
            question_sets::list::list
        ))
        .routes(routes!(
            question_sets::show::show,
            question_sets::update::update,
            question_sets::replace::replace,
            question_sets::delete::delete
        ))
        .routes(routes!(question_sets::questions::questions))
        .routes(routes!(question_sets::image::image))
        .routes(routes!(question_sets::export::export))
        .routes(routes!(speedruns::create::create, speedruns::list::list))
        .routes(routes!(speedruns::show::show))
        .routes(routes!(speedruns::results::results))
        .routes(routes!(speedruns::image::image))
        .routes(routes!(speedruns::tickets::tickets))
        .routes(routes!(speedruns::pairings::pairings))
        .routes(routes!(operator::dead_letters::list))
        .routes(routes!(operator::dead_letters::redrive))
}

/// Notes the route's pattern for the log, and refuses what it cannot answer in an accepted type.
async fn note(request: Request, next: Next) -> Response {
    let pattern = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    if let (Some(ctx), Some(pattern)) = (request.extensions().get::<Ctx>(), pattern) {
        ctx.facts().route = Some(pattern.clone());
        if let Err(refused) = acceptable(&request, &pattern) {
            return refused.into_response();
        }
    }
    next.run(request).await
}

fn acceptable(request: &Request, pattern: &str) -> Result<(), Refused> {
    let offered: &[&str] = match pattern {
        pattern if pattern.ends_with("/images/{image}") => {
            &["image/png", "image/jpeg", "image/webp"]
        }
        pattern if pattern.ends_with("/results") => &["application/json", "text/csv"],
        pattern if pattern.ends_with("/export") => &["application/json", "text/plain"],
        _ => &["application/json"],
    };
    Accept::of(request.headers()).choose(offered).map(|_| ())
}
