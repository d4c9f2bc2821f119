//! Access tokens: Ed25519 JWTs by the rules of RFC 8725.
//!
//! Invariant: nothing of a token is believed before its signature fits the one key that its `kid`
//! names among ours; the algorithm is fixed by the key, and a header that brings a key of its own is refused.
//! Limit: a token of more than [`MAX_LENGTH`] bytes is not looked at.

mod claims;
mod keys;

pub use claims::{Claims, Principal};
pub use keys::{Jwk, SigningKeys, TokenError};

use crate::Millis;
use crate::tenant::HOST_SESSION_LIFETIME;

/// The longest token that is looked at.
pub const MAX_LENGTH: usize = 4_096;

/// How long a client's token lives.
pub const CLIENT_LIFETIME: Millis = Millis::minutes(15);

/// How long a seat's token lives.
pub const SEAT_LIFETIME: Millis = Millis::hours(24);

/// The longest life of all that our keys sign: a guest's token. A key that signs no more is needed that long.
pub const LONGEST_LIFETIME: Millis = HOST_SESSION_LIFETIME;

/// The `aud` of every access token.
pub const AUDIENCE: &str = "lectern";

/// The `typ` of every access token (RFC 9068).
pub const TYPE: &str = "at+jwt";

/// By how much the clocks of two machines of the platform may differ.
pub const LEEWAY: Millis = Millis::seconds(5);
