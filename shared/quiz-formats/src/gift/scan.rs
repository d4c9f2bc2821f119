//! The signs of GIFT that mean something: not escaped, and not inside a formula.
//!
//! Invariant: one pass; slices of the source stay slices, so that their offsets are known.

/// Signs that a backslash makes ordinary.
const ESCAPED: &[char] = &['~', '=', '#', '{', '}', ':', '\\'];

/// Iterates over the signs of a text, with their offsets.
///
/// Escaped characters are left out, and so is everything between `\(` and `\)`: teachers write
/// formulas with bare braces although GIFT wants them escaped.
pub(super) struct Signs<'t> {
    text: &'t str,
    at: usize,
    formulas: bool,
}

impl<'t> Signs<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            formulas: true,
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_escape(&mut self) {
        let escaped = self.text.as_bytes().get(self.at + 1).copied();
        if self.formulas && escaped == Some(b'(') {
            match end_of_formula(self.rest()) {
                Some(end) => {
                    self.at += end;
                    return;
                }
                None => self.formulas = false, // none of the rest ends, either
            }
        }
        self.at += match escaped {
            Some(byte) if byte.is_ascii() => 2,
            _ => 1 + self.rest().chars().nth(1).map_or(0, char::len_utf8),
        };
    }
}

/// The length of a formula at the start of a text, with its delimiters.
fn end_of_formula(text: &str) -> Option<usize> {
    text.find("\\)").map(|end| end + 2)
}

impl Iterator for Signs<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        loop {
            let mut bytes = self.rest().bytes();
            let ahead = bytes
                .position(|byte| matches!(byte, b'\\' | b'~' | b'=' | b'#' | b'{' | b'}' | b':'))?;
            self.at += ahead;
            if self.rest().starts_with('\\') {
                self.skip_escape();
                continue;
            }
            let sign = self.rest().chars().next()?;
            let at = self.at;
            self.at += sign.len_utf8();
            return Some((at, sign));
        }
    }
}

/// The first `sign`.
pub(super) fn find(text: &str, sign: char) -> Option<usize> {
    Signs::of(text).find(|(_, c)| *c == sign).map(|(at, _)| at)
}

/// The parts before and after the first `sign`.
pub(super) fn split_once(text: &str, sign: char) -> Option<(&str, &str)> {
    let at = find(text, sign)?;
    Some((text.get(..at)?, text.get(at + sign.len_utf8()..)?))
}

/// The last run of four `#`: what follows is the general feedback.
pub(super) fn split_feedback(text: &str) -> (&str, Option<&str>) {
    let (mut run, mut found, mut before) = (0, None, None);
    for (at, c) in Signs::of(text) {
        let next_to = before.is_some_and(|before: usize| before + 1 == at);
        run = match c {
            '#' if next_to => run + 1,
            '#' => 1,
            _ => 0,
        };
        before = (c == '#').then_some(at);
        if run == 4 {
            found = Some(at - 3); // four signs of one byte each end at `at`
            run = 0;
        }
    }
    let parts = found.and_then(|at| Some((text.get(..at)?, text.get(at + 4..)?)));
    parts.map_or((text, None), |(answers, feedback)| {
        (answers, Some(feedback))
    })
}

/// Cuts a text before each of `signs`; what stands before the first is the first part.
pub(super) fn cut<'t>(text: &'t str, signs: &'static [char]) -> impl Iterator<Item = &'t str> {
    let mut ends = Signs::of(text)
        .filter(|(_, c)| signs.contains(c))
        .map(|(at, _)| at)
        .chain([text.len()]);
    let mut start = 0;
    std::iter::from_fn(move || {
        let end = ends.next()?;
        let part = text.get(start..end).unwrap_or_default();
        start = end;
        Some(part)
    })
}

/// The text that was meant: escapes resolved, lines that held a comment gone.
///
/// `\n` is a line break, save where a letter follows in a formula whose own signs are not escaped
/// (`\(a \neq b\)`).
pub(super) fn unescape(text: &str) -> String {
    let lines: Vec<&str> = text
        .split('\n')
        .filter(|line| !line.trim().is_empty())
        .map(str::trim_end)
        .collect();
    let text = lines.join("\n");
    let mut out = String::with_capacity(text.len());
    let mut formula = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.peek().copied() {
            Some(next) if ESCAPED.contains(&next) => {
                characters.next();
                out.push(next);
            }
            Some('n') => {
                characters.next();
                let command = formula && characters.peek().is_some_and(char::is_ascii_alphabetic);
                out.push_str(if command { "\\n" } else { "\n" });
            }
            next => {
                out.push('\\');
                formula = match next {
                    Some('(') => true,
                    Some(')') => false,
                    _ => formula,
                };
            }
        }
    }
    out.trim().to_owned()
}

/// The same text with its signs escaped.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            c if ESCAPED.contains(&c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_signs_and_formulas_are_passed_over() {
        assert_eq!(find(r"a\{b \(\frac{1}{2}\) {c}", '{'), Some(21));
        assert_eq!(
            cut(r"=a\=b ~\(x=1\) =d", &['=', '~']).collect::<Vec<_>>(),
            ["", r"=a\=b ", r"~\(x=1\) ", "=d"]
        );
        assert_eq!(
            split_feedback("=a #one ####why#"),
            ("=a #one ", Some("why#"))
        );
    }

    #[test]
    fn escapes_come_back() {
        for text in [
            "a=b~c#d{e}f:g\\h",
            "one\ntwo\n\nthree",
            r"\(\frac{a}{b} \neq c\)",
            r"\n",
            r"\\(",
        ] {
            assert_eq!(unescape(&escape(text)), text);
        }
        assert_eq!(unescape(r"\(a \neq b\)\nc"), "\\(a \\neq b\\)\nc");
    }
}
