//! The rules of `Idempotency-Key`: <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>.

use crate::Millis;

/// How long an answer is replayed.
pub const KEPT: Millis = Millis::hours(24);

/// A request that has not answered after this long was lost with its isolate; another may take its place.
pub const STALE: Millis = Millis::seconds(60);

/// Characters of a key.
pub const MAX_LENGTH: usize = 255;

/// A usable key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The header's value: 1 to 255 visible ASCII characters; quotes around it are taken off.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        let key = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(value);
        let fits =
            (1..=MAX_LENGTH).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(key.to_owned()))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_to_255_visible_characters() {
        assert_eq!(IdempotencyKey::parse("\"a-1\"").unwrap().as_str(), "a-1");
        assert_eq!(
            IdempotencyKey::parse("8e03978e-40d5-43dd")
                .unwrap()
                .as_str(),
            "8e03978e-40d5-43dd"
        );
        for bad in ["", " ", "\"\"", "a b", "ä", &"x".repeat(256)] {
            assert_eq!(IdempotencyKey::parse(bad), None, "{bad}");
        }
    }
}
