//! Reading a client's frame: what is wrong with it is said with a code and the field's place.
//!
//! Invariant: no string of a frame holds U+FFFD, which stands where bytes were no text: the platform puts it
//! in silently. Limit: [`MAX_FRAME`] bytes; the others are [`scan`]'s.

use super::scan::{escape, scan};
use crate::{
    engine::Refusal,
    wire::{ClientFrame, MAX_FRAME},
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

/// A frame, and what tells its command from others under the same id (0 where it is no command).
#[derive(Debug)]
pub(super) struct Decoded<C> {
    pub(super) frame: ClientFrame<C>,
    pub(super) fingerprint: u32,
}

/// Reads a frame of at most [`MAX_FRAME`] bytes.
pub(super) fn decode<C: DeserializeOwned>(text: &str) -> Result<Decoded<C>, Malformed> {
    debug_assert!(text.len() <= MAX_FRAME);
    let scanned = scan(text).map_err(|refusal| Malformed { id: None, refusal })?;
    let frame = serde_json::from_str(text).map_err(|error| diagnose::<C>(text, &error))?;
    if let Some(field) = scanned.replaced {
        return Err(invalid_text(&frame, field));
    }
    Ok(Decoded {
        frame,
        fingerprint: scanned.command.map_or(0, fingerprint),
    })
}

/// FNV-1a of a command as it was received (<http://www.isthe.com/chongo/tech/comp/fnv/>). A seat that seeks
/// a collision deceives only itself.
fn fingerprint(command: &str) -> u32 {
    command.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

fn invalid_text<C>(frame: &ClientFrame<C>, field: String) -> Malformed {
    let id = match frame {
        ClientFrame::Command { id, .. } => Some(*id),
        _ => None,
    };
    let refusal = Refusal {
        field: Some(field),
        ..Refusal::new(
            "invalid_text",
            "U+FFFD stands in it, as it does where bytes are no UTF-8",
        )
    };
    Malformed { id, refusal }
}

/// The code of a frame that is none; too many of them close a socket.
pub(super) const MALFORMED: &str = "malformed";

fn malformed(detail: &str, field: Option<String>) -> Refusal {
    Refusal {
        field,
        ..Refusal::new(MALFORMED, detail)
    }
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
    let fields: Fields = serde_json::from_str(text).unwrap_or_default();
    let variant = fields.get("type").map_or("", |variant| variant.get());
    // A variant that is unknown may also be one further inside.
    if complaint.starts_with(&format!("unknown variant `{}`", variant.trim_matches('"'))) {
        return Some(format!("{place}/type"));
    }
    // Without the field at fault the complaint changes: either it is missed, or nothing is wrong.
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
    // Without its type anything changes, so that is asked last.
    let (types, others): (Vec<_>, Vec<_>) = fields.keys().partition(|key| *key == "type");
    match others.into_iter().chain(types).find(at_fault) {
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
        Put {
            what: Box<Toy>,
        },
    }

    fn field(text: &str) -> Option<String> {
        decode::<Toy>(text).unwrap_err().refusal.field
    }

    #[test]
    fn a_good_frame_is_read() {
        let text = r#"{"type":"command","id":1,"command":{"type":"add","n":3,"note":"a \"[{, é"}}"#;
        assert!(matches!(
            decode::<Toy>(text).unwrap().frame,
            ClientFrame::Command { id: 1, .. }
        ));
        assert!(matches!(
            decode::<Toy>(r#"{"type":"hello"}"#).unwrap().frame,
            ClientFrame::Hello { resume: None }
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
            (
                r#"{"type":"command","id":1,"command":{"type":"put","what":{"type":"sub"}}}"#,
                "/command/what",
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
    fn text_that_was_lost_on_its_way_is_refused_where_it_stands() {
        let text = "{\"type\":\"command\",\"id\":3,\"command\":{\"type\":\"add\",\"n\":1,\"note\":\"caf\u{fffd}\"}}";
        let Malformed { id, refusal } = decode::<Toy>(text).unwrap_err();
        assert_eq!((id, refusal.code.as_str()), (Some(3), "invalid_text"));
        assert_eq!(refusal.field.as_deref(), Some("/command/note"));
    }

    #[test]
    fn a_fingerprint_is_of_the_command_alone() {
        let of = |text: &str| decode::<Toy>(text).unwrap().fingerprint;
        let one = of(r#"{"type":"command","id":1,"command":{"type":"add","n":1}}"#);
        let same = of(r#"{"id":2,"command": {"type":"add","n":1} ,"type":"command"}"#);
        let other = of(r#"{"type":"command","id":1,"command":{"type":"add","n":2}}"#);
        assert_eq!(one, same);
        assert_ne!(one, other);
        assert_eq!(fingerprint("foobar"), 0xbf9c_f968);
    }

    #[test]
    fn the_id_of_a_bad_command_is_told() {
        let bad = decode::<Toy>(r#"{"type":"command","id":7,"command":{}}"#).unwrap_err();
        assert_eq!(bad.id, Some(7));
    }
}
