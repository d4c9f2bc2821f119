//! Every refusal over HTTP, as RFC 9457 problem details.
//!
//! Invariant: whatever goes wrong is told by one [`Code`] of the closed catalogue; a code has one status
//! and one title, for ever. What a developer needs beyond that is logged, never answered.

mod code;

pub use code::Code;

use serde::{Deserialize, Serialize};

/// The media type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// Where a code is documented; the `type` of a problem is this and its code.
pub const TYPE_BASE: &str = "https://lectern.dev/problems/";

/// A refusal on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub code: Code,
    /// The same for people, in English, about this request. Never holds internals.
    pub detail: String,
    /// The faults of single fields, all of them.
    pub errors: Vec<FieldError>,
    /// Seconds after which it is worth trying again.
    pub retry_after: Option<u32>,
    /// What a developer needs to find the cause. Logged, never answered.
    pub cause: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body; for parameters and parts `/query/…`, `/parts/…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The line of a text file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column of a text file, from 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Stable code of the fault.
    pub code: String,
    /// The same for people, in English.
    pub detail: String,
}

impl FieldError {
    /// A fault of the field at this JSON pointer.
    #[must_use]
    pub fn at(pointer: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            code: code.to_owned(),
            detail: detail.into(),
            ..Self::default()
        }
    }
}

/// The body of a problem.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
}

impl Problem {
    /// A refusal with its sentence.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// Absent, or another's: the two answer alike.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing here.")
    }

    /// Our fault. The cause is logged under the request's id.
    #[must_use]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(Code::Internal, "Something went wrong on our side.").caused_by(cause)
    }

    /// Something that we depend on did not answer; worth trying again.
    #[must_use]
    pub fn unavailable(cause: impl std::fmt::Display) -> Self {
        let problem = Self::new(
            Code::Unavailable,
            "A part of the service did not answer. Try again.",
        );
        problem.retry_after(1).caused_by(cause)
    }

    /// Fields that break their rules, all at once.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::new(Code::Invalid, "Some fields are not valid; see `errors`.").with_errors(errors)
    }

    /// With the faults of single fields.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// With seconds after which it is worth trying again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// With a cause for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// The JSON body, for the request of this id.
    #[must_use]
    pub fn to_json(&self, request_id: &str) -> String {
        let body = Body {
            kind: format!("{TYPE_BASE}{}", self.code.as_str()),
            title: self.code.title(),
            status: self.status(),
            detail: &self.detail,
            code: self.code.as_str(),
            request_id,
            errors: &self.errors,
        };
        // Strings and numbers always serialise.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_is_wrong_and_where_and_keeps_its_cause() {
        let problem = Problem::invalid(vec![FieldError::at("/name", "too_long", "At most 24.")])
            .caused_by("secret internals");
        insta::assert_snapshot!(problem.to_json("req_1"), @r#"{"type":"https://lectern.dev/problems/invalid","title":"The request is not valid","status":422,"detail":"Some fields are not valid; see `errors`.","code":"invalid","request_id":"req_1","errors":[{"pointer":"/name","code":"too_long","detail":"At most 24."}]}"#);
    }
}
