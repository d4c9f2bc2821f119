//! `cargo xtask audit`: known vulnerabilities in what we depend on. Needs a network, so it is not a test.

use anyhow::{Context, Result};

use crate::run::{command, run as run_command, which};
use crate::setup;

/// Asks npm's advisories and, where cargo-audit or cargo-deny is installed, RustSec's.
pub(crate) fn run() -> Result<()> {
    setup::npm_only()?;
    let npm = run_command(command("npm").args(["audit", "--audit-level=high"]));
    let cargo = if which("cargo-audit").is_some() {
        run_command(command("cargo").args(["audit"]))
    } else if which("cargo-deny").is_some() {
        run_command(command("cargo").args(["deny", "check", "advisories"]))
    } else {
        Err(anyhow::anyhow!(
            "neither is installed: `cargo install --locked cargo-audit` (it compiles for minutes)"
        ))
    };
    npm.context("npm packages")?;
    cargo.context("Rust crates")
}
