//! Building the three Workers.
//!
//! One cargo call compiles all three, so that they share every artefact; worker-build then turns each
//! WebAssembly file that changed into a module for wrangler. Its own cargo call finds nothing to do,
//! because it gets the same flags and the same packages.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use anyhow::{Result, anyhow};

use crate::project::{self, TOOLCHAIN, WASM_TARGET, WORKERS, Worker};
use crate::run::{command, path_with, run, run_quietly};
use crate::setup::shims;
use crate::stamp;
use crate::step::step;

/// How the Workers are compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to compile: `wasm-dev` of Cargo.toml, not run through wasm-opt.
    Dev,
    /// As it is deployed.
    Release,
}

impl Profile {
    /// Cargo's name of it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "release",
        }
    }
}

/// Builds what changed; says whether anything did.
pub(crate) fn build(profile: Profile) -> Result<bool> {
    let sources = sources_hash(profile);
    let outputs = WORKERS
        .iter()
        .all(|worker| worker.output().join("index_bg.wasm").is_file());
    if outputs && stamp::is("workers", sources) {
        return Ok(false);
    }
    step(&format!("Workers: compile ({})", profile.name()), || {
        run(&mut compile(profile))
    })?;
    let changed: Vec<Worker> = WORKERS
        .into_iter()
        .filter(|worker| !packed(worker, profile))
        .collect();
    if !changed.is_empty() {
        let names: Vec<&str> = changed.iter().map(|worker| worker.name).collect();
        step(&format!("Workers: pack {}", names.join(", ")), || {
            pack_all(&changed, profile)
        })?;
    }
    stamp::set("workers", sources)?;
    Ok(!changed.is_empty())
}

/// What the Workers are made of.
pub(crate) fn sources() -> Vec<PathBuf> {
    let root = project::root();
    let mut paths = vec![
        root.join("Cargo.toml"),
        root.join("Cargo.lock"),
        root.join("rust-toolchain.toml"),
        root.join("shared"),
        root.join("workers/edge"),
    ];
    paths.extend(WORKERS.iter().map(Worker::dir));
    paths
}

/// Only what cargo reads: pictures, pages and documents beside the code do not make it run.
fn sources_hash(profile: Profile) -> u64 {
    stamp::hash(&sources(), &format!("{TOOLCHAIN} {}", profile.name()))
}

fn compile(profile: Profile) -> Command {
    let mut cargo = command(shims().join("cargo"));
    cargo
        .args([
            "build",
            "--lib",
            "--profile",
            profile.name(),
            "--target",
            WASM_TARGET,
        ])
        .args(["-Z", "build-std=std,panic_unwind"])
        .args(packages())
        // What worker-build sets for its own cargo call.
        .env("RUSTFLAGS", "-Cpanic=unwind")
        .env("WASM_BINDGEN_USE_JS_SYS", "1");
    clean_environment(&mut cargo);
    cargo
}

fn packages() -> impl Iterator<Item = String> {
    WORKERS
        .iter()
        .map(|worker| format!("--package={}", worker.package))
}

/// Cargo hands its own variables to `cargo xtask`; a nested build must not take them for settings.
fn clean_environment(command: &mut Command) {
    command
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO");
}

fn compiled(worker: &Worker, profile: Profile) -> PathBuf {
    let file = format!("{}.wasm", worker.package.replace('-', "_"));
    project::root()
        .join("target")
        .join(WASM_TARGET)
        .join(profile.name())
        .join(file)
}

fn packed_hash(worker: &Worker, profile: Profile) -> u64 {
    stamp::hash(&[compiled(worker, profile)], profile.name())
}

fn packed(worker: &Worker, profile: Profile) -> bool {
    worker.output().join("index_bg.wasm").is_file()
        && stamp::is(
            &format!("worker-{}", worker.name),
            packed_hash(worker, profile),
        )
}

fn pack_all(workers: &[Worker], profile: Profile) -> Result<()> {
    thread::scope(|scope| {
        let running: Vec<_> = workers
            .iter()
            .map(|worker| scope.spawn(move || pack(worker, profile)))
            .collect();
        running
            .into_iter()
            .try_for_each(|one| one.join().map_err(|_| anyhow!("packing panicked"))?)
    })
}

fn pack(worker: &Worker, profile: Profile) -> Result<()> {
    // A killed worker-build leaves a staging folder, for which the next would wait.
    let _ = fs::remove_dir_all(worker.output().join(".tmp"));
    let mut build = command(project::tools().join("bin/worker-build"));
    build.arg(worker.dir()).arg("--panic-unwind");
    match profile {
        Profile::Dev => build.args(["--no-opt", "--profile", profile.name()]),
        Profile::Release => build.arg("--release"),
    };
    build
        .args(packages())
        .env("PATH", path_with(&shims())?)
        .env(
            "WASM_BINDGEN_BIN",
            project::tools().join("bin/wasm-bindgen"),
        )
        .env("WASM_OPT_BIN", project::npm_bin("wasm-opt"))
        .env("ESBUILD_BIN", project::npm_bin("esbuild"))
        .env_remove("RUSTFLAGS");
    clean_environment(&mut build);
    // Three speak at once, so each is heard only when it fails.
    let log = project::root()
        .join("target/pack")
        .join(format!("{}.log", worker.name));
    run_quietly(&mut build, &log)?;
    stamp::set(
        &format!("worker-{}", worker.name),
        packed_hash(worker, profile),
    )
}
