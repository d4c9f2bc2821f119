//! The keys of a secret, and which of them signs.
//!
//! A Worker's secret can be written but not read back, so each kind of key has two places: a second key is
//! put beside the first, takes over at a time that it says itself, and the first is taken away, all
//! without knowing its value.
//!
//! Invariant: every key verifies; the one that signs is the one whose time came last.

use crate::Millis;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;

/// The places of the keys that sign access tokens.
pub const SIGNING: [&str; 2] = ["SIGNING_KEYS", "SIGNING_KEYS_2"];

/// The places of the keys that sign tickets, and that pairings and cursors are sealed with.
pub const TICKETS: [&str; 2] = ["TICKET_KEYS", "TICKET_KEYS_2"];

/// The fewest bytes of a key.
const MIN_BYTES: usize = 32;

/// The secrets do not hold usable keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the keys are not usable")]
pub struct Unusable;

/// A key as a secret holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    kid: String,
    /// base64url without padding.
    #[serde(alias = "seed")]
    key: String,
    /// Unix seconds.
    #[serde(default)]
    from: i64,
}

/// One key.
#[derive(Clone)]
pub(crate) struct Key {
    /// Its name in what it signed.
    pub(crate) kid: String,
    /// At least 32.
    pub(crate) bytes: Vec<u8>,
    /// When it begins to sign; it verifies from the start.
    pub(crate) from: Millis,
}

/// The keys of one kind.
#[derive(Clone)]
pub struct KeyRing(Vec<Key>);

impl KeyRing {
    /// Reads the values of the places that are filled, each
    /// `[{"kid": "…", "key": "<32 bytes or more, base64url>", "from": <Unix seconds, 0 if absent>}]`.
    ///
    /// # Errors
    /// [`Unusable`] when one is not of that form, a key is short, or there is none.
    pub fn parse(secrets: &[String]) -> Result<Self, Unusable> {
        let mut keys = Vec::new();
        for secret in secrets {
            let stored: Vec<Stored> = serde_json::from_str(secret).map_err(|_| Unusable)?;
            for Stored { kid, key, from } in stored {
                let bytes = Base64UrlUnpadded::decode_vec(&key).map_err(|_| Unusable)?;
                if bytes.len() < MIN_BYTES {
                    return Err(Unusable);
                }
                let from = Millis::seconds(from);
                keys.push(Key { kid, bytes, from });
            }
        }
        if keys.is_empty() {
            Err(Unusable)
        } else {
            Ok(Self(keys))
        }
    }

    /// Puts the key that signs at `now` first. Says when another one begins to sign, if one waits.
    ///
    /// Where the time of none has come, the one that comes first signs: there is always one.
    pub fn settle(&mut self, now: Millis) -> Option<Millis> {
        let places = || self.0.iter().enumerate();
        let due = places().filter(|(_, key)| key.from <= now);
        let signs = due
            .max_by_key(|(_, key)| key.from)
            .or_else(|| places().min_by_key(|(_, key)| key.from))
            .map_or(0, |(place, _)| place);
        let next = self.0.iter().map(|key| key.from).filter(|from| *from > now);
        let next = next.min();
        self.0.swap(0, signs);
        next
    }

    /// All of them, the one that signs first.
    pub(crate) fn all(&self) -> &[Key] {
        &self.0
    }

    /// The key that signs.
    pub(crate) fn first(&self) -> Result<&Key, Unusable> {
        self.0.first().ok_or(Unusable)
    }

    /// The key of this name.
    pub(crate) fn find(&self, kid: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.kid == kid)
    }
}

/// A ring of keys whose bytes are all `fill`.
#[cfg(test)]
pub(crate) fn test_ring(keys: &[(&str, u8)]) -> KeyRing {
    let secrets: Vec<String> = keys
        .iter()
        .map(|(kid, fill)| secret(kid, *fill, 0))
        .collect();
    KeyRing::parse(&secrets).unwrap()
}

#[cfg(test)]
fn secret(kid: &str, fill: u8, from: i64) -> String {
    let key = Base64UrlUnpadded::encode_string(&[fill; 32]);
    format!(r#"[{{"kid":"{kid}","key":"{key}","from":{from}}}]"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(ring: &KeyRing) -> Vec<&str> {
        ring.all().iter().map(|key| key.kid.as_str()).collect()
    }

    #[test]
    fn a_key_signs_from_its_time_on_and_the_other_still_verifies() {
        for places in [["old", "new"], ["new", "old"]] {
            let time = |name| if name == "new" { 100 } else { 50 };
            let secrets = places.map(|name| secret(name, 1, time(name)));
            let mut ring = KeyRing::parse(&secrets).unwrap();
            assert_eq!(ring.settle(Millis::seconds(99)), Some(Millis::seconds(100)));
            assert_eq!(names(&ring), ["old", "new"]);
            assert_eq!(ring.settle(Millis::seconds(100)), None);
            assert_eq!(names(&ring), ["new", "old"]);
            assert!(ring.find("old").is_some());
        }
    }

    #[test]
    fn there_is_always_a_key_that_signs() {
        let secrets = [secret("later", 1, 200), secret("soon", 2, 100)];
        let mut ring = KeyRing::parse(&secrets).unwrap();
        assert_eq!(ring.settle(Millis(0)), Some(Millis::seconds(100)));
        assert_eq!(names(&ring), ["soon", "later"]);
        let mut alone = KeyRing::parse(&secrets[..1]).unwrap();
        alone.settle(Millis(0));
        assert_eq!(names(&alone), ["later"]);
    }

    #[test]
    fn a_secret_of_before_there_were_times_is_read() {
        let key = Base64UrlUnpadded::encode_string(&[1; 32]);
        for field in ["seed", "key"] {
            let text = format!(r#"[{{"kid":"a","{field}":"{key}"}}]"#);
            let ring = KeyRing::parse(&[text]).unwrap();
            assert_eq!(ring.first().unwrap().from, Millis(0));
        }
    }

    #[test]
    fn a_secret_without_usable_keys_is_refused_even_beside_a_good_one() {
        let bad = [
            "",
            "{}",
            r#"[{"kid":"a"}]"#,
            r#"[{"kid":"a","key":"AAAA"}]"#,
            r#"[{"kid":"a","key":"%%%"}]"#,
            r#"[{"kid":"a","key":"","until":1}]"#,
        ];
        for bad in bad {
            assert!(KeyRing::parse(&[bad.into()]).is_err(), "{bad}");
            let beside = [secret("a", 1, 0), bad.into()];
            assert!(KeyRing::parse(&beside).is_err(), "{bad}");
        }
        assert!(KeyRing::parse(&[]).is_err());
        assert!(KeyRing::parse(&["[]".into()]).is_err());
    }
}
