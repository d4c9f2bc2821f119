//! Making the batch durable, and only then telling anybody.
//!
//! A failed commit refuses `internal` to everybody who waited for it (nothing was stored, the same ids
//! may be used again) and throws the memory away. A fault after the commit closes all sockets with
//! `restart`: they come back and resume from what is durable.

use super::{
    Session,
    batch::{Batch, Outgoing},
    effect::Effect,
    guarded, internal,
    outbox::Ended,
    recent::{Frame, encode},
    request::refused_body,
    sockets::{Socket, SocketId, Stage},
    storage::{EventLog, MetaKey, StorageError, Write},
};
use crate::{
    engine::{Channel, Engine, Moment},
    wire::{Close, ServerFrame},
};
use lectern_identity::SeatId;
use std::{collections::BTreeSet, ops::Range};

impl<E: Engine, L: EventLog> Session<E, L> {
    /// Makes what waits durable and tells whoever is to know.
    ///
    /// 1. One commit of the whole batch.
    /// 2. Events, acknowledgements and answers, in order of arrival.
    /// 3. The welcomes that waited, from a memory that holds nothing but durable events.
    /// 4. Totals if they are due, the alarm, a snapshot if it pays.
    pub fn flush(&mut self, at: Moment) {
        if self.batch.is_empty() {
            return;
        }
        self.ready(at);
        let deferred = self.store_and_publish(at);
        self.ready(at);
        self.deferred(deferred, at);
        self.afterwards(at);
    }

    /// Flushes now what need not wait: nothing to store, or already a lot of it.
    pub(super) fn settle(&mut self, at: Moment) {
        if self.batch.stores_nothing() || self.batch.full() {
            self.flush(at);
        }
    }

    /// After a panic: saves what others had decided before, then forgets the memory. Who said hello
    /// waits for the rebuilt one.
    pub(super) fn panicked(&mut self, at: Moment) {
        self.note("engine_panicked", String::new());
        self.faulted = true;
        let deferred = self.store_and_publish(at);
        self.memory = None;
        self.batch.outgoing.extend(deferred);
        self.ready(at);
        self.reschedule(at.now);
    }

    fn store_and_publish(&mut self, at: Moment) -> Vec<Outgoing> {
        let mut batch = std::mem::take(&mut self.batch);
        let ended = self.ended(&mut batch, at);
        match self.store(&mut batch, at) {
            Ok(()) => {
                let deferred = self.publish(batch.outgoing);
                self.effects
                    .extend(ended.map(|Ended { message, .. }| Effect::Enqueue(message)));
                deferred
            }
            Err(error) => self.failed(batch.outgoing, &error),
        }
    }

    fn store(&mut self, batch: &mut Batch, at: Moment) -> Result<(), StorageError> {
        let mut writes = std::mem::take(&mut batch.writes);
        let events = std::mem::take(&mut batch.events);
        if events.events() > 0 {
            let Some(memory) = &mut self.memory else {
                return Err(StorageError("no memory".into()));
            };
            let first = memory.index.length().saturating_sub(events.events());
            let rows = events.rows(first, &batch.answers)?;
            writes.extend(rows.into_iter().map(Write::Row));
            memory.alive = memory.alive.max(Some(at.now));
        }
        if writes.is_empty() {
            Ok(())
        } else {
            self.log.commit(writes)
        }
    }

    /// Sends what is durable. What is meant for sockets without a welcome comes back.
    fn publish(&mut self, outgoing: Vec<Outgoing>) -> Vec<Outgoing> {
        let mut deferred = Vec::new();
        let mut addressed = BTreeSet::new();
        for item in outgoing {
            match item {
                Outgoing::Events(range) => self.fan_out(range, &mut addressed),
                Outgoing::Answer { request, body } => {
                    self.effects.push(Effect::Answer { request, body });
                }
                Outgoing::Accept {
                    request,
                    attachment,
                } => {
                    let Some(memory) = &self.memory else {
                        let refusal = internal();
                        self.effects.push(Effect::Refuse { request, refusal });
                        continue;
                    };
                    let socket = Socket::new::<E>(&attachment, &memory.index, attachment.accepted);
                    let replaced = self.sockets.add(attachment.id, socket);
                    self.effects.push(Effect::Accept {
                        request,
                        attachment,
                    });
                    let close = Close::Replaced;
                    self.effects
                        .extend(replaced.map(|socket| Effect::Close { socket, close }));
                    self.crowd_changed = true;
                }
                Outgoing::Hello { .. } => deferred.push(item),
                Outgoing::Ack { socket, .. } | Outgoing::Refused { socket, .. } => {
                    if self
                        .sockets
                        .get(socket)
                        .is_some_and(|known| known.stage == Stage::Welcomed)
                    {
                        self.answer(item);
                    } else {
                        deferred.push(item);
                    }
                }
            }
        }
        self.part_with_removed(&addressed);
        deferred
    }

