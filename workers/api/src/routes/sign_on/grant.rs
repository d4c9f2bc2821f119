//! What a seat gets: a token that survives a browser's restart, and a ticket for its next socket.

use crate::app::Keys;
use crate::context::Ctx;
use crate::fault::Refused;
use crate::moment::rfc3339;
use lectern_edge::entropy;
use lectern_identity::ticket::{LIFETIME, TicketClaims};
use lectern_identity::token::{Claims, Principal, SEAT_LIFETIME};
use lectern_identity::{Millis, Role, SeatId, SpeedrunId, TenantId, UseId};
use lectern_live::Engine;
use lectern_problem::Problem;
use lectern_quiz::speedrun::Speedrun;
use serde::Serialize;
use utoipa::ToSchema;

/// A seat and its way into the run.
#[derive(Serialize, ToSchema)]
pub(crate) struct Seated {
    /// The seat.
    #[schema(value_type = String)]
    pub(crate) seat: SeatId,
    /// Its name, as it was stored; participants only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// What it may do: `participant`, `host` or `wall`.
    #[schema(value_type = String)]
    pub(crate) role: Role,
    /// The run.
    #[schema(value_type = String)]
    pub(crate) speedrun: SpeedrunId,
    /// The seat's access token, good for 24 hours: for further tickets and for images.
    pub(crate) token: String,
    /// The ticket for one socket, good for 30 seconds.
    pub(crate) ticket: String,
    /// When the ticket ends.
    pub(crate) ticket_expires_at: String,
    /// Where the socket is opened.
    pub(crate) live_url: String,
}

/// Whom a grant is for.
#[derive(Clone, Copy)]
pub(crate) struct Grant {
    pub(crate) tenant: TenantId,
    pub(crate) run: SpeedrunId,
    pub(crate) seat: SeatId,
    pub(crate) role: Role,
}

/// Signs a seat's token and its ticket. The ticket is bound to the page's origin.
pub(crate) fn grant(
    ctx: &Ctx,
    keys: &Keys,
    to: Grant,
    name: Option<String>,
) -> Result<Seated, Refused> {
    let Grant {
        tenant,
        run,
        seat,
        role,
    } = to;
    let claims = Claims {
        tenant,
        principal: Principal::Seat { seat, run, role },
        expires: ctx.now() + SEAT_LIFETIME,
    };
    let token = keys
        .signing
        .issue(&claims, &ctx.issuer(), ctx.now())
        .map_err(Problem::internal)?;
    let expires = ctx.now() + LIFETIME;
    let ticket = TicketClaims {
        tenant,
        kind: Speedrun::KIND.to_owned(),
        session: run.to_string(),
        seat,
        role,
        use_id: UseId::new(ctx.now(), entropy::bytes()?),
        expires,
        origin: ctx.origin().map(str::to_owned),
    };
    let ticket = keys
        .tickets
        .issue(&ticket, ctx.now())
        .map_err(Problem::internal)?;
    // Tickets count in whole seconds.
    let ticket_expires_at = rfc3339(Millis::seconds(expires.0.div_euclid(1_000)));
    Ok(Seated {
        seat,
        name,
        role,
        speedrun: run,
        token,
        ticket,
        ticket_expires_at,
        live_url: live_url(run),
    })
}

/// Where the sockets of a run are opened.
pub(crate) fn live_url(run: SpeedrunId) -> String {
    format!("/v1/live/{}/{run}", Speedrun::KIND)
}
