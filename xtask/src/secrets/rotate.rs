//! `cargo xtask secrets rotate`: new keys without invalidating anything that the old ones signed.
//!
//! Two steps, a week apart: *publish* puts a new key into the free place of every Worker, where it is
//! accepted at once and signs by itself from a stated time on; *retire* takes the old key away once the last
//! token that it signed has expired. What is due is read from the running Workers' key set, so that the
//! command keeps nothing and can be repeated by anybody at any time.

mod state;

use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

use super::store::{Store, Value};
use super::values::Keys;
use super::{Kind, holders, needed};
use crate::environment::Environment;
use crate::http::{Body, Call};
use crate::project::{WORKERS, Worker};
use crate::setup;
use state::{Next, Shown, next, utc};

/// For how long a changed key set is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// The shortest lead in a deployed environment, in seconds: the key set may be cached for 300, and a change
/// of secrets takes about a minute to be everywhere.
const SHORTEST_LEAD: i64 = 600;

/// `cargo xtask secrets rotate`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// The environment.
    #[arg(long)]
    env: Environment,
    /// Its address, where the key set is read (default: the environment's ISSUER; locally port 8787).
    #[arg(long)]
    url: Option<String>,
    /// Do this step or nothing.
    #[arg(long)]
    phase: Option<Phase>,
    /// Seconds from publishing a key until it signs.
    #[arg(long, default_value_t = 900)]
    lead: i64,
    /// Retire the old key although tokens that it signed are still good: they stop working. For a leaked key.
    #[arg(long)]
    early: bool,
    /// Locally: the folder that `cargo xtask serve` serves, instead of what `cargo xtask dev` runs.
    #[arg(long)]
    persist_to: Option<PathBuf>,
    /// Do not ask before production.
    #[arg(long)]
    yes: bool,
}

/// A step of a rotation.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Phase {
    /// Put a new key beside the present one.
    Publish,
    /// Take the old key away.
    Retire,
}

/// Does what is due.
pub(super) fn run(options: &Options) -> Result<()> {
    let store = match options.env {
        Environment::Local => Store::Files(options.persist_to.clone()),
        env => Store::Platform(env),
    };
    if options.env != Environment::Local {
        setup::npm_only()?;
        if options.lead < SHORTEST_LEAD {
            bail!(
                "--lead must be {SHORTEST_LEAD} or more here: the key set may be cached for 300 s"
            );
        }
    }
    let served = Served::of(options)?;
    let (shown, now) = served.keys()?;
    let filled = store.names(&api()?)?;
    let step = next(options.env, &shown, &filled, now, options.early)?;
    println!("{}", describe(&shown, now));
    match step {
        Next::Wait { reason } => println!("Nothing was changed: {reason}"),
        Next::Publish { .. } if options.phase == Some(Phase::Retire) => {
            println!("Nothing was changed: there is no old key to retire.");
        }
        Next::Retire { .. } if options.phase == Some(Phase::Publish) => {
            println!(
                "Nothing was changed: the old key can be retired now, and must be before the next is published."
            );
        }
        Next::Publish { place } => {
            options
                .env
                .confirm(options.yes, "This changes the secrets of")?;
            publish(&store, &served, place, now + options.lead)?;
            let again = served.keys()?.0;
            let end = again.iter().filter_map(|key| key.exp).max().map(utc);
            println!(
                "It signs from {} on, by itself. What the old key signed stays good. The old key can be retired \
                 after {}: {}",
                utc(now + options.lead),
                end.unwrap_or_default(),
                command(options)
            );
        }
        Next::Retire { place } => {
            options
                .env
                .confirm(options.yes, "This changes the secrets of")?;
            retire(&store, &served, place)?;
            println!("Done. {} begins the next rotation.", command(options));
        }
    }
    Ok(())
}

/// Puts a new key into a place of every Worker: first of `live`, which must know a ticket's key before
/// `api` signs with it; in `api` both kinds at once.
fn publish(store: &Store, served: &Served, place: usize, from: i64) -> Result<()> {
    let kid = store.key_name(place)?;
    let keys = Keys::new(&kid, from)?;
    for worker in holders() {
        let mut values = Vec::new();
        for kind in needed(&worker) {
            let text = match kind {
                Kind::Signing => &keys.signing,
                Kind::Tickets => &keys.tickets,
                Kind::Operator => continue,
            };
            let name = kind.places().get(place).context("a place")?;
            values.push(Value {
                name,
                text: text.clone(),
            });
        }
        store.put(&worker, &values)?;
    }
    served.until("shows the new key", |shown| {
        shown.iter().any(|key| key.kid == kid)
    })?;
    println!(
        "Published {kid}: every Worker accepts it, and {} shows it.",
        served.url
    );
    Ok(())
}

