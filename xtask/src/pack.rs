//! From cargo's WebAssembly file to the module that wrangler takes.
//!
//! worker-build binds and bundles. For release we optimise it ourselves, because worker-build would ship
//! the functions' names too (a tenth of the bytes); the file with names stays in `target/symbols`.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};

use crate::project::{self, Worker};
use crate::run::{command, path_with, run, run_quietly};
use crate::setup::shims;
use crate::stamp;
use crate::workers::{Profile, compiled, packages, settle_environment};

/// What workerd and the compiler's output have in common. With `--all-features` workerd refuses the module.
const WASM_FEATURES: [&str; 7] = [
    "mutable-globals",
    "sign-ext",
    "nontrapping-float-to-int",
    "bulk-memory",
    "multivalue",
    "reference-types",
    "exception-handling",
];

/// Whether the module is made of what cargo made last.
pub(crate) fn done(worker: &Worker, profile: Profile) -> bool {
    module(worker).is_file() && stamp::is(&mark(worker), hash(worker, profile))
}

/// Packs several at once.
pub(crate) fn all(workers: &[Worker], profile: Profile) -> Result<()> {
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
    let options: Vec<String> = packages().collect();
    bind(worker, profile, &worker.output(), &options)?;
    if profile == Profile::Release {
        optimise(worker)?;
    }
    stamp::set(&mark(worker), hash(worker, profile))
}

/// Binds and bundles into `output`; `options` are those with which cargo compiled the Worker.
pub(crate) fn bind(
    worker: &Worker,
    profile: Profile,
    output: &Path,
    options: &[String],
) -> Result<()> {
    // A killed worker-build leaves a staging folder, for which the next would wait.
    let _ = fs::remove_dir_all(output.join(".tmp"));
    let mut build = command(project::tools().join("bin/worker-build"));
    build
        .arg(worker.dir())
        .arg("--out-dir")
        .arg(output)
        .args(["--panic-unwind", "--no-opt", "--profile", profile.name()])
        .args(options)
        .env("PATH", path_with(&shims())?)
        .env(
            "WASM_BINDGEN_BIN",
            project::tools().join("bin/wasm-bindgen"),
        )
        .env("ESBUILD_BIN", project::npm_bin("esbuild"))
        // worker-build adds `-Cpanic=unwind`.
        .env("RUSTFLAGS", profile.rustflags());
    settle_environment(&mut build);
    // Three speak at once, so each is heard only when it fails.
    let log = project::root()
        .join("target/pack")
        .join(format!("{}.log", worker.name));
    run_quietly(&mut build, &log)
}

fn optimise(worker: &Worker) -> Result<()> {
    let named = named(worker);
    fs::create_dir_all(named.parent().context("a folder")?)?;
    let small = worker.output().join("optimised.wasm");
    let features = WASM_FEATURES.map(|feature| format!("--enable-{feature}"));
    let mut optimise = command(project::npm_bin("wasm-opt"));
    optimise
        .arg(module(worker))
        .args(&features)
        .args(["-O", "--debuginfo", "-o"])
        .arg(&named);
    run(&mut optimise)?;
    let mut strip = command(project::npm_bin("wasm-opt"));
    strip
        .arg(&named)
        .args(&features)
        .args(["--strip-debug", "-o"])
        .arg(&small);
    run(&mut strip)?;
    Ok(fs::rename(small, module(worker))?)
}

/// The optimised module with its functions' names, for stack traces and profiles.
pub(crate) fn named(worker: &Worker) -> PathBuf {
    let file = format!("{}.wasm", worker.name);
    project::root().join("target/symbols").join(file)
}

fn module(worker: &Worker) -> PathBuf {
    worker.output().join("index_bg.wasm")
}

fn mark(worker: &Worker) -> String {
    format!("worker-{}", worker.name)
}

fn hash(worker: &Worker, profile: Profile) -> u64 {
    let this = project::root().join("xtask/src/pack.rs");
    stamp::hash(&[compiled(worker, profile), this], profile.name())
}
