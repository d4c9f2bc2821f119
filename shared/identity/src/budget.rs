//! Budgets of requests: token buckets, one for each name.
//!
//! Invariant: a request that is refused costs nothing, so that whoever is over its own budget takes
//! nothing from the budget that it shares.
//! Limit: [`BUCKETS`] names. A bucket that is full again is forgotten first; it says nothing.

use crate::Millis;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Names remembered at a time; some 100 bytes each.
pub const BUCKETS: usize = 20_000;

/// How many requests in how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests; so many may come at once, too.
    pub limit: u32,
    /// The time in which as many come back.
    pub window: Millis,
}

impl Rate {
    /// So many a minute.
    #[must_use]
    pub const fn per_minute(limit: u32) -> Self {
        Self {
            limit,
            window: Millis::minutes(1),
        }
    }

    /// So many an hour.
    #[must_use]
    pub const fn per_hour(limit: u32) -> Self {
        Self {
            limit,
            window: Millis::hours(1),
        }
    }

    /// Requests that may come at once: a budget of none could never be told from a fault.
    fn full(self) -> f64 {
        f64::from(self.limit.max(1))
    }

    #[allow(clippy::cast_precision_loss)]
    fn per_ms(self) -> f64 {
        self.full() / self.window.0.max(1) as f64
    }
}

/// Requests a minute of one address that brings no token: no tenant is known yet that could say it. A brake
/// for each isolate, not an exact count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressBudgets {
    /// To everything but joining.
    pub per_minute: u32,
    /// To join: a school is one address.
    pub joins_per_minute: u32,
}

impl Default for AddressBudgets {
    fn default() -> Self {
        Self {
            per_minute: 600,
            joins_per_minute: 12_000,
        }
    }
}

impl AddressBudgets {
    /// Reads the platform's setting. What cannot be read is the default.
    #[must_use]
    pub fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }
}

/// What is left of a budget after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// What it was measured by.
    pub rate: Rate,
    /// Requests left at once.
    pub remaining: u32,
    /// Seconds: until the budget is full again; of a refused request, until there is one.
    pub reset: u32,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Millis,
    rate: Rate,
}

impl Bucket {
    fn refill(&mut self, rate: Rate, now: Millis) {
        #[allow(clippy::cast_precision_loss)]
        let passed = (now - self.at).0.max(0) as f64;
        self.left = (self.left + passed * rate.per_ms()).min(rate.full());
        self.at = now;
        self.rate = rate;
    }

    fn is_full_at(&self, now: Millis) -> bool {
        let mut then = *self;
        then.refill(self.rate, now);
        then.left >= self.rate.full()
    }

    /// Seconds, rounded up, until so much is there.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn seconds_until(&self, wanted: f64) -> u32 {
        let ms = ((wanted - self.left).max(0.0) / self.rate.per_ms()).round();
        (ms / 1_000.0).ceil() as u32
    }
}

/// The buckets of one isolate.
#[derive(Debug, Default)]
pub struct Buckets(HashMap<String, Bucket>);

