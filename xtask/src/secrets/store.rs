//! Where secrets are kept: in files that wrangler reads, or with the platform. Either can be written and
//! listed by name; nothing here reads a value back, because the platform cannot.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};
use serde_json::Value as Json;

use super::values::{random, sha256_hex};
use crate::environment::Environment;
use crate::project::{self, Worker};
use crate::run::{feed, output};
use crate::wrangler::wrangler;

/// The names of a Worker's secrets.
pub(super) type Names = BTreeSet<String>;

/// A secret to be stored.
pub(super) struct Value {
    pub(super) name: &'static str,
    /// Without single quotes and line ends.
    pub(super) text: String,
}

/// Where the secrets of an environment are.
pub(super) enum Store {
    /// In `.dev.vars` files: of this project, or of a folder that `cargo xtask serve` serves.
    Files(Option<PathBuf>),
    /// With the deployed Workers.
    Platform(Environment),
}

impl Store {
    /// A new name for a key in this place (0 or 1): it says where the key is, so that it can be taken away.
    pub(super) fn key_name(&self, place: usize) -> Result<String> {
        let unique = sha256_hex(&random(16)?);
        let unique = unique.get(..8).unwrap_or_default();
        Ok(format!(
            "{}-{}-{unique}",
            self.environment().name(),
            place + 1
        ))
    }

    /// Which environment it is.
    pub(super) fn environment(&self) -> Environment {
        match self {
            Self::Files(_) => Environment::Local,
            Self::Platform(env) => *env,
        }
    }

    /// The names of a Worker's secrets.
    pub(super) fn names(&self, worker: &Worker) -> Result<Names> {
        match self {
            Self::Files(_) => {
                let text = self.text(worker)?;
                let names = text.lines().filter_map(|line| line.split_once('='));
                Ok(names.map(|(name, _)| name.to_owned()).collect())
            }
            Self::Platform(env) => {
                let list = output(&mut command(worker, *env, &["list", "--format", "json"]))?;
                let list: Vec<Json> = serde_json::from_str(&list).context("the list of secrets")?;
                let names = list.iter().filter_map(|secret| secret["name"].as_str());
                Ok(names.map(str::to_owned).collect())
            }
        }
    }

    /// Stores these, all or none. A Worker that runs gets them at once; `live` drops its sockets then.
    pub(super) fn put(&self, worker: &Worker, values: &[Value]) -> Result<()> {
        match self {
            Self::Files(_) => {
                let kept = |line: &&str| values.iter().all(|value| !names(line, value.name));
                let text = self.text(worker)?;
                let kept = text.lines().filter(kept).map(|line| format!("{line}\n"));
                let new = values
                    .iter()
                    .map(|Value { name, text }| format!("{name}='{text}'\n"));
                self.write(worker, &kept.chain(new).collect::<String>())
            }
            Self::Platform(env) => {
                let values = values.iter().map(|Value { name, text }| {
                    let text: Json = text.as_str().into();
                    ((*name).to_owned(), text)
                });
                let values = values.collect::<serde_json::Map<_, _>>();
                let input = serde_json::to_string(&values)?;
                print!("{}", feed(&mut command(worker, *env, &["bulk"]), &input)?);
                Ok(())
            }
        }
    }

    /// Takes one away, if it is there.
    pub(super) fn delete(&self, worker: &Worker, name: &str) -> Result<()> {
        if !self.names(worker)?.contains(name) {
            return Ok(());
        }
        match self {
            Self::Files(_) => {
                let text = self.text(worker)?;
                let kept = text.lines().filter(|line| !names(line, name));
                self.write(
                    worker,
                    &kept.map(|line| format!("{line}\n")).collect::<String>(),
                )
            }
            Self::Platform(env) => {
                // wrangler asks whether it may, and takes the silence of a pipe for a yes.
                print!(
                    "{}",
                    feed(&mut command(worker, *env, &["delete", name]), "")?
                );
                Ok(())
            }
        }
    }

    /// What a Worker's file says.
    pub(super) fn text(&self, worker: &Worker) -> Result<String> {
        match fs::read_to_string(self.files(worker).0) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            text => Ok(text?),
        }
    }

    fn write(&self, worker: &Worker, text: &str) -> Result<()> {
        let (file, config) = self.files(worker);
        write_private(&file, text)?;
        // wrangler reads secrets when it reads its configuration, and watches that.
        match OpenOptions::new().append(true).open(&config) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            config => Ok(config?.set_modified(SystemTime::now())?),
        }
    }

    /// A Worker's file of secrets, and wrangler's configuration beside it.
    fn files(&self, worker: &Worker) -> (PathBuf, PathBuf) {
        match self {
            Self::Files(Some(served)) => {
                let folder = served.join("workers").join(worker.name);
                (folder.join(".dev.vars"), folder.join("wrangler.json"))
            }
            _ => (worker.dev_vars(), project::root().join(worker.config)),
        }
    }
}

/// Whether a line of a file gives this secret a value.
fn names(line: &str, name: &str) -> bool {
    line.split_once('=').is_some_and(|(found, _)| found == name)
}

fn command(worker: &Worker, env: Environment, what: &[&str]) -> Command {
    let mut command = wrangler();
    command
        .arg("secret")
        .args(what)
        .args(["--config", worker.config, "--env", env.name()]);
    command
}

/// Writes a file that only its owner can read; whoever reads it meanwhile gets the old text or the new.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = path.with_added_extension("new");
    // The mode counts only for a new file, and an old one may be open to others.
    let _ = fs::remove_file(&fresh);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&fresh, path))
        .with_context(|| format!("{}", path.display()))
}