/// Takes the key of a place away: last the one that the key set shows, so that a step that was
/// interrupted is due again.
fn retire(store: &Store, served: &Served, place: usize) -> Result<()> {
    for kind in [Kind::Tickets, Kind::Signing] {
        for worker in holders().filter(|worker| needed(worker).contains(&kind)) {
            store.delete(&worker, kind.places().get(place).context("a place")?)?;
        }
    }
    served.until("shows one key", |shown| shown.len() == 1)?;
    println!("Retired the old key: no Worker accepts it any more.");
    Ok(())
}

/// The Worker whose keys the key set shows.
fn api() -> Result<Worker> {
    let api = WORKERS.into_iter().find(|worker| worker.name == "api");
    api.context("there is no Worker api")
}

/// The command line that goes on.
fn command(options: &Options) -> String {
    let url = options.url.as_ref();
    let url = url.map_or_else(String::new, |url| format!(" --url {url}"));
    format!(
        "`cargo xtask secrets rotate --env {}{url}`",
        options.env.name()
    )
}

fn describe(shown: &[Shown], now: i64) -> String {
    let line = |key: &Shown| {
        let begins = match key.nbf {
            Some(from) if from > now => format!("signs from {}", utc(from)),
            _ if shown.iter().any(|other| other.replaces(key, now)) => "signs no more".to_owned(),
            _ => "signs".to_owned(),
        };
        let ends = key.exp.map_or_else(String::new, |end| {
            format!(", accepted at least until {}", utc(end))
        });
        format!("{}: {begins}{ends}", key.kid)
    };
    shown.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The running Workers.
struct Served {
    url: String,
    local: bool,
}

impl Served {
    fn of(options: &Options) -> Result<Self> {
        let local = options.env == Environment::Local;
        let known = if local {
            Some("http://localhost:8787".to_owned())
        } else {
            options.env.var(&api()?, "ISSUER")?
        };
        let url = options.url.clone().or(known).with_context(|| {
            format!(
                "where is {}? Say it with --url https://…",
                options.env.name()
            )
        })?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { url, local })
    }

    /// The keys that the key set shows, and the time by the server's clock.
    fn keys(&self) -> Result<(Vec<Shown>, i64)> {
        let call = Call {
            method: "GET",
            url: format!("{}/.well-known/jwks.json", self.url),
            token: None,
            headers: Vec::new(),
            body: Body::None,
        };
        let answer = call.send().context(
            "a rotation asks the running Workers which keys they know (locally, start `cargo xtask dev`)",
        )?;
        let own = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let now = match answer.date {
            Some(date) => date,
            // The local runtime sends none, and runs by the same clock.
            None if self.local => i64::try_from(own.as_secs())?,
            None => bail!("{} does not say what time it is (Date)", self.url),
        };
        let keys = answer.json["keys"].as_array();
        let keys = keys.context("the address shows no key set")?;
        let number = |key: &Json, name: &str| key[name].as_i64();
        let shown = |key: &Json| Shown {
            kid: key["kid"].as_str().unwrap_or_default().to_owned(),
            nbf: number(key, "nbf"),
            exp: number(key, "exp"),
        };
        Ok((keys.iter().map(shown).collect(), now))
    }

    /// Waits until the key set is as it should be. Five times in a row: not every copy of a Worker changes at once.
    fn until(&self, what: &str, settled: impl Fn(&[Shown]) -> bool) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let mut in_a_row = 0;
        while in_a_row < 5 {
            // While the local runtime takes the change over, it may not answer.
            let good = self.keys().is_ok_and(|(shown, _)| settled(&shown));
            in_a_row = if good { in_a_row + 1 } else { 0 };
            if Instant::now() > deadline {
                bail!(
                    "{} never {what}. The change may still be on its way: repeat the command in some minutes",
                    self.url
                );
            }
            sleep(Duration::from_millis(200));
        }
        Ok(())
    }
}
