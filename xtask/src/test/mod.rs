//! `cargo xtask test`: every check, counted; the last line is `N passed, N failed`.
//!
//! A part goes on after another failed, and a part that could not run counts as a failure.

mod counts;
mod native;
mod parts;
mod vitest;

use std::time::Instant;

use anyhow::{Result, bail};

use crate::setup;
use crate::step::seconds;
use crate::workers::Profile;
pub(crate) use counts::Counts;
pub(crate) use vitest::faults;

/// `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// One part: fmt, clippy, deny, unused, native, types, pages, sizes, openapi, e2e, faults or browser.
    part: Option<String>,
    /// What the part's own runner should narrow itself to: a test's name (native), a file's name (the others).
    filter: Option<String>,
}

/// What a part is given.
pub(crate) struct Task<'a> {
    /// For the part's own runner.
    filter: Option<&'a str>,
    /// How the Workers are built: for release when everything is tested, quickly for one part.
    profile: Profile,
}

type Part = (&'static str, fn(&Task) -> Result<Counts>);

/// The parts; the quick ones first.
const PARTS: [Part; 12] = [
    ("fmt", parts::fmt),
    ("deny", parts::deny),
    ("unused", parts::unused),
    ("clippy", parts::clippy),
    ("native", native::run),
    ("types", parts::types),
    ("pages", parts::pages),
    ("sizes", parts::sizes),
    ("openapi", parts::openapi),
    ("e2e", vitest::e2e),
    ("faults", vitest::all_faults),
    ("browser", vitest::browser),
];

/// Runs the parts and counts.
pub(crate) fn run(options: &Options) -> Result<()> {
    let chosen = chosen(options.part.as_deref())?;
    let task = Task {
        filter: options.filter.as_deref(),
        profile: if options.part.is_none() {
            Profile::Release
        } else {
            Profile::Dev
        },
    };
    let mut total = Counts::default();
    let mut lines = Vec::new();
    if let Err(error) = setup::everything() {
        eprintln!("\nerror: set-up: {error:#}");
        lines.push("set-up     could not run".to_owned());
        total.failed += 1;
    }
    for (name, part) in chosen {
        eprintln!("\n━━ {name}");
        let start = Instant::now();
        let counts = part(&task).unwrap_or_else(|error| {
            eprintln!("\nerror: {name}: {error:#}");
            Counts {
                passed: 0,
                failed: 1,
            }
        });
        lines.push(format!("{name:<10} {counts}  ({})", seconds(start)));
        total += counts;
    }
    finish(&lines, total)
}

fn chosen(part: Option<&str>) -> Result<Vec<Part>> {
    let Some(wanted) = part else {
        return Ok(PARTS.to_vec());
    };
    let found: Vec<Part> = PARTS
        .into_iter()
        .filter(|(name, _)| *name == wanted)
        .collect();
    if found.is_empty() {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        bail!(
            "there is no part “{wanted}”; the parts are {}",
            names.join(", ")
        );
    }
    Ok(found)
}

/// The last line is a contract with whoever reads the output: nothing may follow it.
fn finish(lines: &[String], total: Counts) -> Result<()> {
    println!("\n{}", lines.join("\n"));
    println!("{total}");
    if total.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}
