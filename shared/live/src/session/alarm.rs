//! The platform's one alarm, as an object keeps it: where it stands, and the pauses after one that broke.
//!
//! Invariant: after a fault an alarm stands, so that nothing that is due waits for a client. An alarm that
//! comes is used up, whatever becomes of the work it was set for.

use lectern_identity::Millis;

/// The pause before another try, and the longest of the pauses that double.
const FIRST_PAUSE: Millis = Millis::seconds(1);
const LONGEST_PAUSE: Millis = Millis::seconds(64);

/// The pause after so many failures in a row: 1 s, 2 s, 4 s, … 64 s.
pub(super) fn pause(failures: u32) -> Millis {
    let doubled = FIRST_PAUSE.0 << failures.saturating_sub(1).min(16);
    Millis(doubled.min(LONGEST_PAUSE.0))
}

/// Where the alarm stands.
#[derive(Debug, Default)]
pub struct AlarmClock {
    /// None: not known, or there is none.
    stands: Option<Millis>,
    /// Alarms in a row that broke.
    broken: u32,
    /// No alarm before that, lest one that breaks comes again and again.
    not_before: Option<Millis>,
}

impl AlarmClock {
    /// A session wants it then, or not at all: the time for which it is to be set.
    pub fn set(&mut self, at: Option<Millis>) -> Option<Millis> {
        self.stands = at.map(|at| self.not_before.map_or(at, |least| at.max(least)));
        self.stands
    }

    /// It has come, and is used up.
    pub fn came(&mut self) {
        self.stands = None;
    }

    /// What it came for is done.
    pub fn worked(&mut self) {
        self.broken = 0;
        self.not_before = None;
    }

    /// A fault broke the session, in the middle of an alarm's work or of something else's: the time for
    /// which it is to be set; none: it stands early enough.
    pub fn broke(&mut self, now: Millis, in_alarm: bool) -> Option<Millis> {
        if in_alarm {
            self.broken = self.broken.saturating_add(1);
            self.not_before = Some(now + pause(self.broken));
            return self.set(self.not_before);
        }
        let due = now + FIRST_PAUSE;
        if self.stands.is_some_and(|stands| stands <= due) {
            return None;
        }
        self.set(Some(due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_a_second_to_a_minute() {
        let seconds = [0, 1, 2, 3, 7, 8, u32::MAX].map(|failures| pause(failures).0 / 1_000);
        assert_eq!(seconds, [1, 1, 2, 4, 64, 64, 64]);
    }

    #[test]
    fn an_alarm_that_breaks_comes_again_after_a_growing_pause_whoever_wants_it_earlier() {
        let mut clock = AlarmClock::default();
        let mut now = Millis(0);
        for wait in [1_000, 2_000, 4_000] {
            clock.came();
            // The session sets its next alarm before it breaks.
            clock.set(Some(now + Millis(50)));
            let next = clock.broke(now, true);
            assert_eq!(next, Some(now + Millis(wait)));
            // Somebody connects, and the rebuilt session sees what is overdue.
            assert_eq!(clock.set(Some(now + Millis(50))), next);
            now = next.unwrap();
        }
        clock.came();
        clock.worked();
        assert_eq!(clock.set(Some(now + Millis(50))), Some(now + Millis(50)));
        clock.came();
        assert_eq!(clock.broke(now, true), Some(now + Millis(1_000)));
    }

    #[test]
    fn a_fault_elsewhere_sets_the_alarm_and_never_puts_it_off() {
        let mut clock = AlarmClock::default();
        assert_eq!(clock.broke(Millis(0), false), Some(Millis(1_000)));
        for now in (0..=1_500).step_by(100) {
            assert_eq!(clock.broke(Millis(now), false), None, "{now}");
        }
        clock.came();
        clock.worked();
        clock.set(Some(Millis(90_000)));
        assert_eq!(clock.broke(Millis(2_000), false), Some(Millis(3_000)));
        assert_eq!(clock.set(None), None);
    }
}
