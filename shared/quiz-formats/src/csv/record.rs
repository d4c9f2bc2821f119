//! Delimited records (RFC 4180), with the place of every field.
//!
//! Invariant: one pass; a record has at most [`MAX_FIELDS`] fields.

const MAX_FIELDS: usize = 64;

/// A field and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) text: String,
    pub(super) offset: usize,
}

/// Why records cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// A quote that nothing closes.
    Unclosed(usize),
    /// Something between a closing quote and the next delimiter.
    AfterQuote(usize),
    /// Too many fields.
    TooMany(usize),
}

/// Reads record after record.
pub(super) struct Records<'t> {
    text: &'t str,
    at: usize,
    delimiter: char,
}

impl<'t> Records<'t> {
    pub(super) fn new(text: &'t str, at: usize, delimiter: char) -> Self {
        Self {
            text,
            at,
            delimiter,
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next record; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Result<Vec<Field>, Broken>> {
        let blank = self
            .rest()
            .bytes()
            .take_while(|byte| *byte == b'\n')
            .count();
        self.at += blank;
        if self.rest().is_empty() {
            return None;
        }
        let mut fields = Vec::new();
        loop {
            if fields.len() == MAX_FIELDS {
                return Some(Err(Broken::TooMany(self.at)));
            }
            match self.field() {
                Ok(field) => fields.push(field),
                Err(broken) => return Some(Err(broken)),
            }
            let end = self.rest().chars().next();
            self.at += end.map_or(0, char::len_utf8);
            if end != Some(self.delimiter) {
                return Some(Ok(fields)); // a line break, or the end
            }
        }
    }

    /// A field, up to its delimiter.
    fn field(&mut self) -> Result<Field, Broken> {
        let offset = self.at;
        let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\u{a0}']).len();
        if self
            .rest()
            .get(blank..)
            .is_some_and(|rest| rest.starts_with('"'))
        {
            self.at += blank + 1;
            let text = self.quoted(offset)?;
            return Ok(Field { text, offset });
        }
        let end = self
            .rest()
            .find([self.delimiter, '\n'])
            .unwrap_or(self.rest().len());
        let text = self.rest().get(..end).unwrap_or_default().to_owned();
        self.at += end;
        Ok(Field { text, offset })
    }

    /// The rest of a quoted field; a doubled quote stands for one.
    fn quoted(&mut self, offset: usize) -> Result<String, Broken> {
        let mut text = String::new();
        loop {
            let Some((part, after)) = self.rest().split_once('"') else {
                return Err(Broken::Unclosed(offset));
            };
            text.push_str(part);
            self.at += part.len() + 1;
            if after.starts_with('"') {
                text.push('"');
                self.at += 1;
                continue;
            }
            let blank = after.len() - after.trim_start_matches(' ').len();
            self.at += blank;
            let ends = self
                .rest()
                .chars()
                .next()
                .is_none_or(|c| c == '\n' || c == self.delimiter);
            return if ends {
                Ok(text)
            } else {
                Err(Broken::AfterQuote(self.at))
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Vec<String>>, Broken> {
        let mut records = Records::new(text, 0, ',');
        let mut all = Vec::new();
        while let Some(record) = records.next() {
            all.push(record?.into_iter().map(|field| field.text).collect());
        }
        Ok(all)
    }

    #[test]
    fn quotes_hold_delimiters_line_breaks_and_quotes() {
        let records = read("a,\"b,\"\"c\"\"\nd\",\n\"e\" ,f");
        assert_eq!(
            records,
            Ok(vec![
                vec!["a".to_owned(), "b,\"c\"\nd".to_owned(), String::new()],
                vec!["e".to_owned(), "f".to_owned()]
            ])
        );
    }

    #[test]
    fn what_quotes_break_has_a_place() {
        assert_eq!(read("a,\"b"), Err(Broken::Unclosed(2)));
        assert_eq!(read("\"a\"b"), Err(Broken::AfterQuote(3)));
        assert_eq!(read(&",".repeat(100)), Err(Broken::TooMany(64)));
    }
}
