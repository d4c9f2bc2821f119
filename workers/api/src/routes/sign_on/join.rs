//! Joining a run by code or link.

use super::{Grant, Seated, grant, guess};
use crate::app;
use crate::auth::check_origin;
use crate::context::Ctx;
use crate::fault::{Refused, of_object, unreachable_object};
use crate::reply::Reply;
use crate::request::fields::random_key;
use crate::request::{Body, Fields, FromFields};
use lectern_edge::object::ask;
use lectern_edge::store::directories::{JoinTarget, run_by_code, run_by_link};
use lectern_edge::store::{Database, TenantStore};
use lectern_identity::code::{JoinCode, JoinLink};
use lectern_identity::{Role, SeatId, TenantSettings, secret};
use lectern_live::object::{ObjectAnswer, ObjectRequest, object_name};
use lectern_problem::Problem;
use lectern_quiz::speedrun::{Order, Reply as RunReply};
use utoipa::ToSchema;

/// What is joined, and as whom.
#[derive(ToSchema)]
pub(crate) struct JoinRequest {
    /// The code as it was typed. This or `link`.
    code: Option<String>,
    /// The secret of the link.
    link: Option<String>,
    /// The name asked for: 1 to 24 visible characters, nobody else's in the run.
    name: String,
    /// 22 to 128 characters of base64url, made at random by the client and kept: the same key in the
    /// same run is the same seat.
    key: String,
}

impl FromFields for JoinRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let code: Option<String> = fields.optional("code");
        let link: Option<String> = fields.optional("link");
        let name: Option<String> = fields.text("name", |name| {
            // The run judges names; only what is no name at all is kept from it.
            if name.len() <= 1_024 {
                Ok(())
            } else {
                Err("It is too long.")
            }
        });
        let key = fields.text("key", random_key);
        if code.is_some() == link.is_some() {
            fields.fault("code", "missing_field", "Give either `code` or `link`.");
        }
        Some(Self {
            code,
            link,
            name: name?,
            key: key?,
        })
    }
}

/// Gives a participant a seat, its token and its first ticket.
///
/// 1. Finds the run; a code waits for a place where many were wrong, a wrong one is counted and wakes no object.
/// 2. Refuses pages of foreign origins.
/// 3. Has the run admit the seat, which the key names.
/// 4. Signs token and ticket.
#[utoipa::path(post, path = "/v1/sign-on/join", tag = "sign-on", security(()), request_body = JoinRequest,
    responses((status = 201, description = "A seat. The same key again gives the same seat and a fresh ticket.", body = Seated)))]
#[worker::send]
pub(crate) async fn join(ctx: Ctx, body: Body<JoinRequest>) -> Result<Reply, Refused> {
    let JoinRequest { name, key, .. } = &body.value;
    let target = find(&ctx, &body.value).await?;
    ctx.facts().tenant = Some(target.tenant_id);
    ctx.facts().principal = Some("seat");
    allow_origin(&ctx, target).await?;
    let seat = SeatId::from_hash(secret::derive(&[
        "seat",
        &target.speedrun_id.to_string(),
        key,
    ]));
    let name = admit(&ctx, target, seat, name)
        .await?
        .ok_or_else(guess::unknown)?;
    let to = Grant {
        tenant: target.tenant_id,
        run: target.speedrun_id,
        seat,
        role: Role::Participant,
    };
    let seated = grant(&ctx, &*app::keys(ctx.env())?, to, Some(name))?;
    Ok(Reply::created(&seated)?.secret())
}

/// One row read; none for what cannot be a code, which is no guess either.
async fn find(ctx: &Ctx, request: &JoinRequest) -> Result<JoinTarget, Refused> {
    let db = Database::of(ctx.env())?;
    if let Some(code) = request.code.as_deref().and_then(JoinCode::parse) {
        guess::enter(ctx, &code).await?;
        let Some(target) = run_by_code(&db, &code, ctx.now()).await? else {
            return Err(guess::wrong(ctx).await);
        };
        guess::right(ctx, &code);
        return Ok(target);
    }
    match request.link.as_deref().and_then(JoinLink::parse) {
        Some(link) => run_by_link(&db, &link, ctx.now()).await?,
        None => None,
    }
    .ok_or_else(guess::unknown)
}

/// The tenant's list is read only when a page of another origin asks.
async fn allow_origin(ctx: &Ctx, target: JoinTarget) -> Result<(), Refused> {
    if !ctx.is_foreign() {
        return check_origin(ctx, &TenantSettings::default());
    }
    let store = TenantStore::of(ctx.env(), target.tenant_id)?;
    let tenant = app::tenant(&store, ctx.now())
        .await?
        .ok_or_else(Problem::not_found)?;
    check_origin(ctx, &tenant.settings)
}

/// The name as it was stored. None: the run behind the code was never created.
async fn admit(
    ctx: &Ctx,
    target: JoinTarget,
    seat: SeatId,
    name: &str,
) -> Result<Option<String>, Refused> {
    let object = object_name(target.tenant_id, target.speedrun_id);
    let order = Order::Admit {
        seat,
        name: name.to_owned(),
    };
    let request = ObjectRequest::Order {
        object: object.clone(),
        order,
    };
    let objects = ctx.env().durable_object("SPEEDRUN")?;
    match ask::<_, RunReply>(&objects, &object, &request)
        .await
        .map_err(unreachable_object)?
    {
        ObjectAnswer::Done(RunReply::Seat { name, .. }) => Ok(Some(name)),
        ObjectAnswer::Done(other) => {
            Err(Problem::internal(format!("admit was answered {other:?}")).into())
        }
        ObjectAnswer::Refused(refusal) if refusal.code == "not_found" => Ok(None),
        ObjectAnswer::Refused(refusal) => Err(of_object(refusal)),
    }
}
