//! What a session wants done outside: sent, closed, answered. In order, after what it says is durable.

use super::{
    recent::Frame,
    sockets::{Attachment, SocketId},
};
use crate::{engine::Refusal, object::EndedMessage, wire::Close};

/// A waiting HTTP request's number within its object.
pub type RequestNo = u64;

/// Something to be done outside, now.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send one frame to these sockets.
    Send {
        /// To whom.
        to: Vec<SocketId>,
        /// What; encoded once.
        frame: Frame,
    },
    /// Close a socket.
    Close {
        /// Which.
        socket: SocketId,
        /// Why.
        close: Close,
    },
    /// Attach this to a socket.
    Attach(Attachment),
    /// Accept the socket that this request wants to open.
    Accept {
        /// Whose request.
        request: RequestNo,
        /// What the socket carries.
        attachment: Attachment,
    },
    /// Open the socket only to close it with a code: a page cannot read why an upgrade was refused.
    TurnAway {
        /// Whose request.
        request: RequestNo,
        /// Why.
        close: Close,
    },
    /// Refuse to open a socket.
    Refuse {
        /// Whose request.
        request: RequestNo,
        /// Why.
        refusal: Refusal,
    },
    /// Answer a request with this JSON of an `ObjectAnswer`.
    Answer {
        /// Whose request.
        request: RequestNo,
        /// JSON.
        body: String,
    },
    /// Send this message to the queue of results.
    Enqueue(EndedMessage),
    /// Something that a person should see in the logs.
    Log {
        /// Which event.
        what: &'static str,
        /// For developers.
        detail: String,
    },
}
