//! Reading tagged envelopes whose content is of an engine's type.
//!
//! A derived reader of a tagged enum buffers its content and needs a second reader for every type in it:
//! some 50 kB of WebAssembly. Here the content stays raw JSON until the tag says what it is. Works with
//! `serde_json` only, which is all that crosses a socket or reaches an object.

use crate::{object::ObjectRequest, wire::ClientFrame};
use lectern_identity::{Millis, OutboxId, UseId};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum FrameType {
    Hello,
    Command,
    Seen,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame<'a> {
    r#type: FrameType,
    id: Option<u32>,
    #[serde(borrow)]
    command: Option<&'a RawValue>,
    resume: Option<BTreeMap<String, u32>>,
    channels: Option<BTreeMap<String, u32>>,
}

impl<'de, C: DeserializeOwned> Deserialize<'de> for ClientFrame<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Frame {
            r#type,
            id,
            command,
            resume,
            channels,
        } = Frame::deserialize(deserializer)?;
        match r#type {
            FrameType::Hello => {
                none("id", &id)?;
                none("command", &command)?;
                none("channels", &channels)?;
                Ok(Self::Hello { resume })
            }
            FrameType::Command => {
                none("resume", &resume)?;
                none("channels", &channels)?;
                Ok(Self::Command {
                    id: some("id", id)?,
                    command: content("command", command)?,
                })
            }
            FrameType::Seen => {
                none("id", &id)?;
                none("command", &command)?;
                none("resume", &resume)?;
                Ok(Self::Seen {
                    channels: some("channels", channels)?,
                })
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RequestType {
    Order,
    Use,
    Report,
    Confirm,
    Erase,
}

#[derive(Deserialize)]
struct Request<'a> {
    r#type: RequestType,
    object: Option<String>,
    #[serde(borrow)]
    order: Option<&'a RawValue>,
    use_id: Option<UseId>,
    by: Option<UseId>,
    expires: Option<Millis>,
    page: Option<u32>,
    outbox: Option<OutboxId>,
}

impl<'de, O: DeserializeOwned> Deserialize<'de> for ObjectRequest<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let request = Request::deserialize(deserializer)?;
        Ok(match request.r#type {
            RequestType::Order => Self::Order {
                object: some("object", request.object)?,
                order: content("order", request.order)?,
            },
            RequestType::Use => Self::Use {
                use_id: some("use_id", request.use_id)?,
                by: request.by,
                expires: some("expires", request.expires)?,
            },
            RequestType::Report => Self::Report {
                page: some("page", request.page)?,
            },
            RequestType::Confirm => Self::Confirm {
                outbox: some("outbox", request.outbox)?,
            },
            RequestType::Erase => Self::Erase,
        })
    }
}

fn none<T, E: Error>(name: &'static str, value: &Option<T>) -> Result<(), E> {
    if value.is_some() {
        Err(E::unknown_field(name, &[]))
    } else {
        Ok(())
    }
}

fn some<T, E: Error>(name: &'static str, value: Option<T>) -> Result<T, E> {
    value.ok_or_else(|| E::missing_field(name))
}

fn content<T: DeserializeOwned, E: Error>(
    name: &'static str,
    value: Option<&RawValue>,
) -> Result<T, E> {
    serde_json::from_str(some(name, value)?.get()).map_err(E::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let frames = [
            r#"{"type":"hello"}"#,
            r#"{"type":"hello","resume":{"all":3}}"#,
            r#"{"type":"command","id":7,"command":"go"}"#,
            r#"{"type":"seen","channels":{"me":1}}"#,
        ];
        for text in frames {
            let frame: ClientFrame<String> = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&frame).unwrap(), text);
        }
        let requests = [
            r#"{"type":"order","object":"a/b","order":{"x":1}}"#,
            r#"{"type":"report","page":2}"#,
            r#"{"type":"erase"}"#,
        ];
        for text in requests {
            let request: ObjectRequest<serde_json::Value> = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&request).unwrap(), text);
        }
    }

    #[test]
    fn a_field_of_another_frame_is_unknown() {
        let bad = [
            r#"{"type":"hello","id":1}"#,
            r#"{"type":"seen","channels":{},"resume":{}}"#,
            r#"{"type":"command","id":1,"command":"go","channels":{}}"#,
        ];
        for text in bad {
            let error = serde_json::from_str::<ClientFrame<String>>(text).unwrap_err();
            assert!(error.to_string().starts_with("unknown field"), "{error}");
        }
    }
}
