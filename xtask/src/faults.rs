//! `cargo xtask faults`: what the fault tests do, as often and with the seed that one likes; and whether they
//! would find anything.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::project;
use crate::step::seconds;
use crate::test::{self, Counts};
use crate::tree::listen;
use crate::variants::Variant;
use crate::workers::Profile;

/// Rounds that a mutant may survive at most.
const ROUNDS_FOR_MUTANTS: u32 = 30;

/// `cargo xtask faults`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub(crate) struct Options {
    /// Plays rounds on builds that break a promise, and fails unless each turns one red.
    #[arg(long)]
    mutants: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// Fifty participants play in both paces while the runtime is killed and started again.
    Speedrun {
        /// Crashes with commands on their way; others are repeated.
        #[arg(long, default_value_t = 10)]
        rounds: u32,
        /// Makes the same decisions again (the moments differ: other programs run beside it).
        #[arg(long)]
        seed: Option<u64>,
        /// As it is deployed, not as it compiles quickly.
        #[arg(long)]
        release: bool,
    },
}

/// `cargo xtask faults …`.
pub(crate) fn run(options: &Options) -> Result<()> {
    listen()?;
    match options.what {
        Some(What::Speedrun {
            rounds,
            seed,
            release,
        }) => {
            let profile = if release {
                Profile::Release
            } else {
                Profile::Dev
            };
            let counts = speedrun(profile, None, rounds, seed)?;
            if counts.failed > 0 {
                bail!("a round failed; above are its seed and what was checked");
            }
            Ok(())
        }
        None => mutants(),
    }
}

fn speedrun(
    profile: Profile,
    variant: Option<Variant>,
    rounds: u32,
    seed: Option<u64>,
) -> Result<Counts> {
    test::faults("speedrun", profile, variant, |vitest| {
        vitest.env("LECTERN_ROUNDS", rounds.to_string());
        if let Some(seed) = seed {
            vitest.env("LECTERN_SEED", seed.to_string());
        }
    })
}

/// Each mutant must be found by a check that has a name.
fn mutants() -> Result<()> {
    let mut lines = Vec::new();
    let mut survivors = 0;
    for mutant in Variant::MUTANTS {
        let begin = Instant::now();
        let _ = fs::remove_file(verdict_file());
        let counts = speedrun(Profile::Dev, Some(mutant), ROUNDS_FOR_MUTANTS, None)?;
        let (name, time) = (mutant.name(), seconds(begin));
        match verdict() {
            Some((check, message)) if counts.failed > 0 => {
                lines.push(format!(
                    "{name:<18} caught by “{check}” ({time})\n    {message}"
                ));
            }
            _ => {
                survivors += 1;
                lines.push(format!("{name:<18} NOT CAUGHT ({time})"));
            }
        }
    }
    println!("\n{}", lines.join("\n"));
    if survivors > 0 {
        bail!("{survivors} mutants were not caught by a check");
    }
    Ok(())
}

/// Where the rounds leave what failed (tests/faults/rounds/history.ts).
fn verdict_file() -> PathBuf {
    project::root().join("tests/output/faults.json")
}

/// The check that did not hold, and what it said; none if none has failed, or the script itself.
fn verdict() -> Option<(String, String)> {
    let text = fs::read_to_string(verdict_file()).ok()?;
    let verdict: Value = serde_json::from_str(&text).ok()?;
    let check = verdict["check"].as_str()?.to_owned();
    let message = verdict["message"].as_str()?.to_owned();
    Some((check, message))
}
