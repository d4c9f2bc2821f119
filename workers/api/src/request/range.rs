//! Downloads of files that never change: ETags and ranges (<https://www.rfc-editor.org/rfc/rfc9110#section-14>).

use super::conditional::Conditions;
use crate::fault::Refused;
use crate::reply::Raw;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
};
use http::{HeaderName, HeaderValue, StatusCode};
use lectern_problem::{Code, Problem};
use lectern_quiz::model::check::is_image_id;
use std::convert::Infallible;
use worker::{Object, Range};

/// What of a file is asked for.
pub(crate) struct Download {
    conditions: Conditions,
    range: Option<(Option<u64>, Option<u64>)>,
}

impl<S: Sync> FromRequestParts<S> for Download {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let conditions = Conditions::from_request_parts(parts, state).await?;
        let range = parts
            .headers
            .get(http::header::RANGE)
            .and_then(|range| range.to_str().ok())
            .and_then(parse);
        Ok(Self { conditions, range })
    }
}

/// One range of bytes; what is no single range is ignored, as the RFC allows.
fn parse(header: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| {
        if text.is_empty() {
            Some(None)
        } else {
            text.parse().ok().map(Some)
        }
    };
    let (first, last) = (number(first.trim())?, number(last.trim())?);
    match (first, last) {
        (None, None) => None,
        (Some(first), Some(last)) if last < first => None,
        range => Some(range),
    }
}

/// First byte and length of the range in a file of `size` bytes. None: it lies outside.
fn within((first, last): (Option<u64>, Option<u64>), size: u64) -> Option<(u64, u64)> {
    let (first, end) = match (first, last) {
        (Some(first), last) => (
            first,
            last.map_or(size, |last| last.saturating_add(1)).min(size),
        ),
        (None, Some(0)) => return None,
        (None, suffix) => (size.saturating_sub(suffix.unwrap_or(size)), size),
    };
    (first < end).then_some((first, end - first))
}

/// Answers with an image that is named by the hash of its bytes; `open` reads it.
pub(crate) async fn file(
    download: &Download,
    id: &str,
    open: impl AsyncFn(Option<Range>) -> Result<Option<Object>, Refused>,
) -> Result<Response, Refused> {
    if !is_image_id(id) {
        return Err(Problem::not_found().into());
    }
    let etag = format!("\"{id}\"");
    let object = open(None).await?.ok_or_else(Problem::not_found)?;
    if download.conditions.is_known(&etag) {
        return Ok(crate::routes::not_modified(&etag).into_response());
    }
    let size = object.size();
    let Some(range) = download.range else {
        return answer(&object, &etag, StatusCode::OK, size, None);
    };
    let Some((first, length)) = within(range, size) else {
        return Ok(outside(size));
    };
    let part = open(Some(Range::OffsetWithLength {
        offset: first,
        length,
    }))
    .await?
    .ok_or_else(Problem::not_found)?;
    let range = format!("bytes {first}-{}/{size}", first + length - 1);
    answer(
        &part,
        &etag,
        StatusCode::PARTIAL_CONTENT,
        length,
        Some(range),
    )
}

/// 416, with the size that a client needs to ask again.
fn outside(size: u64) -> Response {
    let detail = format!("The file has {size} bytes.");
    let refused = Refused::from(Problem::new(Code::RangeNotSatisfiable, detail));
    let mut response = refused.into_response();
    set(&mut response, CONTENT_RANGE, &format!("bytes */{size}"));
    response
}

fn answer(
    object: &Object,
    etag: &str,
    status: StatusCode,
    length: u64,
    range: Option<String>,
) -> Result<Response, Refused> {
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = status;
    response.extensions_mut().insert(Raw::of(object)?);
    let content_type = object
        .http_metadata()
        .content_type
        .unwrap_or_else(|| "application/octet-stream".into());
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_LENGTH, length.to_string()),
        (ETAG, etag.to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (
            CACHE_CONTROL,
            "private, max-age=31536000, immutable".to_owned(),
        ),
    ];
    let range = range.map(|range| (CONTENT_RANGE, range));
    for (name, value) in headers.into_iter().chain(range) {
        set(&mut response, name, &value);
    }
    Ok(response)
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_cut_to_the_file() {
        let of = |header: &str| parse(header).and_then(|range| within(range, 100));
        assert_eq!(of("bytes=0-9"), Some((0, 10)));
        assert_eq!(of("bytes=90-"), Some((90, 10)));
        assert_eq!(of("bytes=-5"), Some((95, 5)));
        assert_eq!(of("bytes=-500"), Some((0, 100)));
        assert_eq!(of("bytes=50-500"), Some((50, 50)));
        for outside in ["bytes=100-", "bytes=-0"] {
            assert!(
                parse(outside).is_some() && of(outside).is_none(),
                "{outside}"
            );
        }
        for ignored in [
            "bytes=9-1",
            "bytes=-",
            "bytes=0-1,4-5",
            "lines=1-2",
            "bytes=a-b",
        ] {
            assert_eq!(parse(ignored), None, "{ignored}");
        }
    }
    #[test]
    fn a_range_outside_is_answered_with_the_size() {
        let response = outside(100);
        assert_eq!(response.status(), 416);
        assert_eq!(response.headers()[CONTENT_RANGE], "bytes */100");
    }
}
