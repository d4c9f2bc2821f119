//! Names of participants: what may be one, and which two look the same.
//!
//! Invariant: a stored name is in NFC, has 1 to [`MAX_CLUSTERS`] grapheme clusters, shows itself, and
//! cannot change the direction or the look of what stands beside it. There is no list of bad words:
//! every such list turns real people away.

use super::fold::{caseless, spaced, unaccented};
use super::normal::nfc;
use super::refuse::Reason;
use super::unicode::is_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Most grapheme clusters of a name.
pub const MAX_CLUSTERS: usize = 24;
/// Most characters of one cluster; the longest emoji people use have ten.
const MAX_CLUSTER: usize = 12;
/// More bytes than this are not looked at.
const MAX_BYTES: usize = 2_048;

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';

/// The name as it is stored.
///
/// # Errors
/// `invalid_name`.
pub fn normalised(name: &str) -> Result<String, Reason> {
    if name.len() > MAX_BYTES {
        return Err(Reason::InvalidName);
    }
    let name = nfc(&spaced(name));
    let clusters = name.graphemes(true);
    let starts_with_mark = name.chars().next().is_none_or(is_mark);
    if starts_with_mark || clusters.clone().count() > MAX_CLUSTERS {
        return Err(Reason::InvalidName);
    }
    if clusters
        .into_iter()
        .any(|cluster| cluster.chars().count() > MAX_CLUSTER)
        || !all_visible(&name)
    {
        return Err(Reason::InvalidName);
    }
    Ok(name)
}

/// What two names that look the same have in common: styles of letters, case, accents, spaces and
/// letters that look alike in Latin, Cyrillic and Greek are folded.
#[must_use]
pub fn key(name: &str) -> String {
    let styleless: String = nfc(name)
        .chars()
        .filter(|&c| !is_joiner_or_selector(c))
        .map(styleless)
        .collect();
    let plain = unaccented(&caseless(&styleless));
    plain
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(look_alike)
        .collect()
}

/// A letter or digit without its style: full width, circled, mathematical bold, script and the like.
///
/// By arithmetic and not by Unicode's compatibility forms, whose tables would be a tenth of the live Worker.
fn styleless(c: char) -> char {
    let code = u32::from(c);
    let letter = |index: u32| match index % 52 {
        upper @ 0..26 => 'A' as u32 + upper,
        lower => 'a' as u32 + lower - 26,
    };
    let plain = match code {
        0xff01..=0xff5e => code - 0xfee0,
        0x24b6..=0x24e9 => letter(code - 0x24b6),
        0x1d400..=0x1d6a3 => letter(code - 0x1d400),
        0x1d7ce..=0x1d7ff => '0' as u32 + (code - 0x1d7ce) % 10,
        _ => code,
    };
    char::from_u32(plain).unwrap_or(c)
}

fn all_visible(name: &str) -> bool {
    let chars: Vec<char> = name.chars().collect();
    let around = |index: usize| {
        let before = index
            .checked_sub(1)
            .and_then(|index| chars.get(index))
            .copied();
        (before, chars.get(index + 1).copied())
    };
    chars.iter().enumerate().all(|(index, &c)| match c {
        ZWJ | ZWNJ => joins(c, around(index)),
        _ if is_selector(c) => around(index).0.is_some_and(|before| selects(before, c)),
        _ => !is_hidden(c),
    })
}

/// Whether a joiner does something here: between emoji, after a virama, between letters that join.
fn joins(joiner: char, (before, after): (Option<char>, Option<char>)) -> bool {
    match (before, after) {
        (Some(before), _) if is_virama(before) => true,
        (Some(before), Some(after)) if is_joining_letter(before) && is_joining_letter(after) => {
            true
        }
        (Some(before), Some(after)) => joiner == ZWJ && is_emoji(before) && is_emoji(after),
        _ => false,
    }
}

/// Whether a variation selector chooses a form of the character before it.
fn selects(before: char, selector: char) -> bool {
    match selector {
        '\u{fe00}'..='\u{fe0f}' => {
            is_emoji_base(before) || is_han(before) || matches!(before, '#' | '*' | '0'..='9')
        }
        '\u{180b}'..='\u{180d}' | '\u{180f}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        _ => is_han(before),
    }
}

