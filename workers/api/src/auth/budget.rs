//! Request budgets: a token bucket for each principal and tenant.
//!
//! The numbers come from the tenant's row. It is a brake for each isolate, and so for each location: a
//! client that is spread over isolates gets more. What must be exact (quotas) is counted in D1.
//! Limit: [`BUCKETS`] remembered at a time; when there are more, all start full again.

use lectern_identity::Millis;
use lectern_identity::tenant::Budgets;
use std::cell::RefCell;
use std::collections::HashMap;

const BUCKETS: usize = 20_000;

/// A bucket: how many requests are left, and when that was so.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Millis,
}

/// What is left of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    /// Requests a minute.
    pub(super) limit: u32,
    /// Requests left at once.
    pub(super) remaining: u32,
    /// Seconds until it is full again.
    pub(super) reset: u32,
}

thread_local! {
    static ALL: RefCell<HashMap<String, Bucket>> = RefCell::new(HashMap::new());
}

/// Takes one request from the principal's and the tenant's budget.
///
/// # Errors
/// Seconds until there is one again.
pub(super) fn take(
    tenant: &str,
    principal: &str,
    budgets: Budgets,
    now: Millis,
) -> Result<Left, u32> {
    ALL.with_borrow_mut(|all| {
        if all.len() >= BUCKETS {
            all.clear();
        }
        spend(all, tenant, budgets.tenant_per_minute, now)?;
        spend(all, principal, budgets.principal_per_minute, now)
    })
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
fn spend(
    all: &mut HashMap<String, Bucket>,
    name: &str,
    limit: u32,
    now: Millis,
) -> Result<Left, u32> {
    let full = f64::from(limit.max(1));
    let per_ms = full / 60_000.0;
    let bucket = all.entry(name.to_owned()).or_insert(Bucket {
        left: full,
        at: now,
    });
    let passed = (now - bucket.at).0.max(0) as f64;
    bucket.left = (bucket.left + passed * per_ms).min(full);
    bucket.at = now;
    if bucket.left < 1.0 {
        return Err((((1.0 - bucket.left) / per_ms) / 1_000.0).ceil() as u32);
    }
    bucket.left -= 1.0;
    let reset = ((full - bucket.left) / per_ms / 1_000.0).ceil() as u32;
    Ok(Left {
        limit,
        remaining: bucket.left as u32,
        reset,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_and_comes_back() {
        let budgets = Budgets {
            tenant_per_minute: 1_000,
            principal_per_minute: 3,
        };
        let now = Millis(1_000_000);
        for remaining in [2, 1, 0] {
            assert_eq!(take("t1", "p1", budgets, now).unwrap().remaining, remaining);
        }
        assert_eq!(take("t1", "p1", budgets, now), Err(20));
        assert!(
            take("t1", "p2", budgets, now).is_ok(),
            "another principal has its own"
        );
        assert!(take("t1", "p1", budgets, now + Millis::seconds(20)).is_ok());
    }

    #[test]
    fn a_tenants_budget_binds_all_of_its_principals() {
        let budgets = Budgets {
            tenant_per_minute: 2,
            principal_per_minute: 100,
        };
        let now = Millis(1_000_000);
        assert!(take("t2", "a", budgets, now).is_ok());
        assert!(take("t2", "b", budgets, now).is_ok());
        assert_eq!(take("t2", "c", budgets, now), Err(30));
    }
}
