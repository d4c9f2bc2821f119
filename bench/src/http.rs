//! HTTP over a few connections that are kept open, as the platform's edge keeps them to a Worker.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Connections to one server.
const CONNECTIONS: usize = 128;

/// How long a connection may have been idle to be used again: workerd closes one after five seconds, and a
/// request that meets that is lost.
const IDLE: Duration = Duration::from_secs(2);

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    /// The method; none: GET.
    pub(crate) method: Option<&'static str>,
    /// The path, with the query.
    pub(crate) path: String,
    /// Headers by name.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(crate) body: Bytes,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Bytes,
}

impl Call {
    /// A GET.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// A POST of JSON.
    pub(crate) fn post(path: impl Into<String>, body: &Value) -> Self {
        Self {
            method: Some("POST"),
            path: path.into(),
            headers: vec![("content-type", "application/json".into())],
            body: body.to_string().into(),
        }
    }

    /// With a header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a token.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }
}

impl Answer {
    /// Its JSON; an error unless the status is a good one.
    pub(crate) fn json(&self) -> Result<Value> {
        if !(200..300).contains(&self.status) {
            bail!(
                "answered {}: {}",
                self.status,
                String::from_utf8_lossy(&self.body)
            );
        }
        serde_json::from_slice(&self.body).context("the answer is no JSON")
    }
}

type Connection = SendRequest<Full<Bytes>>;

/// A client of one server.
pub(crate) struct Http {
    port: u16,
    idle: RefCell<Vec<(Instant, Connection)>>,
    free: Semaphore,
}

impl Http {
    /// Opens nothing yet.
    pub(crate) fn new(port: u16) -> Self {
        Self {
            port,
            idle: RefCell::default(),
            free: Semaphore::new(CONNECTIONS),
        }
    }

    /// Sends a request and reads the answer whole.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer> {
        let path = call.path.clone();
        let answer = timeout(PATIENCE, self.exchange(call)).await;
        answer
            .with_context(|| format!("{path}: no answer within {PATIENCE:?}"))?
            .with_context(|| path)
    }

    /// A connection that was kept may have been closed by the server in the same moment; then the request
    /// was not looked at, and goes out again on a new one, as browsers do.
    async fn exchange(&self, call: Call) -> Result<Answer> {
        let _permit = self.free.acquire().await?;
        if let Some(kept) = self.kept().await {
            match self.on(kept, call.clone()).await {
                Err(error) if error.downcast_ref::<hyper::Error>().is_some() => {}
                done => return done,
            }
        }
        let new = self.open().await?;
        self.on(new, call).await
    }

    async fn on(&self, mut connection: Connection, call: Call) -> Result<Answer> {
        let mut request = hyper::Request::builder()
            .method(call.method.unwrap_or("GET"))
            .uri(call.path)
            .header("host", format!("127.0.0.1:{}", self.port));
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(call.body))?;
        let response = connection.send_request(request).await?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await?.to_bytes();
        self.idle.borrow_mut().push((Instant::now(), connection));
        Ok(Answer { status, body })
    }

    /// A connection that is idle and still open.
    async fn kept(&self) -> Option<Connection> {
        loop {
            let (since, mut idle) = self.idle.borrow_mut().pop()?;
            if since.elapsed() < IDLE && idle.ready().await.is_ok() {
                return Some(idle);
            }
        }
    }

    async fn open(&self) -> Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Its end is seen by whoever uses it next.
        tokio::task::spawn_local(async move { connection.await.ok() });
        Ok(sender)
    }
}
