//! The object's open sockets by their numbers, and back.

use js_sys::{Function, JsString, Map, Reflect};
use lectern_live::{
    session::{Attachment, SocketId},
    wire::Close,
};
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast, JsValue};
use worker::{Result, State, WebSocket};

/// The object's sockets.
#[derive(Default)]
pub(super) struct Sockets {
    by_id: BTreeMap<SocketId, WebSocket>,
    /// From socket to number: the attachment says it too, but costs a parse.
    ids: Map,
    /// `WebSocket.prototype.send`, called with one JavaScript string for many sockets.
    send: Option<Function>,
}

impl Sockets {
    /// Takes back the sockets that are still open after the object slept. One that does not say whose it is
    /// would stay open and never be told anything, so it is closed.
    pub(super) fn wake(&mut self, state: &State) -> Vec<Attachment> {
        let mut attachments = Vec::new();
        for socket in state.get_websockets() {
            if socket.as_ref().ready_state() != web_sys::WebSocket::OPEN {
                continue;
            }
            match attached(&socket) {
                Some(attachment) => {
                    self.insert(attachment.id, socket);
                    attachments.push(attachment);
                }
                None => close(&socket, Close::Restart),
            }
        }
        attachments
    }

    /// Accepts the server's end of a fresh pair, so that it may sleep; closed if it could not be all done.
    pub(super) fn accept(
        &mut self,
        state: &State,
        socket: WebSocket,
        attachment: &Attachment,
    ) -> Result<()> {
        let tags = vec![JsValue::from(attachment.seat.to_string())];
        state
            .as_raw()
            .accept_websocket_with_tags(socket.as_ref(), tags)?;
        if let Err(error) = attach(&socket, attachment) {
            close(&socket, Close::Restart);
            return Err(error);
        }
        self.insert(attachment.id, socket);
        Ok(())
    }

    /// Attaches what a socket carries through sleep.
    pub(super) fn attach(&self, attachment: &Attachment) {
        if let Some(socket) = self.by_id.get(&attachment.id) {
            attach(socket, attachment).ok();
        }
    }

    /// A socket's number.
    pub(super) fn id(&self, socket: &WebSocket) -> Option<SocketId> {
        // Numbers come from u32 and fit f64 exactly.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let known = self
            .ids
            .get(socket.as_ref())
            .as_f64()
            .map(|id| id as SocketId);
        known.or_else(|| {
            // A number is given again after a fault, so a socket from before must not pass for its successor.
            let attachment = attached(socket)?;
            let current = attached(self.by_id.get(&attachment.id)?)?;
            let same = attachment.seat == current.seat && attachment.accepted == current.accepted;
            same.then_some(attachment.id)
        })
    }

    /// Sends one frame to many; the string is handed to JavaScript once. A socket that is closing throws,
    /// and its going is reported on its own.
    pub(super) fn send(&mut self, to: &[SocketId], frame: &str) {
        let text = JsString::from(frame);
        for socket in to.iter().filter_map(|id| self.by_id.get(id)) {
            let socket: &JsValue = socket.as_ref();
            if self.send.is_none() {
                let send = Reflect::get(socket, &JsValue::from_str("send"));
                self.send = send.ok().and_then(|send| send.dyn_into().ok());
            }
            if let Some(send) = &self.send {
                send.call1(socket, &text).ok();
            }
        }
    }

    /// Closes a socket and forgets it.
    pub(super) fn close(&mut self, id: SocketId, why: Close) {
        if let Some(socket) = self.by_id.remove(&id) {
            self.ids.delete(socket.as_ref());
            close(&socket, why);
        }
    }

    /// Closes and forgets all of them.
    pub(super) fn close_all(&mut self, why: Close) {
        for socket in std::mem::take(&mut self.by_id).into_values() {
            close(&socket, why);
        }
        self.ids.clear();
    }

    /// Forgets a socket that is gone; its number.
    pub(super) fn forget(&mut self, socket: &WebSocket) -> Option<SocketId> {
        let id = self.id(socket)?;
        self.ids.delete(socket.as_ref());
        self.by_id.remove(&id);
        Some(id)
    }

    fn insert(&mut self, id: SocketId, socket: WebSocket) {
        self.ids.set(socket.as_ref(), &JsValue::from(id));
        self.by_id.insert(id, socket);
    }
}

/// Closes a socket; one that is closed already throws, and is left alone.
pub(super) fn close(socket: &WebSocket, why: Close) {
    socket.close(Some(why.code()), Some(why.reason())).ok();
}

fn attach(socket: &WebSocket, attachment: &Attachment) -> Result<()> {
    socket.serialize_attachment(serde_json::to_string(attachment)?)
}

fn attached(socket: &WebSocket) -> Option<Attachment> {
    let text: String = socket.deserialize_attachment().ok().flatten()?;
    serde_json::from_str(&text).ok()
}
