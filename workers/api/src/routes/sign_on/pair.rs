//! Turning a device into a host screen or a wall, by a pairing that is good once.

use super::{Grant, Seated, grant};
use crate::app;
use crate::auth::check_origin;
use crate::context::Ctx;
use crate::fault::{Refused, unreachable_object};
use crate::reply::Reply;
use crate::request::fields::random_key;
use crate::request::{Body, Fields, FromFields};
use lectern_edge::object::ask;
use lectern_edge::store::TenantStore;
use lectern_identity::pairing::Pairing;
use lectern_identity::{SeatId, UseId, secret};
use lectern_live::object::{ObjectAnswer, ObjectRequest, object_name};
use lectern_problem::{Code, Problem};
use lectern_quiz::speedrun::Order;
use utoipa::ToSchema;

/// The pairing, and the device.
#[derive(ToSchema)]
pub(crate) struct PairRequest {
    /// The pairing of the QR code.
    pairing: String,
    /// 22 to 128 characters of base64url, made at random by the device and kept: its name among the screens.
    screen: String,
}

impl FromFields for PairRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let pairing = fields.required("pairing");
        let screen = fields.text("screen", random_key);
        Some(Self {
            pairing: pairing?,
            screen: screen?,
        })
    }
}

/// Gives a screen its seat, a token and a ticket.
///
/// 1. Opens the pairing.
/// 2. Refuses pages of foreign origins.
/// 3. Has the run use the pairing up; a second screen is refused, the same one is answered again.
/// 4. Signs token and ticket of the seat that the screen's key names.
#[utoipa::path(post, path = "/v1/sign-on/pair", tag = "sign-on", security(()), request_body = PairRequest,
    responses((status = 201, description = "A host's or wall's seat. The same screen again gets the same seat and a fresh ticket.", body = Seated)))]
#[worker::send]
pub(crate) async fn pair(ctx: Ctx, body: Body<PairRequest>) -> Result<Reply, Refused> {
    let keys = app::keys(ctx.env())?;
    let invalid = || {
        Problem::new(
            Code::PairingInvalid,
            "Ask for a new QR code; each is good for five minutes.",
        )
    };
    let pairing = keys
        .pairings
        .open(&body.value.pairing, ctx.now())
        .ok_or_else(invalid)?;
    ctx.facts().tenant = Some(pairing.tenant);
    ctx.facts().principal = Some("seat");
    let store = TenantStore::of(ctx.env(), pairing.tenant)?;
    let tenant = app::tenant(&store, ctx.now()).await?.ok_or_else(invalid)?;
    check_origin(&ctx, &tenant.settings)?;
    let (run, role) = (pairing.run, pairing.role);
    use_up(&ctx, &pairing, &body.value.screen).await?;
    let seat = SeatId::from_hash(secret::derive(&[
        "paired",
        &run.to_string(),
        role.as_str(),
        &body.value.screen,
    ]));
    let seated = grant(
        &ctx,
        &keys,
        Grant {
            tenant: pairing.tenant,
            run,
            seat,
            role,
        },
        None,
    )?;
    Ok(Reply::created(&seated)?.secret())
}

/// The same screen may ask again: its first answer may have been lost on the way.
async fn use_up(ctx: &Ctx, pairing: &Pairing, screen: &str) -> Result<(), Refused> {
    let by = secret::derive(&["paired by", &pairing.use_id.to_string(), screen]);
    let object = object_name(pairing.tenant, pairing.run);
    let request: ObjectRequest<Order> = ObjectRequest::Use {
        use_id: pairing.use_id,
        by: Some(UseId::from_hash(by)),
        expires: pairing.expires,
    };
    let objects = ctx.env().durable_object("SPEEDRUN")?;
    match ask::<_, ()>(&objects, &object, &request)
        .await
        .map_err(unreachable_object)?
    {
        ObjectAnswer::Done(()) => Ok(()),
        ObjectAnswer::Refused(refusal) if refusal.code == "used" => Err(Problem::new(
            Code::PairingUsed,
            "Each QR code is good for one device; ask for a new one.",
        )
        .into()),
        ObjectAnswer::Refused(refusal) => Err(crate::fault::of_object(refusal)),
    }
}
