//! What Unicode says of single characters, from a table of 11 kB: canonical decompositions and compositions,
//! combining classes, marks, and caseless forms.
//!
//! The crates' and the standard library's own tables, made for speed, would be a seventh of the live Worker.
//! Ours holds the same: tests compare every character with them, and write the table (see `table.rs`).

#[cfg(test)]
mod table;

use std::sync::LazyLock;

static UNICODE: LazyLock<Unicode> = LazyLock::new(|| Unicode::read(include_bytes!("table.bin")));

/// Hangul syllables are made by arithmetic: <https://www.unicode.org/versions/latest/core-spec/chapter-3/#G56669>.
const SYLLABLES: u32 = 0xac00;
const LEADS: u32 = 0x1100;
const VOWELS: u32 = 0x1161;
/// One before the first of them: a syllable may have none.
const TRAILS: u32 = 0x11a7;
const VOWEL_COUNT: u32 = 21;
const TRAIL_COUNT: u32 = 28;
const SYLLABLE_COUNT: u32 = 19 * VOWEL_COUNT * TRAIL_COUNT;

/// The table, unpacked: some 60 kB, made when it is first needed.
#[derive(Default)]
struct Unicode {
    /// By character: its two parts, or one and 0.
    parts: Vec<(u32, [u32; 2])>,
    /// By two parts: the character that they compose.
    wholes: Vec<([u32; 2], u32)>,
    /// First and last character, combining class.
    classes: Vec<(u32, u32, u32)>,
    /// First and last character.
    marks: Vec<(u32, u32)>,
    /// Characters, every one or every other, whose caseless form is so far away.
    cases: Vec<Run>,
    /// By character: a caseless form of several, filled up with 0.
    long_cases: Vec<(u32, [u32; 3])>,
}

struct Run {
    first: u32,
    last: u32,
    step: u32,
    distance: i32,
}

/// Adds what a character decomposes into, all the way, marks not yet in order.
pub(super) fn decompose(c: char, into: &mut Vec<char>) {
    let mut code = u32::from(c);
    let syllable = code.wrapping_sub(SYLLABLES);
    if syllable < SYLLABLE_COUNT {
        let (lead, rest) = (
            syllable / (VOWEL_COUNT * TRAIL_COUNT),
            syllable % (VOWEL_COUNT * TRAIL_COUNT),
        );
        let trail = rest % TRAIL_COUNT;
        into.extend(char::from_u32(LEADS + lead));
        into.extend(char::from_u32(VOWELS + rest / TRAIL_COUNT));
        into.extend(char::from_u32(TRAILS + trail).filter(|_| trail > 0));
        return;
    }
    let mut behind = Vec::new();
    while let Some([first, second]) = found(&UNICODE.parts, code) {
        code = first;
        behind.extend(char::from_u32(second).filter(|_| second > 0));
    }
    into.extend(char::from_u32(code));
    into.extend(behind.into_iter().rev());
}

/// The character that two compose, if they do.
pub(super) fn compose(first: char, second: char) -> Option<char> {
    let (first, second) = (u32::from(first), u32::from(second));
    let (lead, vowel) = (first.wrapping_sub(LEADS), second.wrapping_sub(VOWELS));
    if lead < 19 && vowel < VOWEL_COUNT {
        return char::from_u32(SYLLABLES + (lead * VOWEL_COUNT + vowel) * TRAIL_COUNT);
    }
    let (syllable, trail) = (first.wrapping_sub(SYLLABLES), second.wrapping_sub(TRAILS));
    if syllable < SYLLABLE_COUNT && syllable % TRAIL_COUNT == 0 && (1..TRAIL_COUNT).contains(&trail)
    {
        return char::from_u32(first + trail);
    }
    found(&UNICODE.wholes, [first, second]).and_then(char::from_u32)
}

/// The canonical combining class; 0: not reordered.
pub(super) fn class(c: char) -> u32 {
    let code = u32::from(c);
    let ranges = &UNICODE.classes;
    let after = ranges.partition_point(|&(first, ..)| first <= code);
    let range = after.checked_sub(1).and_then(|place| ranges.get(place));
    range.map_or(0, |&(_, last, class)| if code <= last { class } else { 0 })
}

