//! The values of secrets.

use worker::Env;

/// The values of those places that are filled, in their order.
#[must_use]
pub fn secrets(env: &Env, places: [&str; 2]) -> Vec<String> {
    let filled = places.into_iter().filter_map(|name| env.secret(name).ok());
    filled.map(|secret| secret.to_string()).collect()
}
