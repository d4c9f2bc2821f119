//! Unicode's canonical normal forms, NFC and NFD (UAX #15). Tests hold them to `unicode-normalization`.

use super::unicode::{class, compose, decompose};

/// Decomposed, marks in canonical order.
pub(super) fn nfd(text: &str) -> Vec<char> {
    let mut decomposed = Vec::with_capacity(text.len());
    for c in text.chars() {
        decompose(c, &mut decomposed);
    }
    for marks in decomposed.split_mut(|&c| class(c) == 0) {
        // Stable: marks of one class keep their order.
        marks.sort_by_key(|&mark| class(mark));
    }
    decomposed
}

/// Composed.
pub(super) fn nfc(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    composed(&nfd(text)).into_iter().collect()
}

/// A mark joins the starter before it unless a mark of the same or a higher class stands between them;
/// a starter joins only the starter right before it.
fn composed(decomposed: &[char]) -> Vec<char> {
    let mut text: Vec<char> = Vec::with_capacity(decomposed.len());
    let mut starter: Option<usize> = None;
    let mut last_class = 0;
    for &c in decomposed {
        let class = class(c);
        let joined = starter.and_then(|index| {
            let blocked = index + 1 != text.len() && last_class >= class;
            let before = *text.get(index).filter(|_| !blocked)?;
            Some((index, compose(before, c)?))
        });
        match joined {
            Some((index, whole)) => {
                if let Some(place) = text.get_mut(index) {
                    *place = whole;
                }
            }
            None => {
                if class == 0 {
                    starter = Some(text.len());
                }
                last_class = class;
                text.push(c);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    proptest! {
        #[test]
        fn the_forms_are_those_of_the_crate(
            text in "(\\PC|[\u{300}-\u{36f}\u{5b0}-\u{5bd}\u{64b}-\u{655}\u{1100}-\u{11ff}\u{ac00}-\u{ad00}aeioAEIO]){0,12}"
        ) {
            prop_assert_eq!(nfc(&text), text.nfc().collect::<String>());
            prop_assert_eq!(nfd(&text), text.nfd().collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_character_alone_and_after_a_letter() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let text = format!("{c}a{c}\u{301}");
            assert_eq!(nfc(&text), text.nfc().collect::<String>(), "{c:?}");
        }
    }
}
