//! The operator of the platform: one opaque token, of which the Worker knows the hash.

use super::budget;
use super::scope::bearer;
use crate::context::Ctx;
use crate::fault::Refused;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lectern_edge::store::Database;
use lectern_identity::secret;
use lectern_problem::{Code, Problem};
use worker::send::SendWrapper;

/// Proof that the operator asks.
pub(crate) struct Operator {
    /// The request.
    pub(crate) ctx: Ctx,
    /// What belongs to no tenant.
    pub(crate) db: SendWrapper<Database>,
}

impl<S: Sync> FromRequestParts<S> for Operator {
    type Rejection = Refused;

    #[worker::send]
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let ctx = Ctx::from_request_parts(parts, &()).await?;
        verify(&ctx, parts).map_err(|refused| budget::unproven(&ctx, refused))?;
        if ctx.is_foreign() {
            return Err(
                Problem::new(Code::OriginNotAllowed, "The operator works from no page.").into(),
            );
        }
        ctx.facts().principal = Some("operator");
        let db = SendWrapper::new(Database::of(ctx.env())?);
        Ok(Self { ctx, db })
    }
}

fn verify(ctx: &Ctx, parts: &Parts) -> Result<(), Refused> {
    let token = bearer(parts).ok_or_else(|| {
        Problem::new(
            Code::Unauthenticated,
            "Send the operator's token as `Authorization: Bearer …`.",
        )
    })?;
    let hash = ctx
        .env()
        .secret("OPERATOR_TOKEN_SHA256")
        .map(|hash| hash.to_string())
        .unwrap_or_default();
    if secret::matches(token, &hash.to_ascii_lowercase()) {
        return Ok(());
    }
    Err(Problem::new(Code::InvalidToken, "The token is not the operator's.").into())
}
