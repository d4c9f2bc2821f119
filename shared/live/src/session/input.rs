//! What comes in: frames, lost sockets, and every decision.

use super::{
    Session,
    answers::Standing,
    batch::Outgoing,
    decode::{self, Decoded, Malformed},
    effect::Effect,
    guarded, internal,
    recent::encode,
    sockets::{SocketId, Stage, is_channel},
    storage::EventLog,
    stored::Answer,
};
use crate::{
    engine::{Actor, Engine, Input, Moment, Refusal},
    wire::{ClientFrame, Close, MAX_FRAME, MAX_MALFORMED, MAX_WAITING, ServerFrame},
};
use lectern_identity::Millis;
use serde_json::value::{RawValue, to_raw_value};
use std::{collections::BTreeMap, rc::Rc};

impl<E: Engine, L: EventLog> Session<E, L> {
    /// A text frame of a socket.
    ///
    /// 1. A socket that is not ours is closed: nobody would hear it.
    /// 2. Budgets: rate and size close the socket.
    /// 3. A frame that cannot be read is refused, and too many of them close the socket.
    /// 4. The rest is judged now and answered when it is durable.
    pub fn frame(&mut self, socket: SocketId, text: &str, at: Moment) {
        if !self.within_budget(socket, text.len(), at) {
            return;
        }
        match decode::decode::<E::Command>(text) {
            Ok(decoded) => self.read(socket, decoded, at),
            Err(Malformed { id, refusal }) if refusal.code == decode::MALFORMED => {
                self.malformed(socket, id, refusal, at);
            }
            Err(Malformed { id, refusal }) => self.send_refused(socket, id, refusal),
        }
        self.settle(at);
    }

    /// A frame of this size that was not copied in: it is binary, or larger than any may be.
    pub fn unread_frame(&mut self, socket: SocketId, bytes: usize, at: Moment) {
        if !self.within_budget(socket, bytes, at) {
            return;
        }
        let refusal = Refusal::new(
            decode::MALFORMED,
            "frames are JSON text; there are no binary frames",
        );
        self.malformed(socket, None, refusal, at);
        self.settle(at);
    }

    /// Whether a frame of this size is heard. Otherwise its socket is closed.
    fn within_budget(&mut self, socket: SocketId, bytes: usize, at: Moment) -> bool {
        self.ready(at);
        let Some(known) = self.sockets.get(socket) else {
            let close = Close::Restart;
            self.effects.push(Effect::Close { socket, close });
            return false;
        };
        let close = if !known.bucket.take(at.now) {
            Close::TooFast
        } else if bytes > MAX_FRAME {
            Close::BadFrames
        } else {
            return true;
        };
        self.drop_socket(socket, close, at);
        false
    }

    /// A socket is gone.
    pub fn gone(&mut self, socket: SocketId, at: Moment) {
        if self.sockets.remove(socket) {
            self.ready(at);
            self.present(at);
        }
    }

    fn read(&mut self, socket: SocketId, decoded: Decoded<E::Command>, at: Moment) {
        let Some(known) = self.sockets.get(socket) else {
            return;
        };
        match (decoded.frame, known.stage) {
            (ClientFrame::Hello { resume }, Stage::Silent) => {
                known.stage = Stage::Greeting;
                self.batch.hellos += 1;
                self.batch.outgoing.push(Outgoing::Hello { socket, resume });
            }
            (ClientFrame::Hello { .. }, _) => {
                let refusal = Refusal::new(decode::MALFORMED, "hello is said once");
                self.malformed(socket, None, refusal, at);
            }
            (ClientFrame::Command { id, .. }, Stage::Silent) => {
                let refusal = Refusal::new(decode::MALFORMED, "the first frame is a hello");
                self.malformed(socket, Some(id), refusal, at);
            }
            (ClientFrame::Command { id, command }, _) => {
                self.command(socket, id, command, decoded.fingerprint, at);
            }
            (ClientFrame::Seen { channels }, _) => self.seen(socket, &channels, at),
        }
    }

    fn seen(&mut self, socket: SocketId, channels: &BTreeMap<String, u32>, at: Moment) {
        if let Some(unknown) = channels.keys().find(|name| !is_channel::<E>(name)) {
            let field = Some(format!(
                "/channels/{}",
                unknown.replace('~', "~0").replace('/', "~1")
            ));
            let refusal = Refusal {
                field,
                ..Refusal::new(decode::MALFORMED, "no such channel")
            };
            return self.malformed(socket, None, refusal, at);
        }
        if let Some(known) = self.sockets.get(socket) {
            known.report::<E>(channels);
        }
    }

    /// A seat's command: judged once, answered as often as it is repeated.
    fn command(
        &mut self,
        socket: SocketId,
        id: u32,
        command: E::Command,
        fingerprint: u32,
        at: Moment,
    ) {
        if self.ready(at) {
            self.tick(at);
        }
        let Some(known) = self.sockets.get(socket) else {
            return; // closed by what the tick did; nobody waits for an answer
        };
        let Some(memory) = &self.memory else {
            return self.refuse(socket, Some(id), internal());
        };
        if known.waiting >= MAX_WAITING {
            let detail = "too many commands of this socket wait for their answer";
            return self.refuse(socket, Some(id), Refusal::new("too_many_waiting", detail));
        }
        let actor = Actor::Seat {
            id: known.seat,
            role: known.role,
        };
        let (seat, first) = (known.seat, memory.index.length());
        match memory.answers.standing(seat, id, fingerprint) {
            Standing::Next => match self.decide(at, actor, Input::Command(command)) {
                Ok(reply) => {
                    let answer = Answer(seat, id, at.now, reply, Some(fingerprint));
                    self.accept(socket, first, answer);
                }
                Err(refusal) => self.refuse(socket, Some(id), refusal),
            },
            Standing::Reused => {
                let refusal = Refusal::new(
                    "id_reused",
                    "this id was accepted for another command; nothing was done, take the next id",
                );
                self.refuse(socket, Some(id), refusal);
            }
            Standing::Answered((at, reply)) => {
                let ack = Outgoing::Ack {
                    socket,
                    id,
                    at,
                    reply,
                };
                self.answer_later(socket, ack);
            }
            Standing::TooOld => {
                let refusal = Refusal::new(
                    "id_too_old",
                    "accepted before; its answer is not kept any more",
                );
                self.refuse(socket, Some(id), refusal);
            }
            Standing::Gap => {
                let refusal = Refusal::new("id_gap", "ids rise by one; see last_id of the welcome");
                self.refuse(socket, Some(id), refusal);
            }
        }
    }

