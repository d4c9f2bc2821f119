//! Join codes and link secrets: the two public names of a live run.
//!
//! A code is six characters out of 27 (387 million): short enough to be read aloud, and too many to be
//! searched while wrong guesses are counted. A link holds 128 random bits.

use base64ct::{Base64UrlUnpadded, Encoding};

/// No vowels (no words), nothing that is read for something else: no 0, 1, I, L, O, S, U.
const ALPHABET: &[u8; 27] = b"23456789BCDFGHJKMNPQRTVWXYZ";

/// Characters of a code.
pub const CODE_LENGTH: usize = 6;

/// Characters of a link secret.
pub const LINK_LENGTH: usize = 22;

/// A join code, as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinCode(String);

impl JoinCode {
    /// A fresh code.
    #[must_use]
    pub fn random(bytes: [u8; 8]) -> Self {
        let mut value = u64::from_le_bytes(bytes);
        let letters = ALPHABET.len() as u64;
        let code = std::iter::repeat_with(|| {
            let index = usize::try_from(value % letters).unwrap_or(0);
            value /= letters;
            ALPHABET
                .get(index)
                .map_or('2', |&letter| char::from(letter))
        });
        Self(code.take(CODE_LENGTH).collect())
    }

    /// What a person typed: case, spaces and dashes do not matter. None: it cannot be a code.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > 64 {
            return None;
        }
        let ignored = |c: &char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '‑' | '.');
        let code: String = typed
            .chars()
            .filter(|c| !ignored(c))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let fits =
            code.len() == CODE_LENGTH && code.bytes().all(|letter| ALPHABET.contains(&letter));
        fits.then_some(Self(code))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its number among all codes, below 27^6, which is less than 2^32.
    #[must_use]
    pub fn number(&self) -> u32 {
        let digits = self.0.bytes().rev();
        digits.fold(0, |number: u32, letter| {
            let digit = ALPHABET.iter().position(|&is| is == letter).unwrap_or(0);
            // A digit is below 27.
            number * 27 + u32::try_from(digit).unwrap_or(0)
        })
    }
}

/// The secret of a join link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinLink(String);

impl JoinLink {
    /// A fresh secret.
    #[must_use]
    pub fn random(bytes: [u8; 16]) -> Self {
        Self(Base64UrlUnpadded::encode_string(&bytes))
    }

    /// What stood in a link. None: it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == LINK_LENGTH && is_base64url(text);
        fits.then(|| Self(text.to_owned()))
    }

    /// The secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text is made of base64url's letters only.
#[must_use]
pub fn is_base64url(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = JoinCode::random(123_456_789_u64.to_le_bytes());
        let (left, right) = code.as_str().split_at(3);
        for typed in [
            code.as_str().to_lowercase(),
            format!(" {left}-{right} "),
            format!("{left} {right}\n"),
            format!("{left}–{right}"),
        ] {
            assert_eq!(JoinCode::parse(&typed), Some(code.clone()), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for typed in [
            "",
            "ABC",
            "AAAAAA",
            "BCD01F",
            "BCDFGHJ",
            "ßßßßßß",
            "BCDFG\0",
            &"B".repeat(10_000),
        ] {
            assert_eq!(JoinCode::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn fresh_codes_use_the_whole_alphabet_and_parse() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..2_000_u64 {
            let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let code = JoinCode::random(mixed.to_le_bytes());
            assert_eq!(JoinCode::parse(code.as_str()), Some(code.clone()));
            seen.extend(code.as_str().bytes());
        }
        assert_eq!(seen.len(), ALPHABET.len());
    }

    #[test]
    fn a_code_has_a_number_of_its_own() {
        let last = 27_u32.pow(6) - 1;
        for number in [0, 1, 26, 27, 123_456_789, last] {
            let code = JoinCode::random(u64::from(number).to_le_bytes());
            assert_eq!(code.number(), number);
        }
    }

    #[test]
    fn a_link_survives_its_text() {
        let link = JoinLink::random([0xab; 16]);
        assert_eq!(JoinLink::parse(link.as_str()), Some(link.clone()));
        assert_eq!(JoinLink::parse("short"), None);
        assert_eq!(JoinLink::parse(&"/".repeat(22)), None);
    }
}
