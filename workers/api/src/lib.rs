//! The front door: REST, sign-on, uploads, downloads and the pages. Stateless.
//!
//! A request goes through [`dispatch`], which gives every route the same: an id, one log line, security
//! headers, CORS, limits, problem details. What a route may touch comes from its extractors: a handler
//! that takes no [`auth::Scope`] gets no store.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod app;
mod auth;
mod context;
mod dispatch;
mod fault;
mod live;
mod moment;
mod openapi;
mod pages;
mod reply;
mod request;
mod rest;
mod routes;

use worker::{Context, Env, Request, Response, Result, event};

/// Sockets are handed on untouched; everything else is answered here.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> Result<Response> {
    if live::is_live(&request) {
        return live::forward(request, &env).await;
    }
    dispatch::answer(request, env).await
}