    /// Keeps the answer to a command whose events, if any, start at `first` of the log. A command that
    /// changed nothing takes a place there too, so that its answer is stored.
    fn accept(&mut self, socket: SocketId, first: u32, answer: Answer) {
        let Answer(_, id, at, ref reply, _) = answer;
        let Some(memory) = &mut self.memory else {
            return self.refuse(socket, Some(id), internal());
        };
        let ack = Outgoing::Ack {
            socket,
            id,
            at,
            reply: reply.clone(),
        };
        if memory.index.length() == first {
            // Null cannot fail to be written.
            self.batch.events.push(at, None::<&E::Event>).ok();
            memory.number(at, None, 0);
        }
        memory.answers.keep(answer.clone());
        self.batch.answers.push(answer);
        if cfg!(feature = "ack-before-write") {
            return self.answer(ack);
        }
        self.answer_later(socket, ack);
    }

    /// Refuses behind the batch: the reason may lie in what is not durable yet.
    pub(super) fn refuse(&mut self, socket: SocketId, id: Option<u32>, refusal: Refusal) {
        let refused = Outgoing::Refused {
            socket,
            id,
            refusal,
        };
        self.answer_later(socket, refused);
    }

    /// Answers a command with the batch.
    fn answer_later(&mut self, socket: SocketId, answer: Outgoing) {
        if let Some(known) = self.sockets.get(socket) {
            known.waiting += 1;
        }
        self.batch.outgoing.push(answer);
    }

    /// Judges an input and applies what was decided: memory only, durable with the batch.
    ///
    /// A panic refuses this input alone: what others had decided before is flushed, and the memory is
    /// thrown away.
    pub(super) fn decide(
        &mut self,
        at: Moment,
        actor: Actor,
        input: Input<E::Command, E::Order>,
    ) -> Result<Rc<RawValue>, Refusal> {
        let Some(memory) = &mut self.memory else {
            return Err(internal());
        };
        let text = &mut self.batch.events;
        let before = text.mark();
        let judged = guarded(|| {
            let decision = memory.engine.decide(at, actor, input)?;
            let reply = to_raw_value(&decision.reply).map_err(|_| internal())?;
            let mut events = decision.events.iter();
            events
                .try_for_each(|event| text.push(at.now, Some(event)))
                .map_err(|_| internal())?;
            decision
                .events
                .iter()
                .for_each(|event| memory.engine.evolve(at.now, event));
            Ok((decision.events, Rc::from(reply)))
        });
        match judged {
            Some(Ok((events, reply))) => {
                self.record(at.now, events, before);
                Ok(reply)
            }
            Some(Err(refusal)) => {
                self.batch.events.back_to(before);
                Err(refusal)
            }
            None => {
                self.batch.events.back_to(before);
                self.panicked(at);
                Err(internal())
            }
        }
    }

    /// Numbers events that were applied and stand in the batch behind `before`.
    fn record(&mut self, at: Millis, events: Vec<E::Event>, before: (usize, u32)) {
        let Some(memory) = &mut self.memory else {
            return;
        };
        if events.is_empty() {
            return;
        }
        let first = memory.index.length();
        let bytes = (self.batch.events.len() - before.0) / events.len();
        for event in events {
            if E::ends(&event) && memory.outbox.is_none() {
                self.batch.ends = self.batch.ends.or(Some(at));
            }
            memory.number(at, Some(event), bytes);
        }
        let range = first..memory.index.length();
        self.batch.outgoing.push(Outgoing::Events(range));
    }

    /// Refuses a frame that could not be read. It needs no batch: it follows from the frame alone.
    fn malformed(&mut self, socket: SocketId, id: Option<u32>, refusal: Refusal, at: Moment) {
        let Some(known) = self.sockets.get(socket) else {
            return;
        };
        known.malformed = known.malformed.saturating_add(1);
        if known.malformed > MAX_MALFORMED {
            return self.drop_socket(socket, Close::BadFrames, at);
        }
        let attachment = known.attachment(socket);
        self.effects.push(Effect::Attach(attachment));
        self.send_refused(socket, id, refusal);
    }

    pub(super) fn send_refused(&mut self, socket: SocketId, id: Option<u32>, refusal: Refusal) {
        let Refusal {
            code,
            detail,
            field,
        } = refusal;
        let frame = ServerFrame::<(), (), (), ()>::Refused {
            id,
            code,
            detail,
            field,
        };
        if let Some(frame) = encode(&frame) {
            self.send(vec![socket], frame, None);
        }
    }

    /// Closes a socket and forgets it.
    pub(super) fn drop_socket(&mut self, socket: SocketId, close: Close, at: Moment) {
        self.effects.push(Effect::Close { socket, close });
        self.gone(socket, at);
    }
}
