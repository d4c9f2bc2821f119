//! The load generator. `cargo xtask bench` and `cargo xtask cost` build what it needs and call it.
//!
//! One thread: on a small machine the server needs the others, and its own cost is one number.

// Here a clock is the machine's own; clippy.toml bans it for everything else.
#![allow(clippy::disallowed_methods)]

mod api;
mod cost;
mod figure;
mod frame;
mod http;
mod process;
mod profile;
mod server;
mod sets;
mod socket;
mod speedrun;
mod stage;
mod stats;
mod tenant;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use figure::Told;
use stage::Stage;

#[derive(Parser)]
struct Cli {
    /// The folder that `cargo xtask bench` has laid out.
    #[arg(long)]
    stage: PathBuf,
    /// The folder of `serve.mjs` and the controls.
    #[arg(long)]
    scripts: PathBuf,
    /// One JSON object on standard output; the table goes to standard error.
    #[arg(long, global = true)]
    json: bool,
    /// Take a CPU profile of every Worker in each round, into this folder.
    #[arg(long, global = true)]
    profile: Option<PathBuf>,
    #[command(subcommand)]
    benchmark: Benchmark,
}

#[derive(Subcommand)]
enum Benchmark {
    /// A run with many participants.
    Speedrun(speedrun::Options),
    /// Requests to the front door, kind by kind.
    Api(api::Options),
    /// What the platform would bill for a run.
    Cost(cost::Options),
}

fn main() -> ExitCode {
    match measure(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(cli: &Cli) -> Result<()> {
    let stage = Stage::open(&cli.stage, &cli.scripts, cli.profile.clone())?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let told = LocalSet::new().block_on(&runtime, async {
        match &cli.benchmark {
            Benchmark::Speedrun(options) => speedrun::run(options, &stage).await.map(Told::from),
            Benchmark::Api(options) => api::run(options, &stage).await.map(Told::from),
            Benchmark::Cost(options) => cost::run(options, &stage).await,
        }
    })?;
    if cli.json {
        eprintln!("{}", told.table);
        println!("{}", told.json);
    } else {
        println!("{}", told.table);
    }
    Ok(())
}
