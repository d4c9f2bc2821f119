//! Guest host sessions that have ended, with everything they own.
//!
//! Invariant: a row goes after what only it can name (object, files), and the session's row goes last,
//! so that work which was interrupted is found again.

use crate::{files, guard::Failure};
use lectern_edge::{clock, object::ask, store::Database};
use lectern_identity::{QuestionSetId, SpeedrunId, TenantId};
use lectern_live::object::{ObjectAnswer, ObjectRequest, object_name};
use lectern_quiz::speedrun::Order;
use serde::{Deserialize, de::DeserializeOwned};
use worker::{Bucket, Env, ObjectNamespace};

/// Sessions looked at in one run of the cron.
const SESSIONS: i64 = 20;
/// Sets, and runs, of one session removed in one run of the cron.
const OWNED: i64 = 20;

/// Removes ended sessions; how many went.
pub(super) async fn expire(env: &Env) -> Result<usize, Failure> {
    let select = "SELECT tenant_id, id FROM host_sessions WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2";
    let ended: Vec<Session> = Database::of(env)?
        .all(select, &[clock::now().0.into(), SESSIONS.into()])
        .await?;
    let mut removed = 0;
    for session in ended {
        let guest = Guest::new(env, session)?;
        if guest.erase().await? {
            removed += 1;
        }
    }
    Ok(removed)
}

#[derive(Deserialize)]
struct Session {
    tenant_id: TenantId,
    id: String,
}

#[derive(Deserialize)]
struct Owned<T> {
    id: T,
}

struct Guest {
    tenant: TenantId,
    session: String,
    db: Database,
    bucket: Bucket,
    objects: ObjectNamespace,
}

impl Guest {
    fn new(env: &Env, session: Session) -> Result<Self, Failure> {
        Ok(Self {
            tenant: session.tenant_id,
            session: session.id,
            db: Database::of(env)?,
            bucket: env.bucket("BUCKET")?,
            objects: env.durable_object("SPEEDRUN")?,
        })
    }

    /// Erases a piece of what the session owns, and the session when nothing is left.
    async fn erase(&self) -> Result<bool, Failure> {
        for run in self
            .owned::<SpeedrunId>(
                "SELECT id FROM speedruns WHERE tenant_id = ?1 AND owner_id = ?2 LIMIT ?3",
            )
            .await?
        {
            self.erase_run(run).await?;
        }
        for set in self
            .owned::<QuestionSetId>(
                "SELECT id FROM question_sets WHERE tenant_id = ?1 AND owner_id = ?2 LIMIT ?3",
            )
            .await?
        {
            self.erase_set(set).await?;
        }
        let delete = "DELETE FROM host_sessions WHERE tenant_id = ?1 AND id = ?2
            AND NOT EXISTS (SELECT 1 FROM speedruns WHERE tenant_id = ?1 AND owner_id = ?2)
            AND NOT EXISTS (SELECT 1 FROM question_sets WHERE tenant_id = ?1 AND owner_id = ?2)";
        Ok(self
            .db
            .run(
                delete,
                &[(&self.tenant.to_string()).into(), (&self.session).into()],
            )
            .await?
            > 0)
    }

    async fn owned<T: DeserializeOwned>(&self, select: &str) -> Result<Vec<T>, Failure> {
        let tenant = self.tenant.to_string();
        let rows: Vec<Owned<T>> = self
            .db
            .all(
                select,
                &[(&tenant).into(), (&self.session).into(), OWNED.into()],
            )
            .await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// A run: its live object, its files, its rows.
    async fn erase_run(&self, run: SpeedrunId) -> Result<(), Failure> {
        let erase: ObjectRequest<Order> = ObjectRequest::Erase;
        if let ObjectAnswer::Refused(refusal) =
            ask::<_, ()>(&self.objects, &object_name(self.tenant, run), &erase).await?
        {
            return Err(Failure::Refused(refusal.code));
        }
        files::remove_all(&self.bucket, &files::of_run(self.tenant, run)).await?;
        self.delete(
            run.to_string(),
            [
                "DELETE FROM join_codes WHERE tenant_id = ?1 AND speedrun_id = ?2",
                "DELETE FROM speedrun_answers WHERE tenant_id = ?1 AND speedrun_id = ?2",
                "DELETE FROM speedrun_participants WHERE tenant_id = ?1 AND speedrun_id = ?2",
                "DELETE FROM speedrun_questions WHERE tenant_id = ?1 AND speedrun_id = ?2",
                "DELETE FROM speedruns WHERE tenant_id = ?1 AND id = ?2",
            ],
        )
        .await
    }

    /// A set: its files, its rows. Runs made from it hold copies of what they need.
    async fn erase_set(&self, set: QuestionSetId) -> Result<(), Failure> {
        files::remove_all(&self.bucket, &files::of_set(self.tenant, set)).await?;
        self.delete(
            set.to_string(),
            [
                "DELETE FROM question_set_images WHERE tenant_id = ?1 AND set_id = ?2",
                "DELETE FROM question_sets WHERE tenant_id = ?1 AND id = ?2",
            ],
        )
        .await
    }

    /// All of these, or none.
    async fn delete<const N: usize>(
        &self,
        id: String,
        statements: [&str; N],
    ) -> Result<(), Failure> {
        let tenant = self.tenant.to_string();
        let bound = statements
            .into_iter()
            .map(|delete| self.db.statement(delete, &[(&tenant).into(), (&id).into()]));
        self.db.batch(bound.collect::<Result<Vec<_>, _>>()?).await?;
        Ok(())
    }
}
