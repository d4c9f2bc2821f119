//! What Workers ask a live object: one enum, one path, one function that forms its name.

use crate::engine::Refusal;
use lectern_identity::{Millis, OutboxId, SeatId, TenantId, UseId};
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// The name of a session's object. The tenant leads, so that no two tenants can meet in one.
#[must_use]
pub fn object_name(tenant: TenantId, session: impl Display) -> String {
    format!("{tenant}/{session}")
}

/// Where requests are posted on an object, as JSON.
pub const REQUEST_URL: &str = "http://object/request";

/// Where a socket is opened on an object; the admission stands in [`ADMISSION_HEADER`].
pub const SOCKET_URL: &str = "http://object/socket";

/// Carries a JSON [`Admission`] from `live`'s fetch handler, which has checked the ticket, to the object.
pub const ADMISSION_HEADER: &str = "x-lectern-admission";

/// What a checked ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// The object's own name, which a fresh object does not know.
    pub object: String,
    /// The seat.
    pub seat: SeatId,
    /// Its role.
    pub role: crate::engine::Role,
    /// The ticket's one use.
    pub use_id: UseId,
    /// When the ticket ends.
    pub expires: Millis,
}

/// What another Worker asks of an object. Every request is idempotent.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ObjectRequest<O> {
    /// Judge an order of the engine's. Answer: [`ObjectAnswer::Done`] with the engine's reply.
    Order {
        /// The object's own name.
        object: String,
        /// The order.
        order: O,
    },
    /// Use something up that may be used once (a pairing). Answer: `Done` with null, also when the same user
    /// asks again because the first answer was lost, or refused `used`.
    Use {
        /// What.
        use_id: UseId,
        /// Who uses it: an id made of the use and the user's secret. None: nobody may ask again.
        by: Option<UseId>,
        /// When it can be forgotten.
        expires: Millis,
    },
    /// Page of the report. Answer: `Done` with the page or null. Refused `not_ended` before the end.
    Report {
        /// From 0.
        page: u32,
    },
    /// The job of this outbox row is done. Answer: `Done` with null.
    Confirm {
        /// Which.
        outbox: OutboxId,
    },
    /// Forget everything now. Answer: `Done` with null.
    Erase,
}

/// An object's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectAnswer<R> {
    /// It is done and durable.
    Done(R),
    /// It was refused and nothing was stored.
    Refused(Refusal),
}

/// A message of the results queue: a reference, never the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedMessage {
    /// The engine's `KIND`.
    pub kind: String,
    /// Whose.
    pub tenant: TenantId,
    /// The session's id, as text.
    pub session: String,
    /// To be confirmed when done.
    pub outbox: OutboxId,
}
