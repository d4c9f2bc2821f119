//! Answers: JSON with its headers, nothing, or bytes that are handed through.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use lectern_problem::{CONTENT_TYPE, Problem};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use worker::send::SendWrapper;
use worker::web_sys::ReadableStream;
use worker::{Object, ObjectBody, ResponseBody};

/// A body that never passes through WebAssembly's memory as a whole.
#[derive(Clone)]
pub(crate) struct Raw(pub(crate) SendWrapper<ReadableStream>);

impl Raw {
    /// The bytes of a stored file.
    pub(crate) fn of(object: &Object) -> worker::Result<Self> {
        match object.body().map(ObjectBody::response_body) {
            Some(Ok(ResponseBody::Stream(stream))) => Ok(Self(SendWrapper::new(stream))),
            Some(Err(error)) => Err(error),
            _ => Err(worker::Error::RustError("the file has no body".into())),
        }
    }
}

/// A JSON answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    /// 200 with a value.
    pub(crate) fn ok(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        Self::new(StatusCode::OK, value)
    }

    /// 201 with a value.
    pub(crate) fn created(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        Self::new(StatusCode::CREATED, value)
    }

    /// 204.
    pub(crate) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: HeaderMap::new(),
            body: String::new(),
        }
    }

    fn new(status: StatusCode, value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        Ok(Self {
            status,
            headers,
            body: serde_json::to_string(value)?,
        })
    }

    /// With a header. A value that no header can hold is left out.
    pub(crate) fn with(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Never kept by anybody on the way: it holds a secret.
    pub(crate) fn secret(self) -> Self {
        self.with(header::CACHE_CONTROL, "no-store")
    }

    /// Its headers as a JSON object, for the store.
    pub(crate) fn stored_headers(&self) -> String {
        let pairs = self.headers.iter().filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), Value::from(value.to_str().ok()?)))
        });
        Value::Object(pairs.collect::<Map<_, _>>()).to_string()
    }

    /// An answer as it was stored.
    pub(crate) fn stored(status: u16, headers: &str, body: String) -> Self {
        let pairs: Map<String, Value> = serde_json::from_str(headers).unwrap_or_default();
        let empty = Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
            headers: HeaderMap::new(),
            body,
        };
        pairs.iter().fold(empty, |reply, (name, value)| {
            match (HeaderName::try_from(name), value.as_str()) {
                (Ok(name), Some(value)) => reply.with(name, value),
                _ => reply,
            }
        })
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Writes a problem into its response.
pub(crate) fn problem_body(response: &mut Response, problem: &Problem, request_id: &str) {
    *response.body_mut() = Body::from(problem.to_json(request_id));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::CONTENT_LENGTH);
    if problem.status() == 401 {
        headers.insert(header::WWW_AUTHENTICATE, challenge(problem));
    }
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// RFC 6750, section 3: an error only where credentials were given.
fn challenge(problem: &Problem) -> HeaderValue {
    match problem.code.as_str() {
        "invalid_token" => {
            HeaderValue::from_static("Bearer realm=\"lectern\", error=\"invalid_token\"")
        }
        "token_expired" => HeaderValue::from_static(
            "Bearer realm=\"lectern\", error=\"invalid_token\", error_description=\"expired\"",
        ),
        "invalid_client" => HeaderValue::from_static("Basic realm=\"lectern\""),
        _ => HeaderValue::from_static("Bearer realm=\"lectern\""),
    }
}

/// The strong ETag of a row's version.
pub(crate) fn version_etag(version: u32) -> String {
    format!("\"v{version}\"")
}

/// The strong ETag of a body that is made of more than one row.
pub(crate) fn content_etag(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    let hex = lectern_identity::secret::hex(digest.get(..16).unwrap_or_default());
    format!("\"{hex}\"")
}

/// A file to be saved under a title (RFC 6266): letters that every system takes, and the whole name.
pub(crate) fn attachment(title: &str, extension: &str) -> String {
    let plain: String = title
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let plain = plain.get(..plain.len().min(80)).unwrap_or_default();
    let whole = title.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    let whole: String = whole.collect();
    format!("attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{whole}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_holds_nothing_that_could_leave_its_header() {
        let header = attachment("Öl \"x\"\r\n;", "csv");
        assert_eq!(
            header,
            "attachment; filename=\"_l__x____.csv\"; filename*=UTF-8''%C3%96l%20%22x%22%0D%0A%3B.csv"
        );
    }

    #[test]
    fn a_stored_answer_is_given_again_as_it_was() {
        let reply = Reply::created(&serde_json::json!({ "id": 1 }))
            .unwrap()
            .with(header::ETAG, "\"v1\"");
        let again = Reply::stored(201, &reply.stored_headers(), reply.body.clone());
        assert_eq!(
            (again.status, again.headers, again.body),
            (reply.status, reply.headers, reply.body)
        );
    }
}
