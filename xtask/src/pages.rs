//! Building the pages with vite.

use anyhow::Result;

use crate::project;
use crate::run::{command, run};
use crate::stamp;
use crate::step::step;

/// Builds the pages if anything in them changed; says whether it did.
pub(crate) fn build() -> Result<bool> {
    let root = project::root();
    let hash = stamp::hash(&[project::pages(), root.join("package-lock.json")], "");
    let output = project::pages().join("dist");
    if output.is_dir() && stamp::is("pages", hash) {
        return Ok(false);
    }
    step("pages", || {
        run(command(project::npm_bin("vite"))
            .args(["build", "--logLevel", "warn"])
            .current_dir(project::pages()))
    })?;
    stamp::set("pages", hash)?;
    Ok(true)
}
