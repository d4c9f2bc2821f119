//! Pairings: a QR code that makes another device a host screen or a wall, once.
//!
//! Invariant: what a pairing says was sealed by us, less than [`LIFETIME`] ago. That it is used once
//! is kept by the session's object, which stores its `use_id`.

use crate::keys::KeyRing;
use crate::mac::MacKeys;
use crate::ticket::TicketError;
use crate::{Millis, Role, SpeedrunId, TenantId, UseId};
use serde::{Deserialize, Serialize};

/// How long a pairing can be used.
pub const LIFETIME: Millis = Millis::minutes(5);

/// What a pairing says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    /// Whose run.
    pub tenant: TenantId,
    /// The run.
    pub run: SpeedrunId,
    /// What the device becomes: host or wall.
    pub role: Role,
    /// The one use.
    pub use_id: UseId,
    /// When it ends.
    pub expires: Millis,
}

/// Seals and opens pairings.
pub struct Pairings(MacKeys);

impl Pairings {
    /// With keys derived from those of tickets.
    ///
    /// # Errors
    /// Never for keys that were parsed.
    pub fn derive(ring: &KeyRing) -> Result<Self, TicketError> {
        MacKeys::derive(ring, "pairing").map(Self)
    }

    /// The token of a pairing.
    ///
    /// # Errors
    /// Never for keys that were parsed.
    pub fn seal(&self, pairing: &Pairing) -> Result<String, TicketError> {
        let payload = serde_json::to_vec(pairing).map_err(|_| TicketError::Invalid)?;
        self.0.seal("", &payload)
    }

    /// What a token says, if it is ours and has not expired.
    #[must_use]
    pub fn open(&self, token: &str, now: Millis) -> Option<Pairing> {
        let pairing: Pairing = serde_json::from_slice(&self.0.open("", token)?).ok()?;
        (now < pairing.expires && pairing.role != Role::Participant).then_some(pairing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::test_ring;

    #[test]
    fn a_pairing_opens_until_it_expires_and_never_for_a_participant() {
        let pairings = Pairings::derive(&test_ring(&[("a", 1)])).unwrap();
        let pairing = Pairing {
            tenant: TenantId::from_hash([1; 16]),
            run: SpeedrunId::from_hash([2; 16]),
            role: Role::Wall,
            use_id: UseId::from_hash([3; 16]),
            expires: Millis(1_000),
        };
        let token = pairings.seal(&pairing).unwrap();
        assert_eq!(pairings.open(&token, Millis(999)), Some(pairing.clone()));
        assert_eq!(pairings.open(&token, Millis(1_000)), None);
        let participant = pairings
            .seal(&Pairing {
                role: Role::Participant,
                ..pairing
            })
            .unwrap();
        assert_eq!(pairings.open(&participant, Millis(1)), None);
        assert_eq!(pairings.open("a.b", Millis(1)), None);
    }
}
