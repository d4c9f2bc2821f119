//! `Idempotency-Key` on requests that create.
//!
//! Invariant: a request with a key has its effect once, however often it comes and wherever a Worker
//! dies or lags. What was created and the answer are stored in one transaction. A refused request is
//! forgotten, so that it may be judged again; one that failed on our side is given back with the time of
//! its first coming, so that the next attempt makes the same ids and completes what was begun.

use crate::auth::Scope;
use crate::fault::{Refused, left_behind};
use crate::reply::Reply;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lectern_edge::clock;
use lectern_edge::store::{Claim, Created, Creation, Hold, Place, StoredAnswer};
use lectern_identity::idempotency::IdempotencyKey;
use lectern_identity::{HostSessionId, Millis, secret};
use lectern_problem::{Code, Problem};
use std::cell::RefCell;

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
    scope: &'a Scope,
    hold: RefCell<Hold>,
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
        let claims = scope.store.idempotency();
        match claims.claim(place, body_hash, scope.ctx.now()).await? {
            Claim::Answered(answer) => replay(answer),
            Claim::InFlight => Err(in_flight()),
            Claim::Reused => Err(Problem::new(
                Code::IdempotencyKeyReused,
                "Take a fresh key for another request.",
            )
            .into()),
            Claim::Fresh(hold) => {
                let hold = RefCell::new(hold);
                let fresh = Fresh { scope, hold };
                let done = work(&fresh).await;
                if let Err(refused) = &done {
                    fresh.end(refused).await;
                }
                done
            }
        }
    }
}

fn in_flight() -> Refused {
    Problem::new(
        Code::IdempotencyInFlight,
        "Wait for the first request's answer.",
    )
    .retry_after(1)
    .into()
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
        self.hold.borrow().first_at
    }

    /// Bits for the id of what is created: the same whenever the request is worked on again.
    pub(crate) fn bits(&self) -> [u8; 10] {
        let Place {
            principal,
            route,
            key,
        } = &self.hold.borrow().place;
        let bits = secret::derive(&[&self.scope.tenant.id.to_string(), principal, route, key]);
        std::array::from_fn(|index| bits.get(index).copied().unwrap_or(0))
    }

    /// Stores what is created together with its answer: `insert` does it, under the conditions of the
    /// [`Creation`]. `guest`: who may have only so many of the kind, and what to say then.
    ///
    /// Refused means that nothing was stored; any other fault, that it may have been.
    pub(crate) async fn store(
        &self,
        reply: &Reply,
        guest: Option<(HostSessionId, u32)>,
        quota: impl FnOnce(u32) -> Problem,
        insert: impl AsyncFnOnce(&Creation<'_>) -> Result<Created, lectern_edge::store::StoreError>,
    ) -> Result<(), Refused> {
        let hold = self.hold.borrow().clone();
        let creation = Creation {
            hold: &hold,
            answer: StoredAnswer {
                status: reply.status.as_u16(),
                headers: reply.stored_headers(),
                body: Some(reply.body.clone()),
            },
            guest,
            // The body may have been long on its way.
            now: clock::now(),
        };
        match insert(&creation).await? {
            Created::Stored => Ok(()),
            Created::Overtaken => Err(in_flight()),
            Created::SessionOver => Err(Problem::new(
                Code::TokenExpired,
                "The host session is over; sign on again.",
            )
            .into()),
            Created::QuotaReached => Err(quota(guest.map_or(0, |(_, most)| most)).into()),
        }
    }

    /// Whether what was begun may be taken back: nobody has taken the request over, nor will for a while.
    pub(crate) async fn is_mine(&self) -> bool {
        let hold = self.hold.borrow().clone();
        let renewed = self
            .scope
            .store
            .idempotency()
            .renew(&hold, clock::now())
            .await;
        match left_behind(&self.scope.ctx, renewed) {
            Some(Some(fence)) => {
                self.hold.borrow_mut().fence = fence;
                true
            }
            _ => false,
        }
    }

    /// Lets go of a request that was not answered. What cannot be let go of now is free after a minute.
    async fn end(&self, refused: &Refused) {
        let (claims, hold) = (self.scope.store.idempotency(), self.hold.borrow().clone());
        let ended = if refused.is_ours() {
            claims.give_back(&hold).await
        } else {
            claims.forget(&hold).await
        };
        left_behind(&self.scope.ctx, ended);
    }
}
