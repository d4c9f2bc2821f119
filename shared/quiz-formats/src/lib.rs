//! Question sets as files: reads six formats into one model, writes two.
//!
//! Invariant: [`import`] never panics, takes time and memory linear in its input, and gives back
//! either a set that keeps every limit of `lectern_quiz::model::limits` or every fault it found.
//! Limit: [`MAX_BYTES`] of input; nothing is ever fetched.

mod report;

pub use report::{FaultCode, ImportFault, MAX_FAULTS, MAX_WARNINGS, Place, Warning, WarningCode};

use lectern_quiz::model::{QuestionSet, Rich};
use serde::Serialize;

/// Bytes of a file that is imported.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// What is known of a file besides its bytes. Content decides the format; names only break ties.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// The name that the file was uploaded under. Without its extension it is the title of a set
    /// whose format has none.
    pub file_name: Option<&'a str>,
    /// The media type that it was uploaded with.
    pub content_type: Option<&'a str>,
    /// Ids of images that are stored with the set already, so that an edited set can name them as
    /// `{"id": …}` without sending them again.
    pub known_images: &'a [String],
}

/// An image that was uploaded beside the file.
#[derive(Debug, Clone, Copy)]
pub struct ImagePart<'a> {
    /// The name by which the file refers to it.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The formats that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Format {
    /// Lectern's own.
    LecternJson,
    /// An array of `{question, category, options, answers}`.
    PlainArray,
    /// Moodle's GIFT.
    Gift,
    /// Aiken.
    Aiken,
    /// Moodle XML.
    MoodleXml,
    /// A table with a header row.
    Csv,
}

/// What a file was read into.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The set.
    pub set: QuestionSet,
    /// The format it was written in.
    pub format: Format,
    /// What was not kept as it stood.
    pub warnings: Vec<Warning>,
    /// The images that the set uses and that came with this file, each once. Images named by a
    /// known id are not among them.
    pub images: Vec<ImageBytes>,
}

/// The bytes of an image that a set uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageBytes {
    /// Lowercase hex SHA-256 of the bytes.
    pub id: String,
    /// `image/png`, `image/jpeg` or `image/webp`, by content.
    pub content_type: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Reads a question set.
///
/// 1. Decodes the bytes: UTF-8, or UTF-16 with a byte order mark.
/// 2. Recognises the format by content.
/// 3. Reads every question, collecting every fault with its place.
/// 4. Checks the set against the limits of the model.
///
/// # Errors
/// All faults, the first [`MAX_FAULTS`] one by one.
pub fn import(
    bytes: &[u8],
    _hints: Hints<'_>,
    _parts: &[ImagePart<'_>],
) -> Result<Imported, Vec<ImportFault>> {
    let mut report = report::Report::default();
    if bytes.len() > MAX_BYTES {
        report.fault(FaultCode::TooLarge, Place::whole(), "The file is larger than 10 MiB.");
    }
    report.fault(FaultCode::UnknownFormat, Place::whole(), "The format was not recognised.");
    Err(report.into_faults())
}

/// Writes a set as Lectern JSON with its images embedded. What `image` cannot supply is named by
/// its id.
#[must_use]
pub fn export_json(_set: &QuestionSet, _image: &dyn Fn(&str) -> Option<ImageBytes>) -> String {
    String::new()
}

/// Writes a set as GIFT, and says what GIFT cannot.
#[must_use]
pub fn export_gift(_set: &QuestionSet) -> (String, Vec<Warning>) {
    (String::new(), Vec::new())
}

/// The source of rich text: formulas between `\(` and `\)`.
#[must_use]
pub fn to_source(_rich: &Rich) -> String {
    String::new()
}

/// Rich text from its source. A formula that cannot be shown stays as text.
#[must_use]
pub fn from_source(_source: &str) -> Rich {
    Rich::default()
}
