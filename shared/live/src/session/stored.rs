//! The stored formats, version 2. They only grow: what an older version wrote can always be read. (Version 1
//! was never deployed.)
//!
//! A batch is one JSON object. A snapshot is lines of JSON, so that neither who writes it nor who reads it
//! holds more of it than a line and a row.
//!
//! Invariant: a batch holds whole decisions, and an answer is stored with the events it answers for.

use super::storage::{EachRow, EventLog, MAX_PART, PARTS, Row, StorageError, parts};
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::rc::Rc;

/// The version that is written.
pub(super) const VERSION: u32 = 2;

/// What stands before the version in every stored text.
const BEFORE_VERSION: &str = r#"{"v":"#;

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

/// What became durable together, as it is read.
#[derive(Debug, Deserialize)]
pub(super) struct StoredBatch<V> {
    /// Each event with its own time.
    pub(super) events: Vec<(Millis, V)>,
    /// The answers given.
    #[serde(default = "Vec::new")]
    pub(super) answers: Vec<Answer>,
}

/// The same as it is written: event by event.
#[derive(Debug, Default)]
pub(super) struct BatchText {
    text: Vec<u8>,
    events: u32,
}

impl BatchText {
    /// How many events it holds.
    pub(super) fn events(&self) -> u32 {
        self.events
    }

    /// How long it is, in bytes.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Where it ends now, for [`Self::back_to`].
    pub(super) fn mark(&self) -> (usize, u32) {
        (self.text.len(), self.events)
    }

    /// Takes back whatever was added behind a mark.
    pub(super) fn back_to(&mut self, (length, events): (usize, u32)) {
        self.text.truncate(length);
        self.events = events;
    }

    /// Adds an event. After an error or a panic it must be taken back.
    pub(super) fn push<V: Serialize>(&mut self, at: Millis, event: V) -> Result<(), StorageError> {
        if self.text.is_empty() {
            let start = format!(r#"{BEFORE_VERSION}{VERSION},"events":["#);
            self.text.extend_from_slice(start.as_bytes());
        } else {
            self.text.push(b',');
        }
        serde_json::to_writer(&mut self.text, &(at, event)).map_err(unreadable)?;
        self.events = self.events.saturating_add(1);
        Ok(())
    }

    /// Its rows, from number `first` of the log on: one, unless it is larger than a row may be.
    pub(super) fn rows(mut self, first: u32, answers: &[Answer]) -> Result<Vec<Row>, StorageError> {
        self.text.push(b']');
        if !answers.is_empty() {
            self.text.extend_from_slice(br#","answers":"#);
            serde_json::to_writer(&mut self.text, answers).map_err(unreadable)?;
        }
        self.text.push(b'}');
        rows(first, 0, text(self.text)?)
    }
}

/// Reads a stored batch.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, StorageError> {
    readable(text)?;
    serde_json::from_str(text).map_err(unreadable)
}

/// Refuses what another version wrote, without parsing it.
fn readable(text: &str) -> Result<(), StorageError> {
    let version = text.strip_prefix(BEFORE_VERSION).unwrap_or_default();
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    let version: u32 = version
        .get(..digits)
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    if version == VERSION {
        Ok(())
    } else {
        Err(StorageError(format!(
            "stored format {version} is not {VERSION}"
        )))
    }
}

/// A line of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line<P> {
    /// A piece of the engine's state.
    Piece(P),
    /// The events of a channel (a group's name or a seat's id), each as its distance to the one before.
    Channel(String, Vec<u32>),
    /// One of the last answers of a seat; a seat's oldest comes first.
    Answer(Answer),
    /// The last line.
    End,
}

/// The first line of a snapshot.
#[derive(Serialize)]
struct Head {
    v: u32,
    /// Of how many events it is.
    length: u32,
}

/// Writes a snapshot line by line, and a row as soon as there is enough for one.
pub(super) struct SnapshotText<'a> {
    length: u32,
    part: i64,
    text: Vec<u8>,
    row: &'a mut dyn FnMut(Row) -> Result<(), StorageError>,
}

