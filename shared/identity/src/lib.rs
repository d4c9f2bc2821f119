//! Who is who: ids, time, tenants, tokens, tickets and codes.
//!
//! Nothing here knows of Workers, a clock or a random source; both come in as arguments.

pub mod id;
pub mod role;
pub mod ticket;
pub mod time;

pub use id::{
    ClientId, HostSessionId, InvalidId, OutboxId, QuestionSetId, RequestId, RevisionId, SeatId,
    SpeedrunId, TenantId, UseId,
};
pub use role::Role;
pub use time::Millis;
