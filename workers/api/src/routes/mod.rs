//! Every route: one file a verb, in folders that mirror the URLs.

mod health;
mod keys;
mod operator;
mod question_sets;
mod sign_on;
mod speedruns;
mod token;

pub(crate) use question_sets::show::not_modified;

use crate::auth::budget;
use crate::context::Ctx;
use crate::fault::Refused;
use crate::openapi;
use crate::request::Accept;
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use std::sync::OnceLock;
use utoipa::Path;
use utoipa_axum::PathItemExt;

/// The list of all routes, written once: what is served is described, because it is the same list. Those
/// that ask for no token stand apart: each of them has a budget for every address.
macro_rules! every_route {
    ($visit:ident) => {
        $visit! {
            open {
                health => health,
                openapi => openapi,
                keys => jwks,
                token => token,
                sign_on::host => host,
                sign_on::join => join,
                sign_on::pair => pair,
            }
            by_token {
                question_sets::create => create,
                question_sets::list => list,
                question_sets::show => show,
                question_sets::update => update,
                question_sets::replace => replace,
                question_sets::delete => delete,
                question_sets::questions => questions,
                question_sets::image => image,
                question_sets::export => export,
                speedruns::create => create,
                speedruns::list => list,
                speedruns::show => show,
                speedruns::results => results,
                speedruns::image => image,
                speedruns::tickets => tickets,
                speedruns::pairings => pairings,
                operator::dead_letters => list,
                operator::dead_letters => redrive,
            }
        }
    };
}

/// The router of handlers at the paths and methods that they are described with. The rest of their
/// descriptions is not touched, so that it weighs nothing in WebAssembly.
macro_rules! serve {
    (open { $($open:tt)+ } by_token { $($by_token:tt)+ }) => {
        serve!($($open)+)
            .route_layer(middleware::from_fn(budget::of_address))
            .merge(serve!($($by_token)+))
    };
    ($($($module:ident)::+ => $handler:ident,)+) => {
        utoipa_axum::paste! {
            Router::new()$(.merge(at::<$($module)::+::[<__path_ $handler>]>(|filter| {
                on(filter, $($module)::+::$handler)
            })))+
        }
    };
}

/// The same with all that is said of them.
#[cfg(test)]
macro_rules! describe {
    (open { $($open:tt)+ } by_token { $($by_token:tt)+ }) => {
        [describe!($($open)+), describe!($($by_token)+)]
    };
    ($($($module:ident)::+ => $handler:ident,)+) => {
        utoipa_axum::router::OpenApiRouter::new()$(.routes(utoipa_axum::routes!($($module)::+::$handler)))+
    };
}

/// A handler at its path.
fn at<P: Path>(handler: impl Fn(MethodFilter) -> MethodRouter) -> Router {
    let path = P::path();
    P::methods().iter().fold(Router::new(), |router, method| {
        router.route(&path, handler(method.to_method_filter()))
    })
}

/// What is served, built once an isolate.
pub(crate) fn router() -> Router {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    let build = || {
        every_route!(serve)
            .route_layer(middleware::from_fn(note))
            .fallback(crate::pages::page)
    };
    ROUTER.get_or_init(build).clone()
}

/// The routes with their descriptions: those that ask for no token, and those that do.
#[cfg(test)]
pub(crate) fn described() -> [utoipa_axum::router::OpenApiRouter; 2] {
    every_route!(describe)
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
