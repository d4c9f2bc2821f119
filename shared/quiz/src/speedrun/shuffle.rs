//! Random orders from a seed: the same seed gives the same order on every machine.

/// SplitMix64: small, seedable by any 64 bits, and even enough for the order of questions.
/// <https://prng.di.unimi.it/splitmix64.c>
pub(super) struct Shuffler(u64);

impl Shuffler {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`; 0 for 0. The bias of the multiplication is below 2⁻⁵⁴ here.
    fn below(&mut self, bound: u32) -> u32 {
        let scaled = u128::from(self.next()) * u128::from(bound);
        // The product of a 64-bit number and a 32-bit bound, shifted by 64, is below the bound.
        (scaled >> 64) as u32
    }

    /// The numbers `0..count` in a random order (Fisher–Yates). Every order is as likely as any other.
    pub(super) fn order(&mut self, count: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..count).collect();
        for last in (1..count).rev() {
            let other = self.below(last + 1);
            // Both are at most `last`, which is below the length.
            order.swap(last as usize, other as usize);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_order_and_each_number_once() {
        let order = Shuffler::new(7).order(50);
        assert_eq!(order, Shuffler::new(7).order(50));
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
        assert_ne!(order, sorted);
    }

    #[test]
    fn every_order_of_three_is_about_as_frequent() {
        let mut seen = std::collections::BTreeMap::new();
        let mut shuffler = Shuffler::new(1);
        for _ in 0..6_000 {
            *seen.entry(shuffler.order(3)).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 6);
        assert!(
            seen.values().all(|&times| (900..1_100).contains(&times)),
            "{seen:?}"
        );
    }
}
