//! Guessed join codes: only wrong ones are counted, and only they are slowed.
//!
//! Two counts work together. The platform's limiters count wrong guesses of a location, without knowing
//! which isolate made them. The isolate's own memory ([`lectern_identity::guess`]) decides before a code
//! is looked up, so that it holds for guesses in parallel, and for those that nobody waits for. What that adds up
//! to stands in docs/decisions/0007-guessed-codes.md.

use crate::context::Ctx;
use crate::fault::Refused;
use futures_util::future::join;
use lectern_edge::clock;
use lectern_identity::Millis;
use lectern_identity::code::JoinCode;
use lectern_identity::guess::{Entry, Guesses};
use lectern_problem::{Code, Problem};
use std::cell::RefCell;
use std::time::Duration;
use worker::Delay;

/// How long a guess waits for a place.
const PATIENCE: Millis = Millis::seconds(3);

/// How often it asks for one.
const PAUSE: Duration = Duration::from_millis(100);

/// The period of the limiters, in seconds.
const PERIOD: u32 = 60;

thread_local! {
    static GUESSES: RefCell<Guesses> = RefCell::default();
}

/// Waits for a place to look a code up.
///
/// # Errors
/// [`Code::TooManyGuesses`] after [`PATIENCE`].
pub(super) async fn enter(ctx: &Ctx, code: &JoinCode) -> Result<(), Refused> {
    let began = clock::now();
    loop {
        let now = clock::now();
        match GUESSES.with_borrow_mut(|all| all.enter(ctx.address(), code, now)) {
            Entry::Pass => return Ok(()),
            Entry::Full { until } if now - began >= PATIENCE => {
                let seconds = (until - now).0.max(0).unsigned_abs().div_ceil(1_000);
                return Err(too_many(u32::try_from(seconds).unwrap_or(PERIOD).max(1)));
            }
            Entry::Full { .. } => Delay::from(PAUSE).await,
        }
    }
}

/// The code leads to a run.
pub(super) fn right(ctx: &Ctx, code: &JoinCode) {
    GUESSES.with_borrow_mut(|all| all.right(ctx.address(), code, clock::now()));
}

/// Counts a wrong guess in the location, by its client and in total; says what to answer.
pub(super) async fn wrong(ctx: &Ctx) -> Refused {
    let client = passes(ctx, "GUESS_CLIENT", ctx.address());
    let total = passes(ctx, "GUESS_TOTAL", "all");
    let (client, total) = join(client, total).await;
    GUESSES.with_borrow_mut(|all| {
        if !client {
            all.trip_address(ctx.address(), clock::now());
        }
        if !total {
            all.trip_all(clock::now());
        }
    });
    if client && total {
        unknown()
    } else {
        too_many(PERIOD)
    }
}

/// There is no such run.
pub(super) fn unknown() -> Refused {
    Problem::new(Code::UnknownCode, "No live run has this code.").into()
}

fn too_many(seconds: u32) -> Refused {
    let detail = "Too many wrong codes came from here. The link in the QR code still works.";
    Problem::new(Code::TooManyGuesses, detail)
        .retry_after(seconds)
        .into()
}

/// A limiter that cannot be asked stops nobody: the isolate's own memory still does.
async fn passes(ctx: &Ctx, limiter: &str, key: &str) -> bool {
    let Ok(limiter) = ctx.env().rate_limiter(limiter) else {
        return true;
    };
    limiter
        .limit(key.to_owned())
        .await
        .map_or(true, |outcome| outcome.success)
}
