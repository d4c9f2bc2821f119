//! Wrong guesses of join codes: only they are counted, and only they are slowed.
//!
//! A right code never asks a limiter, so a school behind one address joins as fast as it can. The
//! limiters count per location: a brake, which makes a search of 387 million codes hopeless.

use crate::context::Ctx;
use crate::fault::Refused;
use lectern_problem::{Code, Problem};
use std::time::Duration;
use worker::Delay;

/// How long a guess is held when there were too many.
const TARPIT: Duration = Duration::from_secs(1);

/// The period of the limiters, in seconds.
const PERIOD: u32 = 60;

/// Counts a wrong guess, by its client and in total; says what to answer.
pub(super) async fn wrong(ctx: &Ctx) -> Refused {
    let client = passes(ctx, "GUESS_CLIENT", ctx.address()).await;
    let total = passes(ctx, "GUESS_TOTAL", "all").await;
    if client && total {
        return Problem::new(Code::UnknownCode, "No live run has this code.").into();
    }
    Delay::from(TARPIT).await;
    Problem::new(
        Code::TooManyGuesses,
        "Too many wrong codes. A right one is still taken at once.",
    )
    .retry_after(PERIOD)
    .into()
}

/// A limiter that cannot be asked stops nobody: the codes' number still does.
async fn passes(ctx: &Ctx, limiter: &str, key: &str) -> bool {
    let Ok(limiter) = ctx.env().rate_limiter(limiter) else {
        return true;
    };
    limiter
        .limit(key.to_owned())
        .await
        .map_or(true, |outcome| outcome.success)
}
