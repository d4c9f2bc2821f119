//! The answer to a hello: what was missed, or a fresh view.
//!
//! Invariant: after the welcome a socket has seen, or is being sent, every event of its channels up to
//! the log's end, each once.

use super::{
    Session,
    effect::Effect,
    guarded,
    index::wire_name,
    memory::Memory,
    recent::{self, Entry, Frame, encode},
    sockets::{SocketId, Stage, heard},
    storage::{EventLog, StorageError},
};
use crate::{
    engine::{Channel, Engine, Moment, Role},
    wire::{Close, RESUME_LIMIT, ServerFrame},
};
use lectern_identity::SeatId;
use std::collections::BTreeMap;

/// A missed event: its number in the log, the channel, and its number there.
type Missed = (u32, Channel, u32);

impl<E: Engine, L: EventLog> Session<E, L> {
    /// Welcomes a socket. Called only while nothing undurable is in memory.
    pub(super) fn welcome(
        &mut self,
        socket: SocketId,
        resume: Option<BTreeMap<String, u32>>,
        at: Moment,
    ) {
        let Some(known) = self.sockets.get(socket) else {
            return;
        };
        let (seat, role) = (known.seat, known.role);
        let Some(memory) = &mut self.memory else {
            return self.part(socket, Close::Restart);
        };
        let missed = resume.and_then(|seen| memory.missed(role, seat, &seen));
        let log = &self.log;
        let prepared = guarded(|| {
            let view = missed
                .is_none()
                .then(|| memory.engine.view(seat, role, at.now));
            let welcome = encode(&ServerFrame::<(), _, (), ()>::Welcome {
                now: at.now,
                seat,
                role,
                channels: memory.numbers(role, seat),
                last_id: memory.answers.last_id(seat),
                view,
            });
            let frames = memory.missed_frames(missed.unwrap_or_default(), log)?;
            Ok::<_, StorageError>((welcome, frames))
        });
        let Some(Ok((Some(welcome), frames))) = prepared else {
            self.note(
                "welcome_failed",
                format!("{:?}", prepared.map(|read| read.err())),
            );
            return self.part(socket, Close::Restart);
        };
        self.start(socket);
        self.send(vec![socket], welcome, None);
        for (channel, seq, frame) in frames {
            self.send(vec![socket], frame, Some((channel, seq)));
        }
        self.send_newest(socket, role, at);
    }

    /// From here on the socket hears its channels.
    fn start(&mut self, socket: SocketId) {
        let (Some(known), Some(memory)) = (self.sockets.get(socket), &self.memory) else {
            return;
        };
        known.stage = Stage::Welcomed;
        let numbers =
            heard::<E>(known.role, known.seat).map(|channel| memory.index.number(channel));
        known.flow.start(numbers.collect());
        let attachment = known.attachment(socket);
        self.effects.push(Effect::Attach(attachment));
    }

    /// The totals as the others have them; a newer value follows to all.
    fn send_newest(&mut self, socket: SocketId, role: Role, at: Moment) {
        if self.fold.is_empty() {
            // Also sends them to this socket, which hears its channels by now.
            self.fold.touch();
            return self.fold(at);
        }
        for &group in E::hears(role) {
            for frame in self.fold.newest(group).collect::<Vec<_>>() {
                self.send(vec![socket], frame, None);
            }
        }
    }
}

impl<E: Engine> Memory<E> {
    /// The number of each channel that a seat hears.
    fn numbers(&self, role: Role, seat: SeatId) -> BTreeMap<String, u32> {
        let number = |channel| {
            (
                wire_name::<E>(channel).to_owned(),
                self.index.number(channel),
            )
        };
        heard::<E>(role, seat).map(number).collect()
    }

    /// What a seat missed, in the order of the log. None when it needs a fresh view: a channel is not
    /// named, a number lies in the future, or more than [`RESUME_LIMIT`] messages are missing.
    fn missed(
        &self,
        role: Role,
        seat: SeatId,
        seen: &BTreeMap<String, u32>,
    ) -> Option<Vec<Missed>> {
        let mut missed = Vec::new();
        for channel in heard::<E>(role, seat) {
            let seen = *seen.get(wire_name::<E>(channel))?;
            let count = self.index.number(channel).checked_sub(seen)?;
            if missed.len() + count as usize > RESUME_LIMIT {
                return None;
            }
            missed.extend(
                self.index
                    .after(channel, seen)
                    .map(|(event, seq)| (event, channel, seq)),
            );
        }
        missed.sort_by_key(|&(event, ..)| event);
        Some(missed)
    }

    /// The frames of missed events: from the window where it reaches, else from storage.
    fn missed_frames(
        &mut self,
        missed: Vec<Missed>,
        log: &impl EventLog,
    ) -> Result<Vec<(Channel, u32, Frame)>, StorageError> {
        if let Some((oldest, ..)) = missed.first() {
            self.recent.reach_back(*oldest, log)?;
        }
        let mut older: BTreeMap<u32, Entry<E>> = BTreeMap::new();
        let mut frames = Vec::with_capacity(missed.len());
        for (event, channel, seq) in missed {
            let frame = if self.recent.get(event).is_some() {
                self.recent.frame(&self.engine, event, channel, seq)
            } else {
                if !older.contains_key(&event) {
                    older.clear();
                    recent::read::<E>(log, event, event.saturating_add(1), |number, entry| {
                        older.insert(number, entry);
                    })?;
                }
                older
                    .get_mut(&event)
                    .and_then(|entry| entry.frame(&self.engine, channel, seq))
            };
            let lost = || StorageError(format!("event {event} is not in the log"));
            frames.push((channel, seq, frame.ok_or_else(lost)?));
        }
        Ok(frames)
    }
}
