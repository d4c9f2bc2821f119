//! What a token says.

use crate::{ClientId, HostSessionId, Millis, Role, SeatId, SpeedrunId, TenantId};
use serde::{Deserialize, Serialize};

/// Whom a token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// A tenant's program.
    Client(ClientId),
    /// A person who hosts without an account.
    Guest(HostSessionId),
    /// A seat in one run.
    Seat {
        /// Which.
        seat: SeatId,
        /// In which run.
        run: SpeedrunId,
        /// What it may do there.
        role: Role,
    },
}

impl Principal {
    /// What kind it is, for logs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Guest(_) => "guest",
            Self::Seat { .. } => "seat",
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Client(id) => id.to_string(),
            Self::Guest(id) => id.to_string(),
            Self::Seat { seat, .. } => seat.to_string(),
        }
    }
}

/// A token's verified content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Whose data it opens.
    pub tenant: TenantId,
    /// For whom.
    pub principal: Principal,
    /// When it ends; whole seconds.
    pub expires: Millis,
}

/// The claims as they stand in the token. `exp`, `nbf` and `iat` are kept by the JWT library.
#[derive(Serialize, Deserialize)]
pub(super) struct Wire {
    pub(super) iss: String,
    pub(super) aud: String,
    tenant: TenantId,
    #[serde(flatten)]
    who: Who,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
enum Who {
    Client {
        sub: ClientId,
    },
    Guest {
        sub: HostSessionId,
    },
    Seat {
        sub: SeatId,
        run: SpeedrunId,
        seat_role: Role,
    },
}

impl Wire {
    pub(super) fn new(claims: &Claims, issuer: &str) -> Self {
        let who = match claims.principal {
            Principal::Client(sub) => Who::Client { sub },
            Principal::Guest(sub) => Who::Guest { sub },
            Principal::Seat { seat, run, role } => Who::Seat {
                sub: seat,
                run,
                seat_role: role,
            },
        };
        Self {
            iss: issuer.to_owned(),
            aud: super::AUDIENCE.to_owned(),
            tenant: claims.tenant,
            who,
        }
    }

    pub(super) fn claims(&self, expires: Millis) -> Claims {
        let principal = match self.who {
            Who::Client { sub } => Principal::Client(sub),
            Who::Guest { sub } => Principal::Guest(sub),
            Who::Seat {
                sub,
                run,
                seat_role,
            } => Principal::Seat {
                seat: sub,
                run,
                role: seat_role,
            },
        };
        Claims {
            tenant: self.tenant,
            principal,
            expires,
        }
    }
}
