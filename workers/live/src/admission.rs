//! Who may open a socket: the form of the request, the ticket, the origin.
//!
//! Invariant: what is admitted here was signed by us for this session, and a page of a foreign origin
//! cannot use it.

use lectern_edge::{clock, secrets::secrets};
use lectern_identity::keys::{KeyRing, TICKETS};
use lectern_identity::ticket::{TicketClaims, TicketError, TicketKeys};
use lectern_live::{
    object::{Admission, object_name},
    wire::{PROTOCOL, TICKET_PREFIX},
};
use lectern_problem::{Code, Problem};
use worker::{Env, Request};

/// The session that the path names.
pub(crate) struct Wanted<'a> {
    /// An engine's `KIND`.
    pub(crate) kind: &'a str,
    /// The session's id.
    pub(crate) session: &'a str,
}

/// Checks a request to open a socket, cheapest first.
pub(crate) fn check(
    request: &Request,
    env: &Env,
    wanted: &Wanted<'_>,
) -> Result<Admission, Problem> {
    let header = |name: &str| request.headers().get(name).ok().flatten();
    if !header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket")) {
        return Err(Problem::new(
            Code::UpgradeRequired,
            "Open this address as a WebSocket.",
        ));
    }
    let ticket = ticket(&header("sec-websocket-protocol").unwrap_or_default())?;
    let keys = KeyRing::parse(&secrets(env, TICKETS)).map_err(Problem::internal)?;
    let keys = TicketKeys::new(keys);
    let claims = keys.verify(&ticket, clock::now()).map_err(refused)?;
    if claims.kind != wanted.kind || claims.session != wanted.session {
        return Err(invalid("The ticket is for another session."));
    }
    origin(&claims, header("origin").as_deref(), request)?;
    Ok(Admission {
        object: object_name(claims.tenant, &claims.session),
        seat: claims.seat,
        role: claims.role,
        use_id: claims.use_id,
        expires: claims.expires,
    })
}

/// The ticket among the sub-protocols: `lectern.v1, ticket.<…>`.
fn ticket(protocols: &str) -> Result<String, Problem> {
    let offered = || protocols.split(',').map(str::trim);
    if !offered().any(|protocol| protocol == PROTOCOL) {
        let detail = format!("Offer the sub-protocol {PROTOCOL}.");
        return Err(Problem::new(Code::BadRequest, detail));
    }
    let mut tickets = offered().filter_map(|protocol| protocol.strip_prefix(TICKET_PREFIX));
    match (tickets.next(), tickets.next()) {
        (Some(ticket), None) => Ok(ticket.to_owned()),
        _ => Err(invalid("Offer one ticket as a second sub-protocol.")),
    }
}

fn refused(error: TicketError) -> Problem {
    match error {
        TicketError::Expired => Problem::new(Code::TicketExpired, "Fetch a fresh ticket."),
        TicketError::Invalid => invalid("The ticket is not valid."),
        TicketError::Keys => Problem::internal(error),
    }
}

fn invalid(detail: &str) -> Problem {
    Problem::new(Code::TicketInvalid, detail)
}

/// A ticket that names an origin is for pages of that origin; one that names none is for programs, which
/// send none, and for pages of the socket's own host.
fn origin(claims: &TicketClaims, origin: Option<&str>, request: &Request) -> Result<(), Problem> {
    let allowed = match (&claims.origin, origin) {
        (Some(bound), Some(origin)) => bound == origin,
        (Some(_), None) => false,
        (None, None) => true,
        (None, Some(origin)) => own_host(origin, request),
    };
    if allowed {
        return Ok(());
    }
    Err(Problem::new(
        Code::OriginNotAllowed,
        "The ticket is for pages of another origin.",
    ))
}

fn own_host(origin: &str, request: &Request) -> bool {
    let Ok(url) = request.url() else { return false };
    let host = url.host_str().map(|host| match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    });
    origin.split_once("://").map(|(_, host)| host) == host.as_deref()
}
