//! The one alarm: deadlines of the engine, heartbeats, silent sockets, the outbox, and the end.
//!
//! Invariant: while anything is due at some time, the alarm stands at that time or before. Setting it
//! is part of the same turn as the commit that made it necessary.

use super::{
    Session,
    memory::Memory,
    storage::{EventLog, MetaKey, Write},
};
use crate::{
    engine::{Actor, Engine, Input, Moment},
    wire::Close,
};
use lectern_identity::Millis;

/// While a deadline runs, the object notes at least this often that it is alive; so a down-time is known
/// to this exactness, and is counted as rather too long than too short.
pub(super) const HEARTBEAT: Millis = Millis::seconds(2);
/// Only deadlines this near need heartbeats: those further away lose little by a down-time, and an
/// object without heartbeats may sleep.
pub(super) const HEARTBEAT_HORIZON: Millis = Millis::minutes(15);
/// How long a socket may stay silent.
pub(super) const HELLO_WITHIN: Millis = Millis::seconds(10);
/// When to try again after the memory could not be rebuilt.
const AGAIN: Millis = Millis::seconds(1);
/// When to go on with what one turn did not work off.
const OVERDUE: Millis = Millis(50);
/// How many deadlines one turn works off.
const DEADLINES: usize = 8;

/// For how long the timers of a session stood still before it was rebuilt now; none if none was running.
pub(super) fn down<E: Engine>(memory: &Memory<E>, now: Millis) -> Option<Millis> {
    let (wake_at, alive) = (memory.wake_at?, memory.alive?);
    let down = now - alive;
    (memory.exists() && wake_at <= alive + HEARTBEAT_HORIZON && down > Millis(0)).then_some(down)
}

impl<E: Engine, L: EventLog> Session<E, L> {
    /// The alarm has come.
    pub fn alarm(&mut self, at: Moment) {
        self.alarm = None;
        if !self.ready(at) {
            return self.reschedule(at.now);
        }
        self.tick(at);
        let silent = self.sockets.silent_since(at.now - HELLO_WITHIN);
        silent
            .into_iter()
            .for_each(|socket| self.drop_socket(socket, Close::NoHello, at));
        self.send_again(at);
        self.beat(at.now);
        self.flush(at);
        if self
            .memory
            .as_ref()
            .and_then(Memory::erase_at)
            .is_some_and(|erase| erase <= at.now)
        {
            return self.erase();
        }
        self.reschedule(at.now);
    }

    /// Lets the engine work off the deadlines that have come, before anything later is judged.
    pub(super) fn tick(&mut self, at: Moment) {
        for _ in 0..DEADLINES {
            let due = self.memory.as_ref().and_then(|memory| memory.wake_at);
            if due.is_none_or(|due| due > at.now) {
                return;
            }
            if self
                .decide(at, Actor::Clock, Input::Tick { down: Millis(0) })
                .is_err()
            {
                return;
            }
            let Some(memory) = &mut self.memory else {
                return;
            };
            memory.wake_at = super::guarded(|| memory.engine.wake_at()).flatten();
        }
    }

    /// Notes that the object is alive, unless the batch says so anyway.
    fn beat(&mut self, now: Millis) {
        let Some(memory) = &mut self.memory else {
            return;
        };
        let near = memory
            .wake_at
            .is_some_and(|wake_at| wake_at <= now + HEARTBEAT_HORIZON);
        let stale = memory.alive.is_none_or(|alive| now - alive >= HEARTBEAT);
        if near && stale && memory.exists() && self.batch.events.is_empty() {
            memory.alive = Some(now);
            self.batch
                .writes
                .push(Write::Meta(MetaKey::Alive, now.0.to_string()));
        }
    }

    /// Sets the alarm if it must come earlier than it stands. One that comes too early does no harm.
    pub(super) fn reschedule(&mut self, now: Millis) {
        let Some(due) = self.due(now) else { return };
        let stands = self.alarm.filter(|&stands| stands > now);
        if stands.is_none_or(|stands| stands > due) {
            self.log.set_alarm(Some(due));
            self.alarm = Some(due);
        }
    }

    fn due(&self, now: Millis) -> Option<Millis> {
        let Some(memory) = &self.memory else {
            return Some(now + AGAIN);
        };
        if !memory.exists() {
            return None;
        }
        // A heartbeat, or the time from which heartbeats are needed.
        let beat = |wake_at: Millis| (now + HEARTBEAT).max(wake_at - HEARTBEAT_HORIZON);
        let engine = memory.wake_at.map(|wake_at| wake_at.min(beat(wake_at)));
        let hello = self
            .sockets
            .oldest_silent()
            .map(|accepted| accepted + HELLO_WITHIN);
        let due = [engine, hello, memory.send_at(), memory.erase_at()]
            .into_iter()
            .flatten()
            .min();
        due.map(|due| if due > now { due } else { now + OVERDUE })
    }
}
