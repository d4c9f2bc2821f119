//! What a rotation's next step is, from what the key set shows and which places are filled.

use anyhow::{Context, Result, bail};
use chrono::DateTime;

use crate::environment::Environment;
use crate::secrets::SIGNING;
use crate::secrets::store::Names;

/// Seconds after which whoever signs, signs with the new key, and what the old one signed for a single use
/// (tickets 30 s, pairings 5 min) has expired. Before that not even a leaked key is retired.
fn settled(env: Environment) -> i64 {
    if env == Environment::Local { 0 } else { 600 }
}

/// A key as the key set shows it; times in Unix seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) kid: String,
    /// When it begins to sign.
    pub(super) nbf: Option<i64>,
    /// When all that it signed has expired.
    pub(super) exp: Option<i64>,
}

impl Shown {
    /// Whether this key signs instead of the other.
    pub(super) fn replaces(&self, other: &Self, now: i64) -> bool {
        self.nbf > other.nbf && self.nbf.is_some_and(|from| from <= now)
    }
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Put a new key into this place (0 or 1).
    Publish { place: usize },
    /// Take the key of this place away.
    Retire { place: usize },
    /// Nothing yet.
    Wait { reason: String },
}

/// The next step. `filled` are the secrets of `api`; an error when they and the key set do not belong together.
pub(super) fn next(
    env: Environment,
    shown: &[Shown],
    filled: &Names,
    now: i64,
    early: bool,
) -> Result<Next> {
    let taken = |place: usize| {
        SIGNING
            .get(place)
            .is_some_and(|name| filled.contains(*name))
    };
    let mut keys = shown.iter().collect::<Vec<_>>();
    keys.sort_by_key(|key| key.nbf);
    for key in &keys {
        place(env, &key.kid)?;
    }
    Ok(match keys.as_slice() {
        [only] => {
            let (used, free) = (place(env, &only.kid)?, 1 - place(env, &only.kid)?);
            if taken(free) || !taken(used) {
                underway()
            } else {
                Next::Publish { place: free }
            }
        }
        [old, new] => {
            let begins = new
                .nbf
                .context("a second key without the time from which it signs")?;
            let ends = old
                .exp
                .context("an old key without the time at which it ends")?;
            let place = place(env, &old.kid)?;
            if !taken(0) || !taken(1) {
                underway()
            } else if now < begins {
                wait(format!(
                    "{} signs from {} on, by itself.",
                    new.kid,
                    utc(begins)
                ))
            } else if now < begins + settled(env) && early {
                let from = utc(begins + settled(env));
                wait(format!(
                    "the new key has only begun to sign; retire the old one after {from}."
                ))
            } else if now < ends && !early {
                wait(format!(
                    "tokens that {} signed are good until {}; retire it after that.",
                    old.kid,
                    utc(ends)
                ))
            } else {
                Next::Retire { place }
            }
        }
        other => bail!("the key set shows {} keys, not one or two", other.len()),
    })
}

fn wait(reason: String) -> Next {
    Next::Wait { reason }
}

fn underway() -> Next {
    wait(
        "the key set does not show the secrets that are stored. A change takes about a minute to be everywhere: \
         repeat the command then. If that does not help, the address is another environment's."
            .to_owned(),
    )
}

/// The place that a key's name says. Names of before there were places are in the first.
fn place(env: Environment, kid: &str) -> Result<usize> {
    let Some((prefix, _)) = kid.rsplit_once('-') else {
        return Ok(0);
    };
    let places = [1, 2].map(|place| format!("{}-{place}", env.name()));
    let found = places.iter().position(|known| known == prefix);
    found.with_context(|| format!("the key {kid} is not one of {}", env.name()))
}

/// A time for people.
pub(super) fn utc(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map_or_else(|| seconds.to_string(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: i64 = 7 * 24 * 3_600;

    fn key(kid: &str, nbf: i64, exp: i64) -> Shown {
        let time = |seconds| Some(seconds).filter(|seconds| *seconds > 0);
        Shown {
            kid: kid.into(),
            nbf: time(nbf),
            exp: time(exp),
        }
    }

    fn at(now: i64, shown: &[Shown], places: &[&str], early: bool) -> Result<Next> {
        let filled = places.iter().map(|name| (*name).to_owned()).collect();
        next(Environment::Staging, shown, &filled, now, early)
    }

    fn due(now: i64, shown: &[Shown], places: &[&str]) -> Next {
        at(now, shown, places, false).unwrap()
    }

    fn waits(step: &Next) -> bool {
        matches!(step, Next::Wait { .. })
    }

    #[test]
    fn a_rotation_publishes_waits_retires_and_goes_on_in_the_other_place() {
        let first = [key("staging-1-a", 0, 0)];
        assert_eq!(due(0, &first, &SIGNING[..1]), Next::Publish { place: 1 });

        let both = [
            key("staging-1-a", 0, 1_000 + WEEK),
            key("staging-2-b", 1_000, 0),
        ];
        assert!(waits(&due(999, &both, &SIGNING)));
        assert!(waits(&due(1_000, &both, &SIGNING)));
        assert!(waits(&due(999 + WEEK, &both, &SIGNING)));
        assert_eq!(
            due(1_000 + WEEK, &both, &SIGNING),
            Next::Retire { place: 0 }
        );

        let second = [key("staging-2-b", 1_000, 0)];
        assert_eq!(
            due(2 * WEEK, &second, &SIGNING[1..]),
            Next::Publish { place: 0 }
        );
        let again = [
            key("staging-1-c", 5_000, 0),
            key("staging-2-b", 1_000, 5_000 + WEEK),
        ];
        assert_eq!(
            due(5_000 + WEEK, &again, &SIGNING),
            Next::Retire { place: 1 }
        );
    }

    #[test]
    fn a_key_of_before_there_were_places_is_in_the_first() {
        let old = [key("k7a105388", 0, 0)];
        assert_eq!(due(0, &old, &SIGNING[..1]), Next::Publish { place: 1 });
    }

    #[test]
    fn nothing_is_changed_while_the_key_set_lags_behind_the_secrets() {
        let one = [key("staging-1-a", 0, 0)];
        assert!(waits(&due(0, &one, &SIGNING)));
        assert!(waits(&due(0, &one, &SIGNING[1..])));
        let both = [
            key("staging-1-a", 0, 1_000 + WEEK),
            key("staging-2-b", 1_000, 0),
        ];
        assert!(waits(&due(2 * WEEK, &both, &SIGNING[1..])));
    }

    #[test]
    fn a_leaked_key_is_retired_early_but_never_before_the_new_one_signs_everywhere() {
        let both = [
            key("staging-1-a", 0, 1_000 + WEEK),
            key("staging-2-b", 1_000, 0),
        ];
        let early = |now| at(now, &both, &SIGNING, true).unwrap();
        assert!(waits(&early(999)));
        assert!(waits(&early(1_000 + settled(Environment::Staging) - 1)));
        assert_eq!(
            early(1_000 + settled(Environment::Staging)),
            Next::Retire { place: 0 }
        );
    }

    #[test]
    fn the_key_set_of_another_environment_changes_nothing() {
        let foreign = [key("production-1-a", 0, 0)];
        assert!(at(0, &foreign, &SIGNING[..1], false).is_err());
        assert!(at(0, &[], &SIGNING[..1], false).is_err());
    }
}
