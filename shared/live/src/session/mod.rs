//! One live session: everything but actual sockets, timers and SQL.
//!
//! A message's way: *decode* → the socket's *budget* → *decide* and *evolve* in memory, in order of
//! arrival, each under its own `catch_unwind` → the open *batch* → one commit → and only then answers,
//! events and welcomes go out as [`Effect`]s.
//!
//! Invariant: what leaves as an effect follows from what is durable. The memory is a cache: after a
//! failed commit or a panic it is thrown away and rebuilt before the next input.

mod alarm;
mod answers;
mod batch;
mod budget;
mod decode;
mod effect;
mod flush;
mod fold;
mod index;
mod input;
mod memory;
mod open;
mod outbox;
mod recent;
mod request;
mod scan;
mod sockets;
pub mod storage;
mod stored;
mod timer;
mod welcome;

pub use alarm::AlarmClock;
pub use effect::{Effect, RequestNo};
pub use sockets::{Attachment, SocketId};
pub use storage::{EventLog, StorageError};

use crate::{
    engine::{Actor, Engine, Input, Moment, Refusal, Role},
    wire::{Close, Presence},
};
use batch::Batch;
use fold::Fold;
use lectern_identity::Millis;
use memory::Memory;
use sockets::{Socket, Sockets};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Messages that arrive within this time of the first one become durable together.
pub const BATCH_MILLIS: u64 = 2;

/// A live session of one engine, kept by one log.
pub struct Session<E: Engine, L: EventLog> {
    log: L,
    /// None: to be rebuilt before the next input.
    memory: Option<Memory<E>>,
    batch: Batch,
    sockets: Sockets,
    fold: Fold,
    effects: Vec<Effect>,
    /// The alarm as set; none: not known.
    alarm: Option<Millis>,
    /// Alarms in a row that could not do their work.
    stuck: u32,
    /// Whether a commit failed or the engine panicked in this alarm's work.
    faulted: bool,
    /// Whether the memory was built once since construction: later rebuilds are no down-time.
    woken: bool,
    /// Whether sockets came or went in the middle of something; the engine is told afterwards.
    crowd_changed: bool,
}

impl<E: Engine, L: EventLog> Session<E, L> {
    /// A session over its log. Reads and stores nothing.
    pub fn new(log: L) -> Self {
        Self {
            log,
            memory: None,
            batch: Batch::default(),
            sockets: Sockets::default(),
            fold: Fold::default(),
            effects: Vec::new(),
            alarm: None,
            stuck: 0,
            faulted: false,
            woken: false,
            crowd_changed: false,
        }
    }

    /// Takes back the sockets that stayed open while the object slept. To be called once, before any input,
    /// also when there are none.
    ///
    /// Of two sockets of one seat the newer stays: the object died between accepting and closing.
    pub fn adopt(&mut self, attachments: Vec<Attachment>, at: Moment) {
        if !self.ready(at) {
            let closes = attachments.iter().map(|socket| Effect::Close {
                socket: socket.id,
                close: Close::Restart,
            });
            self.effects.extend(closes);
            return;
        }
        let Some(memory) = &self.memory else { return };
        let mut sorted = attachments;
        sorted.sort_by_key(|attachment| attachment.id);
        for attachment in sorted {
            let socket = Socket::new::<E>(&attachment, &memory.index, at.now);
            if let Some(old) = self.sockets.add(attachment.id, socket) {
                self.effects.push(Effect::Close {
                    socket: old,
                    close: Close::Replaced,
                });
            }
        }
        self.present(at);
        // Also when nothing changed: it may have been lost with what was in memory.
        self.reschedule(at.now);
    }

    /// What is to be done outside now, in order.
    pub fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Whether a batch waits for [`Self::flush`].
    #[must_use]
    pub fn waiting(&self) -> bool {
        !self.batch.is_empty()
    }

    /// When [`Self::fold`] is to be called; none while no total changed.
    #[must_use]
    pub fn fold_due(&self) -> Option<Millis> {
        // Without a memory there is nothing to tell, and asking again would never end.
        self.memory.as_ref().and_then(|_| self.fold.due())
    }

    /// The memory as a snapshot would store it; none while there is none. For tests and tools.
    #[must_use]
    pub fn remembered(&self) -> Option<String> {
        let memory = self.memory.as_ref()?;
        let mut text = String::new();
        let mut push = |row: storage::Row| {
            text.push_str(&row.body);
            Ok(())
        };
        memory.write_snapshot(&mut push).ok()?;
        Some(text)
    }

    /// What keeps the session.
    pub fn log(&self) -> &L {
        &self.log
    }

    /// Rebuilds the memory if it was thrown away; false if that is not possible now.
    fn ready(&mut self, at: Moment) -> bool {
        if self.memory.is_some() {
            return true;
        }
        let log = &self.log;
        match guarded(|| Memory::<E>::load(log)) {
            Some(Ok(memory)) => self.memory = Some(memory),
            Some(Err(error)) => self.note("rebuild_failed", error.to_string()),
            None => self.note("rebuild_panicked", String::new()),
        }
        if self.memory.is_none() {
            self.reschedule(at.now);
            return false;
        }
        self.fold = Fold::default();
        if std::mem::replace(&mut self.woken, true) {
            // What was told of presence may have been lost with the memory.
            self.crowd_changed = true;
        } else if let Some(down) = self
            .memory
            .as_ref()
            .and_then(|memory| timer::down(memory, at.now))
        {
            self.decide(at, Actor::Clock, Input::Tick { down }).ok();
        }
        true
    }

    /// Tells the engine whether anybody is connected. It ignores what it knows.
    fn present(&mut self, at: Moment) {
        self.fold.touch();
        let anyone = self.sockets.len() > 0;
        if self.memory.as_ref().is_some_and(Memory::exists) {
            self.decide(at, Actor::Shell, Input::Presence { anyone })
                .ok();
        }
        self.settle(at);
    }

    fn presence(&self) -> Presence {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Presence {
            connected: count(self.sockets.len()),
            participants: count(self.sockets.count(Role::Participant)),
        }
    }

    fn note(&mut self, what: &'static str, detail: String) {
        self.effects.push(Effect::Log { what, detail });
    }
}

/// Runs an engine's code; none if it panicked.
fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    // What a panic leaves half done is thrown away with the memory, so nothing broken is seen.
    catch_unwind(AssertUnwindSafe(run)).ok()
}

/// The refusal of whoever met a fault of ours. Nothing was stored.
fn internal() -> Refusal {
    Refusal::new(
        "internal",
        "something went wrong here; nothing was stored, try again",
    )
}
