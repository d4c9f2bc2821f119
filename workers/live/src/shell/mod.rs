//! The shell of every live object: sockets, timers and storage around one [`Session`].
//!
//! Invariant: each input runs in the session without an `await`, and its effects are done before the next
//! input. The storage is written before anything is sent, in the same turn, so that the platform's output
//! gate holds what is sent until it is durable.

mod effects;
mod log;
mod sockets;

use effects::Waiting;
use js_sys::{ArrayBuffer, JsString};
use lectern_edge::{clock, entropy, log::Line};
use lectern_identity::Millis;
use lectern_live::{
    engine::{Engine, Moment},
    object::{ADMISSION_HEADER, Admission, ObjectRequest},
    session::{AlarmClock, BATCH_MILLIS, Session},
    wire::{Close, MAX_FRAME, PING, PONG},
};
use log::SqlLog;
use sockets::Sockets;
use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    Delay, Env, Request, Response, Result, State, WebSocket, WebSocketRequestResponsePair,
};

/// A live object of one engine.
///
/// Safe to use after a panic: a session in which one happened is dropped, and rebuilt from storage.
pub(crate) struct Shell<E: Engine>(AssertUnwindSafe<Rc<Inner<E>>>);

struct Inner<E: Engine> {
    state: State,
    env: Env,
    session: RefCell<Option<Session<E, SqlLog>>>,
    sockets: RefCell<Sockets>,
    waiting: RefCell<Waiting>,
    alarm: Rc<RefCell<AlarmClock>>,
    seed: Cell<u64>,
    /// Whether a flush is under way in [`BATCH_MILLIS`].
    flushing: Cell<bool>,
    /// Whether a sending of totals is under way.
    folding: Cell<bool>,
}

/// An engine's panic is caught inside the session, which then rebuilds itself from storage. Whatever else
/// panics drops its borrow while it unwinds, and [`Inner::broken`] drops the session; storage is written before
/// anything is sent.
impl<E: Engine> std::panic::RefUnwindSafe for Shell<E> {}

impl<E: Engine> Shell<E> {
    /// A shell around the object's state. Reads nothing yet.
    pub(crate) fn new(state: State, env: Env) -> Self {
        if let Ok(pair) = WebSocketRequestResponsePair::new(PING, PONG) {
            state.set_websocket_auto_response(&pair);
        }
        Self(AssertUnwindSafe(Rc::new(Inner {
            state,
            env,
            session: RefCell::default(),
            sockets: RefCell::default(),
            waiting: RefCell::default(),
            alarm: Rc::default(),
            seed: Cell::new(0),
            flushing: Cell::new(false),
            folding: Cell::new(false),
        })))
    }

    /// A socket to open, or another Worker's request; each is answered when it is durable.
    ///
    /// # Errors
    /// When a header or body is not what `live`'s own front and the other Workers send.
    pub(crate) async fn fetch(&self, mut request: Request) -> Result<Response> {
        let admission = request.headers().get(ADMISSION_HEADER)?;
        let (no, answer) = self.0.waiting.borrow_mut().register();
        if let Some(admission) = admission {
            let admission: Admission = serde_json::from_str(&admission)?;
            self.0.turn(|session, at| session.open(no, &admission, at));
        } else {
            let request: ObjectRequest<E::Order> = serde_json::from_str(&request.text().await?)?;
            self.0.turn(|session, at| session.request(no, request, at));
        }
        match answer.await {
            Ok(response) => response,
            Err(_) => Response::error("not answered", 500),
        }
    }

    /// The alarm has come.
    pub(crate) fn alarm(&self) {
        self.0.alarm.borrow_mut().came();
        if self.0.guarded(true, || self.0.input(Session::alarm)) {
            self.0.alarm.borrow_mut().worked();
        }
    }

    /// A socket's frame: a string, or an array buffer.
    ///
    /// What is larger than a frame may be stays outside of WebAssembly, whose memory never shrinks: the
    /// platform lets through 32 MiB.
    pub(crate) fn message(&self, socket: &WebSocket, message: &JsValue) {
        self.0
            .guarded(false, || self.0.message(socket, text(message)));
    }

    /// A socket is gone, or broken.
    pub(crate) fn gone(&self, socket: &WebSocket, code: Option<u16>) {
        self.0.guarded(false, || self.0.gone(socket, code));
    }
}

impl<E: Engine> Inner<E> {
    fn message(self: &Rc<Self>, socket: &WebSocket, text: std::result::Result<String, usize>) {
        // Wakes the sockets too, before one of them is looked up.
        self.input(|_, _| {});
        let Some(id) = self.sockets.borrow().id(socket) else {
            // Nobody would hear it; it comes back and is known again.
            return sockets::close(socket, Close::Restart);
        };
        match text {
            Ok(text) if text == PING => {
                socket.send_with_str(PONG).ok();
            }
            Ok(text) => self.input(|session, at| session.frame(id, &text, at)),
            Err(bytes) => self.input(|session, at| session.unread_frame(id, bytes, at)),
        }
    }

    fn gone(self: &Rc<Self>, socket: &WebSocket, code: Option<u16>) {
        self.input(|_, _| {});
        // Completes the closing handshake; codes that stand for "none" cannot be sent.
        let code = code
            .filter(|code| matches!(code, 1000 | 3000..=4999))
            .unwrap_or(1000);
        socket.close(Some(code), Some("")).ok();
        let Some(id) = self.sockets.borrow_mut().forget(socket) else {
            return;
        };
        self.input(|session, at| session.gone(id, at));
    }

