//! vitest, counted from its JSON report.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Task;
use super::counts::Counts;
use crate::run::command;
use crate::variants::Variant;
use crate::workers::Profile;
use crate::{build, chromium, project, python};

/// The scripts against the running Workers.
pub(super) fn e2e(task: &Task) -> Result<Counts> {
    let python = python::ready()?;
    build::everything(task.profile)?;
    project_of_tests("e2e", task, |vitest| {
        vitest.env("LECTERN_PYTHON", &python);
    })
}

/// What happens when things break.
pub(super) fn all_faults(task: &Task) -> Result<Counts> {
    Variant::Faults.build(task.profile)?;
    project_of_tests("faults", task, |_| {})
}

/// One file of the fault tests, perhaps on another build of `live`.
pub(crate) fn faults(
    file: &str,
    profile: Profile,
    variant: Option<Variant>,
    prepare: impl FnOnce(&mut Command),
) -> Result<Counts> {
    match variant {
        Some(variant) => variant.build(profile)?,
        None => drop(build::everything(profile)?),
    }
    let task = Task {
        filter: Some(file),
        profile,
    };
    project_of_tests("faults", &task, |vitest| {
        if let Some(variant) = variant {
            vitest.env("LECTERN_VARIANT", variant.name());
        }
        prepare(vitest);
    })
}

/// The pages in a real browser.
pub(super) fn browser(task: &Task) -> Result<Counts> {
    let program = chromium::ready()?;
    build::everything(task.profile)?;
    project_of_tests("browser", task, |vitest| {
        vitest.env("LECTERN_CHROMIUM", &program);
    })
}

/// The pages' unit tests.
pub(super) fn pages(task: &Task) -> Result<Counts> {
    let mut vitest = vitest(&project::pages(), task);
    run(&mut vitest, "pages")
}

/// One project of `tests/vitest.config.ts`. Its harness starts the Workers by this very program.
fn project_of_tests(name: &str, task: &Task, prepare: impl FnOnce(&mut Command)) -> Result<Counts> {
    let mut vitest = vitest(&project::root().join("tests"), task);
    vitest
        .args(["--project", name])
        .env("LECTERN_XTASK", std::env::current_exe()?);
    prepare(&mut vitest);
    run(&mut vitest, name)
}

fn vitest(folder: &Path, task: &Task) -> Command {
    let mut vitest = command(project::npm_bin("vitest"));
    vitest.arg("run").args(task.filter).current_dir(folder);
    vitest
}

fn run(vitest: &mut Command, name: &str) -> Result<Counts> {
    let report = project::root()
        .join("target/test")
        .join(format!("{name}.json"));
    let _ = fs::remove_file(&report);
    vitest
        .args(["--reporter=default", "--reporter=json"])
        .arg(format!("--outputFile.json={}", report.display()));
    let status = vitest
        .stdin(Stdio::null())
        .status()
        .context("vitest could not be started")?;
    let Ok(text) = fs::read(&report) else {
        bail!("vitest ended without a report ({status})");
    };
    let report: Value = serde_json::from_slice(&text).context("vitest's report")?;
    Ok(counts(&report).of_runner(status.success()))
}

fn counts(report: &Value) -> Counts {
    let number = |key: &str| report[key].as_u64().unwrap_or(0);
    let files = report["testResults"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    // A file that does not load has no tests, and yet it failed.
    let broken = |file: &&Value| {
        file["status"] == "failed"
            && file["assertionResults"]
                .as_array()
                .is_none_or(Vec::is_empty)
    };
    let broken = files.iter().filter(broken).count() as u64;
    Counts {
        passed: number("numPassedTests"),
        failed: number("numFailedTests") + broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_file_that_does_not_load_counts_as_a_failure() {
        let report = json!({
            "numPassedTests": 4,
            "numFailedTests": 1,
            "testResults": [
                { "status": "failed", "assertionResults": [] },
                { "status": "failed", "assertionResults": [{ "status": "failed" }] },
            ],
        });
        assert_eq!(
            counts(&report),
            Counts {
                passed: 4,
                failed: 2
            }
        );
    }
}
