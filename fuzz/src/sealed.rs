//! What strangers hand in as tokens, tickets, pairings, cursors, codes and keys.

use lectern_identity::{
    Millis,
    code::{JoinCode, JoinLink},
    cursor::{Cursors, ListContext},
    idempotency::IdempotencyKey,
    pairing::Pairings,
    tenant::TenantSettings,
    ticket::TicketKeys,
    token::SigningKeys,
};

const NOW: Millis = Millis(1_800_000_000_000);
const SIGNING: &str = r#"[{"kid":"a","seed":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}]"#;
const SEALING: &str = r#"[{"kid":"a","key":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}]"#;

/// None is accepted as a token: nothing was signed with this key.
///
/// # Panics
/// When one is.
pub fn token(text: &str) {
    let keys = SigningKeys::parse(SIGNING).expect("the keys can be read");
    assert!(
        keys.verify(text, "https://lectern.example", NOW).is_err(),
        "accepted"
    );
}

/// None is accepted as a ticket, a pairing or a cursor; codes and links come back as they were read.
///
/// # Panics
/// When one is, or they do not.
pub fn sealed(text: &str) {
    let tickets = TicketKeys::parse(SEALING).expect("the keys can be read");
    assert!(tickets.verify(text, NOW).is_err(), "accepted");
    let pairings = Pairings::parse(SEALING).expect("the keys can be read");
    assert!(pairings.open(text, NOW).is_none(), "accepted");
    let cursors = Cursors::parse(SEALING).expect("the keys can be read");
    let list = ListContext {
        tenant: "t",
        principal: "p",
        list: "l",
        filter: "",
    };
    assert!(cursors.open(&list, text).is_none(), "accepted");
    if let Some(code) = JoinCode::parse(text) {
        assert!(JoinCode::parse(code.as_str()) == Some(code));
    }
    if let Some(link) = JoinLink::parse(text) {
        assert!(link.as_str() == text);
    }
    let _ = IdempotencyKey::parse(text);
    let _ = TenantSettings::parse(text);
}
