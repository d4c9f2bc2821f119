//! Our API, as a tenant's program calls it.

use anyhow::{Context, Result, anyhow};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::http::{Call, Http};
use crate::sets::{BOUNDARY, multipart};

/// A tenant's program, signed on.
pub(crate) struct Tenant {
    /// The front door.
    pub(crate) http: Http,
    /// Its access token.
    pub(crate) token: String,
}

/// A run and the code that opens it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    /// Its id.
    pub(crate) id: String,
    /// Its join code.
    pub(crate) code: String,
}

impl Tenant {
    /// Signs on with a client's `client_id` and `client_secret`.
    pub(crate) async fn sign_on(http: Http, client: &Value) -> Result<Self> {
        let credentials = json!({
            "grant_type": "client_credentials",
            "client_id": client["client_id"], "client_secret": client["client_secret"],
        });
        let answer = http
            .send(Call::post("/v1/token", &credentials))
            .await?
            .json()?;
        let token = text(&answer, "access_token")?;
        Ok(Self { http, token })
    }

    /// Uploads a set; its id.
    pub(crate) async fn upload(&self, set: &Value) -> Result<String> {
        let answer = self.http.send(upload(&self.token, multipart(set))?).await?;
        text(&answer.json()?, "id")
    }

    /// Makes a run of a set.
    pub(crate) async fn make_run(&self, set: &str, settings: &Value) -> Result<Run> {
        let body = json!({ "question_set": set, "settings": settings });
        let call = Call::post("/v1/speedruns", &body).bearer(&self.token);
        let call = call.with("idempotency-key", random_key()?);
        let run = self.http.send(call).await?.json()?;
        Ok(Run {
            id: text(&run, "id")?,
            code: text(&run, "code")?,
        })
    }
}

/// An upload with a fresh key.
pub(crate) fn upload(token: &str, body: Bytes) -> Result<Call> {
    let call = Call {
        method: Some("POST"),
        path: "/v1/question-sets".into(),
        headers: vec![(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )],
        body,
    };
    Ok(call.bearer(token).with("idempotency-key", random_key()?))
}

/// A field of an answer that is a text.
pub(crate) fn text(answer: &Value, field: &str) -> Result<String> {
    let text = answer.get(field).and_then(Value::as_str);
    let text = text.with_context(|| format!("the answer has no {field}: {answer}"))?;
    Ok(text.to_owned())
}

/// 32 characters that nobody has used before.
pub(crate) fn random_key() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random numbers: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
