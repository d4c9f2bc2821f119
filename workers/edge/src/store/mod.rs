//! D1 and R2, behind types that cannot forget the tenant.
//!
//! Invariant: whatever belongs to a tenant is reached through a [`TenantStore`], every statement of
//! which names the tenant; the three public names that lead to a tenant stand in [`directories`].

mod creation;
mod database;
pub mod directories;
mod error;
mod files;
mod host_sessions;
mod idempotency;
pub mod operator;
mod question_sets;
mod results;
mod speedruns;
mod tenant;

pub use creation::{Created, Creation};
pub use database::{Database, Statement, Value};
pub use error::StoreError;
pub use files::{Files, SetFiles};
pub use host_sessions::{Beginning, HostSessions};
pub use idempotency::{Claim, Hold, Idempotency, Place, StoredAnswer};
pub use question_sets::{Owner, QuestionSetRow, QuestionSets};
pub use results::{AnswerRow, ParticipantRow, QuestionRow, Results};
pub use speedruns::{QUOTA_PERIOD, SpeedrunRow, Speedruns};
pub use tenant::TenantStore;
