//! Files that are made from the code and kept in git: TypeScript types, the protocol reference and the
//! OpenAPI document.
//!
//! `--check` makes them again beside the kept ones and compares; the tests do that.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::http::{Body, Call};
use crate::project::{self, TOOLCHAIN};
use crate::run::{command, output};
use crate::serve;

/// The crates whose messages pages read; each has a feature `ts`. What they use of others comes along.
const CRATES: [&str; 4] = [
    "lectern-live",
    "lectern-quiz",
    "lectern-quiz-formats",
    "lectern-problem",
];

/// The kept OpenAPI document, in `docs/`.
const DOCUMENT: &str = "openapi.json";

/// `cargo xtask types`, `cargo xtask openapi`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail if the kept files are not what the code says.
    #[arg(long)]
    pub(crate) check: bool,
}

/// The TypeScript types of all messages.
pub(crate) fn types(options: &Options) -> Result<()> {
    let kept = project::pages().join("src/generated");
    let fresh = scratch("types")?;
    let mut export = command("cargo");
    export.args(["test", "--quiet", "--lib", "export_bindings"]);
    for name in CRATES {
        export.args(["--package", name, "--features", &format!("{name}/ts")]);
    }
    // ts-rs writes from tests; 64-bit numbers of ours stay within what JavaScript counts exactly.
    export
        .env("TS_RS_EXPORT_DIR", &fresh)
        .env("TS_RS_LARGE_INT", "number")
        .env("RUSTUP_TOOLCHAIN", TOOLCHAIN);
    output(&mut export)?;
    settle(
        &contents(&fresh)?,
        &contents(&kept).unwrap_or_default(),
        &kept,
        options,
        "cargo xtask types",
    )?;
    reference(options)
}

/// The generated part of the protocol reference. A test of the messages' own crate makes it from the types
/// above, and compares it with the native tests.
fn reference(options: &Options) -> Result<()> {
    if options.check {
        return Ok(());
    }
    let mut write = command("cargo");
    write
        .args(["test", "--quiet", "--package", "lectern-quiz"])
        .args(["--test", "protocol", "generated"])
        .env("LECTERN_WRITE_REFERENCE", "1")
        .env("RUSTUP_TOOLCHAIN", TOOLCHAIN);
    output(&mut write)?;
    println!("docs/PROTOCOL.md is written");
    Ok(())
}

/// The OpenAPI document, as the running front door serves it.
pub(crate) fn openapi(options: &Options) -> Result<()> {
    let kept = project::root().join("docs");
    let get = |address: &str| {
        let url = format!("{address}/openapi.json");
        Call {
            method: "GET",
            url,
            token: None,
            headers: Vec::new(),
            body: Body::None,
        }
        .send()
        .map(|answer| answer.json)
    };
    let document = serve::during(&scratch("openapi")?, get)?;
    let new = BTreeMap::from([(DOCUMENT.to_owned(), format!("{document:#}\n"))]);
    let old = fs::read_to_string(kept.join(DOCUMENT)).map(|text| (DOCUMENT.to_owned(), text));
    settle(
        &new,
        &old.into_iter().collect(),
        &kept,
        options,
        "cargo xtask openapi",
    )
}

fn scratch(name: &str) -> Result<PathBuf> {
    let folder = project::root().join("target/generated").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

type Files = BTreeMap<String, String>;

/// Replaces the old files by the new ones, or compares them.
fn settle(new: &Files, old: &Files, kept: &Path, options: &Options, remedy: &str) -> Result<()> {
    let stale: Vec<&str> = new
        .iter()
        .filter(|(name, text)| old.get(*name) != Some(text))
        .map(|(name, _)| name.as_str())
        .chain(
            old.keys()
                .filter(|name| !new.contains_key(*name))
                .map(String::as_str),
        )
        .collect();
    if options.check {
        if !stale.is_empty() {
            bail!(
                "{} is not what the code says ({}); `{remedy}` writes it",
                kept.display(),
                stale.join(", ")
            );
        }
        println!("{}: {} files, as the code says", kept.display(), new.len());
        return Ok(());
    }
    for name in &stale {
        let path = kept.join(name);
        match new.get(*name) {
            Some(text) => {
                fs::create_dir_all(kept)?;
                fs::write(&path, text)
            }
            None => fs::remove_file(&path),
        }
        .with_context(|| format!("{}", path.display()))?;
        println!("{name}");
    }
    println!("{} of {} files were new", stale.len(), new.len());
    Ok(())
}

fn contents(folder: &Path) -> Result<Files> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            all.insert(
                entry.file_name().to_string_lossy().into_owned(),
                fs::read_to_string(entry.path())?,
            );
        }
    }
    Ok(all)
}
