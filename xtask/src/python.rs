//! Python, for the one test that is a client in another language.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::apt;
use crate::run::which;

/// Its program: an installed one, or Debian's where we may install it.
pub(crate) fn ready() -> Result<PathBuf> {
    if let Some(found) = which("python3") {
        return Ok(found);
    }
    let remedy =
        "python3 was not found, and a test of the live protocol is written in it; install it";
    apt::install(&["python3"], remedy)?;
    which("python3").context("apt-get installed no python3")
}
