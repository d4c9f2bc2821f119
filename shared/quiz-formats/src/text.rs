//! From bytes to text, and from offsets to lines and columns.
//!
//! Invariant: decoded text is UTF-8 without byte order mark, holds `\n` as its only line break and
//! no NUL. Lines and columns are those of the file as it was sent.

use std::borrow::Cow;

use lectern_quiz::model::check::is_allowed;

use crate::MAX_BYTES;
use crate::report::{FaultCode, Place, Report};

/// Beginnings of files that are no text, and what a teacher calls them.
const NO_TEXT: &[(&[u8], &str)] = &[
    (
        b"PK\x03\x04",
        "a ZIP archive, or an Office document (save a spreadsheet as CSV)",
    ),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1F\x8B", "a gzip archive"),
    (
        b"\xD0\xCF\x11\xE0",
        "an old Office document (save a spreadsheet as CSV)",
    ),
    (b"{\\rtf", "an RTF document (save it as plain text)"),
];

/// Decodes a file, or says why it is no text.
pub(crate) fn decode(bytes: &[u8], report: &mut Report) -> Option<String> {
    if bytes.len() > MAX_BYTES {
        report.fault(
            FaultCode::TooLarge,
            Place::whole(),
            "The file is larger than 10 MiB.",
        );
        return None;
    }
    if let Some((_, what)) = NO_TEXT.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        report.fault(
            FaultCode::NotText,
            Place::whole(),
            format!("The file is no text; it looks like {what}."),
        );
        return None;
    }
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, report)?,
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            report.fault(
                FaultCode::Encoding,
                Place::whole(),
                "The file is in UTF-32; save it as UTF-8.",
            );
            return None;
        }
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes, report)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes, report)?,
        _ => utf8(bytes, report)?,
    };
    if text.trim().is_empty() {
        report.fault(FaultCode::Empty, Place::whole(), "The file is empty.");
        return None;
    }
    if let Some(offset) = text.find('\0') {
        let place = Positions::new(&text).place(offset);
        report.fault(
            FaultCode::NulCharacter,
            place,
            "A NUL character cannot stand in a question set.",
        );
        return None;
    }
    Some(text)
}

fn utf8(bytes: &[u8], report: &mut Report) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(line_breaks(text).into_owned()),
        Err(error) => {
            let (good, _) = bytes.split_at_checked(error.valid_up_to())?;
            let good = String::from_utf8_lossy(good);
            let place = Positions::new(&good).place(good.len());
            let detail = format!(
                "The file is not in UTF-8: byte {} does not belong there. Save it as UTF-8.",
                error.valid_up_to() + 1
            );
            report.fault(FaultCode::Encoding, place, detail);
            None
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, report: &mut Report) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs
        .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
        .map(unit);
    let decoded: Result<String, _> = char::decode_utf16(units).collect();
    match decoded {
        Ok(text) if !odd => Some(line_breaks(&text).into_owned()),
        Ok(_) | Err(_) => {
            report.fault(
                FaultCode::Encoding,
                Place::whole(),
                "The file begins as UTF-16 but is damaged. Save it as UTF-8.",
            );
            None
        }
    }
}

/// `\r\n` and `\r` as `\n`.
fn line_breaks(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A text as the model keeps it: one sort of line break, no control characters, trimmed. Also says
/// whether control characters were removed.
pub(crate) fn clean(text: &str) -> (String, bool) {
    let text = line_breaks(text);
    let text = text.trim_matches(|c: char| c.is_whitespace() || !is_allowed(c));
    if text.chars().all(is_allowed) {
        return (text.to_owned(), false);
    }
    let kept: String = text.chars().filter(|c| is_allowed(*c)).collect();
    (kept.trim().to_owned(), true)
}

/// Finds the line and column of byte offsets.
#[derive(Debug)]
pub(crate) struct Positions<'a> {
    text: &'a str,
    /// Where each line begins; texts are far below 4 GiB.
    lines: Vec<u32>,
}

impl<'a> Positions<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let count = text.bytes().filter(|byte| *byte == b'\n').count();
        let mut lines = Vec::with_capacity(count + 1);
        lines.push(0);
        lines.extend(
            (1_u32..)
                .zip(text.bytes())
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(next, _)| next),
        );
        Self { text, lines }
    }

    /// Where a line begins.
    fn start(&self, line: usize) -> Option<usize> {
        self.lines.get(line.checked_sub(1)?).copied().map(widened)
    }

    /// The place of the character at `offset`. Columns beyond 10,000 are not counted out.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let line = self
            .lines
            .partition_point(|start| widened(*start) <= offset);
        let start = self.start(line).unwrap_or_default();
        let before = self
            .text
            .get(start..offset.min(self.text.len()))
            .unwrap_or_default();
        let column = before.chars().take(10_000).count() + 1;
        Place::at(
            u32::try_from(line).unwrap_or(u32::MAX),
            u32::try_from(column).unwrap_or(u32::MAX),
        )
    }

    /// The place of a byte column, as JSON readers count it.
    pub(crate) fn byte_column(&self, line: usize, column: usize) -> Place {
        let start = self.start(line).unwrap_or(self.text.len());
        let mut offset = (start + column.saturating_sub(1)).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1; // 0 is a boundary
        }
        self.place(offset)
    }
}

fn widened(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, (FaultCode, Place)> {
        let mut report = Report::default();
        decode(bytes, &mut report).ok_or_else(|| {
            let fault = report.into_faults().remove(0); // a refusal has a fault
            (fault.code, fault.place)
        })
    }

    #[test]
    fn byte_order_marks_decide_and_vanish() {
        assert_eq!(
            read("\u{feff}é\r\nb\rc".as_bytes()),
            Ok("é\nb\nc".to_owned())
        );
        assert_eq!(read(b"\xFF\xFEa\0\xE9\0"), Ok("aé".to_owned()));
        assert_eq!(read(b"\xFE\xFF\0a\x20\xAC"), Ok("a€".to_owned()));
    }

    #[test]
    fn other_encodings_are_refused_with_their_place() {
        assert_eq!(
            read(b"ok\n\xC3\xA9t\xE9"),
            Err((FaultCode::Encoding, Place::at(2, 3)))
        );
        assert_eq!(
            read(b"\xFF\xFEa"),
            Err((FaultCode::Encoding, Place::whole()))
        );
        assert_eq!(
            read(b"\xFF\xFE\x00\xD8"),
            Err((FaultCode::Encoding, Place::whole()))
        );
        assert_eq!(
            read(b"\xFF\xFE\0\0a\0\0\0"),
            Err((FaultCode::Encoding, Place::whole()))
        );
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(
            read(b"PK\x03\x04..."),
            Err((FaultCode::NotText, Place::whole()))
        );
        assert_eq!(read(b" \n\t"), Err((FaultCode::Empty, Place::whole())));
        assert_eq!(
            read(b"a\nb\0"),
            Err((FaultCode::NulCharacter, Place::at(2, 2)))
        );
    }

    #[test]
    fn cleaning_removes_what_the_model_refuses() {
        assert_eq!(clean(" a\r\nb\u{7}\tc \u{1}"), ("a\nb\tc".to_owned(), true));
        assert_eq!(clean("a b"), ("a b".to_owned(), false));
    }
}
