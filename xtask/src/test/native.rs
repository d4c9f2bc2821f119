//! The native tests, counted from cargo's summary lines.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result};

use super::Task;
use super::counts::Counts;
use crate::run::command;

/// All crates' tests. `--no-fail-fast`: a failing crate must not hide the next.
pub(super) fn run(task: &Task) -> Result<Counts> {
    let mut cargo = command("cargo");
    cargo
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(task.filter);
    let mut child = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo could not be started")?;
    let pipe = child.stdout.take().context("cargo's output")?;
    let mut counts = Counts::default();
    for line in BufReader::new(pipe).lines() {
        let line = line?;
        println!("{line}");
        if let Some(found) = summary(&line) {
            counts += found;
        }
    }
    Ok(counts.of_runner(child.wait()?.success()))
}

/// The counts of a line such as `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
fn summary(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("test result: ")?;
    let number = |word: &str| {
        let before = rest.split(word).next()?;
        before
            .rsplit([' ', ';', '.'])
            .find(|text| !text.is_empty())?
            .parse()
            .ok()
    };
    Some(Counts {
        passed: number(" passed")?,
        failed: number(" failed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_line_gives_its_counts() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(
            summary(line),
            Some(Counts {
                passed: 12,
                failed: 3
            })
        );
    }

    #[test]
    fn other_lines_give_none() {
        assert_eq!(summary("test tests::a_thing ... ok"), None);
    }
}
