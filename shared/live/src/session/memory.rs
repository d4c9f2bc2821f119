//! What an object holds in memory: a cache of what is stored, rebuilt from it at any time.
//!
//! Invariant: the memory after a rebuild equals, byte for byte, the memory before it.

use super::{
    answers::Answers,
    index::Index,
    recent::{Entry, Frame, Recent},
    storage::{EachRow, EventLog, OutboxRow, StorageError, Stored},
    stored::{self, Line, SnapshotText},
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
    pub(super) snapshot: u32,
    /// Events there were when a snapshot was last begun; [`Memory::snapshot`] if none failed since.
    snapshot_tried: u32,
    /// `Engine::wake_at`, asked once a batch.
    pub(super) wake_at: Option<Millis>,
}

impl<E: Engine> Memory<E> {
    /// Rebuilds the memory: the snapshot, then every event since.
    pub(super) fn load(log: &impl EventLog) -> Result<Self, StorageError> {
        let mut memory = Self::empty(log.load()?.unwrap_or_default());
        memory.read_snapshot(log)?;
        if memory.object.is_some() {
            memory.replay(log)?;
        }
        memory.wake_at = memory.engine.wake_at();
        Ok(memory)
    }

    fn empty(stored: Stored) -> Self {
        let snapshot = stored.snapshot.unwrap_or(0);
        Self {
            snapshot,
            snapshot_tried: snapshot,
            recent: Recent::at(snapshot),
            engine: E::default(),
            index: Index::at(snapshot),
            answers: Answers::default(),
            uses: stored.uses.into_iter().collect(),
            outbox: stored.outbox,
            object: stored.object,
            alive: stored.alive,
            wake_at: None,
        }
    }

    fn read_snapshot(&mut self, log: &impl EventLog) -> Result<(), StorageError> {
        if self.snapshot == 0 {
            return Ok(());
        }
        stored::read_snapshot(log, self.snapshot, |line| {
            match line {
                Line::Piece(piece) => self.engine.restore(piece),
                Line::Channel(name, events) => self.index.restore::<E>(&name, &events)?,
                Line::Answer(answer) => self.answers.keep(answer),
                Line::End => {}
            }
            Ok(())
        })
    }

    fn replay(&mut self, log: &impl EventLog) -> Result<(), StorageError> {
        let from = self.index.length();
        stored::read_batches::<Option<E::Event>>(log, from, u32::MAX, |first, batch, bytes| {
            let known = self.index.length().saturating_sub(first) as usize;
            if known > 0 && known >= batch.events.len() {
                return Ok(());
            }
            let each = bytes / batch.events.len().max(1);
            for (at, event) in batch.events.into_iter().skip(known) {
                self.alive = self.alive.max(Some(at));
                event.iter().for_each(|event| self.engine.evolve(at, event));
                self.number(at, event, each);
            }
            batch
                .answers
                .into_iter()
                .for_each(|answer| self.answers.keep(answer));
            self.recent.trim();
            Ok(())
        })
    }

    /// Numbers an event that was applied. None: a command was accepted that changed nothing; its place
    /// in the log holds its answer. `bytes`: what it takes there.
    pub(super) fn number(&mut self, at: Millis, event: Option<E::Event>, bytes: usize) {
        self.index
            .push(event.as_ref().map(E::channels).unwrap_or_default());
        self.recent.push(Entry::new(at, event, bytes));
    }

    /// Whether anything was ever stored.
    pub(super) fn exists(&self) -> bool {
        self.object.is_some()
    }

    /// Whether a snapshot would pay: its cost stays a fraction of what was written since one was last
    /// begun. One that failed cost as much, and is not begun again with every batch.
    pub(super) fn snapshot_due(&self) -> bool {
        let since = self.index.length().saturating_sub(self.snapshot_tried);
        since > SNAPSHOT_AFTER.max(self.snapshot_tried / 2)
    }

    /// Notes that a snapshot is begun.
    pub(super) fn snapshot_begun(&mut self) {
        self.snapshot_tried = self.index.length();
    }

    /// Writes the snapshot of everything so far, row by row.
    pub(super) fn write_snapshot(&self, row: EachRow<'_>) -> Result<(), StorageError> {
        let mut text = SnapshotText::new(self.index.length(), row)?;
        for piece in (0..).map_while(|number| self.engine.piece(number)) {
            text.line(&Line::Piece(piece))?;
        }
        for (name, events) in self.index.to_stored::<E>() {
            text.line(&Line::<()>::Channel(name, events))?;
        }
        for answer in self.answers.to_stored() {
            text.line(&Line::<()>::Answer(answer))?;
        }
        text.end()
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
            Some((
                channel,
                seq,
                self.recent.frame(&self.engine, event, channel, seq)?,
            ))
        });
        numbered.collect()
    }
}
