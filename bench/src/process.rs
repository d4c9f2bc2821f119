//! What a process costs: memory and processor time, from `/proc`. Elsewhere than on Linux nothing is known.

use std::fs;
use std::time::{Duration, Instant};

/// A running process, by its id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

/// What a process has in memory, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Resident set.
    pub(crate) rss: u64,
    /// The same with what is shared divided among those that share it.
    pub(crate) pss: u64,
    /// The largest resident set since it started.
    pub(crate) peak: u64,
}

impl Process {
    /// This one.
    pub(crate) fn own() -> Self {
        Self(std::process::id())
    }

    /// The child of that name of another process.
    pub(crate) fn child_of(parent: u32, name: &str) -> Option<Self> {
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.find(|id: &u32| {
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            of_child(&stat, parent, name)
        })
        .map(Self)
    }

    /// What it has in memory now.
    pub(crate) fn memory(self) -> Option<Memory> {
        let read = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", self.0)).ok();
        let status = read("status")?;
        Some(Memory {
            rss: kilobytes(&status, "VmRSS:")?,
            peak: kilobytes(&status, "VmHWM:")?,
            pss: kilobytes(&read("smaps_rollup")?, "Pss:")?,
        })
    }

    /// How long its threads have been running on a processor.
    #[cfg(target_os = "linux")]
    pub(crate) fn processor_time(self) -> Option<Duration> {
        use nix::{time, unistd::Pid};
        let process = Pid::from_raw(i32::try_from(self.0).ok()?);
        let clock = time::clock_getcpuclockid(process).ok()?;
        clock.now().ok().map(Duration::from)
    }

    /// Not known here.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn processor_time(self) -> Option<Duration> {
        None
    }
}

/// Whether `/proc/<id>/stat` is of a process with this parent and name: `pid (name) state ppid …`.
fn of_child(stat: &str, parent: u32, name: &str) -> bool {
    let Some((head, tail)) = stat.rsplit_once(')') else {
        return false;
    };
    let named = head.split_once('(').is_some_and(|(_, found)| found == name);
    named && tail.split_whitespace().nth(1) == Some(&parent.to_string())
}

/// The value of a line such as `VmRSS:     1234 kB`, in bytes.
fn kilobytes(text: &str, label: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(label))?;
    let number: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(number * 1024)
}

/// Measures what a piece of work cost this process and the server.
pub(crate) struct Meter {
    server: Option<Process>,
    started: Instant,
    own: Duration,
    theirs: Duration,
}

/// What a piece of work cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Cost {
    /// By the clock, in seconds.
    pub(crate) seconds: f64,
    /// Processor time of the load generator, in seconds.
    pub(crate) generator: f64,
    /// Processor time of the server, in seconds.
    pub(crate) server: f64,
}

impl Meter {
    /// Starts measuring.
    pub(crate) fn start(server: Option<Process>) -> Self {
        Self {
            server,
            own: time_of(Some(Process::own())),
            theirs: time_of(server),
            started: Instant::now(),
        }
    }

    /// Ends measuring.
    pub(crate) fn stop(self) -> Cost {
        let seconds = self.started.elapsed().as_secs_f64();
        let since =
            |process, before: Duration| time_of(process).saturating_sub(before).as_secs_f64();
        Cost {
            seconds,
            generator: since(Some(Process::own()), self.own),
            server: since(self.server, self.theirs),
        }
    }
}

fn time_of(process: Option<Process>) -> Duration {
    process
        .and_then(Process::processor_time)
        .unwrap_or_default()
}

impl Cost {
    /// Adds another piece.
    pub(crate) fn add(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.generator += other.generator;
        self.server += other.server;
    }

    /// The share of one core that the generator took. It has one thread: near 1 it was the bottleneck.
    pub(crate) fn generator_share(&self) -> f64 {
        self.generator / self.seconds.max(1e-9)
    }

    /// The share of one core that the server took; it may take more than one.
    pub(crate) fn server_share(&self) -> f64 {
        self.server / self.seconds.max(1e-9)
    }

    /// Whether the figures of this work are the generator's and not the server's: it was busy nearly all
    /// the time, and busier than the server.
    pub(crate) fn generator_is_bottleneck(&self) -> bool {
        self.generator_share() >= 0.9 && self.generator > self.server
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read_in_bytes() {
        let status = "Name:\tworkerd\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n";
        assert_eq!(kilobytes(status, "VmRSS:"), Some(100 << 20));
        assert_eq!(kilobytes(status, "VmHWM:"), Some(200 << 20));
        assert_eq!(kilobytes(status, "Pss:"), None);
    }

    #[test]
    fn a_child_is_known_by_parent_and_name_whatever_its_name_holds() {
        assert!(of_child("12 (workerd) S 7 12 7 0", 7, "workerd"));
        assert!(of_child("12 (a) b) S 7 12", 7, "a) b"));
        assert!(!of_child("12 (workerd) S 8 12", 7, "workerd"));
        assert!(!of_child("12 (node) S 7 12", 7, "workerd"));
        assert!(!of_child("", 7, "workerd"));
    }

    #[test]
    fn the_generator_is_the_bottleneck_only_when_it_is_busy_and_busier_than_the_server() {
        let cost = |generator, server| Cost {
            seconds: 1.0,
            generator,
            server,
        };
        assert!(cost(0.95, 0.5).generator_is_bottleneck());
        assert!(!cost(0.95, 0.99).generator_is_bottleneck());
        assert!(!cost(0.5, 0.2).generator_is_bottleneck());
    }

    #[test]
    fn costs_of_pieces_add_up() {
        let mut all = Cost::default();
        for _ in 0..2 {
            all.add(Cost {
                seconds: 2.0,
                generator: 0.5,
                server: 3.0,
            });
        }
        assert!((all.generator_share() - 0.25).abs() < 1e-9);
        assert!((all.server_share() - 1.5).abs() < 1e-9);
    }
}
