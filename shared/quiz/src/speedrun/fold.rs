//! When two short texts are the same: case, accents and spaces folded.

use super::normal::{nfc, nfd};
use super::unicode;
use crate::model::Fold;

/// The form in which texts are compared. What phones change by themselves (quotation marks, dashes)
/// is always overlooked.
pub(super) fn folded(text: &str, fold: Fold) -> String {
    let mut text: String = nfc(text).chars().map(plain_punctuation).collect();
    if fold.case {
        text = caseless(&text);
    }
    if fold.accents {
        text = unaccented(&text);
    }
    if fold.spaces { spaced(&text) } else { text }
}

/// Upper and lower case as one. By way of upper case, so that `ß` is `ss` and a final `ς` is `σ`.
pub(super) fn caseless(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    text.chars().for_each(|c| unicode::caseless(c, &mut lower));
    nfc(&lower)
}

/// Without accents; letters that are accented in all but Unicode's eyes (`ø`, `ł`) too.
pub(super) fn unaccented(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in nfd(text).into_iter().filter(|&c| !is_accent(c)) {
        match stroked(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    nfc(&plain)
}

/// White space at the ends dropped, runs of it as one space.
pub(super) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks that European, Hebrew and Arabic writing may leave out. Vowel signs of other scripts are letters.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}'
        | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

fn stroked(c: char) -> Option<&'static str> {
    Some(match c {
        'ø' => "o",
        'Ø' => "O",
        'ł' => "l",
        'Ł' => "L",
        'đ' => "d",
        'Đ' => "D",
        'ħ' => "h",
        'Ħ' => "H",
        'ı' => "i",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        _ => return None,
    })
}

fn plain_punctuation(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{b4}' | '`' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_spaces_are_overlooked_as_the_question_says() {
        let all = Fold::default();
        for (given, wanted) in [
            ("  ÉCOLE   primaire ", "ecole primaire"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδός"),
            ("Łódź", "lodz"),
            ("don’t", "DON'T"),
            ("e\u{301}te\u{301}", "été"),
            ("שָׁלוֹם", "שלום"),
        ] {
            assert_eq!(
                folded(given, all),
                folded(wanted, all),
                "{given} and {wanted}"
            );
        }
        let none = Fold {
            case: false,
            accents: false,
            spaces: false,
        };
        for (given, wanted) in [("Ada", "ada"), ("é", "e"), ("a b", "a  b")] {
            assert_ne!(
                folded(given, none),
                folded(wanted, none),
                "{given} and {wanted}"
            );
        }
    }

    #[test]
    fn signs_that_make_another_letter_stay() {
        let all = Fold::default();
        assert_ne!(folded("が", all), folded("か", all));
        assert_ne!(folded("कि", all), folded("क", all));
    }
}
