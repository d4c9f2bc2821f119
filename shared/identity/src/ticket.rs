//! One-use tickets for sockets: a JWT signed with HS256 by `api`, checked by `live` before any object
//! is woken.
//!
//! Invariant: nothing of a ticket is believed before its signature has been checked in constant time.
//! Limit: a ticket lives at most [`LIFETIME`] and is at most [`MAX_LENGTH`] bytes long. That it is used
//! once is kept by the object, which stores its `use_id`.

use crate::keys::{KeyRing, Unusable};
use crate::{Millis, Role, SeatId, TenantId, UseId};
use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How long a ticket can be used.
pub const LIFETIME: Millis = Millis::seconds(30);
/// The longest ticket that is looked at.
pub const MAX_LENGTH: usize = 2_048;
/// By how much the clocks of two machines of the platform may differ.
const SKEW: Millis = Millis::seconds(5);
const TYPE: &str = "ticket+jwt";
const ALGORITHM: &str = "HS256";

/// The keys that sign and check tickets ([`crate::keys::TICKETS`]).
pub struct TicketKeys(KeyRing);

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketClaims {
    /// Whose session.
    pub tenant: TenantId,
    /// The kind of session, an engine's `KIND`.
    pub kind: String,
    /// The session's id, as text.
    pub session: String,
    /// The seat that may connect.
    pub seat: SeatId,
    /// What it may do.
    pub role: Role,
    /// The one use.
    pub use_id: UseId,
    /// When it ends; whole seconds.
    pub expires: Millis,
    /// The only `Origin` from which a browser may use it; none: the host of the socket itself.
    pub origin: Option<String>,
}

impl From<Unusable> for TicketError {
    fn from(_: Unusable) -> Self {
        Self::Keys
    }
}

/// Why a ticket is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// The secret does not hold usable keys.
    #[error("the ticket keys are not usable")]
    Keys,
    /// It is not a ticket, or not one of ours.
    #[error("the ticket is not valid")]
    Invalid,
    /// It was one of ours.
    #[error("the ticket has expired")]
    Expired,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    tenant: TenantId,
    kind: String,
    session: String,
    seat: SeatId,
    role: Role,
    use_id: UseId,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
}

impl TicketKeys {
    /// With these keys.
    #[must_use]
    pub const fn new(ring: KeyRing) -> Self {
        Self(ring)
    }

    /// Signs a ticket with the first key. `claims.expires` is cut to [`LIFETIME`] from now.
    ///
    /// # Errors
    /// [`TicketError::Keys`], never for keys that were parsed.
    pub fn issue(&self, claims: &TicketClaims, now: Millis) -> Result<String, TicketError> {
        let key = self.0.first()?;
        let header = Header {
            typ: TYPE.into(),
            alg: ALGORITHM.into(),
            kid: key.kid.clone(),
        };
        let expires = claims.expires.min(now + LIFETIME);
        let wire = Wire {
            tenant: claims.tenant,
            kind: claims.kind.clone(),
            session: claims.session.clone(),
            seat: claims.seat,
            role: claims.role,
            use_id: claims.use_id,
            exp: expires.0.div_euclid(1_000),
            origin: claims.origin.clone(),
        };
        let signed = format!("{}.{}", part(&header)?, part(&wire)?);
        let signature = mac(&key.bytes, &signed)?.finalize().into_bytes();
        Ok(format!(
            "{signed}.{}",
            Base64UrlUnpadded::encode_string(&signature)
        ))
    }

    /// Checks a ticket: length, form, algorithm, key, signature, then time.
    ///
    /// # Errors
    /// Why it is not accepted; which check failed is not told apart but for expiry.
    pub fn verify(&self, ticket: &str, now: Millis) -> Result<TicketClaims, TicketError> {
        if ticket.len() > MAX_LENGTH {
            return Err(TicketError::Invalid);
        }
        let (signed, signature) = ticket.rsplit_once('.').ok_or(TicketError::Invalid)?;
        let (header, claims) = signed.split_once('.').ok_or(TicketError::Invalid)?;
        let header: Header = open(header)?;
        if header.typ != TYPE || header.alg != ALGORITHM {
            return Err(TicketError::Invalid);
        }
        let key = self.0.find(&header.kid).ok_or(TicketError::Invalid)?;
        let signature =
            Base64UrlUnpadded::decode_vec(signature).map_err(|_| TicketError::Invalid)?;
        mac(&key.bytes, signed)?
            .verify_slice(&signature)
            .map_err(|_| TicketError::Invalid)?;
        in_time(open(claims)?, now)
    }
}

