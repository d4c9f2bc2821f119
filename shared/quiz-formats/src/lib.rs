//! Question sets as files: reads six formats into one model, writes two.
//!
//! Invariant: [`import`] never panics, takes time and memory linear in its input, and gives back
//! either a set that keeps every limit of `lectern_quiz::model::limits` or every fault it found.
//! Limit: [`MAX_BYTES`] of input; nothing is ever fetched.

mod aiken;
mod csv;
mod detect;
mod export;
mod gift;
mod image;
mod json;
mod markup;
mod math;
mod moodle;
mod plain;
mod reader;
mod report;
mod text;
mod weights;

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
    hints: Hints<'_>,
    parts: &[ImagePart<'_>],
) -> Result<Imported, Vec<ImportFault>> {
    let mut reader = reader::Reader::new(hints, parts);
    let Some(text) = text::decode(bytes, &mut reader.report) else {
        return Err(reader.report.into_faults());
    };
    match detect::format(&text, hints) {
        Some(Format::LecternJson) => json::read(&text, reader),
        Some(Format::PlainArray) => plain::read(&text, reader),
        Some(Format::Gift) => gift::read(&text, reader),
        Some(Format::Aiken) => aiken::read(&text, reader),
        Some(Format::MoodleXml) => moodle::read(&text, reader),
        Some(Format::Csv) => csv::read(&text, reader),
        None => {
            let detail = "This is none of the formats that can be read: Lectern JSON, a plain JSON array, GIFT, Aiken, Moodle XML, CSV.";
            reader
                .report
                .fault(FaultCode::UnknownFormat, Place::whole(), detail);
            Err(reader.report.into_faults())
        }
    }
}

/// Writes a set as Lectern JSON with its images embedded. What `image` cannot supply is named by
/// its id.
#[must_use]
pub fn export_json(set: &QuestionSet, image: &dyn Fn(&str) -> Option<ImageBytes>) -> String {
    export::json::write(set, image)
}

/// Writes a set as GIFT, and says what GIFT cannot. The set's title becomes the title again when the
/// file is named after it.
#[must_use]
pub fn export_gift(set: &QuestionSet) -> (String, Vec<Warning>) {
    export::gift::write(set)
}

/// The source of rich text: formulas between `\(` and `\)`.
#[must_use]
pub fn to_source(rich: &Rich) -> String {
    rich.source()
}

/// Rich text from its source. A formula that cannot be shown stays as text.
#[must_use]
pub fn from_source(source: &str) -> Rich {
    let (source, _) = text::clean(source);
    math::Formulas::default().rich(&source).0
}
