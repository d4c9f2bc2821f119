//! Secrets: made locally for development, made and uploaded for an environment.
//!
//! Three exist: the keys that sign access tokens (`api`), the keys that sign tickets (`api` and `live`),
//! and the operator's token, of which the Worker knows only the hash.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::environment::Environment;
use crate::project::{self, WORKERS, Worker};
use crate::run::feed;
use crate::setup;
use crate::wrangler::wrangler;

/// The secrets of each Worker. `jobs` has none.
const NEEDED: [(&str, &[&str]); 3] = [
    ("live", &["TICKET_KEYS"]),
    ("jobs", &[]),
    (
        "api",
        &["SIGNING_KEYS", "TICKET_KEYS", "OPERATOR_TOKEN_SHA256"],
    ),
];

/// `cargo xtask secrets`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The environment that gets new secrets. Tokens and tickets signed by the old ones stop working.
    #[arg(long)]
    env: Environment,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Values for all secrets.
pub(crate) struct Secrets {
    signing: String,
    tickets: String,
    /// The operator's token itself.
    pub(crate) operator: String,
}

impl Secrets {
    /// Fresh ones.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            signing: format!(r#"[{{"kid":"{}","seed":"{}"}}]"#, key_id()?, random(32)?),
            tickets: format!(r#"[{{"kid":"{}","key":"{}"}}]"#, key_id()?, random(32)?),
            operator: format!("lop_{}", random(32)?),
        })
    }

    fn value(&self, name: &str) -> String {
        match name {
            "SIGNING_KEYS" => self.signing.clone(),
            "TICKET_KEYS" => self.tickets.clone(),
            _ => sha256_hex(&self.operator),
        }
    }

    /// The text of a Worker's `.dev.vars`. The values hold no single quote, so these quotes hold.
    fn dev_vars(&self, worker: &Worker) -> String {
        needed(worker)
            .iter()
            .map(|name| format!("{name}='{}'\n", self.value(name)))
            .collect()
    }
}

/// Makes the local secrets unless every Worker has its own.
pub(crate) fn local() -> Result<()> {
    let token = operator_token_file();
    let complete = |worker: &Worker| {
        let text = fs::read_to_string(worker.dev_vars()).unwrap_or_default();
        needed(worker)
            .iter()
            .all(|name| text.contains(&format!("{name}=")))
    };
    if token.is_file() && WORKERS.iter().all(complete) {
        return Ok(());
    }
    let secrets = Secrets::new()?;
    for worker in WORKERS.iter().filter(|worker| !needed(worker).is_empty()) {
        write_private(&worker.dev_vars(), &secrets.dev_vars(worker))?;
    }
    write_private(&token, &secrets.operator)?;
    eprintln!(
        "  made new local secrets (.dev.vars); the operator's token is in {}",
        token.display()
    );
    Ok(())
}

/// Where the local operator's token is kept.
pub(crate) fn operator_token_file() -> PathBuf {
    project::local().join("operator-token")
}

/// Writes a file that only its owner can read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // The mode counts only for a new file, and an old one may be open to others.
    let _ = fs::remove_file(path);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("{}", path.display()))
}

/// Makes the secrets of a deployed environment and uploads them.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.env == Environment::Local {
        return local();
    }
    setup::npm_only()?;
    if !options.yes {
        bail!(
            "this replaces the secrets of {0}: all its access tokens and tickets stop working. \
             Say so with `cargo xtask secrets --env {0} --yes`",
            options.env.name()
        );
    }
    let secrets = Secrets::new()?;
    for worker in WORKERS.iter().filter(|worker| !needed(worker).is_empty()) {
        let values: serde_json::Map<String, serde_json::Value> = needed(worker)
            .iter()
            .map(|name| ((*name).to_owned(), secrets.value(name).into()))
            .collect();
        let mut upload = wrangler();
        upload.args([
            "secret",
            "bulk",
            "--config",
            worker.config,
            "--env",
            options.env.name(),
        ]);
        print!("{}", feed(&mut upload, &serde_json::to_string(&values)?)?);
    }
    println!(
        "\nThe operator's token, shown only this once:\n  {}",
        secrets.operator
    );
    Ok(())
}

/// The names of the secrets that a Worker needs.
pub(crate) fn needed(worker: &Worker) -> &'static [&'static str] {
    NEEDED
        .iter()
        .find(|(name, _)| *name == worker.name)
        .map_or(&[], |(_, names)| names)
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

/// A key's name: only to tell two keys apart during rotation.
fn key_id() -> Result<String> {
    Ok(format!(
        "k{}",
        sha256_hex(&random(16)?).get(..8).unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_identity::ticket::TicketKeys;
    use lectern_identity::token::SigningKeys;

    #[test]
    fn keys_are_understood_by_the_workers() -> Result<()> {
        let secrets = Secrets::new()?;
        assert!(TicketKeys::parse(&secrets.tickets).is_ok());
        assert!(SigningKeys::parse(&secrets.signing).is_ok());
        Ok(())
    }

    #[test]
    fn api_and_live_share_the_ticket_keys_and_jobs_has_none() -> Result<()> {
        let secrets = Secrets::new()?;
        let texts = WORKERS.map(|worker| secrets.dev_vars(&worker));
        let tickets = format!("TICKET_KEYS='{}'\n", secrets.tickets);
        let holders = texts.iter().filter(|text| text.contains(&tickets)).count();
        assert_eq!(holders, 2);
        assert!(texts.iter().any(String::is_empty));
        assert!(texts.iter().all(|text| !text.contains(&secrets.operator)));
        Ok(())
    }
}