fn in_time(wire: Wire, now: Millis) -> Result<TicketClaims, TicketError> {
    let expires = Millis(wire.exp.saturating_mul(1_000));
    if expires <= now {
        return Err(TicketError::Expired);
    }
    if expires > now + LIFETIME + SKEW {
        return Err(TicketError::Invalid);
    }
    Ok(TicketClaims {
        tenant: wire.tenant,
        kind: wire.kind,
        session: wire.session,
        seat: wire.seat,
        role: wire.role,
        use_id: wire.use_id,
        expires,
        origin: wire.origin,
    })
}

fn mac(key: &[u8], signed: &str) -> Result<Hmac<Sha256>, TicketError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| TicketError::Keys)?;
    mac.update(signed.as_bytes());
    Ok(mac)
}

fn part<T: Serialize>(value: &T) -> Result<String, TicketError> {
    let json = serde_json::to_vec(value).map_err(|_| TicketError::Invalid)?;
    Ok(Base64UrlUnpadded::encode_string(&json))
}

fn open<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, TicketError> {
    let json = Base64UrlUnpadded::decode_vec(part).map_err(|_| TicketError::Invalid)?;
    let json = std::str::from_utf8(&json).map_err(|_| TicketError::Invalid)?;
    serde_json::from_str(json).map_err(|_| TicketError::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::test_ring;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn keys(kid: &str, fill: u8) -> TicketKeys {
        TicketKeys::new(test_ring(&[(kid, fill)]))
    }

    fn claims() -> TicketClaims {
        TicketClaims {
            tenant: TenantId::from_hash([1; 16]),
            kind: "speedruns".into(),
            session: "run_x".into(),
            seat: SeatId::from_hash([2; 16]),
            role: Role::Participant,
            use_id: UseId::from_hash([3; 16]),
            expires: NOW + Millis::seconds(20),
            origin: Some("https://school.example".into()),
        }
    }

    #[test]
    fn a_ticket_says_what_was_put_in() {
        let ticket = keys("a", 1).issue(&claims(), NOW).unwrap();
        assert_eq!(keys("a", 1).verify(&ticket, NOW), Ok(claims()));
    }

    #[test]
    fn a_ticket_never_outlives_thirty_seconds() {
        let long = TicketClaims {
            expires: NOW + Millis::hours(1),
            ..claims()
        };
        let ticket = keys("a", 1).issue(&long, NOW).unwrap();
        assert_eq!(
            keys("a", 1).verify(&ticket, NOW + LIFETIME),
            Err(TicketError::Expired)
        );
        assert!(
            keys("a", 1)
                .verify(&ticket, NOW + Millis::seconds(29))
                .is_ok()
        );
    }

    #[test]
    fn two_keys_are_live_during_rotation_and_the_first_signs() {
        let (old, new) = (keys("old", 1), keys("new", 2));
        let both = TicketKeys::new(test_ring(&[("new", 2), ("old", 1)]));
        let before = old.issue(&claims(), NOW).unwrap();
        assert!(both.verify(&before, NOW).is_ok());
        assert!(
            new.verify(&both.issue(&claims(), NOW).unwrap(), NOW)
                .is_ok()
        );
        assert_eq!(new.verify(&before, NOW), Err(TicketError::Invalid));
    }

    #[test]
    fn a_forged_changed_or_foreign_ticket_is_not_accepted() {
        let keys = keys("a", 1);
        let ticket = keys.issue(&claims(), NOW).unwrap();
        let (signed, signature) = ticket.rsplit_once('.').unwrap();
        let (header, body) = signed.split_once('.').unwrap();
        let none =
            Base64UrlUnpadded::encode_string(br#"{"typ":"ticket+jwt","alg":"none","kid":"a"}"#);
        let jwk = Base64UrlUnpadded::encode_string(
            br#"{"typ":"ticket+jwt","alg":"HS256","kid":"a","jwk":{}}"#,
        );
        let bad = [
            String::new(),
            "..".into(),
            "a.b.c".into(),
            format!("{none}.{body}."),
            format!("{jwk}.{body}.{signature}"),
            format!("{header}.{body}."),
            format!("{header}.{body}.{}", &signature[1..]),
            format!("{header}.{header}.{signature}"),
            ticket[..ticket.len() - 1].to_owned(),
            "x".repeat(100_000),
        ];
        for bad in bad {
            assert_eq!(keys.verify(&bad, NOW), Err(TicketError::Invalid), "{bad}");
        }
    }
}
