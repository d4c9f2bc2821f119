//! Who asks, and what follows from it. A handler gets a tenant's store only from here.

pub(crate) mod budget;
mod operator;
mod origin;
mod scope;

pub(crate) use operator::Operator;
pub(crate) use origin::check_origin;
pub(crate) use scope::{Scope, Seat, SeatOrOwner};
