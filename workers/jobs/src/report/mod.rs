//! The reporter: from an ended run's object into D1 and R2.
//!
//! Invariant: the run's row says `finished` only when all of its results are stored, and nothing is
//! stored for a run whose row is gone. The pages stored so far are counted in that row, so that work
//! which was interrupted goes on where it stopped.

mod page;
mod store;

use crate::{Fate, files, guard::Failure, message::Body};
use lectern_edge::{object::ask, store::Database};
use lectern_identity::{OutboxId, SpeedrunId, TenantId};
use lectern_live::{
    engine::Engine,
    object::{EndedMessage, ObjectAnswer, ObjectRequest, object_name},
};
use lectern_quiz::report::Report;
use lectern_quiz::speedrun::{Order, Speedrun};
use serde::de::DeserializeOwned;
use store::{RunStore, Stored};
use worker::{Bucket, Env, Queue};

/// Pages worked off for one message: three calls each, of the thousand that an invocation may make.
/// A longer report goes on in a message of its own.
const PAGES_AT_ONCE: u32 = 200;

/// Stores the report that a message refers to.
///
/// 1. A run whose row is gone was erased: its object forgets it too.
/// 2. A run that is finished has its report: only the confirmation is repeated.
/// 3. Otherwise page after page, from the stored cursor on, goes to R2 and then to D1.
/// 4. After the last one the run is finished, its join code is free, and the object is told.
pub(crate) async fn consume(env: &Env, body: &Body) -> Result<Fate, Failure> {
    let message = body.ended()?;
    let reporter = Reporter::new(env, &message)?;
    match reporter.store.progress().await? {
        Stored::Gone => reporter.forget().await,
        Stored::All => reporter.confirm(message.outbox, "repeated").await,
        Stored::Until(next) => match reporter.pages(next).await? {
            Pages::Done => reporter.finish(message.outbox).await,
            Pages::More => reporter.go_on(env, message).await,
        },
    }
}

/// How far one message came.
enum Pages {
    Done,
    More,
}

struct Reporter {
    tenant: TenantId,
    run: SpeedrunId,
    object: worker::ObjectNamespace,
    bucket: Bucket,
    store: RunStore,
}

impl Reporter {
    fn new(env: &Env, message: &EndedMessage) -> Result<Self, Failure> {
        if message.kind != Speedrun::KIND {
            return Err(Failure::Poison(format!("unknown kind {}", message.kind)));
        }
        let run: SpeedrunId = message
            .session
            .parse()
            .map_err(|_| Failure::Poison("not a run's id".to_owned()))?;
        let tenant = message.tenant;
        Ok(Self {
            tenant,
            run,
            object: env.durable_object("SPEEDRUN")?,
            bucket: env.bucket("BUCKET")?,
            store: RunStore::new(Database::of(env)?, tenant, run),
        })
    }

    /// Stores pages from `next` on.
    async fn pages(&self, next: u32) -> Result<Pages, Failure> {
        for number in next..next.saturating_add(PAGES_AT_ONCE) {
            let request = ObjectRequest::Report { page: number };
            let Some(report) = self.ask::<Option<Report>>(&request).await? else {
                return Ok(Pages::Done);
            };
            let key = format!(
                "{}{}",
                files::of_report(self.tenant, self.run),
                page::file_name(number)
            );
            self.bucket
                .put(key, serde_json::to_string(&report)?)
                .execute()
                .await?;
            self.store.page(number, &page::rows(&report)).await?;
        }
        Ok(Pages::More)
    }

    /// Everything is stored.
    async fn finish(&self, outbox: OutboxId) -> Result<Fate, Failure> {
        if self.store.finish().await? {
            return self.confirm(outbox, "stored").await;
        }
        self.forget().await
    }

    /// The run was erased, perhaps while we were at it.
    async fn forget(&self) -> Result<Fate, Failure> {
        files::remove_all(&self.bucket, &files::of_run(self.tenant, self.run)).await?;
        self.ask::<()>(&ObjectRequest::Erase).await?;
        Ok(Fate::Done("erased"))
    }

    async fn confirm(&self, outbox: OutboxId, what: &'static str) -> Result<Fate, Failure> {
        self.ask::<()>(&ObjectRequest::Confirm { outbox }).await?;
        Ok(Fate::Done(what))
    }

    /// The rest in a message of its own; the cursor is stored.
    async fn go_on(&self, env: &Env, message: EndedMessage) -> Result<Fate, Failure> {
        let queue: Queue = env.queue("RESULTS")?;
        queue.send(message).await?;
        Ok(Fate::Done("continued"))
    }

    async fn ask<R: DeserializeOwned>(&self, request: &ObjectRequest<Order>) -> Result<R, Failure> {
        match ask(&self.object, &object_name(self.tenant, self.run), request).await? {
            ObjectAnswer::Done(answer) => Ok(answer),
            ObjectAnswer::Refused(refusal) => Err(Failure::Refused(refusal.code)),
        }
    }
}
