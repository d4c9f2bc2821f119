//! The compiler: the WebAssembly target, the standard library's sources, and the shims for worker-build.
//!
//! worker-build builds with `panic=unwind` only by `cargo +nightly`. The shims give it the pinned stable
//! compiler under that name (docs/decisions/0002-panic-unwind.md), so that no nightly is needed anywhere.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::unless;
use crate::project::{self, TOOLCHAIN, WASM_TARGET};
use crate::run::{output, run, which};

const OFFLINE: &str =
    "rustup could not fetch it; this step needs a network once (https://static.rust-lang.org)";

/// Makes the pinned compiler complete.
pub(super) fn ready() -> Result<()> {
    let sysroot = sysroot()?;
    unless(
        sysroot
            .join("lib/rustlib")
            .join(WASM_TARGET)
            .join("lib")
            .is_dir(),
        "WebAssembly target",
        || {
            let target = ["target", "add", WASM_TARGET, "--toolchain", TOOLCHAIN];
            run(Command::new("rustup").args(target)).context(OFFLINE)
        },
    )?;
    unless(
        sysroot.join("lib/rustlib/src/rust/library").is_dir(),
        "sources of the standard library",
        || {
            let component = ["component", "add", "rust-src", "--toolchain", TOOLCHAIN];
            run(Command::new("rustup").args(component)).context(OFFLINE)
        },
    )?;
    write_shims()
}

/// The folder of the shims; only worker-build and the builds that share its artefacts see it on PATH.
pub(crate) fn shims() -> PathBuf {
    project::tools().join("shim")
}

fn sysroot() -> Result<PathBuf> {
    let rustc = ["run", "--install", TOOLCHAIN, "rustc", "--print", "sysroot"];
    let text = output(Command::new("rustup").args(rustc)).context(OFFLINE)?;
    Ok(PathBuf::from(text.trim()))
}

fn write_shims() -> Result<()> {
    fs::create_dir_all(shims())?;
    for name in ["cargo", "rustc"] {
        let program = which(name).with_context(|| {
            format!("{name} is not on PATH; install rustup from https://rustup.rs")
        })?;
        // `RUSTC_BOOTSTRAP` lets the stable compiler rebuild its own standard library.
        let script = format!(
            "#!/bin/sh\n# Written by `cargo xtask`: the pinned compiler for programs that ask for nightly.\n\
             [ \"$1\" = \"+nightly\" ] && shift\n\
             RUSTC_BOOTSTRAP=1 exec '{}' +{TOOLCHAIN} \"$@\"\n",
            program.display()
        );
        write_program(&shims().join(name), &script)?;
    }
    let program =
        which("rustup").context("rustup is not on PATH; install it from https://rustup.rs")?;
    let script = format!(
        "#!/bin/sh\n# Written by `cargo xtask`.\n\
         for word in \"$@\"; do\n  shift\n  [ \"$word\" = nightly ] && word={TOOLCHAIN}\n  set -- \"$@\" \"$word\"\ndone\n\
         exec '{}' \"$@\"\n",
        program.display()
    );
    write_program(&shims().join("rustup"), &script)
}

/// Writes only what differs: another command may be running the shim right now.
fn write_program(path: &Path, script: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|text| text == script) {
        return Ok(());
    }
    let fresh = path.with_extension(format!("{}", std::process::id()));
    fs::write(&fresh, script)?;
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
    fs::rename(&fresh, path).with_context(|| format!("{}", path.display()))
}
