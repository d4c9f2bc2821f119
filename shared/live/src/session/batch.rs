//! What was decided and is not durable yet, and who waits for it.

use super::{
    effect::RequestNo,
    sockets::{Attachment, SocketId},
    storage::Write,
    stored::Answer,
};
use crate::engine::{Engine, Refusal};
use lectern_identity::Millis;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, ops::Range, rc::Rc};

/// Events after which a batch is not let grow.
const FULL: usize = 2_000;

/// What goes out when the batch is durable, in order of arrival.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// These events of the log, to all that see them.
    Events(Range<u32>),
    /// A command was done.
    Ack {
        socket: SocketId,
        id: u32,
        at: Millis,
        reply: Rc<RawValue>,
    },
    /// A command was refused, perhaps because of what this batch holds.
    Refused {
        socket: SocketId,
        id: Option<u32>,
        refusal: Refusal,
    },
    /// A hello waits: a view must not show what is not durable.
    Hello {
        socket: SocketId,
        resume: Option<BTreeMap<String, u32>>,
    },
    /// A request's answer.
    Answer { request: RequestNo, body: String },
    /// A socket whose ticket is used up by this batch.
    Accept {
        request: RequestNo,
        attachment: Attachment,
    },
}

/// The open batch.
pub(super) struct Batch<E: Engine> {
    /// None: a command was accepted that changed nothing.
    pub(super) events: Vec<(Millis, Option<E::Event>)>,
    pub(super) answers: Vec<Answer>,
    /// What is stored beside the events.
    pub(super) writes: Vec<Write>,
    pub(super) outgoing: Vec<Outgoing>,
    /// Whether one of the events ends the session.
    pub(super) ends: Option<Millis>,
}

impl<E: Engine> Default for Batch<E> {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            answers: Vec::new(),
            writes: Vec::new(),
            outgoing: Vec::new(),
            ends: None,
        }
    }
}

impl<E: Engine> Batch<E> {
    /// Whether there is nothing to store and nobody who waits.
    pub(super) fn is_empty(&self) -> bool {
        self.stores_nothing() && self.outgoing.is_empty()
    }

    /// Whether whoever waits need not wait.
    pub(super) fn stores_nothing(&self) -> bool {
        self.events.is_empty() && self.answers.is_empty() && self.writes.is_empty()
    }

    pub(super) fn full(&self) -> bool {
        self.events.len() >= FULL
    }
}
