//! The seam between a session and what keeps it: a synchronous, transactional event log.
//!
//! Invariant: a commit happens whole or not at all, and what it returned `Ok` for is never sent to
//! anybody before it is durable (the platform's output gate holds what follows it).
//! Limit: a row holds 2 MB (<https://developers.cloudflare.com/durable-objects/platform/limits/>), so
//! every stored text is cut into parts of [`MAX_PART`].

use lectern_identity::{Millis, OutboxId, UseId};
use serde::{Deserialize, Serialize};

/// The largest part of a stored text, in bytes.
pub const MAX_PART: usize = 1_000_000;

/// Parts a stored batch or snapshot may have; a row's key is `event × PARTS + part`.
pub const PARTS: i64 = 1_024;

/// What could not be stored or read. The text is for logs only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("storage: {0}")]
pub struct StorageError(pub String);

/// One change of what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// One row of the log: a batch, or a part of one.
    Row(Row),
    /// Adds or replaces a part of a snapshot that is not the session's yet.
    Part(Row),
    /// Forgets all parts of snapshots but those that were stored for so many events.
    KeepParts(u32),
    /// Sets a value of the object's own.
    Meta(MetaKey, String),
    /// Notes that something was used that may be used once.
    Use(UseId, Millis),
    /// Forgets what was used and has expired before then.
    Forget(Millis),
    /// Adds or replaces an outbox row.
    Outbox(OutboxRow),
}

/// A row of the log, or of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Number of the first event (snapshot: of events covered) × [`PARTS`] + part.
    pub key: i64,
    /// JSON, or a part of it.
    pub body: String,
}

/// What an object remembers about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetaKey {
    /// Its own name.
    Object,
    /// When it was last known to be alive, in milliseconds.
    Alive,
    /// How many events the snapshot covers.
    Snapshot,
}

impl MetaKey {
    /// As it stands in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Alive => "alive",
            Self::Snapshot => "snapshot",
        }
    }
}

/// A job that must be done once the session has ended, and how often it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// Its id, which the job confirms.
    pub id: OutboxId,
    /// When the session ended.
    pub created: Millis,
    /// How often the message was sent.
    pub attempts: u32,
    /// When it is sent again.
    pub next: Millis,
    /// When the job was confirmed.
    pub confirmed: Option<Millis>,
}

/// Everything that is stored, but for the log and the snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// The object's own name.
    pub object: Option<String>,
    /// When it was last known to be alive.
    pub alive: Option<Millis>,
    /// How many events the snapshot covers; none: there is no snapshot.
    pub snapshot: Option<u32>,
    /// What was used.
    pub uses: Vec<(UseId, Millis)>,
    /// The outbox row, once the session has ended.
    pub outbox: Option<OutboxRow>,
}

/// Takes stored rows one by one, so that only one is in memory; an error ends the reading.
pub type EachRow<'a> = &'a mut dyn FnMut(Row) -> Result<(), StorageError>;

/// Keeps one session.
pub trait EventLog {
    /// Everything but log and snapshot; none when nothing was ever stored, which a look does not change.
    ///
    /// # Errors
    /// When the storage cannot be read.
    fn load(&self) -> Result<Option<Stored>, StorageError>;

    /// The rows from the batch that holds event `from` up to the batch that holds `to - 1`, in order.
    ///
    /// # Errors
    /// When the storage cannot be read, and what `each` returns.
    fn rows(&self, from: u32, to: u32, each: EachRow<'_>) -> Result<(), StorageError>;

    /// The parts of the snapshot that covers `length` events, in order.
    ///
    /// # Errors
    /// When the storage cannot be read, and what `each` returns.
    fn parts(&self, length: u32, each: EachRow<'_>) -> Result<(), StorageError>;

    /// Makes these changes in one transaction; the first ever makes the tables too.
    ///
    /// # Errors
    /// When nothing was stored.
    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StorageError>;

    /// Sets the one alarm, together with the commit before it.
    fn set_alarm(&mut self, at: Option<Millis>);

    /// Forgets everything, alarm included.
    fn erase(&mut self);
}

/// Cuts a text into parts of at most [`MAX_PART`] bytes, between characters.
#[must_use]
pub fn parts(text: String) -> Vec<String> {
    if text.len() <= MAX_PART {
        return vec![text];
    }
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while rest.len() > MAX_PART {
        let (part, after) = rest.split_at(rest.floor_char_boundary(MAX_PART));
        parts.push(part.to_owned());
        rest = after;
    }
    parts.push(rest.to_owned());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_loses_nothing() {
        let text = "€".repeat(MAX_PART);
        let parts = parts(text.clone());
        assert!(parts.iter().all(|part| part.len() <= MAX_PART));
        assert_eq!(parts.concat(), text);
    }
}
