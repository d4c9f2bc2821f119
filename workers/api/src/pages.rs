//! Pages: those with a name of a tenant in their path, and what is not there at all.
//!
//! `/`, `/play`, `/wall` and their assets are answered by the platform before the Worker is asked.

use crate::context::Ctx;
use crate::fault::Refused;
use crate::reply::Raw;
use axum::extract::Request;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderValue, Method};
use lectern_problem::{Code, Problem};
use worker::send::SendWrapper;

/// What a page may do: run and show what comes from here, and open sockets to here.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Everything that no route of the API answers.
#[worker::send]
pub(crate) async fn page(ctx: Ctx, request: Request) -> Result<Response, Refused> {
    let slug = request.uri().path().strip_prefix("/host/");
    if !slug.is_some_and(is_slug) {
        return Err(Problem::not_found().into());
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Err(Problem::new(Code::MethodNotAllowed, "A page can only be read.").into());
    }
    ctx.facts().route = Some("/host/{slug}".into());
    asset(&ctx, "/host").await
}

/// Whether this may be a tenant's slug. Which ones exist is told only when somebody signs on.
fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

async fn asset(ctx: &Ctx, path: &str) -> Result<Response, Refused> {
    let url = format!("{}{path}", ctx.own_origin());
    let found = ctx.env().assets("ASSETS")?.fetch(url, None).await?;
    let (mut parts, body) = found.into_parts();
    let headers = &mut parts.headers;
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=0, must-revalidate"),
    );
    let mut response = Response::from_parts(parts, axum::body::Body::empty());
    if let Some(stream) = body.into_inner() {
        response
            .extensions_mut()
            .insert(Raw(SendWrapper::new(stream)));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::is_slug;

    #[test]
    fn only_what_may_be_a_slug_has_a_page() {
        assert!(is_slug("demo") && is_slug("north-school-2"));
        for bad in ["", "a/b", "a b", "<script>", "é", &"x".repeat(65)] {
            assert!(!is_slug(bad), "{bad}");
        }
    }
}
