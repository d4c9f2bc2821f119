//! What can go wrong between a Worker and its storage, told apart in one place.

/// Why the store did not do what was asked.
#[derive(Debug)]
pub enum StoreError {
    /// Another writer was in the way and nothing was done: worth trying again at once.
    Busy(String),
    /// The storage did not answer, or not in time: worth trying again later.
    Unavailable(String),
    /// A uniqueness rule or another constraint of the tables.
    Constraint(String),
    /// Anything else: a fault of ours.
    Fault(String),
}

/// Parts of D1's and SQLite's messages: <https://developers.cloudflare.com/d1/observability/debug-d1/>.
const BUSY: &[&str] = &[
    "SQLITE_BUSY",
    "database is locked",
    "SQLITE_LOCKED",
    "database table is locked",
];
const UNAVAILABLE: &[&str] = &[
    "Network connection lost",
    "storage caused object to be reset",
    "reset because its code was updated",
    "overloaded",
    "timed out",
    "timeout",
    "Internal error in D1",
    "internal error",
    "Cannot resolve D1 DB due to transient issue",
];

/// The one place that reads what D1 and R2 say.
fn classify(message: String) -> StoreError {
    let says = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
    if says(BUSY) {
        StoreError::Busy(message)
    } else if message.contains("SQLITE_CONSTRAINT") || message.contains("constraint failed") {
        StoreError::Constraint(message)
    } else if says(UNAVAILABLE) {
        StoreError::Unavailable(message)
    } else {
        StoreError::Fault(message)
    }
}

impl StoreError {
    /// What the storage said, for the log.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Busy(message)
            | Self::Unavailable(message)
            | Self::Constraint(message)
            | Self::Fault(message) => message,
        }
    }

    /// Whether nothing was changed for sure. Otherwise a change may have happened although nobody heard
    /// of it, and what belongs to it must stay.
    #[must_use]
    pub fn changed_nothing(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Constraint(_))
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unavailable(_))
    }
}

impl From<worker::Error> for StoreError {
    fn from(error: worker::Error) -> Self {
        classify(error.to_string())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Fault(error.to_string())
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "store: {}", self.message())
    }
}

impl std::error::Error for StoreError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_its_kind() {
        let kind = |text: &str| classify(text.to_owned());
        assert!(matches!(
            kind("D1_ERROR: database is locked: SQLITE_BUSY"),
            StoreError::Busy(_)
        ));
        assert!(matches!(
            kind("D1_ERROR: UNIQUE constraint failed: a.b: SQLITE_CONSTRAINT"),
            StoreError::Constraint(_)
        ));
        assert!(matches!(
            kind("D1_ERROR: Network connection lost."),
            StoreError::Unavailable(_)
        ));
        assert!(matches!(
            kind("D1_ERROR: no such table: x: SQLITE_ERROR"),
            StoreError::Fault(_)
        ));
    }
}
