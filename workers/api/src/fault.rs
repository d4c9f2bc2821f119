//! The one place where errors become problem details.

use crate::context::Ctx;
use axum::response::{IntoResponse, Response};
use lectern_edge::log::Line;
use lectern_edge::store::StoreError;
use lectern_live::Refusal;
use lectern_problem::{Code, FieldError, Problem};

/// A refusal on its way through the handlers.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Box<Problem>);

impl Refused {
    /// Whether the fault is on our side: the same request may succeed later, and what it began may
    /// have been stored although nobody heard of it.
    pub(crate) fn is_ours(&self) -> bool {
        self.0.status() >= 500
    }
}

/// Logs what could not be tidied up now, and is later: by the cron, or by the next request.
pub(crate) fn left_behind<T, E: std::fmt::Display>(ctx: &Ctx, tidied: Result<T, E>) -> Option<T> {
    tidied
        .inspect_err(|error| {
            Line::new("api", ctx.id())
                .code("left_behind")
                .detail(error)
                .write();
        })
        .ok()
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        if error.is_transient() {
            Problem::unavailable(error).into()
        } else {
            Problem::internal(error).into()
        }
    }
}

impl From<worker::Error> for Refused {
    fn from(error: worker::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        Problem::internal(error).into()
    }
}

/// A live object's refusal: the codes that it shares with the catalogue one to one, what it says of
/// our own orders as faults of the field.
pub(crate) fn of_object(refusal: Refusal) -> Refused {
    if let Some(code) = Code::find(&refusal.code) {
        let problem = Problem::new(code, refusal.detail.clone());
        let errors = refusal
            .field
            .map(|field| FieldError::at(field, &refusal.code, refusal.detail));
        return problem.with_errors(errors.into_iter().collect()).into();
    }
    let pointer = refusal.field.unwrap_or_default();
    Problem::invalid(vec![FieldError::at(pointer, &refusal.code, refusal.detail)]).into()
}

/// An object that could not be reached.
pub(crate) fn unreachable_object(error: worker::Error) -> Refused {
    Problem::unavailable(error).into()
}

impl IntoResponse for Refused {
    /// The problem travels as an extension; [`crate::dispatch`] gives it its body, with the request's id.
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() = http::StatusCode::from_u16(self.0.status())
            .unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        response.extensions_mut().insert(self.0);
        response
    }
}
