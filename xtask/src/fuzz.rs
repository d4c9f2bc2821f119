//! `cargo xtask fuzz`: hostile input by the million, for everything that reads what strangers send.
//!
//! The targets live in `fuzz/targets`, a workspace of its own. What a target finds is left in its folder
//! `artifacts/<target>`, what was worth keeping in `corpus/<target>`. The importers begin with their golden
//! files, the others with `fuzz/seeds/<target>`; the native tests run all of these once.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::project;
use crate::run::{command, run};
use crate::setup;

/// What is fuzzed, by the names of `fuzz/targets`.
const TARGETS: [&str; 10] = [
    "aiken", "csv", "frames", "gift", "lectern", "moodle", "plain", "rich", "sealed", "token",
];

/// A longer input finds no more, only later.
const LONGEST: &str = "-max_len=8192";

#[derive(Args)]
pub(crate) struct Options {
    /// One target; else all, one after another.
    target: Option<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 600)]
    seconds: u32,
}

/// Fuzzes; an error when a target finds something.
pub(crate) fn run_targets(options: &Options) -> Result<()> {
    let chosen: Vec<&str> = TARGETS
        .into_iter()
        .filter(|target| options.target.as_deref().is_none_or(|only| only == *target))
        .collect();
    ensure!(
        !chosen.is_empty(),
        "there is no such target; there are {}",
        TARGETS.join(", ")
    );
    setup::fuzz_ready()?;
    let mut failed = Vec::new();
    for target in chosen {
        println!("▸ fuzz {target} for {} s", options.seconds);
        if let Err(error) = fuzz(target, options.seconds) {
            eprintln!("{error:#}");
            failed.push(target);
        }
    }
    if !failed.is_empty() {
        bail!(
            "something was found: {}; the inputs are in fuzz/targets/artifacts",
            failed.join(", ")
        );
    }
    Ok(())
}

fn fuzz(target: &str, seconds: u32) -> Result<()> {
    let folder = project::root().join("fuzz/targets");
    let corpus = folder.join("corpus").join(target);
    fs::create_dir_all(&corpus).with_context(|| format!("{}", corpus.display()))?;
    run(command(project::tools().join("bin/cargo-fuzz"))
        .current_dir(&folder)
        .args(["fuzz", "run", "--fuzz-dir", ".", target])
        .arg(corpus)
        .arg(seeds(target))
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .args([LONGEST, "-timeout=10", "-rss_limit_mb=2048"])
        // Sanitizers are asked for by unstable flags; the compiler is the pinned stable one all the same.
        .env("RUSTC_BOOTSTRAP", "1"))
}

/// With what a target begins.
fn seeds(target: &str) -> PathBuf {
    let golden = project::root()
        .join("shared/quiz-formats/tests/golden")
        .join(target);
    if golden.is_dir() {
        golden
    } else {
        project::root().join("fuzz/seeds").join(target)
    }
}
