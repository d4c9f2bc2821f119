//! The document is what the routes say. `UPDATE_OPENAPI=1` writes it anew.

use crate::routes::described;

#[test]
fn openapi_says_what_is_served() {
    let document = described().into_openapi().to_pretty_json().unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    assert!(written == document, "docs/openapi.json is out of date: UPDATE_OPENAPI=1 cargo test -p lectern-api-worker openapi");
}
