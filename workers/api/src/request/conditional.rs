//! `If-Match` and `If-None-Match`: <https://www.rfc-editor.org/rfc/rfc9110#section-13>.

use crate::fault::Refused;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName};
use lectern_problem::{Code, Problem};
use std::convert::Infallible;

/// What the client knows of the thing.
pub(crate) struct Conditions {
    matches: Option<String>,
    none_match: Option<String>,
}

impl Conditions {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| {
            let all: Vec<&str> = headers
                .get_all(name)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .collect();
            (!all.is_empty()).then(|| all.join(","))
        };
        Self {
            matches: text(IF_MATCH),
            none_match: text(IF_NONE_MATCH),
        }
    }

    /// A guarded change: 428 without `If-Match`, 412 when it names another version.
    pub(crate) fn must_match(&self, etag: &str) -> Result<(), Refused> {
        if self.matches.is_none() {
            let detail = "Send the ETag that you have seen as `If-Match`.";
            return Err(Problem::new(Code::PreconditionRequired, detail).into());
        }
        self.may_match(etag)
    }

    /// 412 when `If-Match` is there and names another version.
    pub(crate) fn may_match(&self, etag: &str) -> Result<(), Refused> {
        match &self.matches {
            Some(tags) if !lists(tags, etag, false) => Err(changed()),
            _ => Ok(()),
        }
    }

    /// Whether the client has this version already.
    pub(crate) fn is_known(&self, etag: &str) -> bool {
        self.none_match
            .as_ref()
            .is_some_and(|tags| lists(tags, etag, true))
    }
}

/// The refusal of a change to a version that is not the present one.
pub(crate) fn changed() -> Refused {
    Problem::new(
        Code::PreconditionFailed,
        "It was changed meanwhile; read it again.",
    )
    .into()
}

/// Whether a list of tags holds this one. `If-Match` compares strongly: a weak tag never matches.
fn lists(tags: &str, etag: &str, weak: bool) -> bool {
    tags.split(',').map(str::trim).any(|tag| {
        let tag = if weak {
            tag.strip_prefix("W/").unwrap_or(tag)
        } else {
            tag
        };
        tag == "*" || tag == etag
    })
}

impl<S: Sync> FromRequestParts<S> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> Conditions {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        Conditions::of(&headers)
    }

    #[test]
    fn a_guarded_change_names_the_version_it_saw() {
        let code = |conditions: Conditions| {
            conditions
                .must_match("\"v2\"")
                .err()
                .map(|refused| refused.0.code)
        };
        assert_eq!(
            code(Conditions::of(&HeaderMap::new())),
            Some(Code::PreconditionRequired)
        );
        assert_eq!(
            code(with(IF_MATCH, "\"v1\"")),
            Some(Code::PreconditionFailed)
        );
        assert_eq!(
            code(with(IF_MATCH, "W/\"v2\"")),
            Some(Code::PreconditionFailed)
        );
        assert_eq!(code(with(IF_MATCH, "\"v1\", \"v2\"")), None);
        assert_eq!(code(with(IF_MATCH, "*")), None);
    }

    #[test]
    fn a_known_version_is_not_sent_again() {
        assert!(with(IF_NONE_MATCH, "\"v1\", W/\"v2\"").is_known("\"v2\""));
        assert!(!with(IF_NONE_MATCH, "\"v1\"").is_known("\"v2\""));
        assert!(!Conditions::of(&HeaderMap::new()).is_known("\"v2\""));
    }
}
