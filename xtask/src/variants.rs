//! Builds of `live` for the fault tests, beside the one that is deployed and in folders of their own.
//!
//! Each is a feature of the crate that nothing else turns on, so the plain build holds nothing of it.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::project::{self, WORKERS, Worker};
use crate::run::run;
use crate::step::step;
use crate::workers::{Profile, compile, sources_hash};
use crate::{build, pack, stamp};

/// A build of `live`.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Variant {
    /// Has commands that break the engine, and that tell when the memory was built.
    Faults,
    /// Acknowledges before it writes.
    AckBeforeWrite,
    /// Skips a number of a channel.
    SkipNumber,
    /// Sends the message of an ended run only once.
    OutboxOnce,
}

impl Variant {
    /// Those that break a promise, which the fault tests must find.
    pub(crate) const MUTANTS: [Self; 3] =
        [Self::AckBeforeWrite, Self::SkipNumber, Self::OutboxOnce];

    /// The feature's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Faults => "faults",
            Self::AckBeforeWrite => "ack-before-write",
            Self::SkipNumber => "skip-number",
            Self::OutboxOnce => "outbox-once",
        }
    }

    /// The folder that wrangler serves instead of the Worker's own.
    pub(crate) fn output(self) -> PathBuf {
        project::root().join("target/variants").join(self.name())
    }

    /// Builds it if something changed, after everything else.
    pub(crate) fn build(self, profile: Profile) -> Result<()> {
        build::everything(profile)?;
        let _alone = build::alone()?;
        let (mark, sources) = (format!("variant-{}", self.name()), sources_hash(profile));
        if self.output().join("index_bg.wasm").is_file() && stamp::is(&mark, sources) {
            return Ok(());
        }
        let live = live()?;
        let options = [
            format!("--package={}", live.package),
            format!("--features={}/{}", live.package, self.name()),
        ];
        step(&format!("live as `{}`", self.name()), || {
            run(&mut compile(profile, &options))?;
            pack::bind(&live, profile, &self.output(), &options)
        })?;
        stamp::set(&mark, sources)
    }
}

/// The one Worker that has variants.
fn live() -> Result<Worker> {
    let mut workers = WORKERS.into_iter();
    workers
        .find(|worker| worker.name == "live")
        .context("a Worker called live")
}
