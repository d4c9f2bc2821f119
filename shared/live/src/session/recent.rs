//! A window over the end of the log, with the frames that many sockets share already encoded.
//!
//! Invariant: the window is a gapless piece of the log that reaches to its end; it is a cache, and what
//! is missing is read from storage. Limit: [`MAX_EVENTS`] events and [`MAX_BYTES`], events and frames alike.

use super::{index::wire_name, storage::EventLog, storage::StorageError, stored};
use crate::{
    engine::{Channel, Engine},
    wire::ServerFrame,
};
use lectern_identity::Millis;
use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

/// Events in the window.
const MAX_EVENTS: usize = 4_096;
/// Bytes of the window. An event counts as what it takes in the log, and what an entry takes by itself.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A frame, encoded once and sent to many.
pub(super) type Frame = Rc<str>;

/// An event with the frames that groups have been sent of it.
pub(super) struct Entry<E: Engine> {
    at: Millis,
    event: Option<E::Event>,
    frames: BTreeMap<u8, Frame>,
    /// What the event takes in the log, about.
    stored: usize,
}

impl<E: Engine> Entry<E> {
    pub(super) fn new(at: Millis, event: Option<E::Event>, stored: usize) -> Self {
        Self {
            at,
            event,
            frames: BTreeMap::new(),
            stored,
        }
    }

    /// The channels that see something of this event.
    pub(super) fn channels(&self) -> Vec<Channel> {
        self.event.as_ref().map(E::channels).unwrap_or_default()
    }

    /// What a channel is sent of this event; a group's frame is encoded once.
    pub(super) fn frame(&mut self, engine: &E, channel: Channel, seq: u32) -> Option<Frame> {
        let Channel::Group(group) = channel else {
            return self.encode(engine, channel, seq);
        };
        if let Some(frame) = self.frames.get(&group) {
            return Some(frame.clone());
        }
        let frame = self.encode(engine, channel, seq)?;
        self.frames.insert(group, frame.clone());
        Some(frame)
    }

    fn encode(&self, engine: &E, channel: Channel, seq: u32) -> Option<Frame> {
        let message = engine.project(self.event.as_ref()?, channel)?;
        let channel = wire_name::<E>(channel).to_owned();
        encode(&ServerFrame::<_, (), (), ()>::Event {
            channel,
            seq,
            at: self.at,
            message,
        })
    }

    fn bytes(&self) -> usize {
        let frames: usize = self.frames.values().map(|frame| frame.len()).sum();
        size_of::<Self>() + self.stored + frames
    }
}

/// Encodes a frame; none only if an engine's type cannot be written as JSON.
pub(super) fn encode<T: serde::Serialize>(frame: &T) -> Option<Frame> {
    serde_json::to_string(frame).ok().map(Rc::from)
}

/// The window.
pub(super) struct Recent<E: Engine> {
    first: u32,
    entries: VecDeque<Entry<E>>,
    /// Of all of them.
    bytes: usize,
}

impl<E: Engine> Recent<E> {
    /// An empty window at the log's end.
    pub(super) fn at(length: u32) -> Self {
        Self {
            first: length,
            entries: VecDeque::new(),
            bytes: 0,
        }
    }

    pub(super) fn push(&mut self, entry: Entry<E>) {
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
    }

    pub(super) fn get(&self, event: u32) -> Option<&Entry<E>> {
        let place = event.checked_sub(self.first)?;
        self.entries.get(place as usize)
    }

    /// What a channel is sent of an event in the window.
    pub(super) fn frame(
        &mut self,
        engine: &E,
        event: u32,
        channel: Channel,
        seq: u32,
    ) -> Option<Frame> {
        let place = event.checked_sub(self.first)?;
        let entry = self.entries.get_mut(place as usize)?;
        let before = entry.bytes();
        let frame = entry.frame(engine, channel, seq);
        self.bytes += entry.bytes() - before;
        frame
    }

    /// Lets go of the oldest events above the limits.
    pub(super) fn trim(&mut self) {
        while self.entries.len() > MAX_EVENTS || self.bytes > MAX_BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= oldest.bytes();
            self.first = self.first.saturating_add(1);
        }
    }

    /// Makes the window reach back to `event`, if that keeps it within its limit.
    pub(super) fn reach_back(
        &mut self,
        event: u32,
        log: &impl EventLog,
    ) -> Result<(), StorageError> {
        let missing = self.first.saturating_sub(event) as usize;
        if missing == 0 || self.entries.len() + missing > MAX_EVENTS {
            return Ok(());
        }
        let (mut older, mut bytes) = (Vec::new(), self.bytes);
        read::<E>(log, event, self.first, |number, entry| {
            bytes += entry.bytes();
            if bytes <= MAX_BYTES {
                older.push((number, entry));
            }
        })?;
        if bytes > MAX_BYTES {
            return Ok(());
        }
        for (number, entry) in older.into_iter().rev() {
            if number.saturating_add(1) == self.first {
                self.bytes += entry.bytes();
                self.entries.push_front(entry);
                self.first = number;
            }
        }
        Ok(())
    }
}

/// Reads the batches that hold the events `from..to`, which may bring a few events more.
pub(super) fn read<E: Engine>(
    log: &impl EventLog,
    from: u32,
    to: u32,
    mut each: impl FnMut(u32, Entry<E>),
) -> Result<(), StorageError> {
    stored::read_batches::<Option<E::Event>>(log, from, to, |first, batch, bytes| {
        let size = bytes / batch.events.len().max(1);
        let entry = |(at, event)| Entry::new(at, event, size);
        (first..)
            .zip(batch.events.into_iter().map(entry))
            .for_each(|(number, entry)| each(number, entry));
        Ok(())
    })
}
