//! What is checked of a client's frame before anything is parsed, in one pass and without recursion.
//!
//! Limits: [`MAX_DEPTH`] levels, and [`MAX_KEYS`] keys in an object, so that looking for duplicates costs
//! what the frame's length costs. Whether it is JSON at all is left to the parser.

use super::decode::MALFORMED;
use crate::{
    engine::Refusal,
    wire::{MAX_DEPTH, MAX_KEYS},
};

/// What was found in a frame that may be parsed.
#[derive(Debug, Default)]
pub(super) struct Scanned<'a> {
    /// The text of the field `command`, as it was received.
    pub(super) command: Option<&'a str>,
    /// Where a string holds U+FFFD.
    pub(super) replaced: Option<String>,
}

/// Checks nesting, duplicate keys and the number of keys. Duplicates are refused because two readers could
/// disagree about them.
pub(super) fn scan(text: &str) -> Result<Scanned<'_>, Refusal> {
    let mut scan = Scan {
        text,
        levels: Vec::new(),
        command: None,
        found: Scanned::default(),
    };
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        at = scan.step(at, byte)?;
    }
    Ok(scan.found)
}

struct Scan<'a> {
    text: &'a str,
    levels: Vec<Level>,
    /// Where the value of the frame's field `command` starts, while it is being passed.
    command: Option<usize>,
    found: Scanned<'a>,
}

/// An object or array that is open.
#[derive(Default)]
struct Level {
    object: bool,
    /// In an object: whether the key was read and its value follows.
    value: bool,
    /// In an object: its keys so far.
    keys: Vec<String>,
    /// In an array: the elements before this one.
    index: usize,
}

impl Scan<'_> {
    /// Passes what starts with `byte`; the next place.
    fn step(&mut self, at: usize, byte: u8) -> Result<usize, Refusal> {
        match byte {
            b'{' | b'[' if self.levels.len() == MAX_DEPTH => {
                return Err(self.refused("nested too deeply"));
            }
            b'{' | b'[' => self.levels.push(Level {
                object: byte == b'{',
                ..Level::default()
            }),
            b'}' | b']' => {
                self.command_ends(at);
                self.levels.pop();
            }
            b',' => {
                self.command_ends(at);
                if let Some(level) = self.levels.last_mut() {
                    level.value = false;
                    level.index += 1;
                }
            }
            b':' => self.value_starts(at + 1),
            b'"' => return self.string(at),
            _ => {}
        }
        Ok(at + 1)
    }

    fn value_starts(&mut self, at: usize) {
        let outermost = self.levels.len() == 1;
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        level.value = true;
        if outermost && level.keys.last().is_some_and(|key| key == "command") {
            self.command = Some(at);
        }
    }

    fn command_ends(&mut self, at: usize) {
        if let Some(start) = self.command.filter(|_| self.levels.len() == 1) {
            self.command = None;
            self.found.command = self.text.get(start..at).map(str::trim_ascii);
        }
    }

    fn string(&mut self, at: usize) -> Result<usize, Refusal> {
        let (end, replaced) = string_end(self.text.as_bytes(), at);
        let key = self
            .levels
            .last_mut()
            .filter(|level| level.object && !level.value);
        if let Some(level) = key {
            // A string that is not one is the parser's to refuse.
            let key = self.text.get(at..end).unwrap_or_default();
            let key = serde_json::from_str::<String>(key).unwrap_or_default();
            let (known, full) = (level.keys.contains(&key), level.keys.len() == MAX_KEYS);
            level.keys.push(key);
            if known {
                return Err(self.refused("the same key twice"));
            }
            if full {
                return Err(self.refused("too many keys in an object"));
            }
        }
        if replaced && self.found.replaced.is_none() {
            self.found.replaced = Some(self.pointer());
        }
        Ok(end)
    }

    fn refused(&self, detail: &str) -> Refusal {
        Refusal {
            field: Some(self.pointer()),
            ..Refusal::new(MALFORMED, detail)
        }
    }

    fn pointer(&self) -> String {
        let step = |level: &Level| match (level.object, level.keys.last()) {
            (true, Some(key)) => format!("/{}", escape(key)),
            (true, None) => String::new(),
            (false, _) => format!("/{}", level.index),
        };
        self.levels.iter().map(step).collect()
    }
}

/// The place after the string that starts at `start`, and whether it holds U+FFFD, plain or escaped.
fn string_end(bytes: &[u8], start: usize) -> (usize, bool) {
    let mut replaced = false;
    let mut at = start + 1;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match rest {
            [] => return (bytes.len(), replaced),
            [b'"', ..] => return (at + 1, replaced),
            [b'\\', b'u', hex @ ..] => {
                let hex = hex.get(..4).unwrap_or_default();
                replaced |= hex.eq_ignore_ascii_case(b"fffd");
                at += 2;
            }
            [b'\\', ..] => at += 2,
            [0xef, 0xbf, 0xbd, ..] => {
                replaced = true;
                at += 3;
            }
            _ => at += 1,
        }
    }
}

/// A key as a step of a JSON pointer (RFC 6901).
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn the_command_is_found_as_it_was_received() {
        let text = r#"{"id":1, "command" : {"a": ["x,}", {"command":2}]} ,"type":"command"}"#;
        let command = scan(text).unwrap().command;
        assert_eq!(command, Some(r#"{"a": ["x,}", {"command":2}]}"#));
        assert_eq!(scan(r#"{"\u0063ommand":7}"#).unwrap().command, Some("7"));
        assert_eq!(scan(r#"[{"command":7}]"#).unwrap().command, None);
        assert_eq!(scan(r#"{"command":7"#).unwrap().command, None);
    }

    #[test]
    fn a_replacement_character_is_found_however_it_is_written() {
        for (text, field) in [
            ("{\"a\":{\"b\":[\"x\",\"y\u{fffd}\"]}}", "/a/b/1"),
            (r#"{"a":"\uFfFd"}"#, "/a"),
            ("{\"\u{fffd}\":1}", "/\u{fffd}"),
            ("\"\u{fffd}\"", ""),
        ] {
            let replaced = scan(text).unwrap().replaced;
            assert_eq!(replaced.as_deref(), Some(field), "{text}");
        }
        for text in [
            r#"{"a":"\\ufffd"}"#,
            r#"{"a":"\ufff"}"#,
            "{\"a\":\"\u{fffc}\u{ffbd}\"}",
        ] {
            assert_eq!(scan(text).unwrap().replaced, None, "{text}");
        }
    }

    #[test]
    fn an_object_has_sixty_four_keys_at_most() {
        let object = |keys: usize| {
            let mut text = String::from("{\"a\":[{");
            (0..keys).for_each(|key| write!(text, "\"{key}\":0,").unwrap());
            text + "\"last\":0}]}"
        };
        assert!(scan(&object(63)).is_ok());
        let refused = scan(&object(64)).unwrap_err();
        assert_eq!(refused.detail, "too many keys in an object");
        assert_eq!(refused.field.as_deref(), Some("/a/0/last"));
    }
}
