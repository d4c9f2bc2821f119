//! The rules of `Idempotency-Key`: <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>.

use crate::Millis;

/// How long an answer is replayed.
pub const KEPT: Millis = Millis::hours(24);

/// A request that has not answered after this long was lost with its isolate; another may take its place.
pub const STALE: Millis = Millis::seconds(60);

/// Who of several works on a request: a number that rises with every one that takes it, so that what an
/// earlier one still does can be told apart and refused.
///
/// It is the time of the taking, in milliseconds since the epoch, or one more than the number before.
/// Stored as it is while the work goes on, negative once it was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(i64);

impl Fence {
    /// Of the first who takes a request.
    #[must_use]
    pub fn first(now: Millis) -> Self {
        Self(now.0)
    }

    /// Of the next, if the request was given back or its worker is taken for lost.
    #[must_use]
    pub fn after(stored: i64, now: Millis) -> Option<Self> {
        let held = stored > 0 && Millis(stored) + STALE > now;
        (!held).then(|| Self(now.0.max(stored.saturating_abs().saturating_add(1))))
    }

    /// Its own successor: the time until somebody else may take the request begins anew.
    #[must_use]
    pub fn renewed(self, now: Millis) -> Self {
        Self(now.0.max(self.0.saturating_add(1)))
    }

    /// As it is stored while the work goes on.
    #[must_use]
    pub fn held(self) -> i64 {
        self.0
    }

    /// As it is stored when the work was given back: free at once, and still known.
    #[must_use]
    pub fn given_back(self) -> i64 {
        self.0.saturating_neg()
    }
}

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
    #[test]
    fn a_request_is_taken_over_when_it_is_given_back_or_lost_and_not_before() {
        let first = Fence::first(Millis(1_000));
        assert_eq!(Fence::after(first.held(), Millis(1_000)), None);
        assert_eq!(
            Fence::after(first.held(), Millis(1_000) + STALE - Millis(1)),
            None
        );
        assert!(Fence::after(first.held(), Millis(1_000) + STALE).is_some());
        assert!(Fence::after(first.given_back(), Millis(1_000)).is_some());
    }

    #[test]
    fn every_fence_is_higher_than_the_one_before_even_when_the_clock_stands_or_goes_back() {
        let mut fence = Fence::first(Millis(5_000));
        for now in [5_000, 5_000, 4_000, 9_000] {
            let next = Fence::after(fence.given_back(), Millis(now)).unwrap();
            assert!(next > fence, "{now}");
            assert!(next.renewed(Millis(now)) > next, "{now}");
            fence = next;
        }
        assert_eq!(fence.held(), 9_000);
    }
}