    /// One input with what follows from it, whatever panics.
    fn turn(self: &Rc<Self>, input: impl FnOnce(&mut Session<E, SqlLog>, Moment)) {
        self.guarded(false, || self.input(input));
    }

    /// Runs what the platform called for; false if it panicked, which breaks the session and not the object.
    fn guarded(&self, in_alarm: bool, run: impl FnOnce()) -> bool {
        let whole = catch_unwind(AssertUnwindSafe(run)).is_ok();
        if !whole {
            self.broken(in_alarm);
        }
        whole
    }

    /// Gives the session an input and does what follows from it, without an `await`.
    fn input(self: &Rc<Self>, input: impl FnOnce(&mut Session<E, SqlLog>, Moment)) {
        let at = self.moment();
        let (effects, waiting, fold) = {
            let mut held = self.session.borrow_mut();
            let session = held.get_or_insert_with(|| self.wake(at));
            input(session, at);
            (session.effects(), session.waiting(), session.fold_due())
        };
        self.perform(effects);
        if waiting {
            self.flush_soon();
        }
        if let Some(due) = fold {
            self.fold_at(due, at.now);
        }
    }

    /// After a panic outside of what the session guards itself: it is thrown away. Whoever is connected comes
    /// back and resumes, whoever waits asks again; and an alarm stands, because the one that came is used up
    /// and the next may not have been set.
    fn broken(&self, in_alarm: bool) {
        if let Some(at) = self.alarm.borrow_mut().broke(clock::now(), in_alarm) {
            log::set_alarm(&self.state.storage(), at);
        }
        Line::new("live.object", "session_panicked").write();
        self.session.replace(None);
        self.sockets.borrow_mut().close_all(Close::Restart);
        self.waiting.borrow_mut().give_up();
    }

    /// After construction: takes back the sockets that slept.
    fn wake(&self, at: Moment) -> Session<E, SqlLog> {
        let mut session = Session::new(SqlLog::new(&self.state, &self.alarm));
        session.adopt(self.sockets.borrow_mut().wake(&self.state), at);
        session
    }

    /// Now, and randomness that nobody can foresee: a SplitMix64 step from a seed of the platform's.
    fn moment(&self) -> Moment {
        if self.seed.get() == 0 {
            self.seed
                .set(entropy::seed().unwrap_or_else(|_| clock::now().0.unsigned_abs()));
        }
        self.seed
            .set(self.seed.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mixed = (self.seed.get() ^ (self.seed.get() >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Moment {
            now: clock::now(),
            seed: mixed ^ (mixed >> 31),
        }
    }

    fn flush_soon(self: &Rc<Self>) {
        if self.flushing.replace(true) {
            return;
        }
        let inner = Rc::clone(self);
        self.state.wait_until(async move {
            Delay::from(Duration::from_millis(BATCH_MILLIS)).await;
            inner.flushing.set(false);
            inner.turn(Session::flush);
        });
    }

    fn fold_at(self: &Rc<Self>, due: Millis, now: Millis) {
        if self.folding.replace(true) {
            return;
        }
        let pause = u64::try_from((due - now).0)
            .unwrap_or(0)
            .clamp(BATCH_MILLIS, 1_000);
        let inner = Rc::clone(self);
        self.state.wait_until(async move {
            Delay::from(Duration::from_millis(pause)).await;
            inner.folding.set(false);
            inner.turn(Session::fold);
        });
    }
}

/// The text of a frame, or only its size in bytes (at least) where it is no text or too much of it.
fn text(message: &JsValue) -> std::result::Result<String, usize> {
    if let Some(buffer) = message.dyn_ref::<ArrayBuffer>() {
        return Err(buffer.byte_length() as usize);
    }
    let text = message.dyn_ref::<JsString>().ok_or(0_usize)?;
    // No UTF-16 unit becomes less than a byte.
    match text.length() as usize {
        units @ 0..=MAX_FRAME => message.as_string().ok_or(units),
        units => Err(units),
    }
}

/// Makes a `#[durable_object(alarm)]` struct over a [`Shell`] a live object.
///
/// The handlers of sockets are our own, because the crate's copy every message in before they hand it on.
macro_rules! live_object {
    ($object:ident) => {
        impl ::worker::DurableObject for $object {
            fn new(state: ::worker::State, env: ::worker::Env) -> Self {
                Self($crate::shell::Shell::new(state, env))
            }

            async fn fetch(
                &self,
                request: ::worker::Request,
            ) -> ::worker::Result<::worker::Response> {
                self.0.fetch(request).await
            }

            async fn alarm(&self) -> ::worker::Result<::worker::Response> {
                self.0.alarm();
                ::worker::Response::empty()
            }
        }

        #[::wasm_bindgen::prelude::wasm_bindgen]
        impl $object {
            #[wasm_bindgen(js_name = webSocketMessage)]
            pub fn message(&self, socket: ::web_sys::WebSocket, message: ::wasm_bindgen::JsValue) {
                self.0.message(&socket.into(), &message);
            }

            #[wasm_bindgen(js_name = webSocketClose)]
            pub fn close(&self, socket: ::web_sys::WebSocket, code: u32) {
                self.0.gone(&socket.into(), u16::try_from(code).ok());
            }

            #[wasm_bindgen(js_name = webSocketError)]
            pub fn error(&self, socket: ::web_sys::WebSocket) {
                self.0.gone(&socket.into(), None);
            }
        }
    };
}
pub(crate) use live_object;
