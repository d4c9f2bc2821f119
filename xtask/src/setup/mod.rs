//! Set-up: whatever the other commands need, installed into the project's own folders.
//!
//! Each step looks first whether it has anything to do; nothing to do costs milliseconds and no network.

mod npm;
mod rust;
mod tools;

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::build::alone;
use crate::run::{output, which};
use crate::step::step;

pub(crate) use rust::shims;
pub(crate) use tools::{fuzz_ready, machete_ready};

/// The oldest Node that vite and wrangler run on.
const NODE: (u32, u32) = (20, 19);

/// Everything that building and running needs.
pub(crate) fn everything() -> Result<()> {
    machine()?;
    rust::ready()?;
    npm::ready()?;
    tools::ready()
}

/// What npm alone gives; enough for commands that only call wrangler.
pub(crate) fn npm_only() -> Result<()> {
    node()?;
    npm::ready()
}

/// Runs `work` as a printed step if there is anything to do.
fn unless(done: bool, name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if done {
        return Ok(());
    }
    let _alone = alone()?;
    step(name, work)
}

fn machine() -> Result<()> {
    node()?;
    if which("cc")
        .or_else(|| which("gcc"))
        .or_else(|| which("clang"))
        .is_none()
    {
        bail!(
            "no C compiler (cc) was found, and Rust links with one. \
             Debian: `apt-get install build-essential`; macOS: `xcode-select --install`"
        );
    }
    if which("rustup").is_none() {
        bail!(
            "rustup was not found, and it supplies the pinned compiler with its WebAssembly target. \
             Install it from https://rustup.rs"
        );
    }
    Ok(())
}

fn node() -> Result<()> {
    let wanted = format!("Node {}.{} or newer (up to 24 is tested)", NODE.0, NODE.1);
    let remedy = "Install it from https://nodejs.org or with your version manager";
    let text = output(Command::new("node").arg("--version"))
        .with_context(|| format!("Node was not found; {wanted} is needed. {remedy}"))?;
    let mut numbers = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version < NODE {
        bail!(
            "Node {} is too old; {wanted} is needed. {remedy}",
            text.trim()
        );
    }
    Ok(())
}
