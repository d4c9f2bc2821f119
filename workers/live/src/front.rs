//! What is checked before an object is woken, and the log line of each request.

use crate::admission::{self, Wanted};
use lectern_edge::{clock, entropy, log::Line};
use lectern_identity::RequestId;
use lectern_live::{
    engine::{Engine, Refusal},
    object::{ADMISSION_HEADER, SOCKET_URL},
};
use lectern_problem::{CONTENT_TYPE, Code, Problem};
use lectern_quiz::speedrun::Speedrun;
use worker::{Env, Headers, Method, ObjectNamespace, Request, RequestInit, Response, Result};

/// Where the sockets of all kinds are opened: `/v1/live/{kind}/{session}`.
const BASE: &str = "/v1/live/";

/// Answers a request: one path, one method, and the health of the Worker.
pub(crate) async fn answer(request: Request, env: &Env) -> Result<Response> {
    let started = clock::now();
    let id = RequestId::new(started, entropy::bytes()?).to_string();
    let (method, path) = (request.method(), request.path());
    let route = Route::of(&path);
    let (response, problem) = match respond(&request, env, &route).await {
        Ok(response) => (response, None),
        Err(problem) => (refuse(&problem, &id)?, Some(problem)),
    };
    let mut line = Line::new("live", &id);
    line.method = Some(method.to_string());
    line.path = Some(route.pattern().to_owned());
    line.status = Some(response.status_code());
    line.ms = Some((clock::now() - started).0);
    line.code = problem.as_ref().map(|problem| problem.code.to_string());
    line.detail = problem.and_then(|problem| problem.cause);
    line.write();
    Ok(response)
}

/// What a path names. The log has its pattern only: who mistypes may have written a ticket into it.
enum Route<'p> {
    Health,
    Session(Wanted<'p>),
    Unknown,
}

impl<'p> Route<'p> {
    fn of(path: &'p str) -> Self {
        let rest = path.strip_prefix(BASE).unwrap_or_default();
        match rest.split_once('/') {
            Some((kind @ Speedrun::KIND, session)) => Self::Session(Wanted { kind, session }),
            None if rest == "health" => Self::Health,
            _ => Self::Unknown,
        }
    }

    fn pattern(&self) -> &'static str {
        match self {
            Self::Health => "/v1/live/health",
            Self::Session(_) => "/v1/live/{kind}/{session}",
            Self::Unknown => "unknown",
        }
    }
}

async fn respond(request: &Request, env: &Env, route: &Route<'_>) -> Result<Response, Problem> {
    match route {
        Route::Health => {
            only_get(request)?;
            Response::from_json(&"ok").map_err(Problem::internal)
        }
        Route::Session(wanted) => {
            let namespace = namespace(env, wanted.kind)?;
            only_get(request)?;
            connect(request, env, &namespace, wanted).await
        }
        Route::Unknown => Err(Problem::not_found()),
    }
}

fn only_get(request: &Request) -> Result<(), Problem> {
    if request.method() == Method::Get {
        return Ok(());
    }
    Err(Problem::new(
        Code::MethodNotAllowed,
        "Only GET is allowed here.",
    ))
}

/// The objects of a kind of session.
fn namespace(env: &Env, kind: &str) -> Result<ObjectNamespace, Problem> {
    let binding = match kind {
        Speedrun::KIND => "SPEEDRUN",
        _ => return Err(Problem::not_found()),
    };
    env.durable_object(binding).map_err(Problem::internal)
}

/// Opens a socket.
///
/// 1. Checks form, ticket and origin; nothing of that wakes an object.
/// 2. Hands what the ticket says to the object, which uses the ticket up and accepts.
async fn connect(
    request: &Request,
    env: &Env,
    namespace: &ObjectNamespace,
    wanted: &Wanted<'_>,
) -> Result<Response, Problem> {
    let admission = admission::check(request, env, wanted)?;
    let json = serde_json::to_string(&admission).map_err(Problem::internal)?;
    let sent = || async {
        let headers = Headers::new();
        headers.set("upgrade", "websocket")?;
        headers.set(ADMISSION_HEADER, &json)?;
        let init = RequestInit {
            method: Method::Get,
            headers,
            ..RequestInit::default()
        };
        let request = Request::new_with_init(SOCKET_URL, &init)?;
        namespace
            .get_by_name(&admission.object)?
            .fetch_with_request(request)
            .await
    };
    let mut response = sent().await.map_err(Problem::unavailable)?;
    if response.status_code() == 101 {
        return Ok(response);
    }
    let refusal: Refusal = response.json().await.map_err(Problem::unavailable)?;
    Err(match Code::find(&refusal.code) {
        Some(code) => Problem::new(code, refusal.detail),
        None => Problem::new(Code::Forbidden, refusal.detail).caused_by(refusal.code),
    })
}

fn refuse(problem: &Problem, id: &str) -> Result<Response> {
    let headers = Headers::new();
    headers.set("content-type", CONTENT_TYPE)?;
    headers.set("cache-control", "no-store")?;
    headers.set("x-request-id", id)?;
    match problem.code {
        Code::MethodNotAllowed => headers.set("allow", "GET")?,
        Code::UpgradeRequired => headers.set("upgrade", "websocket")?,
        _ => {}
    }
    if let Some(seconds) = problem.retry_after {
        headers.set("retry-after", &seconds.to_string())?;
    }
    let body = problem.to_json(id).into_bytes();
    Ok(Response::from_bytes(body)?
        .with_status(problem.status())
        .with_headers(headers))
}