    /// Answers a command, which waits no more.
    pub(super) fn answer(&mut self, item: Outgoing) {
        if let Outgoing::Ack { socket, .. } | Outgoing::Refused { socket, .. } = &item
            && let Some(known) = self.sockets.get(*socket)
        {
            known.waiting = known.waiting.saturating_sub(1);
        }
        match item {
            Outgoing::Ack {
                socket,
                id,
                at,
                reply,
            } => {
                let frame = encode(&ServerFrame::<(), (), (), _>::Ack {
                    id,
                    at,
                    reply: &*reply,
                });
                frame
                    .into_iter()
                    .for_each(|frame| self.send(vec![socket], frame, None));
            }
            Outgoing::Refused {
                socket,
                id,
                refusal,
            } => self.send_refused(socket, id, refusal),
            _ => {}
        }
    }

    /// Welcomes first, then what waited behind them.
    fn deferred(&mut self, deferred: Vec<Outgoing>, at: Moment) {
        for item in deferred {
            match item {
                Outgoing::Hello { socket, resume } => self.welcome(socket, resume, at),
                item => self.answer(item),
            }
        }
    }

    /// Sends the events of a range of the log to all that see them, encoded once for each group.
    fn fan_out(&mut self, range: Range<u32>, addressed: &mut BTreeSet<SeatId>) {
        self.fold.touch();
        for event in range {
            let Some(memory) = &mut self.memory else {
                return;
            };
            let frames = guarded(|| memory.frames(event));
            let Some(frames) = frames else {
                return self.restart();
            };
            for (channel, seq, frame) in frames {
                if let Channel::Seat(seat) = channel {
                    addressed.insert(seat);
                }
                self.send(
                    self.sockets.hearers::<E>(channel),
                    frame,
                    Some((channel, seq)),
                );
            }
        }
    }

    /// Sends a frame and counts its bytes; who does not read is closed, and others do not notice.
    pub(super) fn send(&mut self, to: Vec<SocketId>, frame: Frame, event: Option<(Channel, u32)>) {
        let mut open = Vec::with_capacity(to.len());
        let mut slow = Vec::new();
        let mut grown = Vec::new();
        for id in to {
            let Some(socket) = self.sockets.get(id) else {
                continue;
            };
            open.push(id);
            let place = event.and_then(|(channel, seq)| Some((socket.place::<E>(channel)?, seq)));
            socket.flow.sent(frame.len(), place);
            if socket.flow.too_slow() {
                slow.push(id);
            } else if socket.attach_due() {
                grown.push(Effect::Attach(socket.attachment(id)));
            }
        }
        if !open.is_empty() {
            self.effects.push(Effect::Send { to: open, frame });
        }
        self.effects.extend(grown);
        slow.into_iter()
            .for_each(|socket| self.part(socket, Close::TooSlow));
    }

    /// Closes the sockets of seats that are not admitted any more. Only seats whose own channel was
    /// addressed are asked about: a removal is told to whom it removes.
    fn part_with_removed(&mut self, addressed: &BTreeSet<SeatId>) {
        for &seat in addressed {
            let Some(id) = self.sockets.of_seat(seat) else {
                continue;
            };
            let Some(role) = self.sockets.get(id).map(|socket| socket.role) else {
                continue;
            };
            let Some(memory) = &self.memory else { return };
            if guarded(|| memory.engine.admits(seat, role))
                .is_some_and(|admitted| admitted.is_err())
            {
                self.part(id, Close::Removed);
            }
        }
    }

