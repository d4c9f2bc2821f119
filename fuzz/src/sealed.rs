//! What strangers hand in as tokens, tickets, pairings, cursors, codes and keys.

use lectern_identity::{
    Millis,
    code::{JoinCode, JoinLink},
    cursor::{Cursors, ListContext},
    idempotency::IdempotencyKey,
    keys::KeyRing,
    pairing::Pairings,
    tenant::TenantSettings,
    ticket::TicketKeys,
    token::SigningKeys,
};

const NOW: Millis = Millis(1_800_000_000_000);
/// Keys that nothing was signed with.
fn keys() -> KeyRing {
    let secret = r#"[{"kid":"a","key":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}]"#;
    KeyRing::parse(&[secret.to_owned()]).expect("the keys can be read")
}

/// None is accepted as a token: nothing was signed with this key.
///
/// # Panics
/// When one is.
pub fn token(text: &str) {
    let keys = SigningKeys::new(&keys()).expect("it is a seed");
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
    let tickets = TicketKeys::new(keys());
    assert!(tickets.verify(text, NOW).is_err(), "accepted");
    let pairings = Pairings::derive(&keys()).expect("keys can be derived");
    assert!(pairings.open(text, NOW).is_none(), "accepted");
    let cursors = Cursors::derive(&keys()).expect("keys can be derived");
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
