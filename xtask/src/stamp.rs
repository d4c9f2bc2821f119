//! Stamps: what a step was last done with, so that it is not done again for the same.
//!
//! A stamp holds a hash of contents, not of times: a checkout that restores a file restores its stamp.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::project;

/// Folders that hold what was made, not what it is made of.
const MADE: [&str; 6] = [
    "build",
    "dist",
    "node_modules",
    "target",
    ".svelte-kit",
    ".wrangler",
];

/// Whether the stamp `name` says `hash`.
pub(crate) fn is(name: &str, hash: u64) -> bool {
    fs::read_to_string(file(name)).is_ok_and(|text| text == hash.to_string())
}

/// Writes the stamp; called after the step has succeeded.
pub(crate) fn set(name: &str, hash: u64) -> Result<()> {
    let path = file(name);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, hash.to_string()).with_context(|| format!("{}", path.display()))
}

/// A hash over the contents and names of files and folders, and over `salt` (versions, flags).
pub(crate) fn hash(paths: &[PathBuf], salt: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    salt.hash(&mut hasher);
    for path in files(paths) {
        path.hash(&mut hasher);
        fs::read(&path).unwrap_or_default().hash(&mut hasher);
    }
    hasher.finish()
}

/// All files under the paths, sorted; without what was made and hidden files.
pub(crate) fn files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in paths {
        collect(path, &mut found);
    }
    found.sort();
    found
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(path) else {
        if path.is_file() {
            found.push(path.to_path_buf());
        }
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !MADE.contains(&name.as_ref()) && !name.starts_with('.') {
            collect(&entry.path(), found);
        }
    }
}

fn file(name: &str) -> PathBuf {
    project::tools().join("stamps").join(name)
}
