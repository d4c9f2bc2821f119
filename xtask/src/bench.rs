//! `cargo xtask bench`: measurements beside a control.
//!
//! Builds the Workers for release and the load generator (`bench/`), lays out what is to be run, and hands
//! over: the generator starts and ends each server itself.

use std::fs;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::build::alone;
use crate::environment::Environment;
use crate::project;
use crate::run::{command, run as run_to_end};
use crate::serve::Copy;
use crate::step::step;
use crate::tree::listen;
use crate::workers::Profile;
use crate::{d1, pack, secrets, setup, workers};

/// The tenant whose client the generator is.
const TENANT: &str = "bench";

/// What is measured.
#[derive(clap::Subcommand)]
pub(crate) enum Benchmark {
    /// A speed-run with many participants: joins, fan-out, bursts, reconnects, memory.
    Speedrun(Speedrun),
    /// Requests to the front door: a token check, a read, a list, an upload.
    Api(Api),
}

/// `cargo xtask bench speedrun`.
#[derive(clap::Args)]
pub(crate) struct Speedrun {
    /// How many participants.
    #[arg(long, default_value_t = 1_000)]
    participants: usize,
    /// Who sets the pace: `host` or `self`.
    #[arg(long, default_value = "host")]
    pace: String,
    /// How often each side is measured; the sides take turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    #[command(flatten)]
    common: Common,
}

/// `cargo xtask bench api`.
#[derive(clap::Args)]
pub(crate) struct Api {
    /// How often each side is measured; the sides take turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    #[command(flatten)]
    common: Common,
}

/// What all benchmarks have.
#[derive(clap::Args)]
pub(crate) struct Common {
    /// One JSON object on standard output; the table goes to standard error.
    #[arg(long)]
    json: bool,
    /// Take the Workers as they are built and the generator as the tests build it: to see that it works,
    /// not how fast.
    #[arg(long)]
    unoptimised: bool,
    /// Take CPU profiles into `target/bench/profile`, with the functions' names. Slower than the truth.
    #[arg(long)]
    profile: bool,
    /// What only the load generator knows (`-- --help` tells).
    #[arg(last = true)]
    further: Vec<String>,
}

/// Runs a benchmark.
pub(crate) fn run(benchmark: &Benchmark) -> Result<()> {
    match benchmark {
        Benchmark::Speedrun(options) => {
            let participants = options.participants.to_string();
            let rounds = options.rounds.to_string();
            let mut args = vec!["speedrun", "--participants", &participants];
            args.extend(["--pace", &options.pace, "--rounds", &rounds]);
            generate(&args, &options.common)
        }
        Benchmark::Api(options) => {
            let rounds = options.rounds.to_string();
            generate(&["api", "--rounds", &rounds], &options.common)
        }
    }
}

/// Builds, lays out, and calls the generator with these arguments.
pub(crate) fn generate(args: &[&str], common: &Common) -> Result<()> {
    listen()?;
    // Standard output is for the figures alone: whatever is built on the way speaks elsewhere.
    let output = stdout_for_figures()?;
    setup::everything()?;
    let (stage, generator) = {
        let _alone = alone()?;
        if !common.unoptimised {
            workers::build(Profile::Release)?;
        }
        (
            lay_out(common.profile)?,
            build_generator(common.unoptimised)?,
        )
    };
    let mut generate = Command::new(generator);
    generate
        .current_dir(project::root())
        .arg("--stage")
        .arg(stage)
        .arg("--scripts")
        .arg(folder())
        .args(common.json.then_some("--json"))
        .args(common.profile.then_some("--profile=target/bench/profile"))
        .args(args)
        .args(&common.further)
        .stdout(Stdio::from(output));
    run_to_end(&mut generate)
}

/// The generator's crate, with the controls.
fn folder() -> PathBuf {
    project::root().join("bench")
}

/// Our standard output; from now on what we and our children print goes to standard error.
fn stdout_for_figures() -> Result<OwnedFd> {
    io::stdout().flush()?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    nix::unistd::dup2_stdout(io::stderr())?;
    Ok(output)
}

fn build_generator(unoptimised: bool) -> Result<PathBuf> {
    let (profile, output) = if unoptimised {
        ("dev", "debug")
    } else {
        ("load", "load")
    };
    step("load generator", || {
        let args = [
            "build",
            "--quiet",
            "--package",
            "lectern-bench",
            "--profile",
        ];
        run_to_end(command("cargo").args(args).arg(profile))
    })?;
    Ok(project::root()
        .join("target")
        .join(output)
        .join("lectern-bench"))
}

/// The Workers as they are built now with their configurations, and a database with a tenant.
fn lay_out(named: bool) -> Result<PathBuf> {
    let stage = project::root().join("target/bench");
    secrets::local()?;
    for worker in project::WORKERS {
        let copy = Copy::of(&worker, None, &stage.join("workers"));
        copy.take()?;
        without_pages(&copy.configure(&[])?)?;
        if named {
            let module = copy.home().join("index_bg.wasm");
            fs::copy(pack::named(&worker), module)
                .context("the module with its functions' names; `cargo xtask build` makes it")?;
        }
    }
    let template = stage.join("template");
    d1::prepare(&template, &[TENANT.to_owned()])?;
    raise_budgets(&template)?;
    Ok(stage)
}

/// In production the platform answers for the pages, without the Worker; here it would put a Worker of its
/// own before ours.
fn without_pages(config: &Path) -> Result<()> {
    let text = fs::read_to_string(config)?;
    let mut json: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text)?;
    json.remove("assets");
    fs::write(config, serde_json::to_string_pretty(&json)?)
        .with_context(|| config.display().to_string())
}

/// The generator asks more a minute than any tenant does.
fn raise_budgets(template: &Path) -> Result<()> {
    let mark = template.join("budgets");
    if mark.is_file() {
        return Ok(());
    }
    let sql = "UPDATE tenants SET settings = json_set(settings, '$.budgets', \
        json('{\"tenant_per_minute\":60000000,\"principal_per_minute\":60000000}'))";
    d1::execute(Environment::Local, template, sql)?;
    fs::write(&mark, "").with_context(|| mark.display().to_string())
}
