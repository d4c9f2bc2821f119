//! The way of every request: what each route gets for nothing.
//!
//! 1. An id, and the facts that become known of it.
//! 2. A preflight is answered here: it says what a page may ask; whether it may is judged with its token.
//! 3. The route answers, under a guard that turns a panic into a problem.
//! 4. A problem gets its body; security, CORS, limit and cache headers are set.
//! 5. One line is logged.

use crate::context::{Always, Ctx, Facts, Spent};
use crate::fault::Refused;
use crate::reply::{Raw, problem_body};
use crate::rest::Kept;
use crate::routes;
use axum::body::Body;
use futures_util::FutureExt;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use lectern_edge::{clock, log::Line};
use lectern_identity::budget::Left;
use lectern_problem::{Code, Problem};
use std::panic::AssertUnwindSafe;
use tower_service::Service;
use worker::send::SendFuture;
use worker::{Env, HttpRequest, Request, Response, ResponseBody, Result};

/// Seconds for which a browser may remember a preflight's answer.
const PREFLIGHT_AGE: &str = "600";

/// Request headers that pages may send.
const ALLOWED_HEADERS: &str =
    "authorization, content-type, idempotency-key, if-match, if-none-match, accept, range";

/// Response headers that pages may read.
const EXPOSED_HEADERS: &str = "etag, location, link, ratelimit, ratelimit-policy, retry-after, x-request-id, content-disposition, lectern-warnings";

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// Answers a request.
pub(crate) async fn answer(request: Request, env: Env) -> Result<Response> {
    let own_origin = request.url()?.origin().ascii_serialization();
    let request: HttpRequest = request.try_into()?;
    let ctx = Ctx::new(env, request.headers(), own_origin)?;
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = if is_preflight(&request) {
        preflight()
    } else {
        route(&ctx, request).await
    };
    let code = settle(&ctx, &mut response);
    log(&ctx, &method, &path, response.status(), code);
    send(response, &method).await
}

fn is_preflight(request: &HttpRequest) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// No origin is told apart here, so nothing is learned from a preflight; nothing is ever sent with
/// ambient credentials, and a foreign origin's request is refused before it has an effect.
fn preflight() -> http::Response<Body> {
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(METHODS),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(ALLOWED_HEADERS),
    );
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static(PREFLIGHT_AGE),
    );
    response
}

/// The route's answer. A panic in it is answered, and disturbs no other request.
async fn route(ctx: &Ctx, request: HttpRequest) -> http::Response<Body> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(ctx.clone());
    let (headers, body) = (parts.headers.clone(), Kept::new(body));
    let request = http::Request::from_parts(parts, Body::new(body.clone()));
    let answer = SendFuture::new(async { Always::from(routes::router().call(request).await) });
    let response = match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(Ok(response)) => response,
        Err(_) => refuse(Problem::internal("panicked")),
    };
    body.drain(&headers).await;
    response
}

fn refuse(problem: Problem) -> http::Response<Body> {
    axum::response::IntoResponse::into_response(Refused::from(problem))
}

/// Gives a problem its body and every response its headers; says the problem's code.
fn settle(ctx: &Ctx, response: &mut http::Response<Body>) -> Option<Problem> {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED
        && response.extensions().get::<Box<Problem>>().is_none()
    {
        let problem = Problem::new(
            Code::MethodNotAllowed,
            "See the `Allow` header for what is allowed here.",
        );
        response.extensions_mut().insert(Box::new(problem));
    }
    let problem = response
        .extensions_mut()
        .remove::<Box<Problem>>()
        .map(|problem| *problem);
    if let Some(problem) = &problem {
        problem_body(response, problem, &ctx.id().to_string());
    }
    let facts = ctx.facts().clone();
    let headers = response.headers_mut();
    security(headers);
    if let Some(origin) = ctx.origin() {
        cors(headers, origin, &facts);
    }
    limits(headers, &facts);
    set(
        headers,
        HeaderName::from_static("x-request-id"),
        &ctx.id().to_string(),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    problem
}

fn security(headers: &mut HeaderMap) {
    let fixed = [
        (
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Answers of the API are data; pages bring a policy of their own.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in fixed {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

fn cors(headers: &mut HeaderMap, origin: &str, facts: &Facts) {
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if facts.cors {
        set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED_HEADERS),
        );
    }
}

/// <https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>
fn limits(headers: &mut HeaderMap, facts: &Facts) {
    let Some(Spent { policy, left }) = facts.budget else {
        return;
    };
    let Left {
        rate,
        remaining,
        reset,
    } = left;
    let (limit, window) = (rate.limit, rate.window.0 / 1_000);
    set(
        headers,
        HeaderName::from_static("ratelimit-policy"),
        &format!("\"{policy}\";q={limit};w={window}"),
    );
    set(
        headers,
        HeaderName::from_static("ratelimit"),
        &format!("\"{policy}\";r={remaining};t={reset}"),
    );
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn log(ctx: &Ctx, method: &Method, path: &str, status: StatusCode, problem: Option<Problem>) {
    let facts = ctx.facts().clone();
    let mut line = Line::new("api", ctx.id());
    line.method = Some(method.to_string());
    // A path that no route knows may be anything.
    line.path = Some(facts.route.unwrap_or_else(|| {
        if path.starts_with("/v1/") {
            "unknown"
        } else {
            "page"
        }
        .to_owned()
    }));
    line.status = Some(status.as_u16());
    line.ms = Some((clock::now() - ctx.now()).0);
    line.tenant = facts.tenant.map(|tenant| tenant.to_string());
    line.principal = facts.principal;
    if let Some(problem) = problem {
        line = line.code(problem.code);
        line.detail = problem.cause;
    }
    line.write();
}

/// Small bodies go out whole, with their length; files and streams are handed through.
async fn send(mut response: http::Response<Body>, method: &Method) -> Result<Response> {
    let raw = response.extensions_mut().remove::<Raw>();
    let (parts, body) = response.into_parts();
    let body = match raw {
        _ if *method == Method::HEAD
            || parts.status == StatusCode::NO_CONTENT
            || parts.status == StatusCode::NOT_MODIFIED =>
        {
            ResponseBody::Empty
        }
        Some(raw) => ResponseBody::Stream(raw.0.0),
        None => {
            let bytes = body
                .collect()
                .await
                .map_err(|error| worker::Error::RustError(error.to_string()))?
                .to_bytes();
            if bytes.is_empty() {
                ResponseBody::Empty
            } else {
                ResponseBody::Body(bytes.into())
            }
        }
    };
    let headers: worker::Headers = (&parts.headers).into();
    Ok(Response::builder()
        .with_status(parts.status.as_u16())
        .with_headers(headers)
        .body(body))
}
