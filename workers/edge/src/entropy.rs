//! The only source of randomness in a Worker: the platform's `crypto.getRandomValues`.

use worker::{Error, Result};

/// Fresh random bytes, fit for ids and secrets.
///
/// # Errors
/// When the platform refuses; there is no weaker source to fall back to.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::RustError(error.to_string()))?;
    Ok(bytes)
}

/// A fresh random number, for an engine's seed.
///
/// # Errors
/// As [`bytes`].
pub fn seed() -> Result<u64> {
    bytes().map(u64::from_le_bytes)
}