/// From how many bytes on a part of a snapshot is stored.
const ENOUGH: usize = 256 * 1024;

impl<'a> SnapshotText<'a> {
    /// Of `length` events; rows go to `row`.
    pub(super) fn new(length: u32, row: EachRow<'a>) -> Result<Self, StorageError> {
        let mut snapshot = Self {
            length,
            part: 0,
            text: Vec::new(),
            row,
        };
        snapshot.write(&Head { v: VERSION, length })?;
        Ok(snapshot)
    }

    /// Adds a line.
    pub(super) fn line<P: Serialize>(&mut self, line: &Line<P>) -> Result<(), StorageError> {
        self.write(line)
    }

    fn write<T: Serialize>(&mut self, value: &T) -> Result<(), StorageError> {
        serde_json::to_writer(&mut self.text, value).map_err(unreadable)?;
        self.text.push(b'\n');
        if self.text.len() >= ENOUGH {
            self.store()?;
        }
        Ok(())
    }

    /// Stores what is left.
    pub(super) fn end(mut self) -> Result<(), StorageError> {
        self.write(&Line::<()>::End)?;
        self.store()
    }

    fn store(&mut self) -> Result<(), StorageError> {
        let rows = rows(
            self.length,
            self.part,
            text(std::mem::take(&mut self.text))?,
        )?;
        self.part += rows.len() as i64;
        rows.into_iter().try_for_each(&mut *self.row)
    }
}

/// Reads a snapshot row by row, and gives each line on as soon as it is whole.
pub(super) fn read_snapshot<P: DeserializeOwned>(
    log: &impl EventLog,
    length: u32,
    mut each: impl FnMut(Line<P>) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let mut rest = String::new();
    let (mut headed, mut ended) = (false, false);
    log.parts(length, &mut |row| {
        rest.push_str(&row.body);
        let mut start = 0;
        while let Some((line, _)) = rest.get(start..).and_then(|rest| rest.split_once('\n')) {
            start += line.len() + 1;
            if std::mem::replace(&mut headed, true) {
                match serde_json::from_str(line).map_err(unreadable)? {
                    Line::End => ended = true,
                    line => each(line)?,
                }
            } else {
                readable(line)?;
            }
        }
        rest.drain(..start);
        Ok(())
    })?;
    if ended {
        Ok(())
    } else {
        Err(StorageError("a snapshot is cut off".into()))
    }
}

fn text(bytes: Vec<u8>) -> Result<String, StorageError> {
    String::from_utf8(bytes).map_err(|error| StorageError(error.to_string()))
}

fn unreadable(error: serde_json::Error) -> StorageError {
    StorageError(error.to_string())
}

/// The rows of a text, from `part` on.
fn rows(number: u32, part: i64, text: String) -> Result<Vec<Row>, StorageError> {
    let bodies = parts(text);
    if part + bodies.len() as i64 > PARTS {
        return Err(StorageError(format!(
            "larger than {PARTS} × {MAX_PART} bytes"
        )));
    }
    let key = i64::from(number) * PARTS + part;
    Ok((key..)
        .zip(bodies)
        .map(|(key, body)| Row { key, body })
        .collect())
}