impl Buckets {
    /// Takes one request from each of these budgets, or from none. The first speaks for all.
    ///
    /// # Errors
    /// The first budget that has none left, in the given order.
    pub fn take(&mut self, budgets: &[(&str, Rate)], now: Millis) -> Result<Left, Left> {
        for &(name, rate) in budgets {
            self.look(name, rate, now)?;
        }
        let mut first = None;
        for &(name, rate) in budgets {
            let bucket = self.bucket(name, rate, now);
            bucket.left -= 1.0;
            // Not negative: every bucket was seen to hold a request.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            first.get_or_insert(Left {
                rate,
                remaining: bucket.left as u32,
                reset: bucket.seconds_until(rate.full()),
            });
        }
        Ok(first.unwrap_or(Left {
            rate: Rate::per_minute(0),
            remaining: 0,
            reset: 0,
        }))
    }

    /// Whether there is a request left, without taking it.
    ///
    /// # Errors
    /// The budget, when there is none.
    pub fn look(&mut self, name: &str, rate: Rate, now: Millis) -> Result<(), Left> {
        let bucket = self.bucket(name, rate, now);
        if bucket.left >= 1.0 {
            return Ok(());
        }
        Err(Left {
            rate,
            remaining: 0,
            reset: bucket.seconds_until(1.0),
        })
    }

    fn bucket(&mut self, name: &str, rate: Rate, now: Millis) -> &mut Bucket {
        if !self.0.contains_key(name) {
            self.make_room(now);
        }
        let bucket = self.0.entry(name.to_owned()).or_insert(Bucket {
            left: rate.full(),
            at: now,
            rate,
        });
        bucket.refill(rate, now);
        bucket
    }

    fn make_room(&mut self, now: Millis) {
        if self.0.len() >= BUCKETS {
            self.0.retain(|_, bucket| !bucket.is_full_at(now));
        }
        if self.0.len() >= BUCKETS {
            self.0.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_000_000);

    #[test]
    fn what_is_not_said_of_addresses_is_the_default() {
        assert_eq!(AddressBudgets::parse(""), AddressBudgets::default());
        assert_eq!(AddressBudgets::parse("{"), AddressBudgets::default());
        let some = AddressBudgets::parse(r#"{"per_minute":5}"#);
        assert_eq!((some.per_minute, some.joins_per_minute), (5, 12_000));
    }

    #[test]
    fn a_budget_is_spent_and_comes_back() {
        let mut all = Buckets::default();
        let mine = [("p1", Rate::per_minute(3)), ("t", Rate::per_minute(1_000))];
        for remaining in [2, 1, 0] {
            assert_eq!(all.take(&mine, NOW).unwrap().remaining, remaining);
        }
        assert_eq!(all.take(&mine, NOW).unwrap_err().reset, 20);
        let other = [("p2", Rate::per_minute(3)), ("t", Rate::per_minute(1_000))];
        assert!(all.take(&other, NOW).is_ok(), "another has its own");
        assert!(all.take(&mine, NOW + Millis::seconds(20)).is_ok());
    }

    #[test]
    fn a_shared_budget_binds_all_and_a_refusal_by_it_costs_nobody_its_own() {
        let mut all = Buckets::default();
        let of = |name: &'static str| [(name, Rate::per_minute(3)), ("t", Rate::per_minute(2))];
        assert!(all.take(&of("a"), NOW).is_ok());
        assert!(all.take(&of("b"), NOW).is_ok());
        assert_eq!(all.take(&of("c"), NOW).unwrap_err().reset, 30);
        let alone = [("c", Rate::per_minute(3))];
        assert_eq!(all.take(&alone, NOW).unwrap().remaining, 2);
    }

    #[test]
    fn who_is_over_its_own_budget_takes_nothing_from_the_shared_one() {
        let mut all = Buckets::default();
        let greedy = [("g", Rate::per_minute(1)), ("t", Rate::per_minute(4))];
        let taken = (0..100).filter(|_| all.take(&greedy, NOW).is_ok()).count();
        assert_eq!(taken, 1);
        let left = all.take(&[("t", Rate::per_minute(4))], NOW).unwrap();
        assert_eq!(left.remaining, 2);
    }

    #[test]
    fn a_look_takes_nothing() {
        let mut all = Buckets::default();
        let one = Rate::per_hour(1);
        assert_eq!(all.look("p", one, NOW), Ok(()));
        assert_eq!(all.look("p", one, NOW), Ok(()));
        assert!(all.take(&[("p", one)], NOW).is_ok());
        assert_eq!(all.look("p", one, NOW).unwrap_err().reset, 3_600);
    }

    #[test]
    fn many_names_push_out_those_that_are_full_again_and_no_other() {
        let mut all = Buckets::default();
        let spent = [("spent", Rate::per_hour(1))];
        assert!(all.take(&spent, NOW).is_ok());
        for number in 0..3 * BUCKETS {
            let at = NOW + Millis(i64::try_from(number).unwrap());
            let name = number.to_string();
            assert!(all.take(&[(&name, Rate::per_minute(600))], at).is_ok());
        }
        assert!(all.0.len() <= BUCKETS);
        let at = NOW + Millis(i64::try_from(3 * BUCKETS).unwrap());
        assert!(all.take(&spent, at).is_err(), "it was not forgotten");
    }
}
