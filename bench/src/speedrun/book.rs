//! What one client was sent: bytes, and whether each channel's numbers are dense.

use std::collections::BTreeMap;

use crate::frame::Frame;

/// A client's book.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// Whether the channels' numbers mean something; the control sends the same bytes again and again.
    numbered: bool,
    /// The number last heard of each channel; none: nothing can be said of numbers.
    seen: Option<BTreeMap<String, u32>>,
    /// The highest command acknowledged.
    pub(crate) acked: u32,
    /// Bytes of text received.
    pub(crate) bytes: u64,
    /// Numbers that were passed over.
    pub(crate) lost: u64,
    /// Numbers that came again.
    pub(crate) doubled: u64,
}

impl Book {
    /// An empty book of a side that numbers its events, or does not.
    pub(crate) fn new(numbered: bool) -> Self {
        Self {
            numbered,
            ..Self::default()
        }
    }

    /// Enters a frame.
    pub(crate) fn enter(&mut self, frame: &Frame<'_>, bytes: usize) {
        self.bytes += bytes as u64;
        match (frame.kind, &frame.channels, frame.channel, frame.seq) {
            ("welcome", Some(channels), _, _) if self.numbered => {
                self.welcome(channels, frame.view.is_some())
            }
            ("event", _, Some(channel), Some(seq)) => self.event(channel, seq),
            ("ack", ..) => self.ack(frame.id.unwrap_or(0)),
            _ => {}
        }
    }

    /// For the next hello.
    pub(crate) fn resume(&self) -> Option<&BTreeMap<String, u32>> {
        self.seen.as_ref()
    }

    /// The number last heard of a channel.
    pub(crate) fn number(&self, channel: &str) -> Option<u32> {
        self.seen.as_ref()?.get(channel).copied()
    }

    fn welcome(&mut self, channels: &BTreeMap<&str, u32>, view: bool) {
        if view || self.seen.is_none() {
            let numbers = channels
                .iter()
                .map(|(name, seq)| ((*name).to_owned(), *seq));
            self.seen = Some(numbers.collect());
        }
    }

    fn event(&mut self, channel: &str, seq: u32) {
        let Some(seen) = self.seen.as_mut().and_then(|seen| seen.get_mut(channel)) else {
            return;
        };
        if seq <= *seen {
            self.doubled += 1;
        } else {
            self.lost += u64::from(seq - *seen - 1);
            *seen = seq;
        }
    }

    fn ack(&mut self, id: u32) {
        if id <= self.acked {
            self.doubled += 1;
        } else {
            self.lost += u64::from(id - self.acked - 1);
            self.acked = id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(frames: &[&str]) -> Book {
        let mut book = Book::new(true);
        for text in frames {
            book.enter(&serde_json::from_str(text).unwrap(), text.len());
        }
        book
    }

    const WELCOME: &str = r#"{"type":"welcome","channels":{"all":4,"me":0},"view":{}}"#;

    #[test]
    fn dense_numbers_are_neither_lost_nor_doubled() {
        let book = book(&[
            WELCOME,
            r#"{"type":"event","channel":"all","seq":5}"#,
            r#"{"type":"event","channel":"me","seq":1}"#,
            r#"{"type":"ack","id":1}"#,
            r#"{"type":"event","channel":"all","seq":6}"#,
        ]);
        assert_eq!(
            (book.lost, book.doubled, book.number("all")),
            (0, 0, Some(6))
        );
        assert!(book.bytes > 100);
    }

    #[test]
    fn a_gap_is_lost_and_an_old_number_is_doubled() {
        let book = book(&[
            WELCOME,
            r#"{"type":"event","channel":"all","seq":7}"#,
            r#"{"type":"event","channel":"all","seq":7}"#,
            r#"{"type":"ack","id":2}"#,
            r#"{"type":"ack","id":2}"#,
        ]);
        assert_eq!((book.lost, book.doubled), (3, 2));
    }

    #[test]
    fn a_welcome_without_a_view_does_not_hide_what_was_missed() {
        let book = book(&[
            WELCOME,
            r#"{"type":"welcome","channels":{"all":6,"me":0}}"#,
            r#"{"type":"event","channel":"all","seq":6}"#,
        ]);
        assert_eq!((book.lost, book.number("all")), (1, Some(6)));
    }

    #[test]
    fn of_a_side_that_does_not_number_only_the_acknowledgements_are_counted() {
        let mut book = Book::new(false);
        let event = r#"{"type":"event","channel":"all","seq":9}"#;
        for text in [WELCOME, event, event, r#"{"type":"ack","id":2}"#] {
            book.enter(&serde_json::from_str(text).unwrap(), text.len());
        }
        assert_eq!((book.lost, book.doubled), (1, 0));
    }
}
