//! What the Workers and the student's page weigh, and what they may.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::project::{self, WORKERS};

/// What a student's page may load before it is usable: script, gzipped, in bytes.
const STUDENT_PAGE: u64 = 60_000;

/// The pages that students open; their names in the bundle's manifest begin so.
const STUDENT_ENTRIES: [&str; 2] = ["index.html", "play.html"];

/// Prints every size against its budget; an error names those over it.
pub(crate) fn check() -> Result<()> {
    let mut over = Vec::new();
    println!("{:<24}{:>12}{:>12}{:>12}", "", "raw", "gzip", "budget");
    for worker in WORKERS {
        let module = worker.output().join("index_bg.wasm");
        report(
            &format!("{} (wasm)", worker.name),
            &[module],
            worker.budget,
            &mut over,
        )?;
    }
    for (entry, scripts) in student_pages()? {
        report(
            &format!("{entry} (script)"),
            &scripts,
            STUDENT_PAGE,
            &mut over,
        )?;
    }
    if !over.is_empty() {
        bail!("over budget: {}", over.join(", "));
    }
    Ok(())
}

/// Files are compressed one by one, as they are sent.
fn report(name: &str, files: &[PathBuf], budget: u64, over: &mut Vec<String>) -> Result<()> {
    let (mut raw, mut zipped) = (0, 0);
    for file in files {
        let bytes = read(file)?;
        raw += bytes.len() as u64;
        zipped += gzip_size(&bytes)?;
    }
    println!(
        "{name:<24}{:>12}{:>12}{:>12}",
        kilo(raw),
        kilo(zipped),
        kilo(budget)
    );
    if zipped > budget {
        over.push(name.to_owned());
    }
    Ok(())
}

fn kilo(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

fn gzip_size(bytes: &[u8]) -> Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

/// Each student page with all scripts that it imports statically.
fn student_pages() -> Result<Vec<(String, Vec<PathBuf>)>> {
    let dist = project::pages().join("dist");
    let path = dist.join(".vite/manifest.json");
    if !path.is_file() && !project::pages().join("vite.config.ts").is_file() {
        return Ok(Vec::new());
    }
    let manifest: Value = serde_json::from_slice(&read(&path)?).context("the bundle's manifest")?;
    let entries: Vec<&str> = STUDENT_ENTRIES
        .into_iter()
        .filter(|name| manifest.get(*name).is_some())
        .collect();
    if entries.is_empty() {
        bail!(
            "{} names none of the student's pages ({})",
            path.display(),
            STUDENT_ENTRIES.join(", ")
        );
    }
    entries
        .into_iter()
        .map(|entry| Ok((entry.to_owned(), scripts(&manifest, entry, &dist)?)))
        .collect()
}

fn scripts(manifest: &Value, entry: &str, dist: &Path) -> Result<Vec<PathBuf>> {
    let mut seen = BTreeSet::new();
    let mut open = vec![entry.to_owned()];
    let mut scripts = Vec::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let chunk = manifest
            .get(&name)
            .with_context(|| format!("the manifest lacks {name}"))?;
        if let Some(file) = chunk
            .get("file")
            .and_then(Value::as_str)
            .filter(|file| file.ends_with(".js"))
        {
            scripts.push(dist.join(file));
        }
        let imports = chunk
            .get("imports")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        open.extend(imports.filter_map(Value::as_str).map(str::to_owned));
    }
    Ok(scripts)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| {
        format!(
            "{} is missing; `cargo xtask build` makes it",
            path.display()
        )
    })
}
