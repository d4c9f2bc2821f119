//! What secrets are made of.

use anyhow::{Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

/// A new key of each kind, under one name.
pub(super) struct Keys {
    pub(super) signing: String,
    pub(super) tickets: String,
}

impl Keys {
    /// Fresh ones that sign from `from` on (Unix seconds). The texts hold no single quote.
    pub(super) fn new(kid: &str, from: i64) -> Result<Self> {
        let text = || {
            let key = json!({ "kid": kid, "key": random(32)?, "from": from });
            Ok::<_, anyhow::Error>(json!([key]).to_string())
        };
        Ok(Self {
            signing: text()?,
            tickets: text()?,
        })
    }
}

/// A new operator's token.
pub(super) fn operator_token() -> Result<String> {
    Ok(format!("lop_{}", random(32)?))
}

/// So many random bytes, base64url.
pub(crate) fn random(bytes: usize) -> Result<String> {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).map_err(|error| anyhow!("no random numbers: {error}"))?;
    Ok(URL_SAFE_NO_PAD.encode(buffer))
}

/// Hex SHA-256 of a text.
pub(crate) fn sha256_hex(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_identity::keys::KeyRing;
    use lectern_identity::token::SigningKeys;

    #[test]
    fn keys_are_understood_by_the_workers() -> Result<()> {
        let Keys { signing, tickets } = Keys::new("local-1-abc", 1_800_000_000)?;
        assert_ne!(signing, tickets);
        assert!(!signing.contains('\''));
        assert!(KeyRing::parse(&[tickets]).is_ok());
        let ring = KeyRing::parse(&[signing])?;
        assert!(SigningKeys::new(&ring).is_ok());
        Ok(())
    }
}
