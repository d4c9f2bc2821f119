//! Pseudonyms: what is stored in place of a client's address, where requests of one address are counted.
//!
//! Invariant: without the keys of tickets a pseudonym leads to no address, and those of one address at
//! two tenants have nothing in common. After a rotation of the keys an address has another one.

use crate::TenantId;
use crate::keys::KeyRing;
use crate::mac::MacKeys;
use crate::ticket::TicketError;

/// Makes pseudonyms.
pub struct Pseudonyms(MacKeys);

impl Pseudonyms {
    /// With keys derived from those of tickets.
    ///
    /// # Errors
    /// Never for keys that were parsed.
    pub fn derive(ring: &KeyRing) -> Result<Self, TicketError> {
        MacKeys::derive(ring, "pseudonym").map(Self)
    }

    /// What stands for an address at a tenant.
    ///
    /// # Errors
    /// Never for keys that were parsed.
    pub fn of(&self, tenant: TenantId, address: &str) -> Result<String, TicketError> {
        self.0.tag(&tenant.to_string(), address.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::test_ring;

    #[test]
    fn an_address_has_one_pseudonym_a_tenant_and_key() {
        let ours = Pseudonyms::derive(&test_ring(&[("a", 1)])).unwrap();
        let theirs = Pseudonyms::derive(&test_ring(&[("a", 2)])).unwrap();
        let [a, b] = [1, 2].map(|fill| TenantId::from_hash([fill; 16]));
        let mine = ours.of(a, "192.0.2.1").unwrap();
        assert_eq!(ours.of(a, "192.0.2.1").unwrap(), mine);
        for other in [
            ours.of(a, "192.0.2.2"),
            ours.of(b, "192.0.2.1"),
            theirs.of(a, "192.0.2.1"),
        ] {
            assert_ne!(other.unwrap(), mine);
        }
        assert!(!mine.contains("192"));
    }
}