/// Whether it is a mark (general category M).
pub(super) fn is_mark(c: char) -> bool {
    let code = u32::from(c);
    let after = UNICODE.marks.partition_point(|&(first, _)| first <= code);
    let range = after
        .checked_sub(1)
        .and_then(|place| UNICODE.marks.get(place));
    range.is_some_and(|&(_, last)| code <= last)
}

/// Adds its lower case, by way of upper case.
pub(super) fn caseless(c: char, into: &mut String) {
    let code = u32::from(c);
    if let Some(long) = found(&UNICODE.long_cases, code) {
        let chars = long.into_iter().filter(|&part| part > 0);
        return into.extend(chars.filter_map(char::from_u32));
    }
    let after = UNICODE.cases.partition_point(|run| run.first <= code);
    // Two runs of every other character may lie in each other.
    let near = after.saturating_sub(2)..after;
    let runs = UNICODE.cases.get(near).unwrap_or_default();
    let fits = |run: &&Run| code <= run.last && (code - run.first).is_multiple_of(run.step);
    let distance = runs.iter().find(fits).map_or(0, |run| run.distance);
    into.extend(char::from_u32(code.wrapping_add_signed(distance)));
}

fn found<K: Ord + Copy, V: Copy>(sorted: &[(K, V)], key: K) -> Option<V> {
    let place = sorted.binary_search_by_key(&key, |&(key, _)| key).ok()?;
    sorted.get(place).map(|&(_, value)| value)
}

impl Unicode {
    /// Unpacks a table: columns of numbers, each led by how many they are.
    fn read(packed: &[u8]) -> Self {
        let mut numbers = Numbers(packed);
        let mut unicode = Self::default();

        let seconds = numbers.column();
        let (chars, firsts, codes) = (numbers.rising(), numbers.distances(), numbers.column());
        for ((c, first), code) in chars.into_iter().zip(firsts).zip(codes) {
            let second = code
                .checked_sub(1)
                .and_then(|code| seconds.get(code as usize / 2));
            let parts = [first, second.copied().unwrap_or(0)];
            unicode.parts.push((c, parts));
            if code % 2 == 1 {
                unicode.wholes.push((parts, c));
            }
        }
        unicode.wholes.sort_unstable();

        let (firsts, lengths, classes) = (numbers.rising(), numbers.column(), numbers.column());
        for ((first, length), class) in firsts.into_iter().zip(lengths).zip(classes) {
            unicode.classes.push((first, first + length, class));
        }
        let (firsts, lengths) = (numbers.rising(), numbers.column());
        for (first, length) in firsts.into_iter().zip(lengths) {
            unicode.marks.push((first, first + length));
        }
        let (firsts, lengths, distances) = (numbers.rising(), numbers.column(), numbers.column());
        for ((first, length), distance) in firsts.into_iter().zip(lengths).zip(distances) {
            let (last, step) = (first + length / 2, 1 + length % 2);
            let distance = signed(distance);
            unicode.cases.push(Run {
                first,
                last,
                step,
                distance,
            });
        }
        let (chars, parts) = (numbers.rising(), numbers.column());
        let parts = parts.as_chunks::<3>().0;
        unicode.long_cases = chars.into_iter().zip(parts.iter().copied()).collect();
        unicode
    }
}

/// Numbers in LEB128: seven bits a byte, the lowest first.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn next(&mut self) -> u32 {
        let mut number = 0;
        for shift in (0..32).step_by(7) {
            let Some((&byte, rest)) = self.0.split_first() else {
                break;
            };
            self.0 = rest;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    fn column(&mut self) -> Vec<u32> {
        let length = self.next();
        (0..length).map(|_| self.next()).collect()
    }

    /// A column in which each is so much above the one before.
    fn rising(&mut self) -> Vec<u32> {
        let mut column = self.column();
        let mut before = 0;
        for number in &mut column {
            before += *number;
            *number = before;
        }
        column
    }

    /// A column in which each is so far from the one before.
    fn distances(&mut self) -> Vec<u32> {
        let mut column = self.column();
        let mut before = 0_u32;
        for number in &mut column {
            before = before.wrapping_add_signed(signed(*number));
            *number = before;
        }
        column
    }
}

/// 0, -1, 1, -2, …
fn signed(number: u32) -> i32 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}
