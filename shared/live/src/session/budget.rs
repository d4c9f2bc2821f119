//! What one socket may cost: frames a second, malformed frames, and bytes it has not read.

use crate::wire::{FRAME_BURST, FRAMES_PER_SECOND, MAX_UNSEEN_BYTES};
use lectern_identity::Millis;
use std::collections::VecDeque;

/// A token bucket, in thousandths of a frame.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    tokens: i64,
    filled: Millis,
}

impl Bucket {
    pub(super) fn full(now: Millis) -> Self {
        Self {
            tokens: i64::from(FRAME_BURST) * 1_000,
            filled: now,
        }
    }

    /// Takes one frame's worth; false when there is none.
    pub(super) fn take(&mut self, now: Millis) -> bool {
        let gained = (now - self.filled)
            .0
            .max(0)
            .saturating_mul(i64::from(FRAMES_PER_SECOND));
        self.tokens = self
            .tokens
            .saturating_add(gained)
            .min(i64::from(FRAME_BURST) * 1_000);
        self.filled = self.filled.max(now);
        if self.tokens < 1_000 {
            return false;
        }
        self.tokens -= 1_000;
        true
    }
}

/// How exactly unseen bytes are known: marks are at least this far apart.
const MARK_EVERY: u64 = MAX_UNSEEN_BYTES as u64 / 64;

#[derive(Debug, Clone)]
struct Mark {
    sent: u64,
    numbers: Vec<u32>,
}

/// What was sent to a socket and what of it the client has reported as seen.
///
/// Limit: 65 marks a socket, whatever a client does.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    sent: u64,
    seen: u64,
    /// What was sent at the report before this one.
    at_report: u64,
    /// The last number sent of each heard channel.
    numbers: Vec<u32>,
    marks: VecDeque<Mark>,
}

impl Flow {
    /// A socket that starts at these numbers, with bytes that were unseen before it slept.
    pub(super) fn new(numbers: Vec<u32>, unseen: u64) -> Self {
        Self {
            sent: unseen,
            seen: 0,
            at_report: 0,
            numbers,
            marks: VecDeque::new(),
        }
    }

    /// The numbers at which the client starts: those of its view, or those that it saw before.
    pub(super) fn start(&mut self, numbers: Vec<u32>) {
        self.numbers = numbers;
    }

    /// Notes a frame of `bytes`; `event` is the heard channel's place and the event's number in it.
    pub(super) fn sent(&mut self, bytes: usize, event: Option<(usize, u32)>) {
        self.sent = self.sent.saturating_add(bytes as u64);
        let Some((place, number)) = event else { return };
        if let Some(last) = self.numbers.get_mut(place) {
            *last = number;
        }
        let before = self.marks.back().map_or(self.seen, |mark| mark.sent);
        if self.sent - before >= MARK_EVERY {
            self.marks.push_back(Mark {
                sent: self.sent,
                numbers: self.numbers.clone(),
            });
        }
    }

    /// Takes a client's report, one number for each heard channel.
    ///
    /// A client that has seen the newest event of every channel is taken to have read what was sent
    /// before its last report too: totals carry no numbers of their own.
    pub(super) fn report(&mut self, seen: &[u32]) {
        let reached = |numbers: &[u32]| numbers.iter().zip(seen).all(|(sent, seen)| seen >= sent);
        while self
            .marks
            .front()
            .is_some_and(|mark| reached(&mark.numbers))
        {
            self.seen = self.marks.pop_front().map_or(self.seen, |mark| mark.sent);
        }
        if reached(&self.numbers) {
            self.seen = self.seen.max(self.at_report);
            self.marks.retain(|mark| mark.sent > self.seen);
        }
        self.at_report = self.sent;
    }

    /// Bytes sent and not reported as seen.
    pub(super) fn unseen(&self) -> u64 {
        self.sent.saturating_sub(self.seen)
    }

    pub(super) fn too_slow(&self) -> bool {
        self.unseen() > MAX_UNSEEN_BYTES as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_after_it_a_steady_rate() {
        let mut bucket = Bucket::full(Millis(0));
        assert!((0..FRAME_BURST).all(|_| bucket.take(Millis(0))));
        assert!(!bucket.take(Millis(0)));
        assert!(!bucket.take(Millis(99)));
        assert!(bucket.take(Millis(100)));
        assert!(!bucket.take(Millis(100)));
        assert!(!bucket.take(Millis(-5_000)));
    }

    #[test]
    fn a_client_that_never_reports_is_too_slow_after_its_bytes() {
        let mut flow = Flow::new(vec![0, 0], 0);
        for number in 1..=MAX_UNSEEN_BYTES as u32 / 1_000 {
            flow.sent(1_000, Some((0, number)));
        }
        assert!(!flow.too_slow());
        flow.sent(1_000, None);
        assert!(flow.too_slow());
        assert!(flow.marks.len() <= 65);
    }

    #[test]
    fn a_client_that_reports_is_never_too_slow() {
        let mut flow = Flow::new(vec![0, 0], 0);
        for number in 1..=100_000 {
            flow.sent(1_000, Some((1, number)));
            if number % 64 == 0 {
                flow.report(&[0, number]);
            }
            assert!(!flow.too_slow());
        }
    }

    #[test]
    fn a_client_that_only_gets_totals_is_kept_alive_by_its_reports() {
        let mut flow = Flow::new(vec![3], 0);
        for _ in 0..10_000 {
            flow.sent(10_000, None);
            flow.report(&[3]);
            assert!(!flow.too_slow());
        }
    }
}
