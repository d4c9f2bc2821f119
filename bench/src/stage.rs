//! What `cargo xtask bench` has laid out: the built Workers with their configurations, a database with a
//! tenant, the controls.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::server::{Plan, Worker};

/// The tenant that the database has.
const TENANT: &str = "bench";

/// A folder that is laid out.
pub(crate) struct Stage {
    folder: PathBuf,
    scripts: PathBuf,
    /// The tenant's API client: `client_id`, `client_secret`.
    pub(crate) client: Value,
    /// Where CPU profiles are to be put, if any are to be taken.
    pub(crate) profile: Option<PathBuf>,
}

impl Stage {
    /// Reads `tenants.json` of the folder.
    pub(crate) fn open(folder: &Path, scripts: &Path, profile: Option<PathBuf>) -> Result<Self> {
        let file = folder.join("template/tenants.json");
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let tenants: Value = serde_json::from_str(&text)?;
        Ok(Self {
            folder: folder.to_owned(),
            scripts: scripts.to_owned(),
            client: tenants.get(TENANT).context("no tenant “bench”")?.clone(),
            profile,
        })
    }

    /// The three Workers: the front door and `live` each on a port of its own.
    pub(crate) fn lectern(&self) -> Plan {
        let worker = |name: &str, port| Worker {
            config: self.folder.join("workers").join(name).join("wrangler.json"),
            port,
        };
        let workers = vec![
            worker("api", true),
            worker("live", true),
            worker("jobs", false),
        ];
        self.plan(workers, Some(self.folder.join("template")))
    }

    /// The three Workers with everything counted that would be billed; each tells its counts on its port.
    pub(crate) fn counted(&self) -> Plan {
        let mut plan = self.lectern();
        plan.counted = true;
        plan.workers
            .iter_mut()
            .for_each(|worker| worker.port = true);
        plan
    }

    /// A control.
    pub(crate) fn control(&self, name: &str) -> Plan {
        let config = self
            .scripts
            .join("control")
            .join(name)
            .join("wrangler.json");
        self.plan(vec![Worker { config, port: true }], None)
    }

    fn plan(&self, workers: Vec<Worker>, template: Option<PathBuf>) -> Plan {
        Plan {
            scripts: self.scripts.clone(),
            workers,
            template,
            storage: self.folder.join(format!("storage-{}", std::process::id())),
            counted: false,
            inspector: self.profile.is_some(),
        }
    }
}
