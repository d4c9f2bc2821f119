//! The stored formats, version 1. They only grow: what an older version wrote can always be read.
//!
//! Invariant: a batch holds whole decisions, and an answer is stored with the events it answers for.

use super::storage::{MAX_PART, PARTS, Row, StorageError, parts};
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::{collections::BTreeMap, rc::Rc};

/// The version that is written.
pub(super) const VERSION: u32 = 1;

/// An answer given to a command: whose, which, when, what, and the command's fingerprint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Answer(
    pub(super) SeatId,
    pub(super) u32,
    pub(super) Millis,
    #[serde(with = "shared_raw")] pub(super) Rc<RawValue>,
    /// None: stored before fingerprints were.
    #[serde(default)]
    pub(super) Option<u32>,
);

/// What became durable together.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredBatch<V> {
    v: u32,
    /// Each event with its own time.
    pub(super) events: Vec<(Millis, V)>,
    /// The answers given.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub(super) answers: Vec<Answer>,
}

impl<V> StoredBatch<V> {
    pub(super) fn new(events: Vec<(Millis, V)>, answers: Vec<Answer>) -> Self {
        Self {
            v: VERSION,
            events,
            answers,
        }
    }
}

/// The memory of a session after `length` events.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredSnapshot<E> {
    v: u32,
    pub(super) length: u32,
    pub(super) engine: E,
    /// Event numbers by channel (a group's name or a seat's id), each as its distance to the one before.
    pub(super) channels: BTreeMap<String, Vec<u32>>,
    /// The last answers of each seat, oldest first.
    pub(super) answers: Vec<Answer>,
}

impl<E> StoredSnapshot<E> {
    pub(super) fn new(
        length: u32,
        engine: E,
        channels: BTreeMap<String, Vec<u32>>,
        answers: Vec<Answer>,
    ) -> Self {
        Self {
            v: VERSION,
            length,
            engine,
            channels,
            answers,
        }
    }
}

/// Reads a stored text of any version up to ours.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, StorageError> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    let version: Version = serde_json::from_str(text).map_err(unreadable)?;
    if version.v > VERSION {
        return Err(StorageError(format!(
            "stored format {} is newer than {VERSION}",
            version.v
        )));
    }
    serde_json::from_str(text).map_err(unreadable)
}

pub(super) fn write<T: Serialize>(value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> StorageError {
    StorageError(error.to_string())
}

/// The rows of a batch that starts with event `first`: one, unless it is larger than a row may be.
pub(super) fn rows(first: u32, body: &str) -> Result<Vec<Row>, StorageError> {
    let bodies = parts(body);
    if bodies.len() as i64 > PARTS {
        return Err(StorageError(format!(
            "a batch larger than {PARTS} × {MAX_PART} bytes"
        )));
    }
    let key = i64::from(first) * PARTS;
    Ok((key..)
        .zip(bodies)
        .map(|(key, body)| Row { key, body })
        .collect())
}

/// Puts the parts of batches together again: `(number of the first event, body)`.
pub(super) fn bodies(rows: Vec<Row>) -> Vec<(u32, String)> {
    let mut bodies: Vec<(u32, String)> = Vec::new();
    for Row { key, body } in rows {
        let first = u32::try_from(key / PARTS).unwrap_or(u32::MAX);
        match bodies.last_mut() {
            Some((number, start)) if *number == first && key % PARTS != 0 => start.push_str(&body),
            _ => bodies.push((first, body)),
        }
    }
    bodies
}

/// `Rc<RawValue>` as plain JSON, so that an answer is encoded once and shared.
mod shared_raw {
    use super::{RawValue, Rc};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(raw: &Rc<RawValue>, s: S) -> Result<S::Ok, S::Error> {
        raw.as_ref().serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Rc<RawValue>, D::Error> {
        Box::<RawValue>::deserialize(d).map(Rc::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        let raw = RawValue::from_string(r#"{"score":3}"#.to_owned()).unwrap();
        Answer(
            SeatId::from_hash([7; 16]),
            4,
            Millis(1_000),
            Rc::from(raw),
            Some(123_456),
        )
    }

    #[test]
    fn the_stored_batch_keeps_its_format() {
        let batch = StoredBatch::new(vec![(Millis(1_000), "counted")], vec![answer()]);
        insta::assert_snapshot!(write(&batch).unwrap());
    }

    #[test]
    fn the_stored_snapshot_keeps_its_format() {
        let channels = BTreeMap::from([("all".to_owned(), vec![0, 1, 5])]);
        let snapshot = StoredSnapshot::new(6, "state", channels, vec![answer()]);
        insta::assert_snapshot!(write(&snapshot).unwrap());
    }

    #[test]
    fn a_batch_without_answers_reads_and_a_newer_format_does_not() {
        let batch: StoredBatch<u32> = read(r#"{"v":1,"events":[[5,6]]}"#).unwrap();
        assert_eq!(batch.events, [(Millis(5), 6)]);
        assert!(read::<StoredBatch<u32>>(r#"{"v":2,"events":[]}"#).is_err());
    }

    #[test]
    fn an_answer_without_a_fingerprint_reads() {
        let old = r#"["seat_070w3ge1r7gw3re1r70w3ge1r7",4,1000,{"score":3}]"#;
        let Answer(_, id, at, reply, fingerprint) = serde_json::from_str(old).unwrap();
        assert_eq!((id, at, fingerprint), (4, Millis(1_000), None));
        assert_eq!(reply.get(), r#"{"score":3}"#);
    }

    #[test]
    fn the_parts_of_a_large_batch_come_back_as_one() {
        let large = "x".repeat(MAX_PART + 1);
        let mut all = rows(3, &large).unwrap();
        all.extend(rows(9, "y").unwrap());
        assert_eq!(all.len(), 3);
        assert_eq!(bodies(all), [(3, large), (9, "y".to_owned())]);
    }
}
