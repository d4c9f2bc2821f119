//! Writes the table from the crates and the standard library, and holds it to them.
//!
//! After a new Unicode version: `WRITE_UNICODE_TABLE=1 cargo test -p lectern-quiz unicode`.

use super::*;
use std::collections::BTreeMap;
use unicode_normalization::char::{
    canonical_combining_class, compose as composed, decompose_canonical, is_combining_mark,
};

fn all() -> impl Iterator<Item = char> {
    (0..=0x10_ffff).filter_map(char::from_u32)
}

fn fully(c: char) -> Vec<char> {
    let mut parts = Vec::new();
    decompose_canonical(c, |part| parts.push(part));
    parts
}

/// Lower case by way of upper case.
fn caseless_form(c: char) -> Vec<char> {
    c.to_uppercase().flat_map(char::to_lowercase).collect()
}

#[derive(Default)]
struct Packed(Vec<u8>);

impl Packed {
    fn number(&mut self, mut number: u32) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn column(&mut self, numbers: &[u32]) {
        self.number(numbers.len() as u32);
        numbers.iter().for_each(|&number| self.number(number));
    }

    fn rising(&mut self, numbers: &[u32]) {
        let mut before = 0;
        let steps = numbers
            .iter()
            .map(|&number| number - std::mem::replace(&mut before, number));
        self.column(&steps.collect::<Vec<_>>());
    }

    fn distances(&mut self, numbers: &[u32]) {
        let mut before = 0;
        let steps = numbers.iter().map(|&number| {
            zigzag(number.cast_signed() - std::mem::replace(&mut before, number.cast_signed()))
        });
        self.column(&steps.collect::<Vec<_>>());
    }
}

fn zigzag(number: i32) -> u32 {
    ((number << 1) ^ (number >> 31)).cast_unsigned()
}

/// Neighbours with the same value as one range: first, length - 1, value.
fn ranges(value: impl Fn(char) -> u32) -> Vec<[u32; 3]> {
    let mut ranges: Vec<[u32; 3]> = Vec::new();
    for c in all().filter(|&c| value(c) > 0) {
        match ranges.last_mut() {
            Some([first, more, of]) if *first + *more + 1 == c as u32 && *of == value(c) => {
                *more += 1
            }
            _ => ranges.push([c as u32, 0, value(c)]),
        }
    }
    ranges
}

fn column<const N: usize>(rows: &[[u32; N]], which: usize) -> Vec<u32> {
    rows.iter().map(|row| row[which]).collect()
}

fn decompositions(packed: &mut Packed) {
    let is_hangul = |c: char| ('\u{ac00}'..='\u{d7a3}').contains(&c);
    let divided: BTreeMap<char, Vec<char>> = all()
        .filter(|&c| !is_hangul(c) && fully(c) != [c])
        .map(|c| (c, fully(c)))
        .collect();
    // All but the last part are one character again.
    let whole = |parts: &[char]| match parts {
        [one] => *one,
        parts => {
            let is = |(_, of): &(&char, &Vec<char>)| of.as_slice() == parts;
            *divided.iter().find(is).expect("each is made of two").0
        }
    };
    let mut rows = Vec::new();
    let mut count: BTreeMap<u32, u32> = BTreeMap::new();
    for (&c, parts) in &divided {
        let (first, second) = match parts.as_slice() {
            [one] => (*one, None),
            [firsts @ .., last] => (whole(firsts), Some(*last)),
            [] => unreachable!(),
        };
        let composes = second.is_some_and(|second| composed(first, second) == Some(c));
        second
            .into_iter()
            .for_each(|second| *count.entry(second as u32).or_default() += 1);
        rows.push((c as u32, first as u32, second.map(u32::from), composes));
    }
    // The most frequent second parts get the numbers of one byte.
    let mut seconds: Vec<u32> = count.keys().copied().collect();
    seconds.sort_by_key(|second| std::cmp::Reverse(count[second]));
    let code = |second: Option<u32>, composes: bool| match second {
        None => 0,
        Some(second) => {
            let place = seconds
                .iter()
                .position(|&of| of == second)
                .expect("counted");
            1 + 2 * place as u32 + u32::from(!composes)
        }
    };
    packed.column(&seconds);
    packed.rising(&rows.iter().map(|row| row.0).collect::<Vec<_>>());
    packed.distances(&rows.iter().map(|row| row.1).collect::<Vec<_>>());
    packed.column(
        &rows
            .iter()
            .map(|row| code(row.2, row.3))
            .collect::<Vec<_>>(),
    );
}

