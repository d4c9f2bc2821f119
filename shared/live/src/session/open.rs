//! Opening a socket: a ticket is used up durably before the socket is accepted.

use super::{
    Session,
    batch::Outgoing,
    effect::{Effect, RequestNo},
    guarded, internal,
    sockets::Attachment,
    storage::{EventLog, Write},
};
use crate::{
    engine::{Engine, Moment, Refusal},
    object::Admission,
    wire::Close,
};
use lectern_identity::{Millis, UseId};

/// For how long after its end a used thing is remembered: clocks of two machines differ.
const USE_KEPT: Millis = Millis::minutes(1);
/// Expired uses that are let stand before they are forgotten together.
const FORGET_AFTER: usize = 64;

impl<E: Engine, L: EventLog> Session<E, L> {
    /// A request to open a socket, whose ticket was checked but for its one use.
    ///
    /// 1. A seat that the engine does not admit is turned away, and nothing is stored: also for a
    ///    session that was never there or is erased.
    /// 2. A ticket is used once.
    /// 3. A full session turns away, but a seat may always replace its own socket.
    /// 4. Once the use is durable the socket is accepted, and the seat's older one is closed.
    pub fn open(&mut self, request: RequestNo, admission: &Admission, at: Moment) {
        if !self.ready(at) {
            return self.effects.push(Effect::Refuse {
                request,
                refusal: internal(),
            });
        }
        match self.judge(admission, at) {
            Err(Turned::Away(close)) => self.effects.push(Effect::TurnAway { request, close }),
            Err(Turned::Refused(refusal)) => self.effects.push(Effect::Refuse { request, refusal }),
            Ok(attachment) => {
                self.batch.outgoing.push(Outgoing::Accept {
                    request,
                    attachment,
                });
                self.settle(at);
            }
        }
    }

    fn judge(&mut self, admission: &Admission, at: Moment) -> Result<Attachment, Turned> {
        let Admission {
            seat,
            role,
            use_id,
            expires,
            ..
        } = *admission;
        let Some(memory) = &self.memory else {
            return Err(Turned::Refused(internal()));
        };
        match guarded(|| memory.engine.admits(seat, role)) {
            None => return Err(Turned::Refused(internal())),
            Some(Err(refusal)) => return Err(Turned::from(refusal)),
            Some(Ok(())) if !memory.exists() => return Err(Turned::Away(Close::Over)),
            Some(Ok(())) => {}
        }
        if memory.uses.contains_key(&use_id) {
            return Err(Turned::Refused(Refusal::new(
                "ticket_used",
                "the ticket was used before",
            )));
        }
        if self.sockets.of_seat(seat).is_none() && self.sockets.len() >= E::MAX_SOCKETS {
            return Err(Turned::Away(Close::Full));
        }
        self.use_up(use_id, expires, at.now);
        let id = self.sockets.next_id();
        let accepted = at.now;
        Ok(Attachment {
            id,
            seat,
            role,
            accepted,
            welcomed: false,
            malformed: 0,
            unseen: 0,
        })
    }

    /// Notes a use, durable with the batch, and forgets old ones now and then.
    pub(super) fn use_up(&mut self, use_id: UseId, expires: Millis, now: Millis) {
        let Some(memory) = &mut self.memory else {
            return;
        };
        let until = expires + USE_KEPT;
        memory.uses.insert(use_id, until);
        self.batch.writes.push(Write::Use(use_id, until));
        let expired = memory.uses.values().filter(|&&until| until < now).count();
        if expired >= FORGET_AFTER {
            memory.uses.retain(|_, until| *until >= now);
            self.batch.writes.push(Write::Forget(now));
        }
    }
}

/// Why a socket is not opened.
enum Turned {
    /// Opened and closed at once, so that a page can read the code.
    Away(Close),
    /// Refused as HTTP.
    Refused(Refusal),
}

impl From<Refusal> for Turned {
    fn from(refusal: Refusal) -> Self {
        match refusal.code.as_str() {
            "not_found" | "over" => Self::Away(Close::Over),
            "removed" => Self::Away(Close::Removed),
            _ => Self::Refused(refusal),
        }
    }
}
