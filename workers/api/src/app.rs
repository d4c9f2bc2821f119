//! What the Worker holds between requests of one isolate: parsed keys, tenants' rows for a moment.
//!
//! Invariant: nothing here outlives its truth by more than [`TENANT_TTL`].

use crate::fault::Refused;
use lectern_edge::clock;
use lectern_edge::secrets::secrets;
use lectern_edge::store::TenantStore;
use lectern_identity::cursor::Cursors;
use lectern_identity::keys::{KeyRing, SIGNING, TICKETS};
use lectern_identity::pairing::Pairings;
use lectern_identity::pseudonym::Pseudonyms;
use lectern_identity::ticket::TicketKeys;
use lectern_identity::token::SigningKeys;
use lectern_identity::{Millis, Tenant, TenantId};
use lectern_problem::Problem;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::Env;

/// For how long an isolate believes a tenant's row.
const TENANT_TTL: Millis = Millis::seconds(5);

/// Tenants remembered at a time.
const TENANTS: usize = 1_000;

/// The keys of the platform, parsed once an isolate, and again when another one begins to sign.
pub(crate) struct Keys {
    pub(crate) signing: SigningKeys,
    pub(crate) tickets: TicketKeys,
    pub(crate) pairings: Pairings,
    pub(crate) cursors: Cursors,
    pub(crate) pseudonyms: Pseudonyms,
    until: Option<Millis>,
}

thread_local! {
    static KEYS: RefCell<Option<Rc<Keys>>> = const { RefCell::new(None) };
    static REMEMBERED: RefCell<HashMap<TenantId, (Rc<Tenant>, Millis)>> = RefCell::new(HashMap::new());
}

/// The keys.
pub(crate) fn keys(env: &Env) -> Result<Rc<Keys>, Refused> {
    let now = clock::now();
    let known = KEYS.with_borrow(Clone::clone);
    if let Some(keys) = known.filter(|keys| keys.until.is_none_or(|until| now < until)) {
        return Ok(keys);
    }
    let keys = Rc::new(read_keys(env, now)?);
    KEYS.with_borrow_mut(|slot| *slot = Some(Rc::clone(&keys)));
    Ok(keys)
}

fn read_keys(env: &Env, now: Millis) -> Result<Keys, Refused> {
    let unusable = |places: [&str; 2]| {
        let [first, _] = places;
        Problem::internal(format!("the secret {first} is missing or not usable"))
    };
    let read = |places| {
        let mut ring = KeyRing::parse(&secrets(env, places)).map_err(|_| unusable(places))?;
        let until = ring.settle(now);
        Ok::<_, Problem>((ring, until))
    };
    let (signing, signing_until) = read(SIGNING)?;
    let (tickets, tickets_until) = read(TICKETS)?;
    Ok(Keys {
        signing: SigningKeys::new(&signing).map_err(|_| unusable(SIGNING))?,
        pairings: Pairings::derive(&tickets).map_err(|_| unusable(TICKETS))?,
        cursors: Cursors::derive(&tickets).map_err(|_| unusable(TICKETS))?,
        pseudonyms: Pseudonyms::derive(&tickets).map_err(|_| unusable(TICKETS))?,
        tickets: TicketKeys::new(tickets),
        until: signing_until.into_iter().chain(tickets_until).min(),
    })
}

/// The tenant's row, at most [`TENANT_TTL`] old. None: there is no such tenant (any more).
pub(crate) async fn tenant(
    store: &TenantStore,
    now: Millis,
) -> Result<Option<Rc<Tenant>>, Refused> {
    let id = store.tenant();
    let known = REMEMBERED.with_borrow(|tenants| tenants.get(&id).cloned());
    if let Some((tenant, read_at)) = known
        && now - read_at < TENANT_TTL
    {
        return Ok(Some(tenant));
    }
    fresh_tenant(store, now).await
}

/// The tenant's row as it is now, for what must not wait until a memory has faded.
pub(crate) async fn fresh_tenant(
    store: &TenantStore,
    now: Millis,
) -> Result<Option<Rc<Tenant>>, Refused> {
    let id = store.tenant();
    let Some(tenant) = store.row().await?.map(Rc::new) else {
        return Ok(None);
    };
    REMEMBERED.with_borrow_mut(|tenants| {
        if tenants.len() >= TENANTS {
            tenants.clear();
        }
        tenants.insert(id, (Rc::clone(&tenant), now));
    });
    Ok(Some(tenant))
}
