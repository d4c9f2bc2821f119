//! Where a command works: on this machine or in one of the deployed environments.

use std::fs;
use std::io::{self, BufRead, Write};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::Value;

use crate::project::{self, Worker};

/// A place where Lectern runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Environment {
    /// This machine.
    Local,
    /// The deployed place for trying things.
    Staging,
    /// The deployed place that people use.
    Production,
}

impl Environment {
    /// Its name in the wrangler configurations.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// A variable of a Worker there, as its configuration says it. None: it says none, or an empty one.
    pub(crate) fn var(self, worker: &Worker, name: &str) -> Result<Option<String>> {
        let text = fs::read_to_string(project::root().join(worker.config))?;
        let config: Value = toml::from_str(&text).with_context(|| worker.config.to_owned())?;
        let value = match self {
            Self::Local => &config["vars"][name],
            deployed => &config["env"][deployed.name()]["vars"][name],
        };
        let value = value.as_str().filter(|value| !value.is_empty());
        Ok(value.map(str::to_owned))
    }

    /// Asks before production is touched, unless `yes`; an error if the answer is no. `what` ends before the name.
    pub(crate) fn confirm(self, yes: bool, what: &str) -> Result<()> {
        if self != Self::Production || yes {
            return Ok(());
        }
        print!("{what} production and drops every live socket. Type “production” to go on: ");
        io::stdout().flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        if answer.trim() != self.name() {
            bail!("nothing was changed");
        }
        Ok(())
    }
}
