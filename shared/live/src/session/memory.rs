//! What an object holds in memory: a cache of what is stored, rebuilt from it at any time.
//!
//! Invariant: the memory after a rebuild equals, byte for byte, the memory before it.

use super::{
    answers::Answers,
    index::Index,
    recent::{Entry, Frame, Recent},
    storage::{EventLog, OutboxRow, StorageError, Stored},
    stored::{self, StoredBatch, StoredSnapshot},
};
use crate::engine::{Channel, Engine};
use lectern_identity::{Millis, UseId};
use std::collections::BTreeMap;

/// Events without a snapshot, at least.
const SNAPSHOT_AFTER: u32 = 500;

/// The memory of a session.
pub(super) struct Memory<E: Engine> {
    pub(super) engine: E,
    pub(super) index: Index,
    pub(super) answers: Answers,
    pub(super) recent: Recent<E>,
    pub(super) uses: BTreeMap<UseId, Millis>,
    pub(super) outbox: Option<OutboxRow>,
    /// The object's own name; none until something is stored.
    pub(super) object: Option<String>,
    /// When it was last known to be alive, as stored.
    pub(super) alive: Option<Millis>,
    /// Events that the stored snapshot covers.
    snapshot: u32,
    /// `Engine::wake_at`, asked once a batch.
    pub(super) wake_at: Option<Millis>,
}

impl<E: Engine> Memory<E> {
    /// Rebuilds the memory: the snapshot, then every event since.
    pub(super) fn load(log: &impl EventLog) -> Result<Self, StorageError> {
        let stored = log.load()?;
        let mut memory = Self::from_snapshot(stored.unwrap_or_default())?;
        if memory.object.is_some() {
            memory.replay(log)?;
        }
        memory.wake_at = memory.engine.wake_at();
        Ok(memory)
    }

    fn from_snapshot(stored: Stored) -> Result<Self, StorageError> {
        let mut answers = Answers::default();
        let (engine, index) = if stored.snapshot.is_empty() {
            (E::default(), Index::default())
        } else {
            let snapshot: StoredSnapshot<E> = stored::read(&stored.snapshot.concat())?;
            snapshot
                .answers
                .into_iter()
                .for_each(|answer| answers.keep(answer));
            (
                snapshot.engine,
                Index::from_stored::<E>(snapshot.length, snapshot.channels)?,
            )
        };
        Ok(Self {
            snapshot: index.length(),
            recent: Recent::at(index.length()),
            engine,
            index,
            answers,
            uses: stored.uses.into_iter().collect(),
            outbox: stored.outbox,
            object: stored.object,
            alive: stored.alive,
            wake_at: None,
        })
    }

    fn replay(&mut self, log: &impl EventLog) -> Result<(), StorageError> {
        for (first, body) in stored::bodies(log.rows(self.index.length(), u32::MAX)?) {
            let batch: StoredBatch<Option<E::Event>> = stored::read(&body)?;
            let known = self.index.length().saturating_sub(first) as usize;
            if known > 0 && known >= batch.events.len() {
                continue;
            }
            for (at, event) in batch.events.into_iter().skip(known) {
                self.alive = self.alive.max(Some(at));
                self.apply(at, event);
            }
            batch
                .answers
                .into_iter()
                .for_each(|answer| self.answers.keep(answer));
            self.recent.trim();
        }
        Ok(())
    }

    /// Applies an event and numbers it in its channels.
    fn apply(&mut self, at: Millis, event: Option<E::Event>) {
        event.iter().for_each(|event| self.engine.evolve(at, event));
        self.number(at, event);
    }

    /// Numbers an event that was applied. None: a command was accepted that changed nothing; its place
    /// in the log holds its answer.
    pub(super) fn number(&mut self, at: Millis, event: Option<E::Event>) {
        self.index
            .push(event.as_ref().map(E::channels).unwrap_or_default());
        self.recent.push(Entry::new(at, event));
    }

    /// Whether anything was ever stored.
    pub(super) fn exists(&self) -> bool {
        self.object.is_some()
    }

    /// Whether a snapshot would pay: its cost stays a fraction of what was written since.
    pub(super) fn snapshot_due(&self) -> bool {
        let since = self.index.length().saturating_sub(self.snapshot);
        since > SNAPSHOT_AFTER.max(self.snapshot / 2)
    }

    /// The snapshot's text, and that it covers everything so far.
    pub(super) fn snapshot(&self) -> Result<String, StorageError> {
        stored::write(&StoredSnapshot::new(
            self.index.length(),
            &self.engine,
            self.index.to_stored::<E>(),
            self.answers.to_stored(),
        ))
    }

    /// Notes that the snapshot was stored.
    pub(super) fn snapshot_stored(&mut self) {
        self.snapshot = self.index.length();
    }

    /// The frames of an event in the window: `(channel, number, frame)`.
    pub(super) fn frames(&mut self, event: u32) -> Vec<(Channel, u32, Frame)> {
        let channels = self
            .recent
            .get(event)
            .map(Entry::channels)
            .unwrap_or_default();
        let numbered = channels.into_iter().filter_map(|channel| {
            let seq = self.index.number_of(channel, event)?;
            Some((channel, seq, self.recent.frame(event, channel, seq)?))
        });
        numbered.collect()
    }
}
