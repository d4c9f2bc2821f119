//! Pairings: a QR code that makes another device a host screen or a wall.

use super::show::owned;
use crate::auth::{Seat, SeatOrOwner};
use crate::fault::Refused;
use crate::moment::rfc3339;
use crate::reply::Reply;
use crate::request::{Body, Fields, FromFields, PathIds};
use lectern_edge::entropy;
use lectern_identity::pairing::{LIFETIME, Pairing};
use lectern_identity::{Role, SpeedrunId, UseId};
use lectern_problem::{Code, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// What the device becomes.
#[derive(ToSchema)]
pub(crate) struct PairingRequest {
    /// `host` or `wall`.
    #[schema(value_type = String)]
    role: Role,
}

impl FromFields for PairingRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let role: Role = fields.required("role")?;
        if role == Role::Participant {
            fields.fault("role", "invalid_value", "Participants join by code.");
        }
        Some(Self { role })
    }
}

/// A pairing.
#[derive(Serialize, ToSchema)]
pub(crate) struct PairingAnswer {
    /// The token, good once.
    pairing: String,
    /// The page that takes it, for the QR code.
    url: String,
    /// When it ends.
    expires_at: String,
}

/// Makes a pairing of five minutes, good once. For the run's owner and its host screens.
#[utoipa::path(post, path = "/v1/speedruns/{id}/pairings", tag = "speedruns",
    params(("id" = String, Path, description = "The run.")),
    request_body = PairingRequest,
    responses((status = 201, description = "A pairing.", body = PairingAnswer)))]
#[worker::send]
pub(crate) async fn pairings(
    who: SeatOrOwner,
    PathIds(id): PathIds<SpeedrunId>,
    body: Body<PairingRequest>,
) -> Result<Reply, Refused> {
    let scope = match who {
        SeatOrOwner::Seat(seat) => {
            let Seat { scope, role, .. } = seat.of_run(id)?;
            if role != Role::Host {
                return Err(Problem::new(
                    Code::Forbidden,
                    "Only a host may pair devices (`speedrun:Pair`).",
                )
                .into());
            }
            scope
        }
        SeatOrOwner::Owner(scope) => {
            owned(&scope, &id).await?;
            scope
        }
    };
    let (now, role) = (scope.ctx.now(), body.value.role);
    let pairing = Pairing {
        tenant: scope.tenant.id,
        run: id,
        role,
        use_id: UseId::new(now, entropy::bytes()?),
        expires: now + LIFETIME,
    };
    let token = scope
        .keys
        .pairings
        .seal(&pairing)
        .map_err(Problem::internal)?;
    let page = if role == Role::Host {
        format!("/host/{}", scope.tenant.slug)
    } else {
        "/wall".to_owned()
    };
    let answer = PairingAnswer {
        url: format!("{page}#pair={token}"),
        pairing: token,
        expires_at: rfc3339(pairing.expires),
    };
    Ok(Reply::created(&answer)?.secret())
}
