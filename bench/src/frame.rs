//! What the generator reads of a server's frame: the least that it must know.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A frame of `lectern.v1` (docs/PROTOCOL.md).
#[derive(Debug, Deserialize)]
pub(crate) struct Frame<'a> {
    /// Which.
    #[serde(rename = "type", borrow)]
    pub(crate) kind: &'a str,
    /// Commands' answers: of which.
    #[serde(default)]
    pub(crate) id: Option<u32>,
    /// Events: on which channel.
    #[serde(default, borrow)]
    pub(crate) channel: Option<&'a str>,
    /// Events: their number there.
    #[serde(default)]
    pub(crate) seq: Option<u32>,
    /// Events: what happened.
    #[serde(default, borrow)]
    pub(crate) message: Option<Told<'a>>,
    /// Welcomes: the channels' numbers.
    #[serde(default, borrow)]
    pub(crate) channels: Option<BTreeMap<&'a str, u32>>,
    /// Welcomes: everything, where the missed events do not follow.
    #[serde(default, borrow)]
    pub(crate) view: Option<Told<'a>>,
    /// Acknowledgements: what was stored.
    #[serde(default, borrow)]
    pub(crate) reply: Option<&'a RawValue>,
}

/// A message or a view.
#[derive(Debug, Deserialize)]
pub(crate) struct Told<'a> {
    /// Messages: which.
    #[serde(rename = "type", default, borrow)]
    pub(crate) kind: Option<&'a str>,
    /// The run's step, which host commands name.
    #[serde(default)]
    pub(crate) step: Option<u32>,
}

impl Frame<'_> {
    /// What happened: a message's kind for an event, else the frame's own.
    pub(crate) fn what(&self) -> &str {
        let told = self.message.as_ref().and_then(|message| message.kind);
        told.unwrap_or(self.kind)
    }

    /// The run's step, if the frame says it.
    pub(crate) fn step(&self) -> Option<u32> {
        let told = self.message.as_ref().or(self.view.as_ref());
        told.and_then(|told| told.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Frame<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_event_says_what_happened_where_and_as_which() {
        let text = r#"{"type":"event","channel":"all","seq":7,"at":1,"message":{"type":"opened","step":3,"question":{"text":[]}}}"#;
        let frame = read(text);
        assert_eq!(
            (frame.what(), frame.channel, frame.seq, frame.step()),
            ("opened", Some("all"), Some(7), Some(3))
        );
    }

    #[test]
    fn a_welcome_says_the_numbers_and_the_step_of_its_view() {
        let text = r#"{"type":"welcome","now":1,"seat":"s","role":"host","channels":{"all":4,"me":0},"last_id":2,"view":{"title":"t","step":5}}"#;
        let frame = read(text);
        assert_eq!((frame.what(), frame.step()), ("welcome", Some(5)));
        assert_eq!(frame.channels.unwrap().get("all"), Some(&4));
    }

    #[test]
    fn an_acknowledgement_says_of_what_and_what_was_stored() {
        let frame = read(r#"{"type":"ack","id":4,"at":1,"reply":{"type":"done"}}"#);
        assert_eq!((frame.what(), frame.id), ("ack", Some(4)));
        assert_eq!(frame.reply.unwrap().get(), r#"{"type":"done"}"#);
    }
}
