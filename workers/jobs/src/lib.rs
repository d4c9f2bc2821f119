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
use message::Body;
use worker::{
    Context, Env, MessageBatch, MessageExt, QueueRetryOptionsBuilder, RawMessage, Result,
    ScheduleContext, ScheduledEvent, event,
};

/// Before a failed message is tried again.
const RETRY_SECONDS: u32 = 2;

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
            message.retry_with_options(
                &QueueRetryOptionsBuilder::new()
                    .with_delay_seconds(RETRY_SECONDS)
                    .build(),
            );
            line.status = Some(500);
            line.code(failure.code()).detail(failure).write();
        }
    }
}

/// Upkeep, every five minutes.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _ctx: ScheduleContext) {
    upkeep::run(&env).await;
}
