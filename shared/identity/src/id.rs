//! Ids: a prefix that names the kind, then a UUIDv7 in lowercase Crockford base32.
//!
//! They sort by the time they were made, are safe in URLs, headers and R2 keys, and a value of one
//! kind cannot be passed for another. A fresh id is made from a time and random bytes that the caller
//! brings; nothing here reads a clock.

use crate::time::Millis;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::{Builder, Uuid};

/// Crockford's alphabet in lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters that 128 bits take in base32.
const ENCODED: usize = 26;

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id of this kind")]
pub struct InvalidId;

fn encode(prefix: &str, uuid: Uuid) -> String {
    let mut value = uuid.as_u128();
    let mut digits = [0_u8; ENCODED];
    for digit in digits.iter_mut().rev() {
        // `& 31` keeps the index inside the 32 entries.
        *digit = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    let mut text = String::with_capacity(prefix.len() + ENCODED);
    text.push_str(prefix);
    text.extend(digits.iter().map(|&digit| char::from(digit)));
    text
}

fn decode(prefix: &str, text: &str) -> Result<Uuid, InvalidId> {
    let digits = text.strip_prefix(prefix).ok_or(InvalidId)?;
    // 26 digits hold 130 bits: the first may only be 0 to 7.
    if digits.len() != ENCODED || digits.as_bytes().first().is_none_or(|&first| first > b'7') {
        return Err(InvalidId);
    }
    let mut value = 0_u128;
    for digit in digits.bytes() {
        let index = ALPHABET
            .iter()
            .position(|&letter| letter == digit)
            .ok_or(InvalidId)?;
        value = (value << 5) | index as u128;
    }
    Ok(Uuid::from_u128(value))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, type = "string"))]
        pub struct $name(Uuid);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A fresh id from the present time and ten random bytes.
            #[must_use]
            pub fn new(now: Millis, random: [u8; 10]) -> Self {
                let millis = u64::try_from(now.0).unwrap_or(0);
                Self(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// The id that 128 given bits stand for, always the same: for ids derived from a hash.
            #[must_use]
            pub fn from_hash(bits: [u8; 16]) -> Self {
                Self(Builder::from_custom_bytes(bits).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode($prefix, self.0))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                decode($prefix, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A tenant: the boundary that nothing crosses.
    TenantId = "ten_";
    /// A tenant's program, which signs on with a secret.
    ClientId = "cli_";
    /// A person who hosts without an account.
    HostSessionId = "hst_";
    /// A question set.
    QuestionSetId = "set_";
    /// A stored revision of a question set's files in R2.
    RevisionId = "rev_";
    /// A speed-run.
    SpeedrunId = "run_";
    /// A seat in a live session: one participant, one host screen, one wall display.
    SeatId = "seat_";
    /// One use of something that may be used once: a ticket, a pairing.
    UseId = "use_";
    /// An outbox row and the queue messages that carry it.
    OutboxId = "out_";
    /// A request, for logs and problem details.
    RequestId = "req_";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_and_sorts_by_time() {
        let early = SpeedrunId::new(Millis(1_000), [0xff; 10]);
        let late = SpeedrunId::new(Millis(2_000), [0; 10]);
        assert_eq!(early.to_string().parse(), Ok(early));
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.to_string().len(), 30);
    }

    #[test]
    fn an_id_of_another_kind_is_not_accepted() {
        let set = QuestionSetId::new(Millis(1), [1; 10]).to_string();
        assert_eq!(set.parse::<SpeedrunId>(), Err(InvalidId));
        assert_eq!("run_".parse::<SpeedrunId>(), Err(InvalidId));
        assert_eq!(
            "run_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<SpeedrunId>(),
            Err(InvalidId)
        );
        assert_eq!(
            "run_0000000000000000000000000é".parse::<SpeedrunId>(),
            Err(InvalidId)
        );
    }
}
