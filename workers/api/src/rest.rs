//! The rest of a body that its route did not read.
//!
//! A connection whose request was not read to its end is closed by the runtime, and a proxy in front that
//! wanted to use it again reports an error for the next request. So the rest is read and thrown away,
//! unless the body said that it is longer than any may be.

use crate::request::json::check_length;
use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// The longest body whose rest is read: what the largest upload may have.
const SHORT: usize = 24 * 1024 * 1024;

/// A body that is kept by who handed it over, too.
#[derive(Clone)]
pub(crate) struct Kept(Arc<Mutex<worker::Body>>);

impl Kept {
    pub(crate) fn new(body: worker::Body) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }

    /// Reads what is left, if the headers said that it is short.
    pub(crate) async fn drain(mut self, headers: &http::HeaderMap) {
        let known = headers.contains_key(http::header::CONTENT_LENGTH)
            && check_length(headers, SHORT).is_ok();
        while known && matches!(self.frame().await, Some(Ok(_))) {}
    }
}

impl Body for Kept {
    type Data = Bytes;
    type Error = worker::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, worker::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if body.is_end_stream() {
            Poll::Ready(None)
        } else {
            Pin::new(&mut *body).poll_frame(cx)
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .size_hint()
    }
}
