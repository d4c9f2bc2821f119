//! Keyed hashes for values that leave the platform and come back (pairings, cursors), and for
//! what stands in place of a value that is not to be stored.
//!
//! Each purpose has keys of its own, derived from those of tickets, so that a value made for one purpose
//! is worth nothing for another. The first key signs, all verify.

use crate::keys::KeyRing;
use crate::ticket::TicketError;
use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The keys of one purpose.
pub struct MacKeys(Vec<[u8; 32]>);

impl MacKeys {
    /// Derives the keys of a purpose.
    ///
    /// # Errors
    /// Never for keys that were parsed.
    pub fn derive(ring: &KeyRing, purpose: &str) -> Result<Self, TicketError> {
        let keys = ring.all().iter();
        let keys = keys.map(|key| mac(&key.bytes, &[purpose.as_bytes()]));
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// Seals a payload: only who knows the same context opens it again.
    ///
    /// # Errors
    /// Never for keys that were parsed.
    pub fn seal(&self, context: &str, payload: &[u8]) -> Result<String, TicketError> {
        let key = self.0.first().ok_or(TicketError::Keys)?;
        let tag = mac(key, &[context.as_bytes(), payload])?;
        Ok(format!(
            "{}.{}",
            Base64UrlUnpadded::encode_string(payload),
            Base64UrlUnpadded::encode_string(&tag)
        ))
    }

    /// The tag alone: what stands for a value that need not come back.
    ///
    /// # Errors
    /// Never for keys that were parsed.
    pub fn tag(&self, context: &str, value: &[u8]) -> Result<String, TicketError> {
        let key = self.0.first().ok_or(TicketError::Keys)?;
        let tag = mac(key, &[context.as_bytes(), value])?;
        Ok(Base64UrlUnpadded::encode_string(&tag))
    }

    /// Opens what was sealed with the same context. None: it was not.
    #[must_use]
    pub fn open(&self, context: &str, sealed: &str) -> Option<Vec<u8>> {
        if sealed.len() > 2_048 {
            return None;
        }
        let (payload, tag) = sealed.split_once('.')?;
        let payload = Base64UrlUnpadded::decode_vec(payload).ok()?;
        let tag = Base64UrlUnpadded::decode_vec(tag).ok()?;
        let ours = |key: &[u8; 32]| {
            keyed(key, &[context.as_bytes(), &payload])
                .is_ok_and(|mac| mac.verify_slice(&tag).is_ok())
        };
        self.0.iter().any(ours).then_some(payload)
    }
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> Result<Hmac<Sha256>, TicketError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| TicketError::Keys)?;
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    Ok(mac)
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Result<[u8; 32], TicketError> {
    Ok(keyed(key, parts)?.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::test_ring;

    #[test]
    fn what_is_sealed_opens_in_its_context_and_purpose_only() {
        let keys = MacKeys::derive(&test_ring(&[("a", 1)]), "cursor").unwrap();
        let sealed = keys.seal("tenant a", b"payload").unwrap();
        assert_eq!(
            keys.open("tenant a", &sealed).as_deref(),
            Some(b"payload".as_slice())
        );
        assert_eq!(keys.open("tenant b", &sealed), None);
        assert_eq!(
            MacKeys::derive(&test_ring(&[("a", 1)]), "pairing")
                .unwrap()
                .open("tenant a", &sealed),
            None
        );
        assert_eq!(
            MacKeys::derive(&test_ring(&[("a", 2)]), "cursor")
                .unwrap()
                .open("tenant a", &sealed),
            None
        );
        for bad in [
            "",
            ".",
            "a.b",
            "%%%.%%%",
            &sealed[1..],
            &"x".repeat(100_000),
        ] {
            assert_eq!(keys.open("tenant a", bad), None);
        }
    }
}
