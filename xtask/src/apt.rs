//! Programs of Debian, where we may install them.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{output, run, which};
use crate::step::step;

/// Installs packages; an error with the remedy where that is not ours to do.
pub(crate) fn install(packages: &[&str], remedy: &str) -> Result<()> {
    if which("apt-get").is_none() || !root() {
        bail!("{remedy}");
    }
    let apt = |args: &[&str], more: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.args(args)
            .args(more)
            .env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut apt)
    };
    step(&format!("{} (apt-get)", packages.join(", ")), || {
        apt(&["update", "-qq"], &[])?;
        apt(
            &["install", "-y", "-qq", "--no-install-recommends"],
            packages,
        )
        .context("apt-get could not install it; this step needs a network once")
    })
}

fn root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|text| text.trim() == "0")
}