    /// Closes a socket in the middle of something else; its going is told to the engine afterwards.
    pub(super) fn part(&mut self, socket: SocketId, close: Close) {
        if self.sockets.remove(socket) {
            self.effects.push(Effect::Close { socket, close });
            self.crowd_changed = true;
        }
    }

    fn failed(&mut self, outgoing: Vec<Outgoing>, error: &StorageError) -> Vec<Outgoing> {
        self.note("commit_failed", error.to_string());
        self.faulted = true;
        self.memory = None;
        let mut deferred = Vec::new();
        for item in outgoing {
            match item {
                Outgoing::Events(_) => {}
                Outgoing::Hello { .. } => deferred.push(item),
                Outgoing::Ack { socket, id, .. } => {
                    deferred.push(Outgoing::Refused {
                        socket,
                        id: Some(id),
                        refusal: internal(),
                    });
                }
                Outgoing::Refused { socket, id, .. } => {
                    deferred.push(Outgoing::Refused {
                        socket,
                        id,
                        refusal: internal(),
                    });
                }
                Outgoing::Answer { request, .. } => {
                    self.effects.push(Effect::Answer {
                        request,
                        body: refused_body(&internal()),
                    });
                }
                Outgoing::Accept { request, .. } => {
                    self.effects.push(Effect::Refuse {
                        request,
                        refusal: internal(),
                    });
                }
            }
        }
        deferred
    }

    /// Closes every socket so that it comes back and resumes, and forgets the memory.
    pub(super) fn restart(&mut self) {
        self.note("restarted", String::new());
        self.memory = None;
        self.sockets
            .ids()
            .into_iter()
            .for_each(|socket| self.part(socket, Close::Restart));
    }

    fn afterwards(&mut self, at: Moment) {
        if let Some(memory) = &mut self.memory {
            memory.recent.trim();
            memory.wake_at = guarded(|| memory.engine.wake_at()).flatten();
        }
        if self.fold.due().is_some_and(|due| due <= at.now) {
            self.fold(at);
        }
        self.snapshot_if_due(at);
        self.reschedule(at.now);
        if std::mem::take(&mut self.crowd_changed) {
            self.present(at);
        }
    }

    /// Stores a snapshot. When that fails the log alone goes on telling everything.
    ///
    /// 1. Forgets what an attempt that failed has left.
    /// 2. Stores the parts one by one: together they may be more than fits into memory twice.
    /// 3. Makes them the snapshot; the one before goes.
    fn snapshot_if_due(&mut self, at: Moment) {
        let Some(memory) = self.memory.as_mut().filter(|memory| memory.snapshot_due()) else {
            return;
        };
        memory.snapshot_begun();
        let log = &mut self.log;
        let stored = guarded(|| {
            log.commit(vec![Write::KeepParts(memory.snapshot)])?;
            memory.write_snapshot(&mut |row| log.commit(vec![Write::Part(row)]))?;
            let length = memory.index.length();
            log.commit(vec![
                Write::Meta(MetaKey::Snapshot, length.to_string()),
                Write::KeepParts(length),
                Write::Meta(MetaKey::Alive, at.now.0.to_string()),
            ])
        });
        match stored {
            Some(Ok(())) => memory.snapshot_stored(),
            Some(Err(error)) => self.note("snapshot_failed", error.to_string()),
            None => self.note("snapshot_panicked", String::new()),
        }
    }

    /// Sends the totals that changed. Called when [`Session::fold_due`] has come.
    pub fn fold(&mut self, at: Moment) {
        if self.fold.due().is_none_or(|due| due > at.now) || !self.batch.stores_nothing() {
            return;
        }
        let presence = self.presence();
        let Some(memory) = &self.memory else { return };
        let fold = &mut self.fold;
        let changed =
            guarded(|| fold.changed(&memory.engine, memory.index.length(), presence, at.now));
        let Some(changed) = changed else {
            self.restart();
            return self.reschedule(at.now);
        };
        for (group, frame) in changed {
            self.send(
                self.sockets.hearers::<E>(Channel::Group(group)),
                frame,
                None,
            );
        }
    }
}
