//! Secrets of 256 random bits: made, hashed, compared in constant time.
//!
//! A slow hash guards what can be guessed; these cannot, so SHA-256 is enough.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The text of a fresh secret.
#[must_use]
pub fn from_random(bytes: [u8; 32]) -> String {
    Base64UrlUnpadded::encode_string(&bytes)
}

/// The lowercase hex SHA-256 of a text: how secrets are stored.
#[must_use]
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Whether a secret is the one of this stored hash. Takes the same time for every wrong one.
#[must_use]
pub fn matches(secret: &str, stored_hash: &str) -> bool {
    hash(secret).as_bytes().ct_eq(stored_hash.as_bytes()).into()
}

/// Lowercase hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|half| char::from_digit(u32::from(half), 16))
        .collect()
}

/// 128 bits that stand for these parts in this order, always the same: for derived ids.
#[must_use]
pub fn derive(parts: &[&str]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in parts {
        // The length first, so that no two lists of parts run together.
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    std::array::from_fn(|index| digest.get(index).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_matches_its_own_hash_only() {
        let secret = from_random([7; 32]);
        assert!(matches(&secret, &hash(&secret)));
        assert!(!matches(&secret, &hash("other")));
        assert!(!matches(&secret, ""));
        assert_eq!(
            hash(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn derived_bits_depend_on_where_a_part_ends() {
        assert_eq!(derive(&["a", "bc"]), derive(&["a", "bc"]));
        assert_ne!(derive(&["a", "bc"]), derive(&["ab", "c"]));
    }
}
