//! The build tools that cargo installs, pinned, into `.tools/bin`.

use std::fs;

use anyhow::{Context, Result};

use super::unless;
use crate::project::{self, TOOLCHAIN};
use crate::run::{command, run};

/// worker-build knows exactly one wasm-bindgen; Cargo.toml pins the same family.
const BUILD: [Tool; 2] = [
    Tool {
        name: "worker-build",
        version: "0.8.7",
        program: "worker-build",
    },
    Tool {
        name: "wasm-bindgen-cli",
        version: "0.2.129",
        program: "wasm-bindgen",
    },
];

/// Finds unused dependencies; only `cargo xtask test` needs it.
const UNUSED: [Tool; 1] = [Tool {
    name: "cargo-machete",
    version: "0.9.2",
    program: "cargo-machete",
}];

/// Finds inputs that nobody thought of; only `cargo xtask fuzz` needs it.
const FUZZ: [Tool; 1] = [Tool {
    name: "cargo-fuzz",
    version: "0.13.2",
    program: "cargo-fuzz",
}];

struct Tool {
    name: &'static str,
    version: &'static str,
    program: &'static str,
}

impl Tool {
    fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// cargo itself keeps the list of what it installed; reading it is quicker than asking the programs.
    fn installed(&self, list: &str) -> bool {
        list.contains(&format!("{} {} (", self.name, self.version))
            && project::tools().join("bin").join(self.program).is_file()
    }
}

/// The tools that every build needs.
pub(super) fn ready() -> Result<()> {
    install(&BUILD)
}

/// The tool that finds unused dependencies.
pub(crate) fn machete_ready() -> Result<()> {
    install(&UNUSED)
}

/// The tool that fuzzes.
pub(crate) fn fuzz_ready() -> Result<()> {
    install(&FUZZ)
}

fn install(tools: &[Tool]) -> Result<()> {
    let list = fs::read_to_string(project::tools().join(".crates.toml")).unwrap_or_default();
    let missing: Vec<String> = tools
        .iter()
        .filter(|tool| !tool.installed(&list))
        .map(Tool::spec)
        .collect();
    unless(
        missing.is_empty(),
        &format!("build tools: {}", missing.join(", ")),
        || {
            // They run for seconds and compile for minutes: little optimisation is the quickest in total.
            run(command("cargo")
            .env("RUSTUP_TOOLCHAIN", TOOLCHAIN)
            .env("CARGO_TARGET_DIR", project::root().join("target/tools"))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .args(["install", "--locked", "--root"])
            .arg(project::tools())
            .args(&missing))
        .context("cargo could not install them; this step needs a network once (https://index.crates.io)")
        },
    )
}
