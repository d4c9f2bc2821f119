//! Lists: `limit` and an opaque cursor, answered with a `Link` to the next page.

use super::fields::{Fields, FromFields, line};
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::Reply;
use lectern_identity::cursor::ListContext;
use lectern_problem::{FieldError, Problem};
use serde::Serialize;

/// The most rows of a page.
const MOST: u32 = 100;
/// The rows of a page whose size is not asked for.
const DEFAULT: u32 = 50;

/// Which page is asked for.
pub(crate) struct Page {
    /// How many rows.
    pub(crate) limit: u32,
    cursor: Option<String>,
    /// Words to look for.
    pub(crate) words: Option<String>,
}

impl FromFields for Page {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let limit: Option<String> = fields.optional("limit");
        let cursor = fields.optional("cursor");
        let words = fields.optional_text("q", line(200));
        let limit = match limit.map(|text| text.parse::<u32>()) {
            None => DEFAULT,
            Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
            Some(_) => {
                fields.fault("limit", "invalid_value", format!("It must be 1 to {MOST}."));
                DEFAULT
            }
        };
        Some(Self {
            limit,
            cursor,
            words,
        })
    }
}

#[derive(Serialize)]
struct Listed<'a, T> {
    data: &'a [T],
    next: Option<&'a str>,
}

impl Page {
    /// The key of the last row that the client has seen.
    pub(crate) fn after(&self, scope: &Scope, list: &str) -> Result<Option<String>, Refused> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let (tenant, principal) = (scope.tenant.id.to_string(), scope.principal.id());
        let context = self.context(&tenant, &principal, list);
        let after = scope.keys.cursors.open(&context, cursor);
        let fault = || {
            Problem::invalid(vec![FieldError::at(
                "/query/cursor",
                "invalid_value",
                "It is not a cursor of this list.",
            )])
        };
        Ok(Some(after.ok_or_else(fault)?))
    }

    /// The answer: at most `limit` of the rows (one more was read to know whether there are more).
    pub(crate) fn reply<T: Serialize>(
        &self,
        scope: &Scope,
        list: &str,
        rows: &[T],
        key: impl Fn(&T) -> String,
    ) -> Result<Reply, Refused> {
        let limit = self.limit as usize;
        let data = rows.get(..limit).unwrap_or(rows);
        let last = data.last().filter(|_| rows.len() > limit);
        let (tenant, principal) = (scope.tenant.id.to_string(), scope.principal.id());
        let context = self.context(&tenant, &principal, list);
        let next = match last {
            Some(last) => Some(
                scope
                    .keys
                    .cursors
                    .seal(&context, &key(last))
                    .map_err(Problem::internal)?,
            ),
            None => None,
        };
        let reply = Reply::ok(&Listed {
            data,
            next: next.as_deref(),
        })?;
        Ok(match next {
            Some(next) => reply.with(http::header::LINK, self.link(list, &next)),
            None => reply,
        })
    }

    fn link(&self, list: &str, next: &str) -> String {
        let mut query = vec![
            ("limit", self.limit.to_string()),
            ("cursor", next.to_owned()),
        ];
        query.extend(self.words.clone().map(|words| ("q", words)));
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        format!("<{list}?{query}>; rel=\"next\"")
    }

    fn context<'a>(
        &'a self,
        tenant: &'a str,
        principal: &'a str,
        list: &'a str,
    ) -> ListContext<'a> {
        ListContext {
            tenant,
            principal,
            list,
            filter: self.words.as_deref().unwrap_or_default(),
        }
    }
}
