//! One thing that every client is waited for: who has heard it, how long it took, who heard it twice.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::stats::Samples;

/// How long a message may take before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// For how long nobody must have heard anything for the server to count as quiet.
const QUIET: Duration = Duration::from_millis(300);

/// What is waited for at the moment. Shared by all clients of a round, all on one thread.
pub(crate) struct Watch {
    wanted: RefCell<&'static str>,
    since: Cell<Instant>,
    last: Cell<Instant>,
    samples: RefCell<Samples>,
    /// How often each client heard it.
    heard: RefCell<Vec<u8>>,
    left: Cell<usize>,
    done: Notify,
    /// When anybody heard anything.
    frame: Cell<Instant>,
    lost: Cell<u64>,
    doubled: Cell<u64>,
    trouble: RefCell<Vec<String>>,
}

/// How it went.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// Milliseconds until each client heard it.
    pub(crate) each: Samples,
    /// Milliseconds until the last one did, from the beginning.
    pub(crate) last: f64,
}

impl Watch {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self {
            wanted: RefCell::new(""),
            since: Cell::new(now),
            last: Cell::new(now),
            samples: RefCell::default(),
            heard: RefCell::default(),
            left: Cell::new(0),
            done: Notify::new(),
            frame: Cell::new(now),
            lost: Cell::new(0),
            doubled: Cell::new(0),
            trouble: RefCell::default(),
        }
    }

    /// From now on `clients` clients are waited for until each has heard `wanted`.
    pub(crate) fn begin(&self, wanted: &'static str, clients: usize) {
        *self.wanted.borrow_mut() = wanted;
        *self.heard.borrow_mut() = vec![0; clients];
        *self.samples.borrow_mut() = Samples::default();
        self.left.set(clients);
        self.since.set(Instant::now());
        self.last.set(self.since.get());
    }

    /// A client heard something; `asked` is when it asked for it, where it did.
    pub(crate) fn saw(&self, client: usize, what: &str, now: Instant, asked: Option<Instant>) {
        self.frame.set(now);
        if what != *self.wanted.borrow() {
            return;
        }
        let mut heard = self.heard.borrow_mut();
        let Some(times) = heard.get_mut(client) else {
            return;
        };
        *times = times.saturating_add(1);
        if *times > 1 {
            self.doubled.set(self.doubled.get() + 1);
            return;
        }
        let from = asked.unwrap_or(self.since.get());
        self.samples
            .borrow_mut()
            .push(millis(now.saturating_duration_since(from)));
        self.last.set(now);
        self.left.set(self.left.get() - 1);
        if self.left.get() == 0 {
            self.done.notify_one();
        }
    }

    /// Something that must not happen in a benchmark: a refusal, a closed socket.
    pub(crate) fn trouble(&self, what: String) {
        self.trouble.borrow_mut().push(what);
    }

    /// Waits until everybody has heard it; whoever has not in time has lost it.
    pub(crate) async fn end(&self) -> Outcome {
        let everybody = async {
            // What was finished before anybody waited leaves its notice for the next.
            while self.left.get() > 0 {
                self.done.notified().await;
            }
        };
        // Err: the time is up, and what is left is counted.
        let _ = timeout(PATIENCE, everybody).await;
        self.lost.set(self.lost.get() + self.left.get() as u64);
        Outcome {
            each: self.samples.borrow().clone(),
            last: millis(self.last.get() - self.since.get()),
        }
    }

    /// Waits until nobody hears anything any more.
    pub(crate) async fn quiet(&self) {
        loop {
            let still = self.frame.get().elapsed();
            if still >= QUIET {
                return;
            }
            sleep(QUIET - still).await;
        }
    }

    /// Waits from now on until nobody hears anything: also where nothing has begun yet.
    pub(crate) async fn settle(&self) {
        self.frame.set(Instant::now());
        self.quiet().await;
    }

    /// `(lost, doubled)` of everything waited for.
    pub(crate) fn faults(&self) -> (u64, u64) {
        (self.lost.get(), self.doubled.get())
    }

    /// What must not have happened.
    pub(crate) fn troubles(&self) -> Vec<String> {
        self.trouble.borrow().clone()
    }
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everybody_is_counted_once_and_who_hears_it_again_is_doubled() {
        let watch = Watch::new();
        watch.begin("opened", 2);
        let now = Instant::now();
        watch.saw(0, "opened", now, None);
        watch.saw(0, "state", now, None);
        watch.saw(0, "opened", now, None);
        watch.saw(1, "opened", now, None);
        let outcome = watch.end().await;
        assert_eq!((outcome.each.len(), watch.faults()), (2, (0, 1)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_over_before_anybody_waited_does_not_end_the_next() {
        let watch = Watch::new();
        watch.begin("ack", 1);
        watch.saw(0, "ack", Instant::now(), None);
        watch.end().await;
        watch.begin("opened", 1);
        let (outcome, ()) = tokio::join!(watch.end(), async {
            sleep(Duration::from_secs(1)).await;
            watch.saw(0, "opened", Instant::now(), None);
        });
        assert_eq!((outcome.each.len(), watch.faults()), (1, (0, 0)));
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_hears_it_has_lost_it() {
        let watch = Watch::new();
        watch.begin("opened", 3);
        watch.saw(2, "opened", Instant::now(), None);
        assert_eq!(watch.end().await.each.len(), 1);
        assert_eq!(watch.faults(), (2, 0));
    }

    #[tokio::test]
    async fn an_answer_s_time_counts_from_when_its_client_asked() {
        let watch = Watch::new();
        watch.begin("ack", 1);
        let asked = Instant::now();
        let later = asked + Duration::from_millis(250);
        watch.saw(0, "ack", later, Some(asked));
        assert_eq!(watch.end().await.each.median(), Some(250.0));
    }
}
