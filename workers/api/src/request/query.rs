//! Query strings, read like bodies: unknown parameters are an error.

use super::fields::{Fields, FromFields};
use crate::fault::Refused;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lectern_problem::{Code, FieldError, Problem};
use serde_json::{Map, Value};

/// The query, read into its type.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Sync, T: FromFields> FromRequestParts<S> for Query<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let map = pairs(parts.uri.query().unwrap_or_default())?;
        Ok(Self(Fields::read(map, "/query")?))
    }
}

/// The parameters; one given twice is an error.
pub(crate) fn pairs(text: &str) -> Result<Map<String, Value>, Problem> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text)
        .map_err(|_| Problem::new(Code::BadRequest, "The parameters cannot be read."))?;
    let mut map = Map::new();
    for (name, value) in pairs {
        if map.insert(name.clone(), Value::String(value)).is_some() {
            let error = FieldError::at(
                format!("/query/{name}"),
                "duplicate_field",
                "It is given twice.",
            );
            return Err(Problem::invalid(vec![error]));
        }
    }
    Ok(map)
}
