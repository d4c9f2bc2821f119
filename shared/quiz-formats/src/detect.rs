//! Which format a text is written in. Content decides; a file's name only where content could be
//! two things or nothing.

use crate::csv;
use crate::{Format, Hints};

/// The format, if one is recognised.
pub(crate) fn format(text: &str, hints: Hints<'_>) -> Option<Format> {
    let start = text.trim_start();
    if start.starts_with('{') {
        return Some(Format::LecternJson);
    }
    if let Some(rest) = start.strip_prefix('[')
        && rest.trim_start().starts_with(['{', '[', ']', '"'])
    {
        return Some(Format::PlainArray);
    }
    if ["<?xml", "<!", "<quiz"].iter().any(|it| {
        start
            .get(..it.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(it))
    }) {
        return Some(Format::MoodleXml);
    }
    if looks_like_aiken(text) {
        return Some(Format::Aiken);
    }
    let gift = looks_like_gift(text);
    match named(hints) {
        Some(Format::Csv) => Some(Format::Csv),
        Some(Format::Gift) => Some(Format::Gift),
        _ if csv::is_header(start) => Some(Format::Csv),
        _ => gift.then_some(Format::Gift),
    }
}

/// An option and an answer, each at the start of its line.
fn looks_like_aiken(text: &str) -> bool {
    let (mut option, mut answer) = (false, false);
    if !text.contains("ANSWER:") {
        return false;
    }
    for line in text.lines().map(str::trim_start) {
        option |= matches!(
            line.as_bytes(),
            [b'A'..=b'Z', b'.' | b')', b' ' | b'\t', ..]
        );
        answer |= line.starts_with("ANSWER:");
        if option && answer {
            return true;
        }
    }
    false
}

/// Braces that are not escaped, a title, or a category.
fn looks_like_gift(text: &str) -> bool {
    let mut open = false;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'{' => open = true,
            b'}' if open => return true,
            _ => {}
        }
    }
    ["::", "$CATEGORY:"]
        .iter()
        .any(|sign| text.starts_with(sign) || text.contains(&format!("\n{sign}")))
}

fn named(hints: Hints<'_>) -> Option<Format> {
    let extension = hints
        .file_name
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, extension)| extension.to_ascii_lowercase());
    match (extension.as_deref(), hints.content_type) {
        (Some("csv" | "tsv"), _) | (_, Some("text/csv" | "text/tab-separated-values")) => {
            Some(Format::Csv)
        }
        (Some("gift"), _) => Some(Format::Gift),
        _ => None,
    }
}
