//! Pictures: recognised by content, named by their hash.
//!
//! Invariant: what is accepted is a PNG, JPEG or WebP by its signature and header, with plausible
//! dimensions, of at most `limits::IMAGE_BYTES`. SVG, being a program, is never accepted.

use base64ct::{Base64, Encoding};
use lectern_quiz::model::limits;
use sha2::{Digest, Sha256};

use crate::report::FaultCode;

/// Pixels of a side; more is no picture for a question.
const MAX_SIDE: u32 = 16_384;

/// The media type of a picture, or why it is refused.
pub(crate) fn recognise(bytes: &[u8]) -> Result<&'static str, (FaultCode, String)> {
    if bytes.len() > limits::IMAGE_BYTES {
        return Err((
            FaultCode::ImageTooLarge,
            "The image is larger than 1 MiB.".to_owned(),
        ));
    }
    let (content_type, size) = match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => ("image/png", png(bytes)),
        [0xFF, 0xD8, 0xFF, ..] => ("image/jpeg", jpeg(bytes)),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => ("image/webp", webp(bytes)),
        _ => {
            return Err((
                FaultCode::ImageUnreadable,
                format!(
                    "The image is {}; PNG, JPEG and WebP can be used.",
                    what(bytes)
                ),
            ));
        }
    };
    match size {
        Some((width, height))
            if (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height) =>
        {
            Ok(content_type)
        }
        Some((width, height)) => Err((
            FaultCode::ImageUnreadable,
            format!("The image measures {width} × {height} pixels."),
        )),
        None => Err((
            FaultCode::ImageUnreadable,
            "The image is damaged.".to_owned(),
        )),
    }
}

fn what(bytes: &[u8]) -> &'static str {
    let start = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    if text.contains("<svg") {
        "an SVG, which can hold programs"
    } else if bytes.starts_with(b"GIF8") {
        "a GIF"
    } else if bytes.get(4..8) == Some(b"ftyp") {
        "an AVIF or HEIC"
    } else {
        "of an unknown format"
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u32> {
    let pair: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(u32::from(u16::from_be_bytes(pair)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(
        bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
    ))
}

/// <https://www.w3.org/TR/png/#5Chunk-layout>: the header chunk comes first, data follows.
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.get(12..16)? == b"IHDR" && u32_at(bytes, 8)? == 13;
    let data = bytes.windows(4).any(|window| window == b"IDAT");
    (header && data).then_some((u32_at(bytes, 16)?, u32_at(bytes, 20)?))
}

/// Walks the segments up to the frame header, which holds the size (ITU T.81, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2_usize;
    loop {
        while *bytes.get(at)? == 0xFF && *bytes.get(at + 1)? == 0xFF {
            at += 1;
        }
        let marker = *bytes.get(at + 1)?;
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Some((u16_at(bytes, at + 7)?, u16_at(bytes, at + 5)?));
            }
            0xDA | 0xD9 => return None,
            _ => at += 2 + usize::try_from(u16_at(bytes, at + 2)?.max(2)).ok()?,
        }
    }
}

/// <https://developers.google.com/speed/webp/docs/riff_container>.
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| bytes.get(at).map(|byte| u32::from(*byte));
    match bytes.get(12..16)? {
        b"VP8 " => {
            let start = bytes.get(23..26)? == [0x9D, 0x01, 0x2A];
            let side = |at| Some((byte(at)? | byte(at + 1)? << 8) & 0x3FFF);
            start.then_some((side(26)?, side(28)?))
        }
        b"VP8L" => {
            let start = byte(20)? == 0x2F;
            let bits = byte(21)? | byte(22)? << 8 | byte(23)? << 16 | byte(24)? << 24;
            start.then_some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        }
        b"VP8X" => {
            let side = |at| Some((byte(at)? | byte(at + 1)? << 8 | byte(at + 2)? << 16) + 1);
            Some((side(24)?, side(27)?))
        }
        _ => None,
    }
}

/// The name of a picture: lowercase hex SHA-256.
pub(crate) fn id(bytes: &[u8]) -> String {
    base16(&Sha256::digest(bytes))
}

fn base16(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Decodes Base64, white space allowed. Nothing longer than an image is decoded.
pub(crate) fn decode_base64(text: &str) -> Result<Vec<u8>, (FaultCode, String)> {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if compact.len() / 4 > limits::IMAGE_BYTES / 3 + 1 {
        return Err((
            FaultCode::ImageTooLarge,
            "The image is larger than 1 MiB.".to_owned(),
        ));
    }
    Base64::decode_vec(&compact).map_err(|_| {
        (
            FaultCode::ImageUnreadable,
            "The data of the image is no Base64.".to_owned(),
        )
    })
}

/// The bytes of `data:image/…;base64,…`; other data addresses are refused.
pub(crate) fn decode_data_url(url: &str) -> Result<Vec<u8>, (FaultCode, String)> {
    let rest = url
        .get(..5)
        .filter(|scheme| scheme.eq_ignore_ascii_case("data:"))
        .and_then(|_| url.get(5..));
    let data = rest
        .and_then(|rest| rest.split_once(','))
        .filter(|(head, _)| head.trim_end().ends_with(";base64"));
    match data {
        Some((_, data)) => decode_base64(data),
        None => Err((
            FaultCode::ImageUnreadable,
            "An embedded image is written as data:image/png;base64,….".to_owned(),
        )),
    }
}

/// A picture as a data address.
pub(crate) fn data_url(content_type: &str, bytes: &[u8]) -> String {
    format!(
        "data:{content_type};base64,{}",
        Base64::encode_string(bytes)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    const WEBP: &str = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==";
    const JPEG: &[u8] =
        b"\xFF\xD8\xFF\xE0\x00\x04ab\xFF\xC0\x00\x0B\x08\x00\x02\x00\x03\x01\x01\x11\x00\xFF\xD9";

    #[test]
    fn pictures_are_recognised_by_content() {
        let recognised = |text| recognise(&decode_base64(text).expect("Base64"));
        assert_eq!(recognised(PNG), Ok("image/png"));
        assert_eq!(recognised(WEBP), Ok("image/webp"));
        assert_eq!(recognise(JPEG), Ok("image/jpeg"));
    }

    #[test]
    fn what_is_damaged_foreign_or_large_is_refused() {
        let code = |bytes: &[u8]| recognise(bytes).map_err(|(code, _)| code);
        assert_eq!(
            code(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            Err(FaultCode::ImageUnreadable)
        );
        assert_eq!(code(b"\x89PNG\r\n\x1A\n"), Err(FaultCode::ImageUnreadable));
        assert_eq!(
            code(b"\xFF\xD8\xFF\xE0\x00\x00"),
            Err(FaultCode::ImageUnreadable)
        );
        assert_eq!(code(&vec![0xFF; 1000]), Err(FaultCode::ImageUnreadable));
        assert_eq!(
            code(&vec![0; limits::IMAGE_BYTES + 1]),
            Err(FaultCode::ImageTooLarge)
        );
        assert_eq!(
            decode_base64(&"A".repeat(2_000_000)).map_err(|(code, _)| code),
            Err(FaultCode::ImageTooLarge)
        );
    }

    #[test]
    fn a_data_address_comes_back() {
        let bytes = decode_base64(PNG).expect("Base64");
        assert_eq!(decode_data_url(&data_url("image/png", &bytes)), Ok(bytes));
        assert!(decode_data_url("data:text/html,<script>").is_err());
        assert!(decode_data_url("https://example.org/a.png").is_err());
    }
}
