//! `cargo xtask build`: everything for release, held to its budgets.

use std::fs::{self, File};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::tree::stopping;
use crate::workers::Profile;
use crate::{pages, project, setup, sizes, workers};

/// Builds for release and checks the sizes.
pub(crate) fn run() -> Result<()> {
    everything(Profile::Release)?;
    sizes::check()
}

/// Set-up, pages, Workers; says whether anything changed.
pub(crate) fn everything(profile: Profile) -> Result<bool> {
    setup::everything()?;
    let _alone = alone()?;
    let pages = pages::build()?;
    Ok(workers::build(profile)? || pages)
}

/// Held while something is installed or built: two commands at once would write the same files.
pub(crate) fn alone() -> Result<File> {
    fs::create_dir_all(project::tools())?;
    let path = project::tools().join("lock");
    let file = File::create(&path).with_context(|| format!("{}", path.display()))?;
    if file.try_lock().is_err() {
        eprintln!("  waiting for another `cargo xtask` to finish building");
        while file.try_lock().is_err() {
            if stopping() {
                bail!("stopped");
            }
            sleep(Duration::from_millis(100));
        }
    }
    Ok(file)
}
