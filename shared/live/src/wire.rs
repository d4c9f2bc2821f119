//! What crosses a socket: one JSON object a text frame. `lectern.v1` is this, word for word.
//!
//! Invariant: an event's `seq` is dense within its channel, an acknowledgement is sent only after
//! what it says is durable, and a state may be lost or skipped without harm.

use crate::engine::Role;
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The sub-protocol's name, the only one that is echoed.
pub const PROTOCOL: &str = "lectern.v1";

/// What stands before the ticket in `Sec-WebSocket-Protocol`.
pub const TICKET_PREFIX: &str = "ticket.";

/// The frame that the platform answers with [`PONG`] without waking the object.
pub const PING: &str = "ping";
/// The answer to [`PING`].
pub const PONG: &str = "pong";

/// The largest frame a client may send, in bytes.
pub const MAX_FRAME: usize = 16 * 1024;
/// The deepest nesting of arrays and objects a client's frame may have.
pub const MAX_DEPTH: usize = 16;
/// The most keys an object in a client's frame may have.
pub const MAX_KEYS: usize = 64;
/// Frames a socket may send at once, and after that a second.
pub const FRAME_BURST: u32 = 60;
/// Frames a second that a socket's budget regains.
pub const FRAMES_PER_SECOND: u32 = 10;
/// Malformed frames after which a socket is closed.
pub const MAX_MALFORMED: u32 = 10;
/// Messages that may be missed before a client gets a fresh view instead of them.
pub const RESUME_LIMIT: usize = 2_000;
/// Commands of one socket that may wait for their answer at once; and as many answers are kept for a seat,
/// so that whatever was on its way when a connection broke gets the same answer when it is repeated.
pub const MAX_WAITING: usize = 4;
/// Bytes sent to a socket and not yet reported as seen, above which it is closed.
pub const MAX_UNSEEN_BYTES: usize = 4 * 1024 * 1024;

/// From client to server.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum ClientFrame<C> {
    /// The first frame of every socket; the server is silent before it. Closed with 4008 if it does
    /// not come within 10 s.
    Hello {
        /// How far each channel was seen (`{"all": 41, "me": 7}`); absent on a first visit.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        resume: Option<BTreeMap<String, u32>>,
    },
    /// Something to be done.
    Command {
        /// One higher than the seat's last accepted id (`last_id` of the welcome); a refused id is used again.
        id: u32,
        /// What.
        command: C,
    },
    /// How far each channel was seen; every 2 s or 64 messages.
    Seen {
        /// Numbers by channel.
        channels: BTreeMap<String, u32>,
    },
}

/// From server to client.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum ServerFrame<M, V, S, R> {
    /// The answer to `hello`. Missed events follow as `event` frames when `view` is absent.
    Welcome {
        /// The server's clock.
        now: Millis,
        /// Whose seat this is.
        seat: SeatId,
        /// What it may do.
        role: Role,
        /// Each heard channel's number now; with a view, the number at which it was taken.
        channels: BTreeMap<String, u32>,
        /// The highest command id accepted from this seat; 0: none.
        last_id: u32,
        /// Everything the seat may see; absent when the missed events follow instead.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        view: Option<V>,
    },
    /// Something happened.
    Event {
        /// Which channel's.
        channel: String,
        /// Its number there.
        seq: u32,
        /// When, by the server's clock.
        at: Millis,
        /// What this channel sees of it.
        message: M,
    },
    /// A running total; the highest version wins.
    State {
        /// Which.
        name: String,
        /// Rises within the life of a socket.
        version: u32,
        /// The newest value.
        state: S,
    },
    /// A command was done and is durable.
    Ack {
        /// The command's id.
        id: u32,
        /// When it was done.
        at: Millis,
        /// What was stored.
        reply: R,
    },
    /// A command, or a frame that could not be read as one, was not done.
    Refused {
        /// The command's id, if one could be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        id: Option<u32>,
        /// Stable code.
        code: String,
        /// A sentence.
        detail: String,
        /// JSON pointer into the frame.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        field: Option<String>,
    },
}

/// The state called `presence`: the seats that have a socket now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Presence {
    /// All of them.
    pub connected: u32,
    /// The participants among them.
    pub participants: u32,
}

/// Why the server closes a socket. One table for code, reason and what the client should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// The session is over and its live state is gone, or was never there.
    Over,
    /// Another socket took this seat.
    Replaced,
    /// The seat was removed from the session.
    Removed,
    /// Too many frames.
    TooFast,
    /// Too many malformed frames, or one too large.
    BadFrames,
    /// The client does not read what it is sent, or does not report what it has seen.
    TooSlow,
    /// No `hello` came within 10 s.
    NoHello,
    /// The session holds as many sockets as it may.
    Full,
    /// The object lost its memory or could not write; come back.
    Restart,
}

impl Close {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Over,
        Self::Replaced,
        Self::Removed,
        Self::TooFast,
        Self::BadFrames,
        Self::TooSlow,
        Self::NoHello,
        Self::Full,
        Self::Restart,
    ];

    /// The WebSocket close code, 4000–4099.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Over => 4000,
            Self::Replaced => 4001,
            Self::Removed => 4003,
            Self::TooFast => 4004,
            Self::BadFrames => 4005,
            Self::TooSlow => 4006,
            Self::NoHello => 4008,
            Self::Full => 4009,
            Self::Restart => 4012,
        }
    }

    /// The close reason, a `snake_case` word.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Replaced => "replaced",
            Self::Removed => "removed",
            Self::TooFast => "too_fast",
            Self::BadFrames => "bad_frames",
            Self::TooSlow => "too_slow",
            Self::NoHello => "no_hello",
            Self::Full => "full",
            Self::Restart => "restart",
        }
    }

    /// Whether the client should come back by itself.
    #[must_use]
    pub const fn come_back(self) -> bool {
        matches!(
            self,
            Self::TooFast | Self::TooSlow | Self::NoHello | Self::Full | Self::Restart
        )
    }
}
