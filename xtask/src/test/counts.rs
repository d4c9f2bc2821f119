//! How many passed and failed.

use std::fmt;
use std::ops::AddAssign;

use anyhow::Result;

/// What a part found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Counts {
    /// One check that either holds or does not; what is wrong is printed.
    pub(crate) fn check(outcome: Result<()>) -> Self {
        match outcome {
            Ok(()) => Self {
                passed: 1,
                failed: 0,
            },
            Err(error) => {
                eprintln!("error: {error:#}");
                Self {
                    passed: 0,
                    failed: 1,
                }
            }
        }
    }

    /// A runner that failed without a failed test could not run to its end: that is a failure too.
    pub(crate) fn of_runner(mut self, success: bool) -> Self {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}
