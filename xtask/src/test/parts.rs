//! The parts that are a program's yes or no: one check each.

use anyhow::Result;

use super::counts::Counts;
use super::{Task, vitest};
use crate::generate::{self, Options};
use crate::project::{self, WASM_TARGET};
use crate::run::{command, run};
use crate::workers::Profile;
use crate::{build, licences, setup, sizes};

/// Rust code is formatted.
pub(super) fn fmt(_: &Task) -> Result<Counts> {
    Ok(Counts::check(run(
        command("cargo").args(["fmt", "--all", "--check"])
    )))
}

/// No lint speaks, neither natively nor for WebAssembly (whose code is not all compiled natively).
pub(super) fn clippy(_: &Task) -> Result<Counts> {
    let mut native = command("cargo");
    native.args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    let mut wasm = command("cargo");
    wasm.args([
        "clippy",
        "--quiet",
        "--workspace",
        "--exclude",
        "xtask",
        "--exclude",
        "lectern-bench",
        "--target",
        WASM_TARGET,
    ]);
    // As the fault tests have it: it holds everything that the plain build holds.
    wasm.args(["--features", "lectern-live-worker/faults"]);
    wasm.args(["--", "-D", "warnings"]);
    let mut counts = Counts::check(run(&mut native));
    counts += Counts::check(run(&mut wasm));
    Ok(counts)
}

/// Licences, sources, banned crates.
pub(super) fn deny(_: &Task) -> Result<Counts> {
    Ok(Counts::check(licences::check()))
}

/// No crate asks for what it does not use.
pub(super) fn unused(_: &Task) -> Result<Counts> {
    setup::machete_ready()?;
    let machete = project::tools().join("bin/cargo-machete");
    Ok(Counts::check(run(
        command(machete).args(["bench", "shared", "workers", "xtask"])
    )))
}

/// The generated TypeScript is what the Rust says.
pub(super) fn types(_: &Task) -> Result<Counts> {
    Ok(Counts::check(generate::types(&Options { check: true })))
}

/// The kept OpenAPI document is the one that is served.
pub(super) fn openapi(task: &Task) -> Result<Counts> {
    build::everything(task.profile)?;
    Ok(Counts::check(generate::openapi(&Options { check: true })))
}

/// The pages' types and unit tests, and the types of the tests.
pub(super) fn pages(task: &Task) -> Result<Counts> {
    let mut svelte = command(project::npm_bin("svelte-check"));
    svelte
        .args(["--fail-on-warnings"])
        .current_dir(project::pages());
    let mut counts = Counts::check(run(&mut svelte));
    let mut types = command(project::npm_bin("tsc"));
    counts += Counts::check(run(types.args(["--noEmit", "--project", "tests"])));
    counts += vitest::pages(task)?;
    Ok(counts)
}

/// Workers and pages keep their budgets.
pub(super) fn sizes(_: &Task) -> Result<Counts> {
    build::everything(Profile::Release)?;
    Ok(Counts::check(sizes::check()))
}
