//! The demo: a tenant that lets guests host, with a sample question set. Only on this machine.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::http::{Body, Call};
use crate::project;
use crate::secrets::write_private;
use crate::step::step;
use crate::tenant::{Create, create, exists};

const SLUG: &str = "demo";
const SAMPLE: &str = "xtask/sample/capitals.json";

/// Where the demo client's id and secret are kept.
pub(crate) fn client_file() -> PathBuf {
    project::local().join("demo-client.json")
}

/// The demo tenant's API client; the tenant is made if the storage has none.
pub(crate) fn tenant(state: &Path) -> Result<Value> {
    let place = state.display().to_string();
    let known: Option<Value> = fs::read(client_file())
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    let here = |client: &Value| {
        client
            .get("storage")
            .is_some_and(|at| *at == place.as_str())
    };
    if let Some(client) = known.filter(here)
        && state.join("demo").is_file()
    {
        return Ok(client);
    }
    step("demo tenant", || {
        if exists(Environment::Local, state, SLUG)? {
            bail!(
                "the tenant “{SLUG}” is there, but {} is not about it. Remove {} to start afresh, \
                 or choose another --persist-to",
                client_file().display(),
                state.display()
            );
        }
        let new = Create {
            slug: SLUG.into(),
            name: "Demo school".into(),
            guests: true,
            origins: Vec::new(),
            env: Environment::Local,
            persist_to: None,
            json: false,
        };
        let mut client = create(&new, state)?.json();
        client["storage"] = place.into();
        write_private(&client_file(), &serde_json::to_string_pretty(&client)?)?;
        fs::write(state.join("demo"), "tenant")?;
        Ok(client)
    })
}

/// Uploads the sample question set through the running API and shares it with guests, once.
pub(crate) fn question_set(state: &Path, address: &str, client: &Value) -> Result<()> {
    let mark = state.join("demo");
    if fs::read_to_string(&mark).is_ok_and(|text| text == "set") {
        return Ok(());
    }
    step("sample question set", || {
        let sample = fs::read_to_string(project::root().join(SAMPLE)).context(SAMPLE)?;
        let token = access_token(address, client)?;
        let set = Call {
            method: "POST",
            url: format!("{address}/v1/question-sets"),
            token: Some(&token),
            // Always the same: a start that was interrupted here must not leave two sets.
            headers: vec![("idempotency-key", "demo-capitals".to_owned())],
            body: Body::File("capitals.json", &sample),
        }
        .send()?;
        let id = set
            .json
            .get("id")
            .and_then(Value::as_str)
            .context("the answer to the upload has no id")?;
        Call {
            method: "PATCH",
            url: format!("{address}/v1/question-sets/{id}"),
            token: Some(&token),
            headers: vec![(
                "if-match",
                set.etag.context("the answer to the upload has no ETag")?,
            )],
            body: Body::Json(json!({ "shared": true })),
        }
        .send()?;
        fs::write(&mark, "set").with_context(|| format!("{}", mark.display()))
    })
}

fn access_token(address: &str, client: &Value) -> Result<String> {
    let answer = Call {
        method: "POST",
        url: format!("{address}/v1/token"),
        token: None,
        headers: Vec::new(),
        body: Body::Json(json!({
            "grant_type": "client_credentials",
            "client_id": client.get("client_id"),
            "client_secret": client.get("client_secret"),
        })),
    }
    .send()?;
    let token = answer.json.get("access_token").and_then(Value::as_str);
    Ok(token
        .context("the answer of /v1/token has no access_token")?
        .to_owned())
}
