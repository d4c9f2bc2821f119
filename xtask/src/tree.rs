//! A long-running program that is ended with everything it started.
//!
//! Killing wrangler's leader alone leaves workerd on the port, and wrangler's own start-up programs are
//! two levels deep. So the ending is: ask the leader, wait, then kill each descendant that is left.
//! Children stay in our process group: killing the group kills all of it at once.

use std::collections::HashMap;
use std::fs;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::run::{line, output};

/// How long a leader may take to clean up after it was asked to end.
const GRACE: Duration = Duration::from_secs(6);

/// A running program and all its descendants. Dropping it ends them.
pub(crate) struct Tree {
    leader: Child,
}

impl Tree {
    /// Starts the program; its output goes where ours does unless the command says otherwise.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let leader = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("`{}` could not be started", line(command)))?;
        Ok(Self { leader })
    }

    /// Whether the leader still runs.
    pub(crate) fn alive(&mut self) -> bool {
        matches!(self.leader.try_wait(), Ok(None))
    }

    /// Waits for the leader's own end; ends everything when we are asked to stop.
    pub(crate) fn wait(mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.leader.try_wait()? {
                return Ok(status);
            }
            if stopping() {
                bail!("stopped");
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// Ends the leader and whatever is left of its descendants.
    fn end(&mut self) {
        if !self.alive() {
            return;
        }
        let root = self.leader.id();
        let mut family = descendants(root);
        send(root, Signal::SIGTERM);
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline && self.alive() {
            sleep(Duration::from_millis(20));
        }
        family.extend(descendants(root));
        for process in family {
            send(process, Signal::SIGKILL);
        }
        let _ = self.leader.kill();
        let _ = self.leader.wait();
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.end();
    }
}

/// Set by the handlers that [`listen`] installs.
static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on Ctrl-C, SIGTERM and a closed terminal do not kill us: they set what [`stopping`] says,
/// and whoever runs a [`Tree`] ends it.
pub(crate) fn listen() -> Result<()> {
    let flag = STOP.get_or_init(Arc::default);
    for signal in [
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
        signal_hook::consts::SIGHUP,
    ] {
        signal_hook::flag::register(signal, Arc::clone(flag)).context("signal handler")?;
    }
    Ok(())
}

/// Whether somebody asked us to stop.
pub(crate) fn stopping() -> bool {
    STOP.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

fn send(process: u32, signal: Signal) {
    if let Ok(id) = i32::try_from(process) {
        // It may be gone already: nothing to do then.
        let _ = kill(Pid::from_raw(id), signal);
    }
}

/// Every process below `root`, from one look at the process table.
fn descendants(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for (process, parent) in processes() {
        children.entry(parent).or_default().push(process);
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(parent) = open.pop() {
        let below = children.remove(&parent).unwrap_or_default();
        open.extend(&below);
        found.extend(below);
    }
    found
}

/// Every process with its parent: from /proc, or from `ps` where there is no /proc.
fn processes() -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        let table = output(Command::new("ps").args(["-A", "-o", "pid=,ppid="]));
        return table.unwrap_or_default().lines().filter_map(pair).collect();
    };
    let stats = entries
        .flatten()
        .filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    // "pid (name) state ppid …"; the name may hold anything, also parentheses.
    stats
        .filter_map(|stat| {
            let (head, tail) = (stat.split_once(' ')?.0, stat.rsplit_once(')')?.1);
            pair(&format!("{head} {}", tail.split_whitespace().nth(1)?))
        })
        .collect()
}

fn pair(row: &str) -> Option<(u32, u32)> {
    let mut numbers = row.split_whitespace().map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
