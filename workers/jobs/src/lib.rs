//! Queue consumers and cron: the reports of ended sessions, dead letters, upkeep.
//!
//! Invariant: everything here is idempotent. A message delivered twice, late or out of order leaves the
//! same rows and files as one delivered once; each message is acknowledged or retried for itself.
//! Limit: a handler never fails as a whole, because the platform would then repeat the whole batch.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod dead_letters;
mod files;
mod guard;
mod message;
mod report;
mod upkeep;

use lectern_edge::{clock, log::Line};
use lectern_identity::Millis;
use message::Body;
use worker::{
    Context, Env, MessageBatch, MessageExt, QueueRetryOptionsBuilder, RawMessage, Result,
    ScheduleContext, ScheduledEvent, event,
};

/// Seconds before a failed message is tried again, at the least and at the most.
const RETRY_SECONDS: std::ops::RangeInclusive<i64> = 2..=300;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Done; what was done, for the log.
    Done(&'static str),
}

/// Works off a batch of one of the queues, message by message.
#[event(queue)]
async fn queue(batch: MessageBatch<()>, env: Env, _ctx: Context) -> Result<()> {
    let queue = batch.queue();
    for message in batch.raw_iter() {
        consume(&env, &queue, &message).await;
    }
    Ok(())
}

/// Works off one message: acknowledged when done, else tried again until it becomes a dead letter.
async fn consume(env: &Env, queue: &str, message: &RawMessage) {
    let started = clock::now();
    let body = Body::read(&message.body());
    let outcome = if message::is_dead_letter_queue(queue) {
        guard::caught(dead_letters::store(env, queue, &body)).await
    } else {
        guard::caught(report::consume(env, &body)).await
    };
    let mut line = Line::new("jobs.queue", queue);
    line.ms = Some((clock::now() - started).0);
    line.tenant = body.tenant();
    match outcome {
        Ok(Fate::Done(what)) => {
            message.ack();
            line.code(what).write();
        }
        Err(failure) => {
            // A safe integer, so the cast loses nothing.
            #[allow(clippy::cast_possible_wrap)]
            let sent = Millis(message.timestamp().as_millis() as i64);
            message.retry_with_options(
                &QueueRetryOptionsBuilder::new()
                    .with_delay_seconds(retry_after(clock::now() - sent))
                    .build(),
            );
            line.status = Some(500);
            line.code(failure.code()).detail(failure).write();
        }
    }
}

/// Seconds until the next try of a message of this age: half of it, so that every pause is about half as
/// long again as the one before, within [`RETRY_SECONDS`]. The platform tells no count of attempts here.
fn retry_after(age: Millis) -> u32 {
    let seconds = (age.0 / 2_000).clamp(*RETRY_SECONDS.start(), *RETRY_SECONDS.end());
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// Upkeep, every five minutes.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _ctx: ScheduleContext) {
    upkeep::run(&env).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_between_tries_grow_and_are_bounded() {
        assert_eq!(retry_after(Millis(-5)), 2, "clocks of two machines");
        assert_eq!(retry_after(Millis(0)), 2);
        assert_eq!(retry_after(Millis::seconds(20)), 10);
        assert_eq!(retry_after(Millis::hours(24)), 300);
        let (mut at, mut last) = (0, 0);
        for _ in 0..12 {
            let pause = retry_after(Millis::seconds(at));
            assert!(pause >= last);
            (at, last) = (at + i64::from(pause), pause);
        }
        assert!((180..600).contains(&at), "twelve tries take {at} s");
    }
}
