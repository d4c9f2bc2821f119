//! `cargo xtask deploy`: build, migrate, then the three Workers: what is called before what calls.
//!
//! Every environment is named. A bare `wrangler deploy` would name the local one, which has no database.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::environment::Environment;
use crate::project::{self, WORKERS, Worker};
use crate::run::run as run_command;
use crate::secrets::missing;
use crate::step::step;
use crate::wrangler::wrangler;
use crate::{build, d1};

/// What stands in the configurations until somebody fills it in.
const PLACEHOLDERS: [&str; 2] = ["replace-with-the-", "lectern.example"];

/// `cargo xtask deploy`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to.
    #[arg(long)]
    env: Environment,
    /// Build and bundle everything, upload nothing; needs no account.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before production.
    #[arg(long)]
    yes: bool,
}

/// Deploys, or shows what would be deployed.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.env == Environment::Local {
        bail!("local is what `cargo xtask dev` runs; deploy to staging or production");
    }
    if !options.dry_run {
        complete(options.env)?;
        options.env.confirm(options.yes, "This deploys to")?;
        secrets_present(options.env)?;
    }
    build::run()?;
    if options.dry_run {
        println!("dry run: migrations are not applied, nothing is uploaded");
    } else {
        step("migrate", || d1::migrate(options.env, Path::new("")))?;
    }
    for worker in WORKERS {
        step(&format!("deploy {}", worker.name), || {
            upload(&worker, options)
        })?;
    }
    Ok(())
}

fn upload(worker: &Worker, options: &Options) -> Result<()> {
    let mut deploy = wrangler();
    deploy.args([
        "deploy",
        "--config",
        worker.config,
        "--env",
        options.env.name(),
    ]);
    if options.dry_run {
        let folder = project::root().join("target/dry-run").join(worker.name);
        deploy.arg("--dry-run").arg("--outdir").arg(folder);
    }
    run_command(&mut deploy)
}

/// An error that names every placeholder left in the configurations of this environment.
fn complete(environment: Environment) -> Result<()> {
    let mut left = Vec::new();
    for worker in WORKERS {
        let text = fs::read_to_string(project::root().join(worker.config))?;
        let config: Value = toml::from_str(&text).with_context(|| worker.config.to_owned())?;
        let section = config
            .pointer(&format!("/env/{}", environment.name()))
            .map(Value::to_string);
        let section = section
            .with_context(|| format!("{} lacks env.{}", worker.config, environment.name()))?;
        let found = PLACEHOLDERS.iter().filter(|word| section.contains(**word));
        left.extend(found.map(|word| format!("{}: “{word}…”", worker.config)));
    }
    if !left.is_empty() {
        bail!(
            "fill in [env.{0}] first: {1}. `wrangler d1 create lectern-{0}` gives the database's id; \
             `wrangler r2 bucket create lectern-media-{0}`, `wrangler queues create lectern-results-{0}` and \
             `wrangler queues create lectern-results-dead-{0}` make the rest",
            environment.name(),
            left.join(", ")
        );
    }
    Ok(())
}

/// A Worker without its secrets would answer every request with an error.
fn secrets_present(environment: Environment) -> Result<()> {
    let missing = missing(environment);
    if missing.is_empty() {
        return Ok(());
    }
    bail!(
        "secrets are missing in {0}: {1}. `cargo xtask secrets --env {0} --yes` makes and uploads all of them; \
         `wrangler secret put NAME --config FILE --env {0}` sets a single one",
        environment.name(),
        missing.join(", ")
    );
}
