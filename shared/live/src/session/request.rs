//! Requests of other Workers. Each is answered when what it did is durable.

use super::{
    Session,
    batch::Outgoing,
    effect::{Effect, RequestNo},
    guarded, internal,
    storage::{EventLog, MetaKey, Write},
};
use crate::{
    engine::{Actor, Engine, Input, Moment, Refusal},
    object::{ObjectAnswer, ObjectRequest},
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::rc::Rc;

impl<E: Engine, L: EventLog> Session<E, L> {
    /// A request of another Worker's.
    pub fn request(&mut self, no: RequestNo, request: ObjectRequest<E::Order>, at: Moment) {
        if !self.ready(at) {
            return self.answer_now(no, &Err(internal()));
        }
        match request {
            ObjectRequest::Order { object, order } => self.order(no, object, order, at),
            ObjectRequest::Use {
                use_id,
                by,
                expires,
            } => {
                let used = self.use_once(use_id, by, expires, at);
                self.answer_with_batch(no, &used);
            }
            ObjectRequest::Report { page } => {
                self.flush(at);
                let report = self.report(page);
                self.answer_now(no, &report);
            }
            ObjectRequest::Confirm { outbox } => {
                self.flush(at);
                let confirmed = self.confirm(outbox, at);
                self.answer_now(no, &confirmed);
            }
            ObjectRequest::Erase => {
                self.flush(at);
                self.erase();
                self.answer_now(no, &null());
            }
        }
        self.settle(at);
    }

    /// Judges an order. The first one that decides something makes the object's storage.
    fn order(&mut self, no: RequestNo, object: String, order: E::Order, at: Moment) {
        self.tick(at);
        let before = self.length();
        let judged = self.decide(at, Actor::Platform, Input::Order(order));
        let decided = judged.is_ok() && self.length() > before;
        if let Some(memory) = self
            .memory
            .as_mut()
            .filter(|memory| decided && !memory.exists())
        {
            memory.object = Some(object.clone());
            self.batch.writes.push(Write::Meta(MetaKey::Object, object));
        }
        self.answer_with_batch(no, &judged);
    }

    fn length(&self) -> u32 {
        self.memory
            .as_ref()
            .map_or(0, |memory| memory.index.length())
    }

    /// The user is noted as a use of its own, in the same batch, so that it is known when it asks again.
    fn use_once(
        &mut self,
        use_id: lectern_identity::UseId,
        by: Option<lectern_identity::UseId>,
        expires: lectern_identity::Millis,
        at: Moment,
    ) -> Answer {
        let Some(memory) = &self.memory else {
            return Err(internal());
        };
        if !memory.exists() {
            return Err(not_found());
        }
        let used = |id| memory.uses.contains_key(id);
        let again = by.as_ref().is_some_and(used);
        if expires <= at.now || (used(&use_id) && !again) {
            return Err(Refusal::new("used", "it was used before, or has expired"));
        }
        if !again {
            for id in [Some(use_id), by].into_iter().flatten() {
                self.use_up(id, expires, at.now);
            }
        }
        null()
    }

    fn report(&self, page: u32) -> Answer {
        let Some(memory) = &self.memory else {
            return Err(internal());
        };
        if !memory.exists() {
            return Err(not_found());
        }
        if memory.outbox.is_none() {
            return Err(Refusal::new("not_ended", "the session has not ended"));
        }
        let page = guarded(|| to_raw_value(&memory.engine.report(page)));
        page.and_then(Result::ok).map(Rc::from).ok_or_else(internal)
    }

    /// Answers with the batch.
    fn answer_with_batch(&mut self, request: RequestNo, answer: &Answer) {
        self.batch.outgoing.push(Outgoing::Answer {
            request,
            body: body(answer),
        });
    }

    fn answer_now(&mut self, request: RequestNo, answer: &Answer) {
        self.effects.push(Effect::Answer {
            request,
            body: body(answer),
        });
    }
}

/// What a request is answered.
pub(super) type Answer = Result<Rc<RawValue>, Refusal>;

/// Done, with nothing to say.
pub(super) fn null() -> Answer {
    to_raw_value(&()).map(Rc::from).map_err(|_| internal())
}

/// There is no such session (any more).
pub(super) fn not_found() -> Refusal {
    Refusal::new("not_found", "there is no such session")
}

/// The JSON of a refusal.
pub(super) fn refused_body(refusal: &Refusal) -> String {
    json(&ObjectAnswer::<()>::Refused(refusal.clone()))
}

fn body(answer: &Answer) -> String {
    match answer {
        Ok(reply) => json(&ObjectAnswer::Done(&**reply)),
        Err(refusal) => refused_body(refusal),
    }
}

fn json<T: Serialize>(value: &T) -> String {
    // Neither a refusal nor a raw value can fail to be written.
    serde_json::to_string(value).unwrap_or_default()
}
