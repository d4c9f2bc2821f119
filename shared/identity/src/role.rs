//! What a seat in a live session may do.

use serde::{Deserialize, Serialize};

/// What a seat may do. Comes from its ticket, never from a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Role {
    /// Takes part.
    Participant,
    /// Leads the session.
    Host,
    /// Shows it to a room: no commands, no solutions.
    Wall,
}

impl Role {
    /// Its name, as on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Participant => "participant",
            Self::Host => "host",
            Self::Wall => "wall",
        }
    }
}
