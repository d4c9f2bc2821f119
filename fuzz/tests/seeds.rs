//! The seeds of `cargo xtask fuzz`, and whatever it has found since, once each.

use lectern_fuzz::{frames, imports, rich, sealed, token};
use std::path::{Path, PathBuf};

/// The files of a folder beside this crate.
fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&folder).expect("the folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files: Vec<_> = paths
        .map(|path| (path.clone(), std::fs::read(path).expect("a file")))
        .collect();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

fn texts(target: &str, check: fn(&str)) {
    for (_, bytes) in files(&format!("seeds/{target}")) {
        check(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn every_golden_file_is_imported_whatever_its_name() {
    for format in ["aiken", "csv", "gift", "lectern", "moodle", "plain"] {
        for (_, bytes) in files(&format!("../shared/quiz-formats/tests/golden/{format}")) {
            for name in ["a.txt", "a.csv", "a.gift", "a.json", "a.xml"] {
                imports(&bytes, name);
            }
        }
    }
}

#[test]
fn every_run_is_what_its_log_makes_of_it() {
    texts("frames", frames);
}

#[test]
fn nothing_unsigned_is_accepted() {
    texts("token", token);
    texts("sealed", sealed);
}

#[test]
fn rich_text_is_what_its_source_says() {
    texts("rich", rich);
}
