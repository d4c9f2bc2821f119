//! What one guest's host session owns, and its erasure.

use super::Calls;
use crate::{files, guard::Failure};
use lectern_edge::{object::ask, store::Database};
use lectern_identity::{QuestionSetId, SpeedrunId, TenantId};
use lectern_live::object::{ObjectAnswer, ObjectRequest, object_name};
use lectern_quiz::speedrun::Order;
use serde::Deserialize;
use std::str::FromStr;
use worker::{Bucket, Env, ObjectNamespace};

/// Sets, or runs, read at a time.
const PAGE: i64 = 50;
/// Calls that erasing a run takes: its object, its files twice, its rows.
const RUN_CALLS: u32 = 4;
/// Calls that erasing a set takes: its files twice, its row.
const SET_CALLS: u32 = 3;

/// An ended session.
#[derive(Debug, Deserialize)]
pub(super) struct Session {
    pub(super) tenant_id: String,
    pub(super) id: String,
    /// How often its erasure failed.
    pub(super) erase_failures: u32,
}

#[derive(Deserialize)]
struct Owned {
    id: String,
}

/// A kind of things that a session owns.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Run,
    Set,
}

/// A session that is erased.
pub(super) struct Guest<'s> {
    session: &'s Session,
    db: Database,
    bucket: Bucket,
    objects: ObjectNamespace,
}

impl<'s> Guest<'s> {
    pub(super) fn new(env: &Env, session: &'s Session) -> Result<Self, Failure> {
        Ok(Self {
            session,
            db: Database::of(env)?,
            bucket: env.bucket("BUCKET")?,
            objects: env.durable_object("SPEEDRUN")?,
        })
    }

    /// Erases what the session owns, as far as the calls reach, and the session when nothing is left.
    /// True: it is gone.
    ///
    /// # Errors
    /// The first failure; all the rest was erased nevertheless.
    pub(super) async fn erase(&self, calls: &mut Calls) -> Result<bool, Failure> {
        let runs = self.erase_kind(Kind::Run, calls).await;
        let sets = self.erase_kind(Kind::Set, calls).await;
        runs.and(sets)?;
        if !calls.take(1) {
            return Ok(false);
        }
        let batch = [
            "DELETE FROM idempotency_keys WHERE tenant_id = ?1 AND principal = ?2",
            "DELETE FROM host_sessions WHERE tenant_id = ?1 AND id = ?2
            AND NOT EXISTS (SELECT 1 FROM speedruns WHERE tenant_id = ?1 AND owner_id = ?2)
            AND NOT EXISTS (SELECT 1 FROM question_sets WHERE tenant_id = ?1 AND owner_id = ?2)",
        ];
        let removed = self.delete(&self.session.id, batch).await?;
        Ok(removed.last().is_some_and(|&rows| rows > 0))
    }

    /// Everything of one kind, a page at a time. What fails does not keep what stands behind it.
    async fn erase_kind(&self, kind: Kind, calls: &mut Calls) -> Result<(), Failure> {
        let (mut after, mut outcome) = (String::new(), Ok(()));
        while calls.take(1) {
            let ids = self.owned(kind, &after).await?;
            let Some(last) = ids.last() else {
                break;
            };
            after.clone_from(last);
            for id in &ids {
                if !calls.take(kind.calls()) {
                    return outcome;
                }
                outcome = outcome.and(self.erase_one(kind, id).await);
            }
        }
        outcome
    }

    async fn owned(&self, kind: Kind, after: &str) -> Result<Vec<String>, Failure> {
        let select = format!(
            "SELECT id FROM {} WHERE tenant_id = ?1 AND owner_id = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
            kind.table()
        );
        let Session { tenant_id, id, .. } = self.session;
        let values = [tenant_id.into(), id.into(), after.into(), PAGE.into()];
        let rows: Vec<Owned> = self.db.all(&select, &values).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    async fn erase_one(&self, kind: Kind, id: &str) -> Result<(), Failure> {
        let tenant: TenantId = parse(&self.session.tenant_id)?;
        match kind {
            Kind::Run => self.erase_run(tenant, parse(id)?).await,
            Kind::Set => self.erase_set(tenant, parse(id)?).await,
        }
    }

    /// A run: its live object, its files, its rows.
    async fn erase_run(&self, tenant: TenantId, run: SpeedrunId) -> Result<(), Failure> {
        let erase: ObjectRequest<Order> = ObjectRequest::Erase;
        if let ObjectAnswer::Refused(refusal) =
            ask::<_, ()>(&self.objects, &object_name(tenant, run), &erase).await?
        {
            return Err(Failure::Refused(refusal.code));
        }
        files::remove_all(&self.bucket, &files::of_run(tenant, run)).await?;
        let rows = [
            "DELETE FROM join_codes WHERE tenant_id = ?1 AND speedrun_id = ?2",
            "DELETE FROM speedrun_answers WHERE tenant_id = ?1 AND speedrun_id = ?2",
            "DELETE FROM speedrun_participants WHERE tenant_id = ?1 AND speedrun_id = ?2",
            "DELETE FROM speedrun_questions WHERE tenant_id = ?1 AND speedrun_id = ?2",
            "DELETE FROM speedruns WHERE tenant_id = ?1 AND id = ?2",
        ];
        self.delete(&run.to_string(), rows).await.map(|_| ())
    }

    /// A set: its files, its row. Runs made from it hold copies of what they need.
    async fn erase_set(&self, tenant: TenantId, set: QuestionSetId) -> Result<(), Failure> {
        files::remove_all(&self.bucket, &files::of_set(tenant, set)).await?;
        let rows = ["DELETE FROM question_sets WHERE tenant_id = ?1 AND id = ?2"];
        self.delete(&set.to_string(), rows).await.map(|_| ())
    }

    /// All of these, or none; how many rows each removed.
    async fn delete<const N: usize>(
        &self,
        id: &str,
        statements: [&str; N],
    ) -> Result<Vec<usize>, Failure> {
        let tenant = &self.session.tenant_id;
        let bound = statements
            .into_iter()
            .map(|delete| self.db.statement(delete, &[tenant.into(), id.into()]));
        Ok(self.db.batch(bound.collect::<Result<Vec<_>, _>>()?).await?)
    }
}

impl Kind {
    const fn table(self) -> &'static str {
        match self {
            Self::Run => "speedruns",
            Self::Set => "question_sets",
        }
    }

    const fn calls(self) -> u32 {
        match self {
            Self::Run => RUN_CALLS,
            Self::Set => SET_CALLS,
        }
    }
}

fn parse<T: FromStr>(id: &str) -> Result<T, Failure> {
    id.parse()
        .map_err(|_| Failure::Poison(format!("{id} is no id")))
}
