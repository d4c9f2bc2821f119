//! Hosting without an account.

use crate::app;
use crate::auth::check_origin;
use crate::context::Ctx;
use crate::fault::Refused;
use crate::moment::rfc3339;
use crate::reply::Reply;
use crate::request::{Body, Fields, FromFields};
use lectern_edge::entropy;
use lectern_edge::store::{Beginning, Database, TenantStore, directories};
use lectern_identity::tenant::HOST_SESSION_LIFETIME;
use lectern_identity::token::{Claims, Principal};
use lectern_identity::{HostSessionId, Millis};
use lectern_problem::{Code, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// Whom to host at.
#[derive(ToSchema)]
pub(crate) struct HostRequest {
    /// The tenant's slug, as in its page `/host/{slug}`.
    tenant: String,
}

impl FromFields for HostRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            tenant: fields.required("tenant")?,
        })
    }
}

/// A guest's host session.
#[derive(Serialize, ToSchema)]
pub(crate) struct HostSession {
    /// The session, which owns what the guest makes.
    #[schema(value_type = String)]
    host_session: HostSessionId,
    /// Its access token, good until the session ends.
    token: String,
    /// When it ends; everything that it owns is erased then.
    expires_at: String,
    /// Whom the guest hosts at.
    tenant: TenantName,
}

/// A tenant's public names.
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantName {
    /// In URLs.
    slug: String,
    /// For people.
    name: String,
}

/// Begins a host session of seven days.
///
/// 1. Finds the tenant by its slug; one without guests answers as an absent one.
/// 2. Refuses pages of foreign origins.
/// 3. Stores the session, within the quotas of the tenant and of the address, and signs its token.
#[utoipa::path(post, path = "/v1/sign-on/host", tag = "sign-on", security(()), request_body = HostRequest,
    responses((status = 201, description = "A host session.", body = HostSession)))]
#[worker::send]
pub(crate) async fn host(ctx: Ctx, body: Body<HostRequest>) -> Result<Reply, Refused> {
    let tenant = directories::tenant_by_slug(&Database::of(ctx.env())?, &body.value.tenant).await?;
    let tenant = tenant
        .filter(|tenant| tenant.guests)
        .ok_or_else(Problem::not_found)?;
    ctx.facts().tenant = Some(tenant.id);
    ctx.facts().principal = Some("guest");
    check_origin(&ctx, &tenant.settings)?;
    let (id, now) = (HostSessionId::new(ctx.now(), entropy::bytes()?), ctx.now());
    let expires = Millis((now + HOST_SESSION_LIFETIME).0 / 1_000 * 1_000);
    let keys = app::keys(ctx.env())?;
    let address = keys.pseudonyms.of(tenant.id, ctx.address());
    let session = Beginning {
        id,
        address: &address.map_err(Problem::internal)?,
        now,
        expires,
    };
    let store = TenantStore::of(ctx.env(), tenant.id)?;
    let quotas = tenant.settings.guest;
    if !store.host_sessions().begin(&session, quotas).await? {
        let problem = Problem::new(
            Code::RateLimited,
            "As many host sessions were begun here as may be within an hour.",
        );
        return Err(problem.retry_after(600).into());
    }
    let claims = Claims {
        tenant: tenant.id,
        principal: Principal::Guest(id),
        expires,
    };
    let token = keys
        .signing
        .issue(&claims, &ctx.issuer(), now)
        .map_err(Problem::internal)?;
    let session = HostSession {
        host_session: id,
        token,
        expires_at: rfc3339(expires),
        tenant: TenantName {
            slug: tenant.slug,
            name: tenant.name,
        },
    };
    Ok(Reply::created(&session)?.secret())
}
