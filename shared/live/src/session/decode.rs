//! Reading a client's frame: what is wrong with it is said with a code and the field's place.
//!
//! Limit: [`MAX_FRAME`] bytes and [`MAX_DEPTH`] levels, both checked before anything is parsed, without
//! recursion. Duplicate keys are refused: two readers could disagree about them.

use crate::{
    engine::Refusal,
    wire::{ClientFrame, MAX_DEPTH, MAX_FRAME},
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A frame that could not be read, with the command's id if that could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) id: Option<u32>,
    pub(super) refusal: Refusal,
}

/// Reads a frame of at most [`MAX_FRAME`] bytes.
pub(super) fn decode<C: DeserializeOwned>(text: &str) -> Result<ClientFrame<C>, Malformed> {
    debug_assert!(text.len() <= MAX_FRAME);
    scan(text).map_err(|refusal| Malformed { id: None, refusal })?;
    serde_json::from_str(text).map_err(|error| diagnose::<C>(text, &error))
}

fn malformed(detail: &str, field: Option<String>) -> Refusal {
    Refusal {
        field,
        ..Refusal::new("malformed", detail)
    }
}

/// Checks nesting and duplicate keys in one pass. Anything else that is wrong is left to the parser.
fn scan(text: &str) -> Result<(), Refusal> {
    let mut levels: Vec<Level> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' if levels.len() == MAX_DEPTH => {
                return Err(malformed("nested too deeply", Some(pointer(&levels))));
            }
            b'{' => levels.push(Level {
                object: true,
                ..Level::default()
            }),
            b'[' => levels.push(Level::default()),
            b'}' | b']' => drop(levels.pop()),
            b',' => levels
                .iter_mut()
                .next_back()
                .into_iter()
                .for_each(Level::next),
            b':' => levels
                .iter_mut()
                .next_back()
                .into_iter()
                .for_each(|level| level.value = true),
            b'"' => {
                let end = string_end(bytes, at);
                let key = text.get(at..end).unwrap_or_default();
                if let Some(level) = levels
                    .last_mut()
                    .filter(|level| level.object && !level.value)
                {
                    // A string that is not one is the parser's to refuse.
                    let key = serde_json::from_str::<String>(key).unwrap_or_default();
                    let known = level.keys.contains(&key);
                    level.keys.push(key);
                    if known {
                        return Err(malformed("the same key twice", Some(pointer(&levels))));
                    }
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
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

impl Level {
    fn next(&mut self) {
        self.value = false;
        self.index += 1;
    }
}

/// The place after the string that starts at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            None => return bytes.len(),
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

fn pointer(levels: &[Level]) -> String {
    let step = |level: &Level| match (level.object, level.keys.last()) {
        (true, Some(key)) => format!("/{}", escape(key)),
        (true, None) => String::new(),
        (false, _) => format!("/{}", level.index),
    };
    levels.iter().map(step).collect()
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// An object's fields, unread.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// Says what is wrong with a frame that did not parse. Only for frames that are refused: it is slow.
fn diagnose<C: DeserializeOwned>(text: &str, error: &serde_json::Error) -> Malformed {
    let fields: Fields = serde_json::from_str(text).unwrap_or_default();
    let id = fields
        .get("id")
        .and_then(|id| serde_json::from_str(id.get()).ok());
    let command = fields.get("command").map(|command| command.get());
    let inner = command.and_then(|command| blame::<C>(command, "/command"));
    let field = inner.or_else(|| blame::<ClientFrame<C>>(text, ""));
    Malformed {
        id,
        refusal: malformed(&error.to_string(), field),
    }
}

/// Fields among which the one at fault is looked for: each costs a parse of the frame.
const MOST_BLAMED: usize = 16;

/// The pointer to the field that keeps this text from being a `T`.
fn blame<T: DeserializeOwned>(text: &str, place: &str) -> Option<String> {
    let complaint = complaint::<T>(text)?;
    let named = ["unknown field `", "missing field `", "duplicate field `"];
    if let Some(rest) = named.iter().find_map(|start| complaint.strip_prefix(start)) {
        let name = rest.split('`').next().unwrap_or_default();
        return Some(format!("{place}/{}", escape(name)));
    }
    if complaint.starts_with("unknown variant") {
        return Some(format!("{place}/type"));
    }
    // Without the field at fault the complaint changes: either it is missed, or nothing is wrong.
    let fields: Fields = serde_json::from_str(text).unwrap_or_default();
    if fields.len() > MOST_BLAMED {
        return Some(place.to_owned()).filter(|place| !place.is_empty());
    }
    let at_fault = |key: &&String| {
        let mut without = fields.clone();
        without.remove(*key);
        let without = serde_json::to_string(&without).unwrap_or_default();
        let missed = format!("missing field `{key}`");
        self::complaint::<T>(&without).is_none_or(|complaint| complaint.starts_with(&missed))
    };
    match fields.keys().find(at_fault) {
        Some(key) => Some(format!("{place}/{}", escape(key))),
        None => Some(place.to_owned()).filter(|place| !place.is_empty()),
    }
}

fn complaint<T: DeserializeOwned>(text: &str) -> Option<String> {
    serde_json::from_str::<T>(text)
        .err()
        .map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
    enum Toy {
        Add {
            n: u32,
            #[serde(default)]
            note: Option<String>,
        },
    }

    fn field(text: &str) -> Option<String> {
        decode::<Toy>(text).unwrap_err().refusal.field
    }

    #[test]
    fn a_good_frame_is_read() {
        let text = r#"{"type":"command","id":1,"command":{"type":"add","n":3,"note":"a \"[{, é"}}"#;
        assert!(matches!(
            decode::<Toy>(text),
            Ok(ClientFrame::Command { id: 1, .. })
        ));
        assert!(matches!(
            decode::<Toy>(r#"{"type":"hello"}"#),
            Ok(ClientFrame::Hello { resume: None })
        ));
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let table = [
            (
                r#"{"type":"command","id":1,"command":{"type":"add","n":-1}}"#,
                "/command/n",
            ),
            (
                r#"{"type":"command","id":1,"command":{"type":"add","n":1e99}}"#,
                "/command/n",
            ),
            (
                r#"{"type":"command","id":1,"command":{"type":"add","n":1,"note":7}}"#,
                "/command/note",
            ),
            (
                r#"{"type":"command","id":1,"command":{"type":"add"}}"#,
                "/command/n",
            ),
            (
                r#"{"type":"command","id":1,"command":{"type":"add","n":1,"x":1}}"#,
                "/command/x",
            ),
            (
                r#"{"type":"command","id":1,"command":{"type":"sub"}}"#,
                "/command/type",
            ),
            (r#"{"type":"command","id":1,"command":7}"#, "/command"),
            (
                r#"{"type":"command","id":"1","command":{"type":"add","n":1}}"#,
                "/id",
            ),
            (
                r#"{"type":"command","id":99999999999,"command":{"type":"add","n":1}}"#,
                "/id",
            ),
            (
                r#"{"type":"command","command":{"type":"add","n":1}}"#,
                "/id",
            ),
            (
                r#"{"type":"hello","resume":{"all":1,"all":2}}"#,
                "/resume/all",
            ),
            (
                r#"{"type":"hello","resume":{"all":1,"\u0061ll":2}}"#,
                "/resume/all",
            ),
            (r#"{"type":"hello","resume":[]}"#, "/resume"),
            (r#"{"type":"shout"}"#, "/type"),
            (r#"{"type":"hello","at":5}"#, "/at"),
        ];
        for (text, pointer) in table {
            assert_eq!(field(text).as_deref(), Some(pointer), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_or_too_deep_is_refused_without_recursion() {
        for text in [
            "", "{", "nul", "[1,]", "\"", "\"\\", "{\"a", "\u{fffd}", "}}}}", ",:,:", "[[[}}}",
        ] {
            assert_eq!(
                decode::<Toy>(text).unwrap_err().refusal.code,
                "malformed",
                "{text}"
            );
        }
        let deep = "[".repeat(MAX_FRAME);
        assert_eq!(
            decode::<Toy>(&deep).unwrap_err().refusal.detail,
            "nested too deeply"
        );
    }

    #[test]
    fn the_id_of_a_bad_command_is_told() {
        let bad = decode::<Toy>(r#"{"type":"command","id":7,"command":{}}"#).unwrap_err();
        assert_eq!(bad.id, Some(7));
    }
}
