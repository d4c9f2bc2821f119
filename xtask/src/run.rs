//! Running programs: what failed is said with the command that failed.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::project;
use crate::tree::Tree;

/// A command that runs in the project's root.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(project::root());
    command
}

/// Runs to the end, output to the terminal; an error if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = Tree::start(command)?.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Runs to the end, output to a file; an error that tells it if it fails.
pub(crate) fn run_quietly(command: &mut Command, log: &Path) -> Result<()> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::create(log).with_context(|| format!("{}", log.display()))?;
    command.stdout(file.try_clone()?).stderr(file);
    run(command)
        .map_err(|error| anyhow!("{error:#}\n{}", fs::read_to_string(log).unwrap_or_default()))
}

/// Runs to the end and gives its standard output; an error, with what it printed, if it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| missing(command))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{}` failed ({})\n{text}{errors}",
            line(command),
            output.status
        );
    }
    Ok(text)
}

/// Runs to the end with `input` on its standard input; an error if it fails.
pub(crate) fn feed(command: &mut Command, input: &str) -> Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .with_context(|| missing(command))?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("`{}` failed ({})", line(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The first program of this name on PATH, leaving out our own shims.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    let shims = project::tools().join("shim");
    env::split_paths(&env::var_os("PATH")?)
        .filter(|folder| *folder != shims)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// PATH with `folder` before everything else.
pub(crate) fn path_with(folder: &Path) -> Result<std::ffi::OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&rest));
    env::join_paths(all).context("PATH cannot be formed")
}

/// The command as one would type it; arguments may hold secrets, so callers pass those on standard input.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn missing(command: &Command) -> String {
    format!(
        "`{}` could not be started",
        command.get_program().to_string_lossy()
    )
}
