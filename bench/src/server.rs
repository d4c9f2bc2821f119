//! A workerd process of the benchmark's own, on a storage folder of its own.
//!
//! `serve.mjs` starts it; it ends with our end of the pipe, so that nothing is left of it when we are killed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::process::Process;

/// How long it may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// A Worker to be run.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    /// Its wrangler configuration.
    pub(crate) config: PathBuf,
    /// Whether clients talk to it.
    pub(crate) port: bool,
}

/// What to run.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The folder of `serve.mjs`.
    pub(crate) scripts: PathBuf,
    /// The Workers.
    pub(crate) workers: Vec<Worker>,
    /// A storage folder that every start begins with a copy of; none: it begins empty.
    pub(crate) template: Option<PathBuf>,
    /// Where the storage of this start is put, and then removed.
    pub(crate) storage: PathBuf,
    /// Whether what would be billed is counted.
    pub(crate) counted: bool,
    /// Whether CPU profiles can be taken.
    pub(crate) inspector: bool,
}

/// A running server.
pub(crate) struct Server {
    node: Child,
    workerd: Option<Process>,
    ports: BTreeMap<String, u16>,
    /// Where CPU profiles are taken.
    pub(crate) inspector: Option<u16>,
    storage: PathBuf,
}

#[derive(Deserialize)]
struct Ready {
    ports: BTreeMap<String, u16>,
    inspector: Option<u16>,
}

impl Server {
    /// Starts on a fresh storage folder and waits until it answers.
    pub(crate) fn start(plan: &Plan) -> Result<Self> {
        let _ = fs::remove_dir_all(&plan.storage);
        fs::create_dir_all(&plan.storage)?;
        if let Some(template) = &plan.template {
            copy(template, &plan.storage)?;
        }
        let log = plan.storage.join("workerd.log");
        let workers: Vec<Value> = plan
            .workers
            .iter()
            .map(|worker| json!({ "config": worker.config, "port": worker.port }))
            .collect();
        let spec = json!({
            "storage": plan.storage, "log": log, "inspector": plan.inspector, "counted": plan.counted,
            "workers": workers,
        });
        let mut node = Command::new("node")
            .arg(plan.scripts.join("serve.mjs"))
            .arg(spec.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node could not be started")?;
        let output = node.stdout.take().context("node's output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let ready: Ready = serde_json::from_str(&line).map_err(|_| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            anyhow!("the Workers did not start: {line}{log}")
        })?;
        Ok(Self {
            workerd: Process::child_of(node.id(), "workerd"),
            node,
            ports: ready.ports,
            inspector: ready.inspector,
            storage: plan.storage.clone(),
        })
    }

    /// The port of a Worker.
    pub(crate) fn port(&self, worker: &str) -> Result<u16> {
        let port = self.ports.get(worker).copied();
        port.with_context(|| format!("the Worker {worker} has no port"))
    }

    /// The workerd process; none where processes cannot be looked at.
    pub(crate) fn process(&self) -> Option<Process> {
        self.workerd
    }

    /// What workerd said so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.storage.join("workerd.log")).unwrap_or_default()
    }

    /// An error if it has ended by itself.
    pub(crate) fn alive(&mut self) -> Result<()> {
        if let Some(status) = self.node.try_wait()? {
            bail!("the server ended by itself ({status})\n{}", self.log());
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input tells it to clean up.
        drop(self.node.stdin.take());
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline && matches!(self.node.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(10));
        }
        let _ = self.node.kill();
        let _ = self.node.wait();
        let _ = fs::remove_dir_all(&self.storage);
    }
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
