//! Asking a live object: one typed call over the platform's object binding.

use lectern_live::object::{ObjectAnswer, ObjectRequest, REQUEST_URL};
use serde::{Serialize, de::DeserializeOwned};
use worker::{Error, Headers, Method, ObjectNamespace, Request, RequestInit, Result};

/// Asks the object of that name ([`lectern_live::object::object_name`]) and waits until it is durable.
///
/// `O` is the engine's order, `R` what is expected back (the engine's reply, a report page, or `()`).
///
/// # Errors
/// When the object cannot be reached or does not answer as agreed: try again, every request is idempotent.
pub async fn ask<O: Serialize, R: DeserializeOwned>(
    namespace: &ObjectNamespace,
    name: &str,
    request: &ObjectRequest<O>,
) -> Result<ObjectAnswer<R>> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    let body = serde_json::to_string(request)?;
    let init = RequestInit {
        method: Method::Post,
        headers,
        body: Some(body.into()),
        ..RequestInit::default()
    };
    let request = Request::new_with_init(REQUEST_URL, &init)?;
    let mut response = namespace
        .get_by_name(name)?
        .fetch_with_request(request)
        .await?;
    if response.status_code() != 200 {
        return Err(Error::RustError(format!(
            "object answered {}",
            response.status_code()
        )));
    }
    Ok(serde_json::from_str(&response.text().await?)?)
}
