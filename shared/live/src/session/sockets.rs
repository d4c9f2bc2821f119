//! The sockets of a session: one a seat, and what each has said and been sent.
//!
//! Invariant: a seat has at most one socket, the newest; a socket hears nothing before its welcome.

use super::{
    budget::{Bucket, Flow},
    index::{Index, ME, wire_name},
};
use crate::engine::{Channel, Engine, Role};
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A socket's number within its object. Rises; never that of an open socket twice.
pub type SocketId = u32;

/// What a socket carries through hibernation (the platform keeps up to 16 KB of it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its number.
    pub id: SocketId,
    /// Whose it is.
    pub seat: SeatId,
    /// What the seat may do.
    pub role: Role,
    /// When it was accepted.
    pub accepted: Millis,
    /// Whether it was welcomed.
    pub welcomed: bool,
    /// Malformed frames so far.
    pub malformed: u32,
    /// Bytes it was sent and had not reported as seen, roughly.
    pub unseen: u32,
}

/// Where a socket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing was heard from it.
    Silent,
    /// Its `hello` waits for the batch to be durable.
    Greeting,
    /// It hears its channels.
    Welcomed,
}

/// A socket.
pub(super) struct Socket {
    pub(super) seat: SeatId,
    pub(super) role: Role,
    pub(super) accepted: Millis,
    pub(super) stage: Stage,
    pub(super) bucket: Bucket,
    pub(super) malformed: u32,
    /// Commands that wait for their answer.
    pub(super) waiting: usize,
    pub(super) flow: Flow,
    /// Unseen bytes as last attached.
    attached: u64,
}

/// Unseen bytes are attached again when they grew by this much.
const ATTACH_EVERY: u64 = 64 * 1024;

impl Socket {
    pub(super) fn new<E: Engine>(from: &Attachment, index: &Index, now: Millis) -> Self {
        let numbers = heard::<E>(from.role, from.seat).map(|channel| index.number(channel));
        Self {
            seat: from.seat,
            role: from.role,
            accepted: from.accepted,
            stage: if from.welcomed {
                Stage::Welcomed
            } else {
                Stage::Silent
            },
            bucket: Bucket::full(now),
            malformed: from.malformed,
            waiting: 0,
            flow: Flow::new(numbers.collect(), u64::from(from.unseen)),
            attached: u64::from(from.unseen),
        }
    }

    pub(super) fn attachment(&mut self, id: SocketId) -> Attachment {
        self.attached = self.flow.unseen();
        Attachment {
            id,
            seat: self.seat,
            role: self.role,
            accepted: self.accepted,
            welcomed: self.stage == Stage::Welcomed,
            malformed: self.malformed,
            unseen: u32::try_from(self.attached).unwrap_or(u32::MAX),
        }
    }

    /// Whether what is attached has grown old.
    pub(super) fn attach_due(&self) -> bool {
        self.flow.unseen() >= self.attached.saturating_add(ATTACH_EVERY)
    }

    /// A channel's place among those this socket hears.
    pub(super) fn place<E: Engine>(&self, channel: Channel) -> Option<usize> {
        heard::<E>(self.role, self.seat).position(|heard| heard == channel)
    }

    /// A client's report in the order of the channels this socket hears; what is not named is 0.
    pub(super) fn report<E: Engine>(&mut self, channels: &BTreeMap<String, u32>) {
        let names = heard::<E>(self.role, self.seat).map(wire_name::<E>);
        let seen: Vec<u32> = names
            .map(|name| channels.get(name).copied().unwrap_or(0))
            .collect();
        self.flow.report(&seen);
    }
}

/// The channels a seat hears: its role's groups, then its own.
pub(super) fn heard<E: Engine>(role: Role, seat: SeatId) -> impl Iterator<Item = Channel> {
    E::hears(role)
        .iter()
        .map(|&group| Channel::Group(group))
        .chain([Channel::Seat(seat)])
}

/// Whether a client may name a channel so.
pub(super) fn is_channel<E: Engine>(name: &str) -> bool {
    name == ME || E::GROUPS.contains(&name)
}

/// All sockets.
#[derive(Default)]
pub(super) struct Sockets {
    by_id: BTreeMap<SocketId, Socket>,
    by_seat: BTreeMap<SeatId, SocketId>,
    last: SocketId,
}

impl Sockets {
    /// A number for the next socket.
    pub(super) fn next_id(&mut self) -> SocketId {
        self.last = self.last.wrapping_add(1);
        self.last
    }

    /// Adds a socket; the one that it replaces is taken out and returned.
    pub(super) fn add(&mut self, id: SocketId, socket: Socket) -> Option<SocketId> {
        self.last = self.last.max(id);
        let replaced = self.by_seat.insert(socket.seat, id);
        self.by_id.insert(id, socket);
        replaced.filter(|&old| old != id && self.by_id.remove(&old).is_some())
    }

    /// Takes a socket out; false if it was none of ours any more.
    pub(super) fn remove(&mut self, id: SocketId) -> bool {
        let Some(socket) = self.by_id.remove(&id) else {
            return false;
        };
        if self.by_seat.get(&socket.seat) == Some(&id) {
            self.by_seat.remove(&socket.seat);
        }
        true
    }

    pub(super) fn get(&mut self, id: SocketId) -> Option<&mut Socket> {
        self.by_id.get_mut(&id)
    }

    pub(super) fn of_seat(&self, seat: SeatId) -> Option<SocketId> {
        self.by_seat.get(&seat).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn count(&self, role: Role) -> usize {
        self.by_id
            .values()
            .filter(|socket| socket.role == role)
            .count()
    }

    pub(super) fn ids(&self) -> Vec<SocketId> {
        self.by_id.keys().copied().collect()
    }

    /// The welcomed sockets that hear a channel.
    pub(super) fn hearers<E: Engine>(&self, channel: Channel) -> Vec<SocketId> {
        let welcomed = |socket: &Socket| socket.stage == Stage::Welcomed;
        match channel {
            Channel::Seat(seat) => {
                let id = self.of_seat(seat);
                id.filter(|id| self.by_id.get(id).is_some_and(welcomed))
                    .into_iter()
                    .collect()
            }
            Channel::Group(group) => {
                let hears = |socket: &Socket| E::hears(socket.role).contains(&group);
                let heard = self
                    .by_id
                    .iter()
                    .filter(|(_, socket)| welcomed(socket) && hears(socket));
                heard.map(|(&id, _)| id).collect()
            }
        }
    }

    /// The sockets that were accepted before `then` and have not said hello.
    pub(super) fn silent_since(&self, then: Millis) -> Vec<SocketId> {
        let silent = |socket: &Socket| socket.stage == Stage::Silent && socket.accepted <= then;
        self.by_id
            .iter()
            .filter(|(_, socket)| silent(socket))
            .map(|(&id, _)| id)
            .collect()
    }

    /// When the oldest silent socket was accepted.
    pub(super) fn oldest_silent(&self) -> Option<Millis> {
        let silent = self
            .by_id
            .values()
            .filter(|socket| socket.stage == Stage::Silent);
        silent.map(|socket| socket.accepted).min()
    }
}
