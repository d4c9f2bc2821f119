//! Ids in paths. What is no id of its kind is absent.

use crate::fault::Refused;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use lectern_problem::Problem;
use serde::de::DeserializeOwned;

/// The ids of the path.
pub(crate) struct PathIds<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathIds<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Path(ids) = Path::<T>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found())?;
        Ok(Self(ids))
    }
}