fn cases(packed: &mut Packed) {
    let mut runs: Vec<[i64; 4]> = Vec::new();
    let (mut long, mut long_parts) = (Vec::new(), Vec::new());
    for c in all() {
        let code = c as u32;
        match caseless_form(c).as_slice() {
            [one] if *one == c => {}
            [one] => {
                let distance = i64::from(*one as u32) - i64::from(code);
                let code = i64::from(code);
                let fits = |run: &&mut [i64; 4]| {
                    let step = code - run[1];
                    run[3] == distance && (step == run[2] || (run[0] == run[1] && step <= 2))
                };
                match runs.iter_mut().rev().take(2).find(fits) {
                    Some(run) => (run[2], run[1]) = (code - run[1], code),
                    None => runs.push([code, code, 1, distance]),
                }
            }
            several => {
                long.push(code);
                let mut parts = [0; 3];
                parts
                    .iter_mut()
                    .zip(several)
                    .for_each(|(to, &from)| *to = from as u32);
                long_parts.extend(parts);
            }
        }
    }
    let number = |number: i64| u32::try_from(number).expect("not negative");
    let columns: Vec<[u32; 3]> = runs
        .iter()
        .map(|run| {
            let length = 2 * (run[1] - run[0]) + run[2] - 1;
            [number(run[0]), number(length), zigzag(run[3] as i32)]
        })
        .collect();
    packed.rising(&column(&columns, 0));
    packed.column(&column(&columns, 1));
    packed.column(&column(&columns, 2));
    packed.rising(&long);
    packed.column(&long_parts);
}

fn packed() -> Vec<u8> {
    let mut packed = Packed::default();
    decompositions(&mut packed);
    let classes = ranges(|c| canonical_combining_class(c).into());
    packed.rising(&column(&classes, 0));
    packed.column(&column(&classes, 1));
    packed.column(&column(&classes, 2));
    let marks = ranges(|c| is_combining_mark(c).into());
    packed.rising(&column(&marks, 0));
    packed.column(&column(&marks, 1));
    cases(&mut packed);
    packed.0
}

#[test]
fn the_table_is_what_the_crates_say() {
    let packed = packed();
    if std::env::var_os("WRITE_UNICODE_TABLE").is_some() {
        let place = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/speedrun/unicode/table.bin"
        );
        std::fs::write(place, &packed).unwrap();
    }
    assert!(
        packed == include_bytes!("table.bin"),
        "Unicode has changed: see the head of this file"
    );
}

#[test]
fn every_character_is_what_the_crates_say() {
    for c in all() {
        let mut parts = Vec::new();
        decompose(c, &mut parts);
        assert_eq!(parts, fully(c), "{c:?}");
        assert_eq!(class(c), u32::from(canonical_combining_class(c)), "{c:?}");
        assert_eq!(is_mark(c), is_combining_mark(c), "{c:?}");
        let mut form = String::new();
        caseless(c, &mut form);
        assert_eq!(form.chars().collect::<Vec<_>>(), caseless_form(c), "{c:?}");
    }
}

#[test]
fn every_two_characters_compose_as_the_crate_says() {
    let starters: Vec<char> = all().filter(|&c| fully(c).len() > 1).collect();
    let mut firsts: Vec<char> = starters
        .iter()
        .flat_map(|&c| fully(c))
        .chain(starters.clone())
        .collect();
    firsts.sort_unstable();
    firsts.dedup();
    let mut seconds: Vec<char> = starters.iter().filter_map(|&c| fully(c).pop()).collect();
    seconds.extend([
        'a', '\u{11a7}', '\u{11c3}', '\u{1160}', '\u{1176}', '\u{1113}',
    ]);
    seconds.sort_unstable();
    seconds.dedup();
    for &first in &firsts {
        for &second in &seconds {
            assert_eq!(
                compose(first, second),
                composed(first, second),
                "{first:?} {second:?}"
            );
        }
    }
}
