//! The documents say what the code does.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use lectern_quiz_formats::{FaultCode, WarningCode, export_json};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn formats() -> String {
    std::fs::read_to_string(root().join("docs/FORMATS.md")).expect("docs/FORMATS.md")
}

/// The rows of the document's tables of constructs: cells between pipes, the golden file last.
fn rows(document: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        if line.starts_with("| construct") {
            inside = true;
        } else if !line.starts_with('|') {
            inside = false;
        } else if inside && !line.starts_with("| -") && !line.starts_with("|-") {
            let escaped = line.replace("\\|", "\u{1}");
            let cells = escaped.trim_matches('|').split('|');
            rows.push(
                cells
                    .map(|cell| cell.trim().replace('\u{1}', "|"))
                    .collect(),
            );
        }
    }
    rows
}

#[test]
fn every_construct_has_a_golden_file_that_shows_its_fate() {
    let rows = rows(&formats());
    assert!(rows.len() > 150, "{} constructs", rows.len());
    for row in rows {
        let [construct, fate, code, golden] = row.as_slice() else {
            panic!("four cells: {row:?}")
        };
        let file = common::golden().join(golden.trim_matches('`'));
        assert!(file.is_file(), "{construct}: {golden} is missing");
        let snapshot =
            std::fs::read_to_string(format!("{}.snap", file.display())).expect("its snapshot");
        assert!(
            matches!(fate.as_str(), "kept" | "warned" | "refused"),
            "{construct}: {fate}"
        );
        let refused = snapshot.contains("\nrefused\n");
        assert_eq!(refused, fate == "refused", "{construct}: {fate}");
        let code = code.trim_matches('`');
        if fate != "kept" {
            assert!(
                snapshot.contains(&format!(": {code} ")),
                "{construct}: no {code} in {golden}"
            );
        }
    }
}

#[test]
fn every_golden_file_is_named_by_the_document() {
    let named: BTreeSet<String> = rows(&formats())
        .into_iter()
        .filter_map(|row| Some(row.get(3)?.trim_matches('`').to_owned()))
        .collect();
    let root = common::golden();
    for input in common::inputs() {
        let path = input
            .strip_prefix(&root)
            .expect("inside")
            .display()
            .to_string();
        assert!(
            named.contains(&path),
            "docs/FORMATS.md does not name {path}"
        );
    }
}

#[test]
fn every_code_is_documented() {
    let document = formats();
    let faults = FaultCode::ALL.iter().map(|code| code.as_str());
    for code in faults.chain(WarningCode::ALL.iter().map(|code| code.as_str())) {
        assert!(
            document.contains(&format!("`{code}`")),
            "docs/FORMATS.md does not name `{code}`"
        );
    }
}

/// The published schema.
fn schema() -> (Schemas, SchemaIndex) {
    let file = root().join("docs/schemas/question-set.schema.json");
    let text = std::fs::read_to_string(file).expect("the schema");
    let value = serde_json::from_str(&text).expect("JSON");
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler
        .add_resource("schema.json", value)
        .expect("a resource");
    let index = compiler
        .compile("schema.json", &mut schemas)
        .expect("a schema");
    (schemas, index)
}

#[test]
fn the_schema_takes_what_the_importer_takes() {
    let (schemas, index) = schema();
    // What only an importer can know: other files, other values, and the size of numbers.
    let beyond = [
        "duplicate-field",
        "same-ids",
        "image-missing",
        "image-svg",
        "image-id",
        "missing-field",
    ];
    for input in common::inputs().iter().filter(|input| {
        input
            .parent()
            .is_some_and(|folder| folder.ends_with("lectern"))
    }) {
        let bytes = std::fs::read(input).expect("a golden file");
        let Ok(value) = serde_json::from_slice(&bytes) else {
            continue;
        };
        let stem = input
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name");
        let imported = common::read(&bytes, stem);
        let valid = schemas
            .validate(&value, index)
            .map_err(|error| error.to_string());
        if !beyond.contains(&stem) {
            assert_eq!(valid.is_ok(), imported.is_ok(), "{stem}: {valid:?}");
        }
    }
}

#[test]
fn the_schema_takes_what_is_exported() {
    let (schemas, index) = schema();
    for input in common::inputs() {
        let bytes = std::fs::read(&input).expect("a golden file");
        let Ok(imported) = common::read(&bytes, "x") else {
            continue;
        };
        let image = |id: &str| imported.images.iter().find(|image| image.id == id).cloned();
        let value = serde_json::from_str(&export_json(&imported.set, &image)).expect("JSON");
        let valid = schemas
            .validate(&value, index)
            .map_err(|error| error.to_string());
        assert!(valid.is_ok(), "{}: {valid:?}", input.display());
    }
}
