//! What happens once a session has ended: the job is asked for until it is confirmed done, and after a
//! while everything is forgotten.
//!
//! Invariant: the outbox row becomes durable with the event that ends the session, and each further
//! sending is noted before it is done.

use super::{
    Session,
    batch::Batch,
    effect::Effect,
    fold::Fold,
    memory::Memory,
    request::{Answer, null},
    storage::{EventLog, OutboxRow, Write},
};
use crate::{
    engine::{Engine, Moment},
    object::EndedMessage,
    wire::Close,
};
use lectern_identity::{Millis, OutboxId};

/// For how long the live state stays after its report is stored, so that a late client still sees the end.
pub(super) const RETENTION: Millis = Millis::hours(1);
/// The pause after the first sending; it doubles with each.
const FIRST_PAUSE: Millis = Millis::seconds(2);
/// The longest of the growing pauses.
const LONGEST_PAUSE: Millis = Millis::minutes(10);
/// The pause once the growing ones are through: something needs a person.
const LAST_PAUSE: Millis = Millis::hours(1);

/// The pause after the n-th sending: 2 s, 4 s, 8 s, … 10 min, then hours.
fn pause(attempts: u32) -> Millis {
    if cfg!(feature = "outbox-once") {
        return Millis::hours(24 * 365);
    }
    let doubled = FIRST_PAUSE
        .0
        .checked_shl(attempts.saturating_sub(1))
        .unwrap_or(i64::MAX);
    match doubled {
        doubled if doubled <= LONGEST_PAUSE.0 => Millis(doubled),
        _ if attempts <= 12 => LONGEST_PAUSE,
        _ => LAST_PAUSE,
    }
}

/// A session that just ended.
pub(super) struct Ended {
    pub(super) message: EndedMessage,
}

impl<E: Engine, L: EventLog> Session<E, L> {
    /// If the batch ends the session: puts the outbox row into it.
    pub(super) fn ended(&mut self, batch: &mut Batch, at: Moment) -> Option<Ended> {
        let created = batch.ends?;
        let memory = self.memory.as_mut()?;
        let id = outbox_id(at);
        let row = OutboxRow {
            id,
            created,
            attempts: 1,
            next: at.now + pause(1),
            confirmed: None,
        };
        memory.outbox = Some(row.clone());
        batch.writes.push(Write::Outbox(row));
        memory.ended_message().map(|message| Ended { message })
    }

    /// Sends the job again if it is due.
    pub(super) fn send_again(&mut self, at: Moment) {
        let Some(memory) = &mut self.memory else {
            return;
        };
        let Some(row) = memory.outbox.as_mut().filter(|row| row.confirmed.is_none()) else {
            return;
        };
        if row.next > at.now {
            return;
        }
        let attempts = row.attempts.saturating_add(1);
        let again = OutboxRow {
            attempts,
            next: at.now + pause(attempts),
            ..row.clone()
        };
        match self.log.commit(vec![Write::Outbox(again.clone())]) {
            Ok(()) => *row = again,
            Err(error) => return self.note("outbox_failed", error.to_string()),
        }
        let message = memory.ended_message();
        self.effects.extend(message.map(Effect::Enqueue));
    }

    /// The job is done. An unknown row was confirmed and erased before.
    pub(super) fn confirm(&mut self, outbox: OutboxId, at: Moment) -> Answer {
        let row = self
            .memory
            .as_mut()
            .and_then(|memory| memory.outbox.as_mut());
        let Some(row) = row.filter(|row| row.id == outbox && row.confirmed.is_none()) else {
            return null();
        };
        let confirmed = OutboxRow {
            confirmed: Some(at.now),
            ..row.clone()
        };
        if let Err(error) = self.log.commit(vec![Write::Outbox(confirmed.clone())]) {
            self.note("confirm_failed", error.to_string());
            return Err(super::internal());
        }
        *row = confirmed;
        self.reschedule(at.now);
        null()
    }

    /// Forgets everything. Whoever is still connected learns that it is over.
    pub(super) fn erase(&mut self) {
        let close = Close::Over;
        for socket in self.sockets.ids() {
            self.sockets.remove(socket);
            self.effects.push(Effect::Close { socket, close });
        }
        self.log.erase();
        self.batch = Batch::default();
        self.memory = None;
        self.fold = Fold::default();
        self.alarm = None;
        self.stuck = 0;
    }
}

impl<E: Engine> Memory<E> {
    /// When everything may be forgotten.
    pub(super) fn erase_at(&self) -> Option<Millis> {
        self.outbox
            .as_ref()?
            .confirmed
            .map(|confirmed| confirmed + RETENTION)
    }

    /// When the job is to be asked for again.
    pub(super) fn send_at(&self) -> Option<Millis> {
        self.outbox
            .as_ref()
            .filter(|row| row.confirmed.is_none())
            .map(|row| row.next)
    }

    fn ended_message(&self) -> Option<EndedMessage> {
        let (tenant, session) = self.object.as_deref()?.split_once('/')?;
        let tenant = tenant.parse().ok()?;
        let outbox = self.outbox.as_ref()?.id;
        Some(EndedMessage {
            kind: E::KIND.to_owned(),
            tenant,
            session: session.to_owned(),
            outbox,
        })
    }
}

fn outbox_id(at: Moment) -> OutboxId {
    let mut random = [0; 10];
    let seed = at.seed.to_le_bytes();
    random
        .iter_mut()
        .zip(seed.iter().cycle())
        .for_each(|(to, from)| *to = *from);
    OutboxId::new(at.now, random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_ten_minutes_and_then_are_hours() {
        let seconds = |attempts| pause(attempts).0 / 1_000;
        assert_eq!([1, 2, 3, 9, 10, 12].map(seconds), [2, 4, 8, 512, 600, 600]);
        assert_eq!([13, 1_000].map(seconds), [3_600, 3_600]);
    }
}
