//! Where a command works: on this machine or in one of the deployed environments.

use clap::ValueEnum;

/// A place where Lectern runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Environment {
    /// This machine.
    Local,
    /// The deployed place for trying things.
    Staging,
    /// The deployed place that people use.
    Production,
}

impl Environment {
    /// Its name in the wrangler configurations.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}
