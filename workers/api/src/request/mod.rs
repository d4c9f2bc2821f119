//! Reading requests: bodies, parameters, conditions. Everything is bounded and judged before it is used.

pub(crate) mod accept;
pub(crate) mod conditional;
pub(crate) mod fields;
pub(crate) mod idempotent;
pub(crate) mod json;
pub(crate) mod page;
pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod range;
pub(crate) mod upload;

pub(crate) use accept::Accept;
pub(crate) use conditional::Conditions;
pub(crate) use fields::{Fields, FromFields};
pub(crate) use idempotent::{Fresh, Once};
pub(crate) use json::Body;
pub(crate) use page::Page;
pub(crate) use path::PathIds;
pub(crate) use query::Query;
pub(crate) use upload::Upload;
