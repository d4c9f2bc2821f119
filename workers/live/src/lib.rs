//! The `live` Worker: one Durable Object class for each kind of live session, and the small front that
//! checks ticket, origin and form of a request before an object is woken.
//!
//! Every deployment of this Worker drops all sockets; they come back by themselves.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod admission;
#[cfg(feature = "faults")]
mod faults;
mod front;
mod shell;
#[allow(missing_docs, reason = "of what the object macro generates")]
mod speedrun;

use worker::{Context, Env, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    front::answer(request, &env).await
}
