//! A live session's log in memory.

use lectern_identity::Millis;
use lectern_live::session::{
    EventLog, StorageError,
    storage::{EachRow, MetaKey, PARTS, Row, Stored, Write},
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

#[derive(Default)]
struct Data {
    made: bool,
    stored: Stored,
    rows: BTreeMap<i64, String>,
    parts: BTreeMap<i64, String>,
    alarm: Option<Millis>,
}

/// Shared, so that it outlives a session as a disk does.
#[derive(Clone, Default)]
pub(crate) struct Disk(Rc<RefCell<Data>>);

impl Disk {
    /// When the object wants to be woken.
    pub(crate) fn alarm(&self) -> Option<Millis> {
        self.0.borrow().alarm
    }

    /// The alarm rings.
    pub(crate) fn ring(&self) {
        self.0.borrow_mut().alarm = None;
    }
}

impl EventLog for Disk {
    fn load(&self) -> Result<Option<Stored>, StorageError> {
        let data = self.0.borrow();
        Ok(data.made.then(|| data.stored.clone()))
    }

    fn rows(&self, from: u32, to: u32, each: EachRow<'_>) -> Result<(), StorageError> {
        let data = self.0.borrow();
        let before = data.rows.range(..(i64::from(from) + 1) * PARTS).next_back();
        let start = before.map_or(0, |(key, _)| key / PARTS * PARTS);
        let rows = data.rows.range(start..i64::from(to) * PARTS);
        rows.map(row).try_for_each(each)
    }

    fn parts(&self, length: u32, each: EachRow<'_>) -> Result<(), StorageError> {
        let data = self.0.borrow();
        let start = i64::from(length) * PARTS;
        let parts = data.parts.range(start..start + PARTS);
        parts.map(row).try_for_each(each)
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StorageError> {
        let mut data = self.0.borrow_mut();
        data.made = true;
        for write in writes {
            match write {
                Write::Row(Row { key, body }) => {
                    assert!(data.rows.insert(key, body).is_none(), "row {key} twice");
                }
                Write::Part(Row { key, body }) => drop(data.parts.insert(key, body)),
                Write::KeepParts(length) => {
                    data.parts.retain(|key, _| key / PARTS == i64::from(length));
                }
                Write::Meta(MetaKey::Snapshot, length) => {
                    data.stored.snapshot = length.parse().ok();
                }
                Write::Meta(MetaKey::Object, name) => data.stored.object = Some(name),
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
        *self.0.borrow_mut() = Data::default();
    }
}

fn row((&key, body): (&i64, &String)) -> Row {
    let body = body.clone();
    Row { key, body }
}
