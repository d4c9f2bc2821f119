//! Small HTTP: one call to the API through Node's `fetch`, and waiting for a server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::run::feed;

/// A request to the API.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: String,
    pub(crate) token: Option<&'a str>,
    /// Further headers, by name.
    pub(crate) headers: Vec<(&'a str, String)>,
    pub(crate) body: Body<'a>,
}

/// What a request carries.
pub(crate) enum Body<'a> {
    None,
    Json(Value),
    /// The multipart part `file`: its name and content.
    File(&'a str, &'a str),
}

/// A good answer.
pub(crate) struct Answer {
    /// Its body; null if that is no JSON.
    pub(crate) json: Value,
    /// The version that it shows, for a later `If-Match`.
    pub(crate) etag: Option<String>,
    /// The server's clock, in Unix seconds, if it says it.
    pub(crate) date: Option<i64>,
}

impl Call<'_> {
    /// Sends it and reads the JSON answer; an error unless the status is a good one.
    pub(crate) fn send(self) -> Result<Answer> {
        let mut headers = serde_json::Map::new();
        if let Some(token) = self.token {
            headers.insert("authorization".into(), format!("Bearer {token}").into());
        }
        for (name, value) in self.headers {
            headers.insert(name.into(), value.into());
        }
        let (json, file) = match self.body {
            Body::None => (Value::Null, Value::Null),
            Body::Json(value) => (value, Value::Null),
            Body::File(name, text) => (
                Value::Null,
                json!({ "name": name, "text": text, "type": "application/json" }),
            ),
        };
        let request = json!({ "method": self.method, "url": self.url, "headers": headers, "json": json, "file": file });
        let mut node = Command::new("node");
        node.args(["--input-type=module", "--eval", include_str!("http.mjs")]);
        let answer: Value =
            serde_json::from_str(&feed(&mut node, &request.to_string())?).context("the answer")?;
        let status = answer.get("status").and_then(Value::as_u64).unwrap_or(0);
        let body = answer
            .get("body")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match status {
            200..=299 => Ok(Answer {
                json: serde_json::from_str(body).unwrap_or(Value::Null),
                etag: answer
                    .get("etag")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
                date: answer.get("date").and_then(Value::as_i64),
            }),
            0 => bail!("{} {}: no answer ({body})", self.method, self.url),
            _ => bail!("{} {}: {status} {body}", self.method, self.url),
        }
    }
}

/// Whether the server answers at all, with any status.
pub(crate) fn answers(port: u16, path: &str) -> bool {
    request(port, path).is_ok_and(|answer| answer.starts_with("HTTP/1.1 "))
}

/// The port itself, or a free one for 0; an error with a remedy if it is taken.
pub(crate) fn free_port(port: u16) -> Result<u16> {
    match TcpListener::bind(address(port)) {
        Ok(listener) => Ok(listener.local_addr()?.port()),
        Err(error) => {
            bail!(
                "port {port} is taken ({error}); end the program that holds it, or choose another with --port"
            )
        }
    }
}

fn request(port: u16, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address(port), Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    )?;
    let mut start = [0; 64];
    let length = stream.read(&mut start)?;
    Ok(String::from_utf8_lossy(start.get(..length).unwrap_or_default()).into_owned())
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
