//! Every golden file, read and compared with its snapshot beside it.

mod common;

use std::fmt::Write as _;

use lectern_quiz_formats::{Imported, export_json};

/// What a reader of the snapshot wants to know: the set as Lectern JSON, then every message.
fn shown(imported: &Imported) -> String {
    let mut out = format!("format: {:?}\n", imported.format);
    for warning in &imported.warnings {
        let place = serde_json::to_string(&warning.place).expect("a place");
        let _ = writeln!(
            out,
            "warning: {} {place}\n  {}",
            warning.code.as_str(),
            warning.detail
        );
    }
    for image in &imported.images {
        let _ = writeln!(
            out,
            "image: {} {} bytes {}",
            image.content_type,
            image.bytes.len(),
            image.id
        );
    }
    out + &export_json(&imported.set, &|_| None) + "\n"
}

#[test]
fn every_golden_file_is_read_as_its_snapshot_says() {
    let inputs = common::inputs();
    assert!(inputs.len() > 100, "golden files are missing");
    for input in inputs {
        let bytes = std::fs::read(&input).expect("a golden file");
        let name = input
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        let result = match common::read(&bytes, name) {
            Ok(imported) => {
                imported
                    .set
                    .check()
                    .expect("an imported set keeps every rule");
                shown(&imported)
            }
            Err(faults) => faults
                .iter()
                .fold("refused\n".to_owned(), |mut out, fault| {
                    let place = serde_json::to_string(&fault.place).expect("a place");
                    let _ = writeln!(
                        out,
                        "fault: {} {place}\n  {}",
                        fault.code.as_str(),
                        fault.detail
                    );
                    out
                }),
        };
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(input.parent().expect("a folder"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, result));
    }
}

#[test]
fn what_is_exported_as_json_reads_as_the_same_set() {
    for input in common::inputs() {
        let bytes = std::fs::read(&input).expect("a golden file");
        let Ok(imported) = common::read(&bytes, "golden") else {
            continue;
        };
        let image = |id: &str| imported.images.iter().find(|image| image.id == id).cloned();
        let again = common::read(export_json(&imported.set, &image).as_bytes(), "again.json");
        let again = again.unwrap_or_else(|faults| panic!("{}: {faults:?}", input.display()));
        assert_eq!(again.set, imported.set, "{}", input.display());
        assert_eq!(again.images, imported.images, "{}", input.display());
    }
}
