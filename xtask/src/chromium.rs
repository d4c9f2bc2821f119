//! A browser for the browser tests: an installed one, or Debian's where we may install it.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::apt;
use crate::run::which;

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
    let remedy =
        format!("no Chromium or Chrome was found; install one, or name its program in {NAMED}");
    apt::install(&["chromium", "fonts-dejavu-core"], &remedy)?;
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
