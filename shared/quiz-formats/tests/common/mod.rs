//! What the tests of this crate share.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::{Path, PathBuf};

use lectern_quiz_formats::{Hints, ImagePart, ImportFault, Imported, import};

/// A picture of one pixel.
pub(crate) const PNG: &[u8] = include_bytes!("../golden/dot.png");

/// Imports a text that was uploaded under a name, with the picture `dot.png` beside it where the
/// text names it.
pub(crate) fn read(text: &[u8], name: &str) -> Result<Imported, Vec<ImportFault>> {
    let mentioned = text.windows(7).any(|part| part == b"dot.png");
    let parts = [ImagePart {
        name: "dot.png",
        bytes: PNG,
    }];
    let parts = if mentioned { &parts[..] } else { &[] };
    import(
        text,
        Hints {
            file_name: Some(name),
            ..Hints::default()
        },
        parts,
    )
}

/// The folder of golden files.
pub(crate) fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Every input among the golden files.
pub(crate) fn inputs() -> Vec<PathBuf> {
    let mut inputs = Vec::new();
    for folder in std::fs::read_dir(golden()).expect("the golden files") {
        let folder = folder.expect("an entry").path();
        if folder.is_dir() {
            let files = std::fs::read_dir(folder)
                .expect("a folder")
                .map(|file| file.expect("an entry").path());
            inputs.extend(
                files.filter(|file| file.extension().is_none_or(|extension| extension != "snap")),
            );
        }
    }
    inputs.sort();
    inputs
}
