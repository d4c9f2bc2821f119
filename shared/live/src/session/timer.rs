//! The one alarm: deadlines of the engine, heartbeats, silent sockets, the outbox, and the end.
//!
//! Invariant: while anything is due at some time, the alarm stands at that time or before. Setting it
//! is part of the same turn as the commit that made it necessary.

use super::{
    Session,
    alarm::pause,
    memory::Memory,
    storage::{EventLog, MetaKey, Write},
};
use crate::{
    engine::{Actor, Engine, Input, Moment},
    wire::Close,
};
use lectern_identity::Millis;

/// While a deadline runs, the object notes this often that it is alive, at most.
const HEARTBEAT: Millis = Millis::seconds(2);
/// And at least this often, however far the deadline is away.
const SLOWEST_BEAT: Millis = Millis::seconds(60);
/// Beats between now and a deadline, within these bounds: a down-time is known to a thirtieth of the
/// time that was left.
const BEATS: i64 = 30;
/// How long a socket may stay silent.
pub(super) const HELLO_WITHIN: Millis = Millis::seconds(10);
/// When to go on with what one turn did not work off.
const OVERDUE: Millis = Millis(50);
/// How many deadlines one turn works off.
const DEADLINES: usize = 8;

/// The time between two heartbeats while a deadline is so far away.
fn beat_every(left: Millis) -> Millis {
    Millis((left.0 / BEATS).clamp(HEARTBEAT.0, SLOWEST_BEAT.0))
}

/// For how long the timers of a session stood still before it was rebuilt now; none if none was running.
///
/// At the fastest beat an object does not sleep, so that all the time since the last sign of life counts:
/// rather too long than too short. At slower beats it may have slept until the next one was due.
pub(super) fn down<E: Engine>(memory: &Memory<E>, now: Millis) -> Option<Millis> {
    let (wake_at, alive) = (memory.wake_at?, memory.alive?);
    let every = beat_every(wake_at - alive);
    let asleep = if every > HEARTBEAT { every } else { Millis(0) };
    let down = now - alive - asleep;
    (memory.exists() && down > Millis(0)).then_some(down)
}

impl<E: Engine, L: EventLog> Session<E, L> {
    /// The alarm has come.
    pub fn alarm(&mut self, at: Moment) {
        self.alarm = None;
        // Until all of it is done: what is overdue then waits for a growing pause.
        self.stuck = self.stuck.saturating_add(1);
        self.faulted = false;
        let heard = self.ready(at) && self.tick(at);
        if self.memory.is_none() {
            return self.reschedule(at.now);
        }
        if std::mem::take(&mut self.crowd_changed) {
            self.present(at);
        }
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
        if heard && !self.faulted {
            self.stuck = 0;
        }
        self.reschedule(at.now);
    }

    /// Lets the engine work off the deadlines that have come, before anything later is judged; false if
    /// it could not.
    pub(super) fn tick(&mut self, at: Moment) -> bool {
        for _ in 0..DEADLINES {
            let due = self.memory.as_ref().and_then(|memory| memory.wake_at);
            if due.is_none_or(|due| due > at.now) {
                return true;
            }
            if self
                .decide(at, Actor::Clock, Input::Tick { down: Millis(0) })
                .is_err()
            {
                return false;
            }
            let Some(memory) = &mut self.memory else {
                return false;
            };
            memory.wake_at = super::guarded(|| memory.engine.wake_at()).flatten();
        }
        true
    }

    /// Notes that the object is alive, unless the batch says so anyway.
    fn beat(&mut self, now: Millis) {
        let Some(memory) = &mut self.memory else {
            return;
        };
        let Some(wake_at) = memory.wake_at else {
            return;
        };
        let stale = memory
            .alive
            .is_none_or(|alive| now - alive >= beat_every(wake_at - alive));
        if stale && memory.exists() && self.batch.events.events() == 0 {
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
            return Some(now + pause(self.stuck));
        };
        if !memory.exists() {
            return None;
        }
        let alive = memory.alive.unwrap_or(now);
        let engine = memory
            .wake_at
            .map(|wake_at| wake_at.min(alive + beat_every(wake_at - alive)));
        let hello = self
            .sockets
            .oldest_silent()
            .map(|accepted| accepted + HELLO_WITHIN);
        let due = [engine, hello, memory.send_at(), memory.erase_at()]
            .into_iter()
            .flatten()
            .min();
        let overdue = if self.stuck == 0 {
            OVERDUE
        } else {
            pause(self.stuck)
        };
        due.map(|due| if due > now { due } else { now + overdue })
    }
}
