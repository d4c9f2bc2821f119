//! An event log in memory that can be told to fail.

use lectern_identity::Millis;
use lectern_live::session::{
    EventLog, StorageError,
    storage::{EachRow, MetaKey, PARTS, Row, Stored, Write},
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

#[derive(Default)]
pub(crate) struct Data {
    pub(crate) made: bool,
    pub(crate) stored: Stored,
    pub(crate) rows: BTreeMap<i64, String>,
    pub(crate) parts: BTreeMap<i64, String>,
    pub(crate) alarm: Option<Millis>,
    /// Commits so far, failed ones included.
    pub(crate) commits: usize,
    pub(crate) snapshots: usize,
    /// The next commits fail.
    pub(crate) failing: usize,
    /// Snapshots cannot be stored.
    pub(crate) no_snapshots: bool,
    pub(crate) unreadable: bool,
}

/// Shared, so that it outlives a session as a disk does.
#[derive(Clone, Default)]
pub(crate) struct Disk(pub(crate) Rc<RefCell<Data>>);

impl EventLog for Disk {
    fn load(&self) -> Result<Option<Stored>, StorageError> {
        let data = self.0.borrow();
        if data.unreadable {
            return Err(StorageError("unreadable".into()));
        }
        Ok(data.made.then(|| data.stored.clone()))
    }

    fn rows(&self, from: u32, to: u32, each: EachRow<'_>) -> Result<(), StorageError> {
        let data = self.0.borrow();
        let before = data.rows.range(..(i64::from(from) + 1) * PARTS).next_back();
        let start = before.map_or(0, |(key, _)| key / PARTS * PARTS);
        data.rows
            .range(start..i64::from(to) * PARTS)
            .map(row)
            .try_for_each(each)
    }

    fn parts(&self, length: u32, each: EachRow<'_>) -> Result<(), StorageError> {
        let data = self.0.borrow();
        let start = i64::from(length) * PARTS;
        data.parts
            .range(start..start + PARTS)
            .map(row)
            .try_for_each(each)
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StorageError> {
        let mut data = self.0.borrow_mut();
        data.commits += 1;
        if data.failing > 0 {
            data.failing -= 1;
            return Err(StorageError("disk full".into()));
        }
        if data.no_snapshots
            && writes
                .iter()
                .any(|write| matches!(write, Write::Meta(MetaKey::Snapshot, _)))
        {
            return Err(StorageError("no room".into()));
        }
        data.made = true;
        for write in writes {
            match write {
                Write::Row(Row { key, body }) => {
                    assert_eq!(data.rows.insert(key, body), None, "row {key} twice");
                }
                Write::Part(Row { key, body }) => drop(data.parts.insert(key, body)),
                Write::KeepParts(length) => {
                    data.parts.retain(|key, _| key / PARTS == i64::from(length));
                }
                Write::Meta(MetaKey::Object, name) => data.stored.object = Some(name),
                Write::Meta(MetaKey::Snapshot, length) => {
                    data.snapshots += 1;
                    data.stored.snapshot = length.parse().ok();
                }
                Write::Meta(MetaKey::Alive, at) => {
                    data.stored.alive = at.parse().ok().map(Millis);
                }
                Write::Use(id, expires) => data.stored.uses.push((id, expires)),
                Write::Forget(before) => data.stored.uses.retain(|(_, until)| *until >= before),
                Write::Outbox(row) => data.stored.outbox = Some(row),
            }
        }
        Ok(())
    }

    fn set_alarm(&mut self, at: Option<Millis>) {
        self.0.borrow_mut().alarm = at;
    }

    fn erase(&mut self) {
        let mut data = self.0.borrow_mut();
        *data = Data {
            commits: data.commits,
            ..Data::default()
        };
    }
}

fn row((&key, body): (&i64, &String)) -> Row {
    let body = body.clone();
    Row { key, body }
}
