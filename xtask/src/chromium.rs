//! A browser for the browser tests: an installed one, or Debian's where we may install it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{output, run, which};
use crate::step::step;

/// Names that another program.
const NAMED: &str = "LECTERN_CHROMIUM";

const PROGRAMS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

const ON_MACOS: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// The browser's program.
pub(crate) fn ready() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if which("apt-get").is_none() || !root() {
        bail!("no Chromium or Chrome was found; install one, or name its program in {NAMED}");
    }
    step("chromium (apt-get)", || {
        let apt = |args: &[&str]| {
            run(Command::new("apt-get")
                .args(args)
                .env("DEBIAN_FRONTEND", "noninteractive"))
        };
        apt(&["update", "-qq"])?;
        apt(&[
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            "chromium",
            "fonts-dejavu-core",
        ])
        .context("apt-get could not install chromium; this step needs a network once")
    })?;
    find()
        .with_context(|| format!("apt-get installed no program that we know; name one in {NAMED}"))
}

fn find() -> Option<PathBuf> {
    let named = std::env::var_os(NAMED).map(PathBuf::from);
    named
        .or_else(|| PROGRAMS.iter().find_map(|name| which(name)))
        .or_else(|| {
            ON_MACOS
                .iter()
                .map(PathBuf::from)
                .find(|path| path.is_file())
        })
}

fn root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|text| text.trim() == "0")
}
