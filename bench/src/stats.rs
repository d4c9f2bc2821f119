//! The generator's own statistics: quantiles of samples, medians and spreads of rounds.

use std::fmt;

/// Samples of one quantity, in any order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// Notes one.
    pub(crate) fn push(&mut self, sample: f64) {
        self.0.push(sample);
    }

    /// Notes all of another's.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest sample that at least a share `q` (0 to 1) of all do not exceed: the nearest-rank
    /// definition, which never invents a value. None without samples.
    pub(crate) fn quantile(&self, q: f64) -> Option<f64> {
        let sorted = self.sorted();
        // A share of a number of samples: far below 2^52.
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let rank = (q * sorted.len() as f64).ceil().max(1.0) as usize;
        sorted.get(rank.min(sorted.len()).wrapping_sub(1)).copied()
    }

    /// The middle one, or the mean of the two in the middle.
    pub(crate) fn median(&self) -> Option<f64> {
        let sorted = self.sorted();
        let upper = *sorted.get(sorted.len() / 2)?;
        if sorted.len() % 2 == 1 {
            return Some(upper);
        }
        let lower = *sorted.get(sorted.len() / 2 - 1)?;
        Some(f64::midpoint(lower, upper))
    }

    /// The median of rounds with their extremes; none without samples.
    pub(crate) fn spread(&self) -> Option<Spread> {
        let sorted = self.sorted();
        Some(Spread {
            median: self.median()?,
            least: *sorted.first()?,
            most: *sorted.last()?,
        })
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(samples: I) -> Self {
        Self(samples.into_iter().collect())
    }
}

/// A figure over several rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// The median of the rounds.
    pub(crate) median: f64,
    /// The least of them.
    pub(crate) least: f64,
    /// The most.
    pub(crate) most: f64,
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            median,
            least,
            most,
        } = *self;
        write!(f, "{}", readable(median))?;
        if least < most {
            write!(f, " ({}–{})", readable(least), readable(most))?;
        }
        Ok(())
    }
}

/// A number with three or four digits that matter.
pub(crate) fn readable(number: f64) -> String {
    let digits = match number.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    format!("{number:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[f64]) -> Samples {
        values.iter().copied().collect()
    }

    #[test]
    fn a_quantile_is_a_sample_that_so_many_do_not_exceed() {
        let hundred: Samples = (1..=100).rev().map(f64::from).collect();
        assert_eq!(hundred.quantile(0.5), Some(50.0));
        assert_eq!(hundred.quantile(0.99), Some(99.0));
        assert_eq!(hundred.quantile(1.0), Some(100.0));
        assert_eq!(hundred.quantile(0.0), Some(1.0));
        assert_eq!(samples(&[7.0]).quantile(0.99), Some(7.0));
        assert_eq!(samples(&[]).quantile(0.5), None);
    }

    #[test]
    fn the_slowest_of_a_thousand_is_not_in_their_p99_but_the_tenth_slowest_is() {
        let mut times: Vec<f64> = vec![1.0; 990];
        times.extend([50.0; 10]);
        assert_eq!(samples(&times).quantile(0.99), Some(1.0));
        times.push(50.0);
        assert_eq!(samples(&times).quantile(0.99), Some(50.0));
    }

    #[test]
    fn a_median_is_in_the_middle_whatever_the_order() {
        assert_eq!(samples(&[9.0, 1.0, 5.0]).median(), Some(5.0));
        assert_eq!(samples(&[4.0, 1.0, 2.0, 9.0]).median(), Some(3.0));
        assert_eq!(samples(&[]).median(), None);
    }

    #[test]
    fn one_outlier_does_not_move_the_median_but_is_printed() {
        let spread = samples(&[100.0, 101.0, 99.0, 900.0, 100.0])
            .spread()
            .unwrap();
        assert_eq!(spread.to_string(), "100 (99.0–900)");
        assert_eq!(samples(&[12.5]).spread().unwrap().to_string(), "12.5");
    }

    #[test]
    fn samples_of_several_rounds_are_counted_together() {
        let mut all = samples(&[1.0]);
        all.extend(&samples(&[2.0, 3.0]));
        all.push(4.0);
        assert_eq!((all.len(), all.median()), (4, Some(2.5)));
    }
}