fn is_joiner_or_selector(c: char) -> bool {
    matches!(c, ZWJ | ZWNJ) || is_selector(c)
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Controls, format characters, fillers and blanks that look like nothing, private use, what is no
/// character, and U+FFFD, which stands where text was lost.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180e}'
            | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// Signs that take the vowel off a consonant; a joiner after one chooses the form of what is written.
fn is_virama(c: char) -> bool {
    matches!(
        c,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
            | '\u{1039}'
            | '\u{103a}'
            | '\u{17d2}'
            | '\u{1b44}'
            | '\u{a9c0}'
            | '\u{11046}'
            | '\u{110b9}'
    )
}

/// Scripts whose letters take their form from their neighbours: Arabic and its kin, the Indic ones,
/// Khmer, Mongolian.
fn is_joining_letter(c: char) -> bool {
    let script = matches!(c, '\u{620}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1780}'..='\u{18aa}'
        | '\u{1b00}'..='\u{1b4c}' | '\u{a980}'..='\u{a9df}' | '\u{fb50}'..='\u{fdcf}' | '\u{fe70}'..='\u{fefc}');
    script && (c.is_alphabetic() || is_mark(c))
}

fn is_emoji(c: char) -> bool {
    is_emoji_base(c) || matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn is_emoji_base(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2194}'..='\u{21aa}'
        | '\u{2300}'..='\u{27ff}' | '\u{2934}'..='\u{2935}' | '\u{2b05}'..='\u{2b55}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// One letter for those of another script that look like it, never two letters of one script as one.
/// Comes after folding, so only lower case is needed.
fn look_alike(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'в' => 'b',
        'с' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'һ' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'ν' => 'v',
        'х' | 'χ' => 'x',
        'у' | 'υ' => 'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_language_are_taken_as_they_are() {
        for name in [
            "Ada",
            "Олександра",
            "محمد",
            "علی‌رضا",
            "ශ්‍රී",
            "രാജന്‍",
            "李小龍",
            "葛\u{e0100}城",
            "Nguyễn Thị Ánh",
            "O’Neill",
            "X Æ A-12",
            "Scunthorpe",
            "👩🏽‍❤️‍💋‍👨🏿",
            "👨‍👩‍👧‍👦 Ada",
            "1️⃣",
            "क्ष",
            "שרה",
            "ไพลิน",
            "!",
            "❤️",
        ] {
            let expected = nfc(name);
            assert_eq!(normalised(name), Ok(expected), "{name}");
        }
    }

    #[test]
    fn spaces_are_tidied_and_letters_composed() {
        assert_eq!(
            normalised("  Ada \u{a0}\t Lovelace\n"),
            Ok("Ada Lovelace".to_owned())
        );
        assert_eq!(normalised("Zoe\u{308}"), Ok("Zoë".to_owned()));
    }

    #[test]
    fn a_name_has_one_to_twenty_four_clusters() {
        assert_eq!(normalised(&"é".repeat(24)), Ok("é".repeat(24)));
        assert_eq!(normalised(&"👨‍👩‍👧‍👦".repeat(24)), Ok("👨‍👩‍👧‍👦".repeat(24)));
        for name in [
            String::new(),
            " \u{3000} ".to_owned(),
            "a".repeat(25),
            "a".repeat(1 << 20),
        ] {
            assert_eq!(normalised(&name), Err(Reason::InvalidName));
        }
        let zalgo = format!("a{}", "\u{301}\u{316}".repeat(20));
        assert_eq!(normalised(&zalgo), Err(Reason::InvalidName));
    }

    #[test]
    fn what_cannot_be_seen_is_no_name() {
        for hidden in [
            '\u{0}',
            '\u{7}',
            '\u{7f}',
            '\u{ad}',
            '\u{200b}',
            ZWNJ,
            ZWJ,
            '\u{200e}',
            '\u{202e}',
            '\u{2066}',
            '\u{2060}',
            '\u{3164}',
            '\u{feff}',
            '\u{fffd}',
            '\u{ffff}',
            '\u{e000}',
            '\u{e0041}',
            '\u{fe0f}',
            '\u{10ffff}',
            '\u{2800}',
        ] {
            for name in [
                format!("A{hidden}da"),
                hidden.to_string(),
                format!("{hidden}Ada"),
                format!("Ada{hidden}"),
            ] {
                assert_eq!(
                    normalised(&name),
                    Err(Reason::InvalidName),
                    "{}",
                    name.escape_unicode()
                );
            }
        }
        assert_eq!(normalised("\u{301}a"), Err(Reason::InvalidName));
    }

    #[test]
    fn names_that_look_the_same_have_the_same_key() {
        for (one, other) in [
            ("Ada", "ADA"),
            ("José", "jose"),
            ("Ada", "Аdа"),
            ("Ａｄａ", "Ada"),
            ("Ann A", "anna"),
            ("Straße", "strasse"),
            ("❤️", "❤"),
            ("نی‌ما", "نیما"),
        ] {
            assert_eq!(key(one), key(other), "{one} and {other}");
        }
        for (one, other) in [
            ("Ada", "Ida"),
            ("か", "が"),
            ("कि", "की"),
            ("李", "季"),
            ("Mila", "Miia"),
            ("Team 1", "Team I"),
        ] {
            assert_ne!(key(one), key(other), "{one} and {other}");
        }
    }
}
