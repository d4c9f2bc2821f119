//! The npm packages, exactly as in the lockfile.

use anyhow::{Context, Result};

use super::unless;
use crate::project;
use crate::run::{command, run};
use crate::stamp;

/// Installs what the lockfile says, if it says something new.
pub(super) fn ready() -> Result<()> {
    let root = project::root();
    let hash = stamp::hash(
        &[root.join("package.json"), root.join("package-lock.json")],
        "npm",
    );
    // npm writes this file last, so an interrupted installation is not taken for a finished one.
    let present = root.join("node_modules/.package-lock.json").is_file();
    unless(present && stamp::is("npm", hash), "npm packages", || {
        // No install scripts: all packages ship their programs, so nothing is fetched but from the registry.
        run(command("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))
            .context("npm could not install the packages; this step needs a network once (https://registry.npmjs.org)")?;
        stamp::set("npm", hash)
    })
}
