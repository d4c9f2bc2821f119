//! What was decided and is not durable yet, and who waits for it.

use super::{
    effect::RequestNo,
    sockets::{Attachment, SocketId},
    storage::Write,
    stored::{Answer, BatchText},
};
use crate::engine::Refusal;
use lectern_identity::Millis;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, ops::Range, rc::Rc};

/// Bytes after which a batch is not let grow.
const FULL: usize = 512 * 1024;
/// What a hello counts as: the view or the missed events that answer it are encoded with the batch.
const HELLO: usize = FULL / 32;

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
#[derive(Default)]
pub(super) struct Batch {
    /// As they will be stored. Null: a command was accepted that changed nothing.
    pub(super) events: BatchText,
    pub(super) answers: Vec<Answer>,
    /// What is stored beside the events.
    pub(super) writes: Vec<Write>,
    pub(super) outgoing: Vec<Outgoing>,
    /// How many hellos wait.
    pub(super) hellos: usize,
    /// Whether one of the events ends the session.
    pub(super) ends: Option<Millis>,
}

impl Batch {
    /// Whether there is nothing to store and nobody who waits.
    pub(super) fn is_empty(&self) -> bool {
        self.stores_nothing() && self.outgoing.is_empty()
    }

    /// Whether whoever waits need not wait.
    pub(super) fn stores_nothing(&self) -> bool {
        self.events.events() == 0 && self.answers.is_empty() && self.writes.is_empty()
    }

    /// Whether it is not to grow any more.
    pub(super) fn full(&self) -> bool {
        let answers: usize = self.answers.len() * size_of::<Answer>();
        let hellos = self.hellos * HELLO;
        self.events.len() + answers + hellos + self.outgoing.len() * size_of::<Outgoing>() >= FULL
    }
}
