//! Proof of tenant and permission.
//!
//! Invariant: a value of these types exists only after a token was verified, its tenant found, the
//! page's origin allowed and the budget asked; all before the body is read.

use super::{budget, check_origin};
use crate::app::{self, Keys};
use crate::context::Ctx;
use crate::fault::Refused;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lectern_edge::store::{Owner, TenantStore};
use lectern_identity::token::{Claims, Principal, TokenError};
use lectern_identity::{HostSessionId, Millis, Role, SeatId, SpeedrunId, Tenant};
use lectern_problem::{Code, Problem};
use std::rc::Rc;
use worker::send::SendWrapper;

/// A client or a guest: may use the tenant's question sets and runs, a guest only its own and the shared.
pub(crate) struct Scope {
    /// The request.
    pub(crate) ctx: Ctx,
    /// Whose data.
    pub(crate) tenant: SendWrapper<Rc<Tenant>>,
    /// The only way to it.
    pub(crate) store: SendWrapper<TenantStore>,
    /// The keys of the platform.
    pub(crate) keys: SendWrapper<Rc<Keys>>,
    /// Who asks.
    pub(crate) principal: Principal,
}

/// A seat in one run.
pub(crate) struct Seat {
    /// The request and the tenant's store.
    pub(crate) scope: Scope,
    /// The seat.
    pub(crate) seat: SeatId,
    /// Its run.
    pub(crate) run: SpeedrunId,
    /// What it may do there.
    pub(crate) role: Role,
}

/// Either.
pub(crate) enum SeatOrOwner {
    /// A seat.
    Seat(Seat),
    /// A client or guest.
    Owner(Scope),
}

impl Scope {
    /// For whom rows are looked up.
    pub(crate) fn owner(&self) -> Owner {
        self.guest().map_or(Owner::Tenant, Owner::Guest)
    }

    /// The guest's host session, if a guest asks.
    pub(crate) fn guest(&self) -> Option<HostSessionId> {
        match self.principal {
            Principal::Guest(id) => Some(id),
            _ => None,
        }
    }
}

/// The request's verified claims.
fn claims(ctx: &Ctx, keys: &Keys, parts: &Parts) -> Result<Claims, Refused> {
    let token = bearer(parts).ok_or_else(|| {
        Problem::new(
            Code::Unauthenticated,
            "Send a token as `Authorization: Bearer …`.",
        )
    })?;
    keys.signing
        .verify(token, &ctx.issuer(), ctx.now())
        .map_err(|error| {
            let problem = match error {
                TokenError::Expired => {
                    Problem::new(Code::TokenExpired, "The token has expired; sign on again.")
                }
                _ => Problem::new(Code::InvalidToken, "The token is not valid here."),
            };
            problem.into()
        })
}

/// The token of the `Authorization` header.
pub(super) fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts
        .headers
        .get(http::header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// 1. Verifies the token; one that is none takes from the address's budget. 2. Finds its tenant. 3. Judges the page's origin. 4. Takes from the budget.
async fn authenticate(parts: &mut Parts) -> Result<Scope, Refused> {
    let ctx = Ctx::from_request_parts(parts, &()).await?;
    let keys = app::keys(ctx.env())?;
    let claims = claims(&ctx, &keys, parts).map_err(|refused| budget::unproven(&ctx, refused))?;
    let store = TenantStore::of(ctx.env(), claims.tenant)?;
    {
        let mut facts = ctx.facts();
        facts.tenant = Some(claims.tenant);
        facts.principal = Some(claims.principal.kind());
    }
    let tenant = tenant_of(&claims, &store, ctx.now()).await?;
    check_origin(&ctx, &tenant.settings)?;
    budget::of_principal(&ctx, &tenant, &claims.principal)?;
    Ok(Scope {
        ctx,
        tenant: SendWrapper::new(tenant),
        store: SendWrapper::new(store),
        keys: SendWrapper::new(keys),
        principal: claims.principal,
    })
}

/// The token's tenant. A guest's is read anew each time: when the tenant has no guests any more, that ends
/// the tokens that are out at once.
async fn tenant_of(
    claims: &Claims,
    store: &TenantStore,
    now: Millis,
) -> Result<Rc<Tenant>, Refused> {
    let is_guest = matches!(claims.principal, Principal::Guest(_));
    let tenant = if is_guest {
        app::fresh_tenant(store, now).await?
    } else {
        app::tenant(store, now).await?
    };
    let invalid = |detail| Problem::new(Code::InvalidToken, detail);
    let tenant = tenant.ok_or_else(|| invalid("The token is not valid here."))?;
    if is_guest && !tenant.guests {
        return Err(invalid("The tenant has ended the sessions of its guests.").into());
    }
    Ok(tenant)
}

fn forbidden(detail: &str) -> Refused {
    Problem::new(Code::Forbidden, detail).into()
}

impl<S: Sync> FromRequestParts<S> for Scope {
    type Rejection = Refused;

    #[worker::send]
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let scope = authenticate(parts).await?;
        match scope.principal {
            Principal::Seat { .. } => Err(forbidden(
                "A seat may ask only for tickets, pairings and images of its own run.",
            )),
            _ => Ok(scope),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for SeatOrOwner {
    type Rejection = Refused;

    #[worker::send]
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let scope = authenticate(parts).await?;
        Ok(match scope.principal {
            Principal::Seat { seat, run, role } => Self::Seat(Seat {
                scope,
                seat,
                run,
                role,
            }),
            _ => Self::Owner(scope),
        })
    }
}

impl Seat {
    /// Refuses a run that is not the seat's, as absent.
    pub(crate) fn of_run(self, run: SpeedrunId) -> Result<Self, Refused> {
        if self.run == run {
            Ok(self)
        } else {
            Err(Problem::not_found().into())
        }
    }
}
