//! One structured JSON line a request, read by `wrangler tail` and Logpush.
//!
//! Never logged: tokens, tickets, secrets, join codes, names, answers, query strings, bodies.

use serde::Serialize;
use std::fmt::Display;

/// What is written about one request or one happening.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Line {
    /// Which Worker, and which part of it: `api`, `live`, `live.object`, `jobs`.
    pub part: &'static str,
    /// The request's id, or what happened (`batch_failed`).
    pub what: String,
    /// The HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path, without the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<i64>,
    /// Whose data it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Who asked: `client`, `guest`, `seat`, `operator`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<&'static str>,
    /// The problem's or refusal's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What a developer needs to find the cause. Never sent to a client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Line {
    /// A line of this part about this request or happening.
    #[must_use]
    pub fn new(part: &'static str, what: impl Display) -> Self {
        Self {
            part,
            what: what.to_string(),
            ..Self::default()
        }
    }

    /// With a code.
    #[must_use]
    pub fn code(mut self, code: impl Display) -> Self {
        self.code = Some(code.to_string());
        self
    }

    /// With a detail for developers.
    #[must_use]
    pub fn detail(mut self, detail: impl Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// Writes it; as an error when the status is 500 or more.
    pub fn write(&self) {
        let Ok(text) = serde_json::to_string(self) else {
            return;
        };
        if self.status.is_some_and(|status| status >= 500) {
            worker::console_error!("{text}");
        } else {
            worker::console_log!("{text}");
        }
    }
}
