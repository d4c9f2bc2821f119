//! JSON bodies: bounded in size and depth before they are parsed.

use super::fields::{Fields, FromFields};
use crate::fault::Refused;
use axum::extract::{FromRequest, Request};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use lectern_problem::{Code, Problem};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Bytes of a JSON body.
pub(crate) const MAX_BYTES: usize = 64 * 1024;

/// How deep arrays and objects may nest.
const MAX_DEPTH: usize = 32;

/// A JSON object, read into its type.
pub(crate) struct Body<T> {
    /// What it says.
    pub(crate) value: T,
    /// The hash of its bytes, for idempotency.
    pub(crate) hash: String,
}

impl<S: Sync, T: FromFields> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    #[worker::send]
    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let headers = request.headers().clone();
        let bytes = read(request, MAX_BYTES).await?;
        let map = if bytes.is_empty() {
            Map::new()
        } else {
            object(&headers, &bytes)?
        };
        let hash = lectern_identity::secret::hex(&Sha256::digest(&bytes));
        Ok(Self {
            value: Fields::read(map, "")?,
            hash,
        })
    }
}

/// Reads a body of at most `most` bytes; what says that it is longer is not read at all.
pub(crate) async fn read(request: Request, most: usize) -> Result<Vec<u8>, Refused> {
    check_length(request.headers(), most)?;
    match Limited::new(request.into_body(), most).collect().await {
        Ok(collected) => Ok(collected.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(most)),
        Err(_) => Err(Problem::new(Code::BadRequest, "The body broke off.").into()),
    }
}

/// Refuses a body that says that it is longer than `most`.
pub(crate) fn check_length(headers: &HeaderMap, most: usize) -> Result<(), Refused> {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most as u64) {
        Err(too_large(most))
    } else {
        Ok(())
    }
}

pub(crate) fn too_large(most: usize) -> Refused {
    Problem::new(
        Code::TooLarge,
        format!("The body may have at most {most} bytes."),
    )
    .into()
}

/// The media type of a body, without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn object(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Value>, Refused> {
    if media_type(headers) != "application/json" {
        return Err(Problem::new(
            Code::UnsupportedMediaType,
            "Send the body as `application/json`.",
        )
        .into());
    }
    parse(bytes).map_err(Into::into)
}

/// Parses a JSON object.
pub(crate) fn parse(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    if depth(bytes) > MAX_DEPTH {
        return Err(Problem::new(
            Code::InvalidJson,
            format!("The body nests deeper than {MAX_DEPTH} levels."),
        ));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Problem::new(
            Code::InvalidJson,
            "The body must be a JSON object.",
        )),
        Err(error) => Err(Problem::new(
            Code::InvalidJson,
            format!("The body is not JSON: {error}."),
        )),
    }
}

/// How deep a text nests, if it is JSON.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut most, mut in_text, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'[' | b'{') => {
                now += 1;
                most = most.max(now);
            }
            (false, b']' | b'}') => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_of_texts() {
        assert_eq!(depth(br#"{"a":[1,{"b":2}]}"#), 3);
        assert_eq!(depth(br#"{"a":"[[[\"[["}"#), 1);
        assert_eq!(depth(&b"[".repeat(100_000)), 100_000);
    }

    #[test]
    fn only_shallow_objects_are_read() {
        assert_eq!(
            parse(&b"[".repeat(60_000)).unwrap_err().code,
            Code::InvalidJson
        );
        assert_eq!(parse(b"[]").unwrap_err().code, Code::InvalidJson);
        assert_eq!(parse(b"{").unwrap_err().code, Code::InvalidJson);
        assert!(parse(b"{}").is_ok());
    }
}
