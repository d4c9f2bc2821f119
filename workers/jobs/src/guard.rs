//! Why a job failed, and the wall that keeps a panic in one message from its neighbours.

use lectern_edge::store::StoreError;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

/// Why a piece of work was not done. It will be tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The message is not one of ours; it fails until it is a dead letter that a person sees.
    #[error("poison: {0}")]
    Poison(String),
    /// The object refused what a stored outbox row says it must do.
    #[error("the object refused: {0}")]
    Refused(String),
    /// D1, R2, a queue or an object could not be reached or did not do it.
    #[error("{0}")]
    Platform(String),
    /// A bug. The stack trace is in the log before this line.
    #[error("panicked")]
    Panicked,
}

impl Failure {
    /// A stable word for the log.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Poison(_) => "poison",
            Self::Refused(_) => "refused",
            Self::Platform(_) => "platform",
            Self::Panicked => "panicked",
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Platform(error.message().to_owned())
    }
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Self::Platform(error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Platform(error.to_string())
    }
}

/// Runs a piece of work; a panic becomes a [`Failure`].
pub(crate) async fn caught<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let mut work = pin!(work);
    poll_fn(|context| {
        let step = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        step.unwrap_or_else(|_| Err(Failure::Panicked).into())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::{Context, Poll, Waker};

    fn now<T>(future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        match future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(value) => value,
            Poll::Pending => unreachable!("the test's futures never wait"),
        }
    }

    #[test]
    fn a_panic_in_one_message_is_a_failure_of_that_message() {
        let broken = async { if true { panic!("a bug") } else { Ok(()) } };
        assert!(matches!(now(caught(broken)), Err(Failure::Panicked)));
        assert!(matches!(now(caught(async { Ok(7) })), Ok(7)));
    }
}
