//! Request budgets: of each principal and tenant, and of the address for who has no token, or no good one.
//!
//! The numbers come from the tenant's row; for addresses, where there is no tenant yet, from the
//! Worker's variable `ADDRESS_BUDGETS`. Budgets are a brake for each isolate, and so for each location: a
//! client that is spread over isolates gets more. What must be exact (quotas) is counted in D1.

use crate::context::{Ctx, Spent};
use crate::fault::Refused;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lectern_identity::Tenant;
use lectern_identity::budget::{AddressBudgets, Buckets, Left, Rate};
use lectern_identity::token::Principal;
use lectern_problem::{Code, Problem};
use std::cell::{OnceCell, RefCell};

thread_local! {
    static SIGNED_ON: RefCell<Buckets> = RefCell::default();
    static ADDRESSES: RefCell<Buckets> = RefCell::default();
    static NUMBERS: OnceCell<AddressBudgets> = const { OnceCell::new() };
}

/// Takes a request from the principal's budget and the tenant's, or from neither.
pub(super) fn of_principal(ctx: &Ctx, tenant: &Tenant, who: &Principal) -> Result<(), Refused> {
    let budgets = tenant.settings.budgets;
    let (who, whole) = (who.id(), tenant.id.to_string());
    let taken = SIGNED_ON.with_borrow_mut(|all| {
        let principal = (&*who, Rate::per_minute(budgets.principal_per_minute));
        let tenant = (&*whole, Rate::per_minute(budgets.tenant_per_minute));
        all.take(&[principal, tenant], ctx.now())
    });
    tell(ctx, "principal", taken)
}

/// Takes a request from the address's budget. Joining has a budget of its own, so that a school behind
/// one address gets in.
fn take_of_address(ctx: &Ctx, pattern: Option<&str>) -> Result<(), Refused> {
    let numbers = numbers(ctx);
    let (purpose, limit) = match pattern {
        Some("/v1/sign-on/join") => ("join", numbers.joins_per_minute),
        _ => ("any", numbers.per_minute),
    };
    let budget = (
        &*format!("{purpose} {}", ctx.address()),
        Rate::per_minute(limit),
    );
    let taken = ADDRESSES.with_borrow_mut(|all| all.take(&[budget], ctx.now()));
    tell(ctx, "address", taken)
}

/// What becomes of a request whose token was refused: it counts as one without a token, and is refused
/// like one when the address's budget is used up. Good tokens of the same address are not concerned.
pub(super) fn unproven(ctx: &Ctx, refused: Refused) -> Refused {
    take_of_address(ctx, None).err().unwrap_or(refused)
}

/// The middleware of every route that asks for no token: takes a request from the address's budget.
pub(crate) async fn of_address(request: Request, next: Next) -> Response {
    if let Some(ctx) = request.extensions().get::<Ctx>() {
        let path = request.extensions().get::<MatchedPath>();
        if let Err(refused) = take_of_address(ctx, path.map(MatchedPath::as_str)) {
            return refused.into_response();
        }
    }
    next.run(request).await
}

/// Takes from a budget of an address for one purpose, which leads its name.
///
/// # Errors
/// A refusal, with the seconds after which there is one again.
pub(crate) fn take(ctx: &Ctx, name: &str, rate: Rate) -> Result<(), Refused> {
    let taken = ADDRESSES.with_borrow_mut(|all| all.take(&[(name, rate)], ctx.now()));
    taken.map(|_| ()).map_err(|left| refusal(left).into())
}

/// Whether such a budget has a request left, without taking it.
///
/// # Errors
/// As [`take`].
pub(crate) fn look(ctx: &Ctx, name: &str, rate: Rate) -> Result<(), Refused> {
    let left = ADDRESSES.with_borrow_mut(|all| all.look(name, rate, ctx.now()));
    left.map_err(|left| refusal(left).into())
}

/// Read once an isolate. What cannot be read is the default: a typing error must not open the doors.
fn numbers(ctx: &Ctx) -> AddressBudgets {
    let read = || {
        let text = ctx
            .env()
            .var("ADDRESS_BUDGETS")
            .map(|text| text.to_string());
        AddressBudgets::parse(&text.unwrap_or_default())
    };
    NUMBERS.with(|numbers| *numbers.get_or_init(read))
}

/// Notes what is left, for the headers of the answer, whether it was refused or not.
fn tell(ctx: &Ctx, policy: &'static str, taken: Result<Left, Left>) -> Result<(), Refused> {
    let (Ok(left) | Err(left)) = taken;
    ctx.facts().budget = Some(Spent { policy, left });
    taken.map(|_| ()).map_err(|left| refusal(left).into())
}

fn refusal(left: Left) -> Problem {
    let detail = "The budget of requests is used up for the moment.";
    Problem::new(Code::RateLimited, detail).retry_after(left.reset)
}
