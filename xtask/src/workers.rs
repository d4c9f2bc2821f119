//! Building the three Workers.
//!
//! One cargo call compiles all three, so that they share every artefact; each WebAssembly file that changed
//! is then packed by worker-build. Its own cargo call finds nothing to do, because it gets the same flags
//! and the same packages.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::pack;
use crate::project::{self, TOOLCHAIN, WASM_TARGET, WORKERS, Worker};
use crate::run::{command, run};
use crate::setup::shims;
use crate::stamp;
use crate::step::step;

/// The standard library is rebuilt anyway, so it is built small.
const STD_FEATURES: &str = "optimize_for_size,panic-unwind";

/// How the Workers are compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to compile: `wasm-dev` of Cargo.toml, not run through wasm-opt.
    Dev,
    /// As it is deployed.
    Release,
}

impl Profile {
    /// The compiler's flags. What is deployed tells no places in its panics (the functions' names are kept
    /// in `target/symbols`) and writes values for developers without their fields: a sixteenth of its bytes.
    pub(crate) fn rustflags(self) -> &'static str {
        match self {
            Self::Dev => "",
            Self::Release => "-Zlocation-detail=none -Zfmt-debug=shallow",
        }
    }

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
    let options: Vec<String> = packages().collect();
    step(&format!("Workers: compile ({})", profile.name()), || {
        run(&mut compile(profile, &options))
    })?;
    let changed: Vec<Worker> = WORKERS
        .into_iter()
        .filter(|worker| !pack::done(worker, profile))
        .collect();
    if !changed.is_empty() {
        let names: Vec<&str> = changed.iter().map(|worker| worker.name).collect();
        step(&format!("Workers: pack {}", names.join(", ")), || {
            pack::all(&changed, profile)
        })?;
    }
    stamp::set("workers", sources)?;
    Ok(!changed.is_empty())
}

/// What the Workers are made of.
pub(crate) fn sources() -> Vec<PathBuf> {
    let root = project::root();
    let mut paths = vec![
        root.join("xtask/src/workers.rs"),
        root.join("xtask/src/pack.rs"),
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
pub(crate) fn sources_hash(profile: Profile) -> u64 {
    stamp::hash(
        &sources(),
        &format!("{TOOLCHAIN} {} {}", profile.name(), profile.rustflags()),
    )
}

/// Cargo's call; `options` say what of the Workers is compiled.
pub(crate) fn compile(profile: Profile, options: &[String]) -> Command {
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
        .args(options)
        // What worker-build says to its own cargo call.
        .env(
            "RUSTFLAGS",
            format!("{} -Cpanic=unwind", profile.rustflags()).trim(),
        )
        .env("WASM_BINDGEN_USE_JS_SYS", "1");
    settle_environment(&mut cargo);
    cargo
}

/// All three, so that every cargo call builds the same.
pub(crate) fn packages() -> impl Iterator<Item = String> {
    WORKERS
        .iter()
        .map(|worker| format!("--package={}", worker.package))
}

/// The same settings for every cargo call, ours and worker-build's. Cargo hands its own variables to
/// `cargo xtask`; a nested build must not take them for settings.
pub(crate) fn settle_environment(command: &mut Command) {
    command
        .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", STD_FEATURES)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO");
}

/// What cargo made of a Worker.
pub(crate) fn compiled(worker: &Worker, profile: Profile) -> PathBuf {
    let file = format!("{}.wasm", worker.package.replace('-', "_"));
    project::root()
        .join("target")
        .join(WASM_TARGET)
        .join(profile.name())
        .join(file)
}
