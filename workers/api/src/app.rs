//! What the Worker holds between requests of one isolate: parsed keys, tenants' rows for a moment.
//!
//! Invariant: nothing here outlives its truth by more than [`TENANT_TTL`].

use crate::fault::Refused;
use lectern_edge::store::TenantStore;
use lectern_identity::cursor::Cursors;
use lectern_identity::pairing::Pairings;
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

/// The keys of the platform, parsed once an isolate.
pub(crate) struct Keys {
    pub(crate) signing: SigningKeys,
    pub(crate) tickets: TicketKeys,
    pub(crate) pairings: Pairings,
    pub(crate) cursors: Cursors,
}

thread_local! {
    static KEYS: RefCell<Option<Rc<Keys>>> = const { RefCell::new(None) };
    static REMEMBERED: RefCell<HashMap<TenantId, (Rc<Tenant>, Millis)>> = RefCell::new(HashMap::new());
}

/// The keys.
pub(crate) fn keys(env: &Env) -> Result<Rc<Keys>, Refused> {
    if let Some(keys) = KEYS.with_borrow(Clone::clone) {
        return Ok(keys);
    }
    let keys = Rc::new(read_keys(env)?);
    KEYS.with_borrow_mut(|slot| *slot = Some(Rc::clone(&keys)));
    Ok(keys)
}

fn read_keys(env: &Env) -> Result<Keys, Refused> {
    let unusable =
        |what: &str| Problem::internal(format!("the secret {what} is missing or not usable"));
    let signing = env
        .secret("SIGNING_KEYS")
        .map_err(|_| unusable("SIGNING_KEYS"))?
        .to_string();
    let tickets = env
        .secret("TICKET_KEYS")
        .map_err(|_| unusable("TICKET_KEYS"))?
        .to_string();
    Ok(Keys {
        signing: SigningKeys::parse(&signing).map_err(|_| unusable("SIGNING_KEYS"))?,
        tickets: TicketKeys::parse(&tickets).map_err(|_| unusable("TICKET_KEYS"))?,
        pairings: Pairings::parse(&tickets).map_err(|_| unusable("TICKET_KEYS"))?,
        cursors: Cursors::parse(&tickets).map_err(|_| unusable("TICKET_KEYS"))?,
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
