//! A tenant and what its row allows: origins, budgets, quotas of guests.
//!
//! Invariant: a row written before a setting existed reads as that setting's default.

use crate::{Millis, TenantId};
use serde::{Deserialize, Serialize};

/// How long a guest's host session lives, and with it everything that it owns.
pub const HOST_SESSION_LIFETIME: Millis = Millis::hours(7 * 24);

/// A tenant, as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Which.
    pub id: TenantId,
    /// Its name in the URLs of its public pages.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Whether a person may host without an account.
    pub guests: bool,
    /// What it allows.
    pub settings: TenantSettings,
}

/// The JSON of a tenant's `settings`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TenantSettings {
    /// Origins whose pages may use the API besides the platform's own: `https://school.example`.
    pub origins: Vec<String>,
    /// Requests that are let through.
    pub budgets: Budgets,
    /// What one guest's host session may own.
    pub guest: GuestQuotas,
}

/// Requests a minute. A brake for each isolate, not an exact count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Budgets {
    /// Of the whole tenant.
    pub tenant_per_minute: u32,
    /// Of one client, guest or seat.
    pub principal_per_minute: u32,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            tenant_per_minute: 60_000,
            principal_per_minute: 1_200,
        }
    }
}

/// What one guest's host session may own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GuestQuotas {
    /// Question sets at a time.
    pub question_sets: u32,
    /// Runs created within 24 hours.
    pub runs_per_day: u32,
    /// Host sessions that the tenant hands out within an hour.
    pub sessions_per_hour: u32,
    /// The same, to one address: a staff room is one.
    pub sessions_per_hour_of_address: u32,
}

impl Default for GuestQuotas {
    fn default() -> Self {
        Self {
            question_sets: 20,
            runs_per_day: 50,
            sessions_per_hour: 1_000,
            sessions_per_hour_of_address: 100,
        }
    }
}

impl TenantSettings {
    /// Reads the column. What cannot be read counts as nothing allowed beyond the defaults.
    #[must_use]
    pub fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// Whether pages of this origin may use the API for the tenant.
    #[must_use]
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.origins
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_settings_has_the_defaults() {
        let settings = TenantSettings::parse(r#"{"origins":["https://school.example"],"later":1}"#);
        assert_eq!(settings.budgets, Budgets::default());
        assert!(settings.allows_origin("https://school.example"));
        assert!(!settings.allows_origin("https://school.example.evil"));
        assert!(!settings.allows_origin("null"));
    }
}
