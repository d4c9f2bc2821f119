//! What the client accepts: <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1>.

use crate::fault::Refused;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lectern_problem::{Code, Problem};
use std::convert::Infallible;

/// The `Accept` header.
pub(crate) struct Accept(Option<String>);

impl Accept {
    pub(crate) fn of(headers: &http::HeaderMap) -> Self {
        let values: Vec<&str> = headers
            .get_all(http::header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        Self((!values.is_empty()).then(|| values.join(",").to_ascii_lowercase()))
    }

    /// The first of these types that the client likes best.
    pub(crate) fn choose(&self, offered: &[&'static str]) -> Result<&'static str, Refused> {
        let best = offered
            .iter()
            .rev()
            .map(|offer| (self.quality(offer), *offer))
            .max_by_key(|(quality, _)| *quality);
        match best {
            Some((quality, offer)) if quality > 0 => Ok(offer),
            _ => {
                let detail = format!("Available here: {}.", offered.join(", "));
                Err(Problem::new(Code::NotAcceptable, detail).into())
            }
        }
    }

    /// In thousandths; the most specific range counts.
    fn quality(&self, offer: &str) -> u32 {
        let Some(accept) = &self.0 else { return 1_000 };
        let kind = offer.split('/').next().unwrap_or_default();
        let ranges = accept.split(',').filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next()?;
            let rank = match name {
                name if name == offer => 2,
                "*/*" => 0,
                name if name.strip_suffix("/*") == Some(kind) => 1,
                _ => return None,
            };
            let quality = parts
                .find_map(|part| part.strip_prefix("q="))
                .and_then(|q| q.parse::<f32>().ok());
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            Some((
                rank,
                (quality.unwrap_or(1.0).clamp(0.0, 1.0) * 1_000.0) as u32,
            ))
        });
        ranges
            .max_by_key(|(rank, _)| *rank)
            .map_or(0, |(_, quality)| quality)
    }
}

impl<S: Sync> FromRequestParts<S> for Accept {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_that_the_client_likes_best_is_chosen() {
        let offered = ["application/json", "text/csv"];
        let choose = |accept: &str| Accept(Some(accept.to_owned())).choose(&offered).ok();
        assert_eq!(choose("text/csv"), Some("text/csv"));
        assert_eq!(choose("*/*"), Some("application/json"));
        assert_eq!(choose("text/*, application/json;q=0.5"), Some("text/csv"));
        assert_eq!(choose("application/json;q=0, */*"), Some("text/csv"));
        assert_eq!(choose("image/png"), None);
        assert_eq!(Accept(None).choose(&offered).ok(), Some("application/json"));
    }
}
