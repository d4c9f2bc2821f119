//! Which pages may use the API: our own, and those of origins that the tenant lists.

use crate::context::Ctx;
use crate::fault::Refused;
use lectern_identity::TenantSettings;
use lectern_problem::{Code, Problem};

/// Refuses a page of a foreign origin before its request has an effect; allows others to read the answer.
pub(crate) fn check_origin(ctx: &Ctx, settings: &TenantSettings) -> Result<(), Refused> {
    match ctx.origin() {
        Some(origin) if ctx.is_foreign() && !settings.allows_origin(origin) => Err(Problem::new(
            Code::OriginNotAllowed,
            "The tenant does not list this origin.",
        )
        .into()),
        Some(_) => {
            ctx.facts().cors = true;
            Ok(())
        }
        None => Ok(()),
    }
}
