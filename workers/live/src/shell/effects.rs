//! Doing what a session wants done: sending, closing, answering.

use super::Inner;
use futures_channel::oneshot::{Receiver, Sender, channel};
use lectern_edge::log::Line;
use lectern_live::{
    engine::{Engine, Refusal},
    object::EndedMessage,
    session::{Attachment, Effect, RequestNo},
    wire::{Close, PROTOCOL},
};
use std::{collections::BTreeMap, rc::Rc};
use worker::{Headers, Response, Result, WebSocket, WebSocketPair};

/// The queue of ended sessions.
const RESULTS: &str = "RESULTS";

/// The HTTP requests that wait for their answer.
#[derive(Default)]
pub(super) struct Waiting {
    last: RequestNo,
    senders: BTreeMap<RequestNo, Sender<Result<Response>>>,
}

impl Waiting {
    /// A number for a request, and where its answer will come.
    pub(super) fn register(&mut self) -> (RequestNo, Receiver<Result<Response>>) {
        let (sender, receiver) = channel();
        // Whoever gave up is not answered any more.
        self.senders.retain(|_, sender| !sender.is_canceled());
        self.last += 1;
        self.senders.insert(self.last, sender);
        (self.last, receiver)
    }

    /// Answers nobody any more: who waits gets a 500.
    pub(super) fn give_up(&mut self) {
        self.senders.clear();
    }
}

impl<E: Engine> Inner<E> {
    /// Does all of it, in order.
    pub(super) fn perform(self: &Rc<Self>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { to, frame } => self.sockets.borrow_mut().send(&to, &frame),
                Effect::Close { socket, close } => self.sockets.borrow_mut().close(socket, close),
                Effect::Attach(attachment) => self.sockets.borrow().attach(&attachment),
                Effect::Accept {
                    request,
                    attachment,
                } => {
                    let response = self.accept(&attachment);
                    if response.is_err() {
                        self.lose(&attachment);
                    }
                    self.answer(request, response);
                }
                Effect::TurnAway { request, close } => self.answer(request, turned_away(close)),
                Effect::Refuse { request, refusal } => self.answer(request, refused(&refusal)),
                Effect::Answer { request, body } => self.answer(request, json(body, 200)),
                Effect::Enqueue(message) => self.enqueue(message),
                Effect::Log { what, detail } => {
                    Line::new("live.object", what).detail(detail).write()
                }
            }
        }
    }

    fn accept(&self, attachment: &Attachment) -> Result<Response> {
        let pair = WebSocketPair::new()?;
        self.sockets
            .borrow_mut()
            .accept(&self.state, pair.server, attachment)?;
        switched(pair.client)
    }

    /// A socket that could not be accepted must not hold its seat.
    fn lose(self: &Rc<Self>, attachment: &Attachment) {
        let (inner, id) = (Rc::clone(self), attachment.id);
        self.state.wait_until(async move {
            inner.turn(|session, at| session.gone(id, at));
        });
    }

    fn answer(&self, request: RequestNo, response: Result<Response>) {
        let sender = self.waiting.borrow_mut().senders.remove(&request);
        if let Some(sender) = sender {
            // Err: whoever asked has gone. What was done stays done.
            sender.send(response).ok();
        }
    }

    /// A failed sending is no loss: the outbox row stands, and sends again.
    fn enqueue(&self, message: EndedMessage) {
        let queue = self.env.queue(RESULTS);
        self.state.wait_until(async move {
            let sent = match queue {
                Ok(queue) => queue.send(&message).await,
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                Line::new("live.object", "enqueue_failed")
                    .detail(error)
                    .write();
            }
        });
    }
}

fn switched(client: WebSocket) -> Result<Response> {
    let headers = Headers::new();
    headers.set("sec-websocket-protocol", PROTOCOL)?;
    Ok(Response::from_websocket(client)?.with_headers(headers))
}

/// A socket that exists only to say why it is closed.
fn turned_away(close: Close) -> Result<Response> {
    let pair = WebSocketPair::new()?;
    pair.server.accept()?;
    pair.server
        .close(Some(close.code()), Some(close.reason()))?;
    switched(pair.client)
}

fn refused(refusal: &Refusal) -> Result<Response> {
    json(serde_json::to_string(refusal)?, 403)
}

fn json(body: String, status: u16) -> Result<Response> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    Ok(Response::from_bytes(body.into_bytes())?
        .with_status(status)
        .with_headers(headers))
}
