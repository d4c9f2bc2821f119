//! Who is who: ids, time, tenants, tokens, tickets and codes.
//!
//! Nothing here knows of Workers, a clock or a random source; both come in as arguments.

pub mod budget;
pub mod code;
pub mod cursor;
pub mod guess;
pub mod id;
pub mod idempotency;
pub mod keys;
pub mod mac;
pub mod pairing;
pub mod pseudonym;
pub mod role;
pub mod secret;
pub mod tenant;
pub mod ticket;
pub mod time;
pub mod token;

pub use id::{
    ClientId, HostSessionId, InvalidId, OutboxId, QuestionSetId, RequestId, RevisionId, SeatId,
    SpeedrunId, TenantId, UseId,
};
pub use role::Role;
pub use tenant::{Tenant, TenantSettings};
pub use time::Millis;
