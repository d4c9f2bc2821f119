//! What is known of the request that is being answered.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lectern_edge::{clock, entropy};
use lectern_identity::budget::Left;
use lectern_identity::{Millis, RequestId, TenantId};
use lectern_problem::Problem;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use worker::Env;
use worker::send::SendWrapper;

/// The request's own facts; cheap to clone.
#[derive(Clone)]
pub(crate) struct Ctx(Arc<Inner>);

struct Inner {
    env: SendWrapper<Env>,
    id: RequestId,
    now: Millis,
    own_origin: String,
    origin: Option<String>,
    address: String,
    facts: Mutex<Facts>,
}

/// What becomes known while it is answered.
#[derive(Default, Clone)]
pub(crate) struct Facts {
    /// The pattern of its route.
    pub(crate) route: Option<String>,
    /// Whose data it is about.
    pub(crate) tenant: Option<TenantId>,
    /// Who asks: `client`, `guest`, `seat`, `operator`.
    pub(crate) principal: Option<&'static str>,
    /// Whether the page's origin may read the answer.
    pub(crate) cors: bool,
    /// What is left of the budget that the request was taken from.
    pub(crate) budget: Option<Spent>,
}

/// A budget after a request.
#[derive(Clone, Copy)]
pub(crate) struct Spent {
    /// Whose: `principal` or `address`.
    pub(crate) policy: &'static str,
    /// What is left.
    pub(crate) left: Left,
}

impl Ctx {
    pub(crate) fn new(
        env: Env,
        headers: &http::HeaderMap,
        own_origin: String,
    ) -> worker::Result<Self> {
        let now = clock::now();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Ok(Self(Arc::new(Inner {
            env: SendWrapper::new(env),
            id: RequestId::new(now, entropy::bytes()?),
            now,
            own_origin,
            origin: text("origin").map(str::to_owned),
            address: client(text("cf-connecting-ip").unwrap_or_default()),
            facts: Mutex::new(Facts::default()),
        })))
    }

    /// The Worker's bindings.
    pub(crate) fn env(&self) -> &Env {
        &self.0.env
    }

    /// The request's id.
    pub(crate) fn id(&self) -> RequestId {
        self.0.id
    }

    /// When it came.
    pub(crate) fn now(&self) -> Millis {
        self.0.now
    }

    /// The platform's own origin, as the client addressed it.
    pub(crate) fn own_origin(&self) -> &str {
        &self.0.own_origin
    }

    /// The origin of the page that asks; none: not a page.
    pub(crate) fn origin(&self) -> Option<&str> {
        self.0.origin.as_deref()
    }

    /// Whether a page of another origin asks.
    pub(crate) fn is_foreign(&self) -> bool {
        self.origin()
            .is_some_and(|origin| !origin.eq_ignore_ascii_case(self.own_origin()))
    }

    /// The client's address as guesses are counted by it.
    pub(crate) fn address(&self) -> &str {
        &self.0.address
    }

    /// The `iss` of tokens.
    pub(crate) fn issuer(&self) -> String {
        let set = self
            .env()
            .var("ISSUER")
            .map(|issuer| issuer.to_string())
            .unwrap_or_default();
        if set.is_empty() {
            self.own_origin().to_owned()
        } else {
            set
        }
    }

    /// What is known by now.
    pub(crate) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One client's addresses count as one: a household or a phone has 2^64 of IPv6.
fn client(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => v6
            .to_ipv4_mapped()
            .map_or_else(|| network(v6), |v4| v4.to_string()),
        Ok(IpAddr::V4(v4)) => v4.to_string(),
        Err(_) => "unknown".to_owned(),
    }
}

fn network(address: Ipv6Addr) -> String {
    let bits = u128::from(address) >> 64 << 64;
    format!("{}/64", Ipv6Addr::from(bits))
}

impl<S: Sync> FromRequestParts<S> for Ctx {
    type Rejection = crate::fault::Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or_else(|| Problem::internal("the request has no context").into())
    }
}

/// A response cannot fail on its way out.
pub(crate) type Always = Result<http::Response<axum::body::Body>, Infallible>;

#[cfg(test)]
mod tests {
    use super::client;

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        assert_eq!(
            client("2001:db8:1:2:3:4:5:6"),
            client("2001:db8:1:2:ffff::1")
        );
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_eq!(client("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(client("192.0.2.1"), "192.0.2.1");
        assert_eq!(client("not an address"), "unknown");
    }
}