/// Reads the batches that hold the events `from..to`, their parts put together again: `(number of the
/// first event, batch, bytes)`.
pub(super) fn read_batches<V: DeserializeOwned>(
    log: &impl EventLog,
    from: u32,
    to: u32,
    mut each: impl FnMut(u32, StoredBatch<V>, usize) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let mut open: Option<(u32, String)> = None;
    let mut batch = |open: Option<(u32, String)>| match open {
        Some((first, body)) => each(first, read(&body)?, body.len()),
        None => Ok(()),
    };
    log.rows(from, to, &mut |Row { key, body }| {
        let first = u32::try_from(key / PARTS).unwrap_or(u32::MAX);
        match &mut open {
            Some((number, start)) if *number == first && key % PARTS != 0 => start.push_str(&body),
            open => batch(open.replace((first, body)))?,
        }
        Ok(())
    })?;
    batch(open)
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
    use crate::session::storage::{Stored, Write};

    /// A log that holds these rows, whatever is asked for.
    struct Rows(Vec<Row>);

    impl EventLog for Rows {
        fn load(&self) -> Result<Option<Stored>, StorageError> {
            Ok(None)
        }
        fn rows(&self, _: u32, _: u32, each: EachRow<'_>) -> Result<(), StorageError> {
            self.0.iter().cloned().try_for_each(each)
        }
        fn parts(&self, _: u32, each: EachRow<'_>) -> Result<(), StorageError> {
            self.0.iter().cloned().try_for_each(each)
        }
        fn commit(&mut self, _: Vec<Write>) -> Result<(), StorageError> {
            Ok(())
        }
        fn set_alarm(&mut self, _: Option<Millis>) {}
        fn erase(&mut self) {}
    }

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

    fn batch(first: u32, events: &[&str], answers: &[Answer]) -> Vec<Row> {
        let mut text = BatchText::default();
        for event in events {
            text.push(Millis(1_000), event).unwrap();
        }
        text.rows(first, answers).unwrap()
    }

    fn snapshot(lines: &[Line<&str>]) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut store = |row| {
            rows.push(row);
            Ok(())
        };
        let mut text = SnapshotText::new(6, &mut store).unwrap();
        lines.iter().for_each(|line| text.line(line).unwrap());
        text.end().unwrap();
        rows
    }

    #[test]
    fn the_stored_batch_keeps_its_format() {
        let rows = batch(0, &["counted"], &[answer()]);
        insta::assert_snapshot!(rows[0].body);
    }

    #[test]
    fn the_stored_snapshot_keeps_its_format() {
        let channel = Line::Channel("all".to_owned(), vec![0, 1, 5]);
        let rows = snapshot(&[Line::Piece("state"), channel, Line::Answer(answer())]);
        assert_eq!((rows.len(), rows[0].key), (1, 6 * PARTS));
        insta::assert_snapshot!(rows[0].body);
    }

    #[test]
    fn a_batch_without_answers_reads_and_another_format_does_not() {
        let batch: StoredBatch<u32> = read(r#"{"v":2,"events":[[5,6]]}"#).unwrap();
        assert_eq!(batch.events, [(Millis(5), 6)]);
        for other in [
            r#"{"v":1,"events":[]}"#,
            r#"{"v":23,"events":[]}"#,
            "",
            "{}",
        ] {
            assert!(read::<StoredBatch<u32>>(other).is_err(), "{other}");
        }
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
        let large = "€".repeat(MAX_PART);
        let mut all = batch(3, &[&large], &[]);
        all.extend(batch(9, &["y"], &[answer()]));
        assert_eq!(all.len(), 5);
        let mut read = Vec::new();
        read_batches::<String>(&Rows(all), 0, 10, |first, batch, _| {
            read.push((first, batch.events[0].1.clone(), batch.answers.len()));
            Ok(())
        })
        .unwrap();
        assert_eq!(read, [(3, large, 0), (9, "y".to_owned(), 1)]);
    }

    #[test]
    fn a_snapshot_of_many_rows_comes_back_line_by_line_and_a_piece_that_is_lost_is_noticed() {
        let pieces: Vec<String> = (1..40).map(|n| "ü".repeat(n * n * 1_000)).collect();
        let lines: Vec<Line<&str>> = pieces.iter().map(|piece| Line::Piece(&**piece)).collect();
        let mut rows = snapshot(&lines);
        assert!(rows.len() > 20 && rows.iter().all(|row| row.body.len() <= MAX_PART));
        let come_back = |rows: Vec<Row>| {
            let mut read = Vec::new();
            let done = read_snapshot::<String>(&Rows(rows), 6, |line| {
                if let Line::Piece(piece) = line {
                    read.push(piece);
                }
                Ok(())
            });
            done.map(|()| read)
        };
        assert_eq!(come_back(rows.clone()).unwrap(), pieces);
        rows.pop();
        assert!(come_back(rows).is_err());
        assert!(come_back(Vec::new()).is_err());
    }
}
