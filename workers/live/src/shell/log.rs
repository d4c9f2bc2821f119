//! The event log over the object's own SQLite.
//!
//! Invariant: nothing is created by a look; the tables come with the first commit. A commit of several
//! statements runs in `transactionSync`, which rolls back when one throws.

use js_sys::{Date, Function, Object, Reflect};
use lectern_identity::Millis;
use lectern_live::session::{
    AlarmClock, EventLog, StorageError,
    storage::{EachRow, MetaKey, OutboxRow, PARTS, Row, Stored, Write},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    cell::{Cell, RefCell},
    panic::AssertUnwindSafe,
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use worker::{SqlStorage, SqlStorageValue, State, Storage};

const TABLES: [&str; 5] = [
    "CREATE TABLE IF NOT EXISTS log (key INTEGER PRIMARY KEY, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS snapshot (key INTEGER PRIMARY KEY, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS used (id TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, created INTEGER NOT NULL, \
     attempts INTEGER NOT NULL, next INTEGER NOT NULL, confirmed INTEGER) WITHOUT ROWID",
];

/// The batch that holds event ?1 up to the batch that starts before event ?2. Numbers arrive as floats:
/// only with a literal divisor is a division one of integers.
const ROWS: &str = "SELECT key, body FROM log WHERE key >= \
    (SELECT coalesce(max(key), 0) FROM log WHERE key < (?1 + 1) * 1024) / 1024 * 1024 \
    AND key < ?2 * 1024 ORDER BY key";

/// The parts of the snapshot of ?1 events.
const SNAPSHOT: &str =
    "SELECT key, body FROM snapshot WHERE key >= ?1 * 1024 AND key < (?1 + 1) * 1024 ORDER BY key";

const _: () = assert!(PARTS == 1024);

/// A session's log in its object's SQLite.
pub(super) struct SqlLog {
    storage: Storage,
    sql: SqlStorage,
    alarm: Rc<RefCell<AlarmClock>>,
    /// Whether the tables are known to exist.
    made: Cell<bool>,
}

/// A statement and what it is given.
type Statement = (&'static str, Vec<SqlStorageValue>);

impl SqlLog {
    pub(super) fn new(state: &State, alarm: &Rc<RefCell<AlarmClock>>) -> Self {
        let storage = state.storage();
        Self {
            sql: storage.sql(),
            storage,
            alarm: Rc::clone(alarm),
            made: Cell::new(false),
        }
    }

    fn query<T: DeserializeOwned>(
        &self,
        statement: &str,
        values: Vec<SqlStorageValue>,
    ) -> Result<Vec<T>, StorageError> {
        self.sql
            .exec(statement, values)
            .and_then(|rows| rows.to_array())
            .map_err(failed)
    }

    /// Reads row by row: a whole log would not fit.
    fn each(
        &self,
        statement: &str,
        values: Vec<SqlStorageValue>,
        each: EachRow<'_>,
    ) -> Result<(), StorageError> {
        let rows = self.sql.exec(statement, values).map_err(failed)?;
        for row in rows.next::<Row>() {
            each(row.map_err(failed)?)?;
        }
        Ok(())
    }

    fn exists(&self) -> Result<bool, StorageError> {
        #[derive(Deserialize)]
        struct Table {}
        if !self.made.get() {
            let found = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'log'";
            self.made
                .set(!self.query::<Table>(found, Vec::new())?.is_empty());
        }
        Ok(self.made.get())
    }

    /// Runs all of these or none.
    fn transaction(&self, statements: Vec<Statement>) -> Result<(), StorageError> {
        let sql = self.sql.clone();
        let run = move || -> Result<JsValue, JsValue> {
            for (statement, values) in statements {
                sql.exec(statement, values)?;
            }
            Ok(JsValue::UNDEFINED)
        };
        let run = Closure::once_into_js(AssertUnwindSafe(run));
        let storage: &JsValue = self.storage.as_raw().as_ref();
        let transaction = Reflect::get(storage, &JsValue::from_str("transactionSync"));
        let transaction: Function = transaction.and_then(JsCast::dyn_into).map_err(thrown)?;
        transaction.call1(storage, &run).map(drop).map_err(thrown)
    }
}

impl EventLog for SqlLog {
    fn load(&self) -> Result<Option<Stored>, StorageError> {
        #[derive(Deserialize)]
        struct Meta {
            key: String,
            value: String,
        }
        #[derive(Deserialize)]
        struct Used {
            id: lectern_identity::UseId,
            expires: Millis,
        }
        if !self.exists()? {
            return Ok(None);
        }
        let used: Vec<Used> = self.query("SELECT id, expires FROM used", Vec::new())?;
        let outbox: Vec<OutboxRow> = self.query("SELECT * FROM outbox", Vec::new())?;
        let mut stored = Stored {
            uses: used
                .into_iter()
                .map(|used| (used.id, used.expires))
                .collect(),
            outbox: outbox.into_iter().next(),
            ..Stored::default()
        };
        for Meta { key, value } in self.query("SELECT key, value FROM meta", Vec::new())? {
            match key.as_str() {
                key if key == MetaKey::Object.as_str() => stored.object = Some(value),
                key if key == MetaKey::Alive.as_str() => {
                    stored.alive = value.parse().ok().map(Millis)
                }
                key if key == MetaKey::Snapshot.as_str() => stored.snapshot = value.parse().ok(),
                _ => {}
            }
        }
        Ok(Some(stored))
    }

    fn rows(&self, from: u32, to: u32, each: EachRow<'_>) -> Result<(), StorageError> {
        self.each(ROWS, vec![integer(from.into()), integer(to.into())], each)
    }

    fn parts(&self, length: u32, each: EachRow<'_>) -> Result<(), StorageError> {
        self.each(SNAPSHOT, vec![integer(length.into())], each)
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StorageError> {
        let mut statements = Vec::new();
        if !self.exists()? {
            statements.extend(TABLES.map(|table| (table, Vec::new())));
        }
        writes
            .into_iter()
            .for_each(|write| write_statements(write, &mut statements));
        if let [_] = statements.as_slice() {
            // One statement is a transaction by itself.
            let Some((statement, values)) = statements.pop() else {
                return Ok(());
            };
            return self.sql.exec(statement, values).map(drop).map_err(failed);
        }
        self.transaction(statements)?;
        self.made.set(true);
        Ok(())
    }

    fn set_alarm(&mut self, at: Option<Millis>) {
        match self.alarm.borrow_mut().set(at) {
            Some(at) => set_alarm(&self.storage, at),
            None => drop(self.storage.as_raw().delete_alarm(Object::new())),
        }
    }

    fn erase(&mut self) {
        self.made.set(false);
        self.alarm.borrow_mut().set(None);
        let storage = self.storage.as_raw();
        drop(storage.delete_alarm(Object::new()));
        drop(storage.delete_all());
    }
}

/// Sets the object's alarm. Not awaited: it is part of this turn's write, which the output gate waits for.
pub(super) fn set_alarm(storage: &Storage, at: Millis) {
    // A safe integer until the year 287396.
    #[allow(clippy::cast_precision_loss)]
    let date = Date::new(&JsValue::from_f64(at.0 as f64));
    drop(storage.as_raw().set_alarm(date, Object::new()));
}

/// What a write is in SQL.
fn write_statements(write: Write, statements: &mut Vec<Statement>) {
    let text = |value: &dyn ToString| SqlStorageValue::String(value.to_string());
    match write {
        Write::Row(Row { key, body }) => {
            let values = vec![integer(key), SqlStorageValue::from(body)];
            statements.push(("INSERT INTO log (key, body) VALUES (?, ?)", values));
        }
        Write::Part(Row { key, body }) => {
            let values = vec![integer(key), SqlStorageValue::from(body)];
            statements.push((
                "INSERT OR REPLACE INTO snapshot (key, body) VALUES (?, ?)",
                values,
            ));
        }
        Write::KeepParts(length) => {
            statements.push((
                "DELETE FROM snapshot WHERE key / 1024 <> ?",
                vec![integer(length.into())],
            ));
        }
        Write::Meta(key, value) => {
            let values = vec![
                SqlStorageValue::from(key.as_str()),
                SqlStorageValue::from(value),
            ];
            statements.push((
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
                values,
            ));
        }
        Write::Use(id, expires) => {
            let values = vec![text(&id), integer(expires.0)];
            statements.push(("INSERT INTO used (id, expires) VALUES (?, ?)", values));
        }
        Write::Forget(before) => {
            statements.push((
                "DELETE FROM used WHERE expires < ?",
                vec![integer(before.0)],
            ));
        }
        Write::Outbox(row) => {
            let confirmed = row
                .confirmed
                .map_or(SqlStorageValue::Null, |at| integer(at.0));
            let attempts = integer(row.attempts.into());
            let values = vec![
                text(&row.id),
                integer(row.created.0),
                attempts,
                integer(row.next.0),
                confirmed,
            ];
            statements.push((
                "INSERT OR REPLACE INTO outbox (id, created, attempts, next, confirmed) VALUES (?, ?, ?, ?, ?)",
                values,
            ));
        }
    }
}

fn integer(value: i64) -> SqlStorageValue {
    SqlStorageValue::Integer(value)
}

fn failed(error: worker::Error) -> StorageError {
    StorageError(error.to_string())
}

fn thrown(error: JsValue) -> StorageError {
    StorageError(worker::Error::from(error).to_string())
}
