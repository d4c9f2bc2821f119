//! Files of questions.

use lectern_quiz_formats::{
    Format, Hints, ImageBytes, MAX_FAULTS, export_gift, export_json, from_source, import, to_source,
};

/// Imports bytes that were uploaded under this name. Faults are within their limit; a set keeps every rule
/// of the model, and comes back the same from its own export.
///
/// # Panics
/// When one of these does not hold.
pub fn imports(bytes: &[u8], name: &str) {
    let hints = Hints {
        file_name: Some(name),
        ..Hints::default()
    };
    let imported = match import(bytes, hints, &[]) {
        Ok(imported) => imported,
        Err(faults) => {
            assert!((1..=MAX_FAULTS + 1).contains(&faults.len()));
            return;
        }
    };
    imported
        .set
        .check()
        .expect("an imported set keeps every rule");
    let _ = export_gift(&imported.set);
    let image = |id: &str| -> Option<ImageBytes> {
        imported.images.iter().find(|image| image.id == id).cloned()
    };
    let exported = export_json(&imported.set, &image);
    let again = import(exported.as_bytes(), Hints::default(), &[]);
    let again = again.expect("an export can be imported");
    assert!(again.format == Format::LecternJson);
    assert!(
        again.set == imported.set,
        "an export is the same set:\n{exported}"
    );
}

/// Rich text with formulas: reading its own source again changes nothing.
///
/// # Panics
/// When it does.
pub fn rich(source: &str) {
    let rich = from_source(source);
    let again = from_source(&to_source(&rich));
    assert!(
        again == rich,
        "{} and {}",
        to_source(&rich),
        to_source(&again)
    );
}
