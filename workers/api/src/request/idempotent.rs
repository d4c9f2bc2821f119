//! `Idempotency-Key` on requests that create.
//!
//! Invariant: a request with a key has its effect once, however often it comes and wherever a Worker
//! dies. What was created and the answer are stored in one transaction; a refused request gives its
//! key back, so that it may be judged again.

use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::Reply;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lectern_edge::store::{Claim, Place, Statement, StoredAnswer, TenantStore};
use lectern_identity::idempotency::IdempotencyKey;
use lectern_identity::{Millis, secret};
use lectern_problem::{Code, Problem};

/// The key of a request that creates.
pub(crate) struct Once(IdempotencyKey);

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let value = parts
            .headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok());
        let key = value.and_then(IdempotencyKey::parse);
        let missing = || {
            Problem::new(
                Code::IdempotencyKeyMissing,
                "Send an `Idempotency-Key` of 1 to 255 visible ASCII characters.",
            )
        };
        Ok(Self(key.ok_or_else(missing)?))
    }
}

/// A request that is worked on.
pub(crate) struct Fresh<'a> {
    store: &'a TenantStore,
    place: Place,
    first_at: Millis,
}

impl Once {
    /// Does the work, or gives the answer that it had.
    pub(crate) async fn run(
        self,
        scope: &Scope,
        route: &'static str,
        body_hash: &str,
        work: impl AsyncFnOnce(&Fresh<'_>) -> Result<Reply, Refused>,
    ) -> Result<Reply, Refused> {
        let place = Place {
            principal: scope.principal.id(),
            route,
            key: self.0.as_str().to_owned(),
        };
        match scope
            .store
            .idempotency()
            .claim(&place, body_hash, scope.ctx.now())
            .await?
        {
            Claim::Answered(answer) => replay(answer),
            Claim::InFlight => Err(Problem::new(
                Code::IdempotencyInFlight,
                "Wait for the first request's answer.",
            )
            .retry_after(1)
            .into()),
            Claim::Reused => Err(Problem::new(
                Code::IdempotencyKeyReused,
                "Take a fresh key for another request.",
            )
            .into()),
            Claim::Fresh { first_at } => {
                let fresh = Fresh {
                    store: &scope.store,
                    place,
                    first_at,
                };
                let done = work(&fresh).await;
                if done.is_err() {
                    // When it cannot be given back now, it is free again after a minute.
                    let _ = scope.store.idempotency().release(&fresh.place).await;
                }
                done
            }
        }
    }
}

fn replay(answer: StoredAnswer) -> Result<Reply, Refused> {
    let Some(body) = answer.body else {
        return Err(Problem::new(
            Code::AlreadyCreated,
            "Its answer held a secret and is not kept.",
        )
        .into());
    };
    Ok(Reply::stored(answer.status, &answer.headers, body))
}

impl Fresh<'_> {
    /// When the first request with this key came.
    pub(crate) fn first_at(&self) -> Millis {
        self.first_at
    }

    /// Bits for the id of what is created: the same whenever the request is worked on again.
    pub(crate) fn bits(&self) -> [u8; 10] {
        let Place {
            principal,
            route,
            key,
        } = &self.place;
        let bits = secret::derive(&[&self.store.tenant().to_string(), principal, route, key]);
        std::array::from_fn(|index| bits.get(index).copied().unwrap_or(0))
    }

    /// Stores the answer; belongs into the batch that stores what is created.
    pub(crate) fn answered(&self, reply: &Reply) -> Result<Statement, Refused> {
        let answer = StoredAnswer {
            status: reply.status.as_u16(),
            headers: reply.stored_headers(),
            body: Some(reply.body.clone()),
        };
        Ok(self.store.idempotency().finish(&self.place, &answer)?)
    }
}
