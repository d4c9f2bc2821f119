//! Secrets: made locally for development, made and uploaded for an environment, rotated in both.
//!
//! Three kinds exist: the keys that sign access tokens (`api`), the keys that sign tickets (`api` and
//! `live`), and the operator's token, of which the Worker knows only the hash. Keys have two places each,
//! so that they can be rotated (`lectern_identity::keys`).

mod rotate;
mod store;
mod values;

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::environment::Environment;
use crate::project::{self, WORKERS, Worker};
use crate::setup;
use store::{Names, Store, Value};
use values::{Keys, operator_token};

pub(crate) use store::write_private;
pub(crate) use values::{random, sha256_hex};

/// The places of the keys that sign access tokens.
const SIGNING: [&str; 2] = ["SIGNING_KEYS", "SIGNING_KEYS_2"];

/// The places of the keys that sign tickets.
const TICKETS: [&str; 2] = ["TICKET_KEYS", "TICKET_KEYS_2"];

/// A kind of secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Signing,
    Tickets,
    Operator,
}

impl Kind {
    /// The names under which a Worker looks for it; one of them must be there.
    fn places(self) -> &'static [&'static str] {
        match self {
            Self::Signing => &SIGNING,
            Self::Tickets => &TICKETS,
            Self::Operator => &["OPERATOR_TOKEN_SHA256"],
        }
    }

    /// The name under which it is made.
    fn name(self) -> &'static str {
        self.places().first().copied().unwrap_or_default()
    }
}

/// What a Worker needs. `jobs` needs nothing.
fn needed(worker: &Worker) -> &'static [Kind] {
    match worker.name {
        "api" => &[Kind::Signing, Kind::Tickets, Kind::Operator],
        "live" => &[Kind::Tickets],
        _ => &[],
    }
}

/// The Workers that have secrets; `live` first: it must know a ticket's key before `api` signs with it.
fn holders() -> impl Iterator<Item = Worker> {
    WORKERS
        .into_iter()
        .filter(|worker| !needed(worker).is_empty())
}

/// `cargo xtask secrets`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// The environment that gets new secrets. Tokens and tickets signed by the old ones stop working.
    #[arg(long, required = true)]
    env: Option<Environment>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Replace the keys without invalidating anything that they signed: does the step that is due, and says
    /// what comes next.
    Rotate(rotate::Options),
}

/// Makes the secrets of an environment, or rotates its keys.
pub(crate) fn run(options: &Options) -> Result<()> {
    match (&options.command, options.env) {
        (Some(Command::Rotate(options)), _) => rotate::run(options),
        (None, Some(Environment::Local)) => local(),
        (None, Some(env)) => replace(env, options.yes),
        (None, None) => bail!("name the environment with --env"),
    }
}

/// Makes the local secrets unless every Worker has its own.
pub(crate) fn local() -> Result<()> {
    let (store, token) = (Store::Files(None), operator_token_file());
    let mut complete = token.is_file();
    for worker in holders() {
        complete &= absent(&worker, &store.names(&worker)?).is_empty();
    }
    if complete {
        return Ok(());
    }
    write_private(&token, &make(&store)?)?;
    eprintln!(
        "  made new local secrets (.dev.vars); the operator's token is in {}",
        token.display()
    );
    Ok(())
}

/// Makes the secrets of a deployed environment and uploads them.
fn replace(env: Environment, yes: bool) -> Result<()> {
    setup::npm_only()?;
    if !yes {
        bail!(
            "this replaces the secrets of {0}: all its access tokens and tickets stop working. \
             `cargo xtask secrets rotate --env {0}` replaces keys without that. \
             If it is what you want, say so with `cargo xtask secrets --env {0} --yes`",
            env.name()
        );
    }
    let operator = make(&Store::Platform(env))?;
    println!("\nThe operator's token, shown only this once:\n  {operator}");
    Ok(())
}

/// Makes all secrets and stores them; gives the operator's token.
fn make(store: &Store) -> Result<String> {
    let operator = operator_token()?;
    let keys = Keys::new(&store.key_name(0)?, 0)?;
    for worker in holders() {
        let values = needed(&worker).iter().map(|kind| Value {
            name: kind.name(),
            text: match kind {
                Kind::Signing => keys.signing.clone(),
                Kind::Tickets => keys.tickets.clone(),
                Kind::Operator => sha256_hex(&operator),
            },
        });
        store.put(&worker, &values.collect::<Vec<_>>())?;
        // What a rotation left in a second place would go on being accepted.
        for name in needed(&worker)
            .iter()
            .flat_map(|kind| kind.places().iter().skip(1))
        {
            store.delete(&worker, name)?;
        }
    }
    Ok(operator)
}

/// Where the local operator's token is kept.
pub(crate) fn operator_token_file() -> PathBuf {
    project::local().join("operator-token")
}

/// The secrets that the Workers of a deployed environment lack, each with its Worker.
pub(crate) fn missing(env: Environment) -> Vec<String> {
    let of = |worker: Worker| {
        // A Worker that was never deployed has no list; then all are missing.
        let names = Store::Platform(env).names(&worker).unwrap_or_default();
        let absent = absent(&worker, &names).into_iter();
        absent.map(move |name| format!("{name} ({})", worker.name))
    };
    holders().flat_map(of).collect()
}

/// The secrets of which no place is filled.
fn absent(worker: &Worker, names: &Names) -> Vec<&'static str> {
    let filled = |kind: &&Kind| kind.places().iter().any(|name| names.contains(*name));
    let kinds = needed(worker).iter().filter(|kind| !filled(kind));
    kinds.map(|kind| kind.name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(name: &str) -> Worker {
        WORKERS
            .into_iter()
            .find(|worker| worker.name == name)
            .unwrap()
    }

    #[test]
    fn api_and_live_share_the_ticket_keys_and_jobs_has_nothing() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("lectern-secrets-{}", std::process::id()));
        let store = Store::Files(Some(folder.clone()));
        let operator = make(&store)?;
        let text = |name: &str| store.text(&worker(name)).unwrap_or_default();
        let tickets = |name: &str| {
            let text = text(name);
            let line = text.lines().find(|line| line.starts_with("TICKET_KEYS="));
            line.map(str::to_owned)
        };
        assert!(tickets("api").is_some());
        assert_eq!(tickets("api"), tickets("live"));
        assert_eq!(text("jobs"), "");
        assert!(!text("api").contains(&operator));
        std::fs::remove_dir_all(folder)?;
        Ok(())
    }

    #[test]
    fn the_workers_look_into_the_same_places() {
        assert_eq!(SIGNING, lectern_identity::keys::SIGNING);
        assert_eq!(TICKETS, lectern_identity::keys::TICKETS);
    }

    #[test]
    fn either_place_of_a_key_is_enough() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Names>();
        let (api, live) = (worker("api"), worker("live"));
        assert_eq!(absent(&live, &names(&["TICKET_KEYS_2"])), [""; 0]);
        assert_eq!(absent(&live, &names(&["TICKET_KEYS_3"])), ["TICKET_KEYS"]);
        let some = names(&["SIGNING_KEYS_2", "OPERATOR_TOKEN_SHA256"]);
        assert_eq!(absent(&api, &some), ["TICKET_KEYS"]);
    }
}
