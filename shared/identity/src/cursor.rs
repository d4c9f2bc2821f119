//! Cursors: opaque, and good only for the list that gave them.
//!
//! Invariant: a cursor opens only for the same tenant, principal, list, filter and order.

use crate::keys::KeyRing;
use crate::mac::MacKeys;
use crate::ticket::TicketError;

/// Seals and opens cursors.
pub struct Cursors(MacKeys);

impl Cursors {
    /// With keys derived from those of tickets.
    ///
    /// # Errors
    /// Never for keys that were parsed.
    pub fn derive(ring: &KeyRing) -> Result<Self, TicketError> {
        MacKeys::derive(ring, "cursor").map(Self)
    }

    /// The cursor behind the row with this key.
    ///
    /// # Errors
    /// Never for keys that were parsed.
    pub fn seal(&self, list: &ListContext<'_>, last: &str) -> Result<String, TicketError> {
        self.0.seal(&list.bind(), last.as_bytes())
    }

    /// The key of the last row seen. None: not a cursor of this list.
    #[must_use]
    pub fn open(&self, list: &ListContext<'_>, cursor: &str) -> Option<String> {
        String::from_utf8(self.0.open(&list.bind(), cursor)?).ok()
    }
}

/// What a cursor is bound to.
#[derive(Debug, Clone, Copy)]
pub struct ListContext<'a> {
    /// Whose list.
    pub tenant: &'a str,
    /// Who reads it.
    pub principal: &'a str,
    /// Which list, in which order.
    pub list: &'a str,
    /// The filters, as they were given.
    pub filter: &'a str,
}

impl ListContext<'_> {
    fn bind(&self) -> String {
        let Self {
            tenant,
            principal,
            list,
            filter,
        } = self;
        format!("{tenant}\n{principal}\n{list}\n{filter}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::test_ring;

    #[test]
    fn a_cursor_opens_only_for_the_list_that_gave_it() {
        let cursors = Cursors::derive(&test_ring(&[("a", 1)])).unwrap();
        let list = ListContext {
            tenant: "ten_a",
            principal: "cli_a",
            list: "sets",
            filter: "",
        };
        let cursor = cursors.seal(&list, "set_9").unwrap();
        assert_eq!(cursors.open(&list, &cursor).as_deref(), Some("set_9"));
        for other in [
            ListContext {
                tenant: "ten_b",
                ..list
            },
            ListContext {
                principal: "hst_a",
                ..list
            },
            ListContext {
                list: "runs",
                ..list
            },
            ListContext {
                filter: "q=a",
                ..list
            },
        ] {
            assert_eq!(cursors.open(&other, &cursor), None);
        }
    }
}
