//! Further tickets: for a seat that comes back, and for a screen of the run's owner.

use super::show::owned;
use crate::auth::{Scope, Seat, SeatOrOwner};
use crate::fault::Refused;
use crate::reply::Reply;
use crate::request::fields::random_key;
use crate::request::{Body, Fields, FromFields, PathIds};
use crate::routes::sign_on::{Grant, grant};
use lectern_identity::{Role, SeatId, SpeedrunId, secret};
use lectern_problem::{Code, FieldError, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// Which screen. A seat sends an empty object: its token says all.
#[derive(ToSchema)]
pub(crate) struct TicketRequest {
    /// Owners: `host` or `wall`.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// Owners: 22 to 128 characters of base64url, made at random by the device and kept.
    screen: Option<String>,
}

impl FromFields for TicketRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let role = fields.optional("role");
        let screen = fields.optional_text("screen", random_key);
        Some(Self { role, screen })
    }
}

/// A ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ticket {
    /// For one socket, good for 30 seconds.
    ticket: String,
    /// When it ends.
    expires_at: String,
    /// The seat.
    #[schema(value_type = String)]
    seat: SeatId,
    /// What it may do.
    #[schema(value_type = String)]
    role: Role,
    /// Where the socket is opened.
    live_url: String,
    /// A fresh token of the seat, good for 24 hours.
    token: String,
}

/// Gives a ticket: to a seat for its own run, to the run's owner for a host screen or a wall.
#[utoipa::path(post, path = "/v1/speedruns/{id}/tickets", tag = "speedruns",
    params(("id" = String, Path, description = "The run.")),
    request_body = TicketRequest,
    responses((status = 201, description = "A ticket.", body = Ticket)))]
#[worker::send]
pub(crate) async fn tickets(
    who: SeatOrOwner,
    PathIds(id): PathIds<SpeedrunId>,
    body: Body<TicketRequest>,
) -> Result<Reply, Refused> {
    let (scope, to) = match who {
        SeatOrOwner::Seat(seat) => {
            let Seat {
                scope,
                seat,
                run,
                role,
            } = seat.of_run(id)?;
            if body.value.role.is_some() || body.value.screen.is_some() {
                let detail = "A seat gets tickets for itself alone; leave out `role` and `screen`.";
                return Err(Problem::new(Code::Forbidden, detail).into());
            }
            let to = Grant {
                tenant: scope.tenant.id,
                run,
                seat,
                role,
            };
            (scope, to)
        }
        SeatOrOwner::Owner(scope) => {
            let to = screen(&scope, id, &body.value).await?;
            (scope, to)
        }
    };
    let seated = grant(&scope.ctx, &scope.keys, to, None)?;
    let ticket = Ticket {
        ticket: seated.ticket,
        expires_at: seated.ticket_expires_at,
        seat: seated.seat,
        role: seated.role,
        live_url: seated.live_url,
        token: seated.token,
    };
    Ok(Reply::created(&ticket)?.secret())
}

/// The seat of an owner's screen: the same device is the same seat.
async fn screen(scope: &Scope, run: SpeedrunId, request: &TicketRequest) -> Result<Grant, Refused> {
    let row = owned(scope, &run).await?;
    if row.status != "live" {
        return Err(Problem::new(Code::RunOver, "The run is over; see its results.").into());
    }
    let (role, screen) = match (request.role, &request.screen) {
        (Some(role @ (Role::Host | Role::Wall)), Some(screen)) => (role, screen),
        (role, screen) => return Err(incomplete(role, screen.is_some()).into()),
    };
    let parts = [
        "screen",
        &run.to_string(),
        &scope.principal.id(),
        role.as_str(),
        screen,
    ];
    Ok(Grant {
        tenant: scope.tenant.id,
        run,
        seat: SeatId::from_hash(secret::derive(&parts)),
        role,
    })
}

fn incomplete(role: Option<Role>, has_screen: bool) -> Problem {
    let role = match role {
        None => Some(FieldError::at(
            "/role",
            "missing_field",
            "Give `host` or `wall`.",
        )),
        Some(Role::Participant) => Some(FieldError::at(
            "/role",
            "invalid_value",
            "Participants join by code.",
        )),
        Some(_) => None,
    };
    let screen = (!has_screen)
        .then(|| FieldError::at("/screen", "missing_field", "This field must be given."));
    Problem::invalid(role.into_iter().chain(screen).collect())
}
