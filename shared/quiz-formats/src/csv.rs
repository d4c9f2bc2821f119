//! Tables with a header row: one question a row.
//!
//! The delimiter (comma, semicolon or tab) is the one that makes most of the header known.

mod columns;
mod record;

use lectern_quiz::model::{Choosable, Credit, Fold, Kind, NumberJudging, Question, Rich, limits};

use self::columns::{Column, column};
use self::record::{Broken, Field, Records};
use crate::reader::{Reader, shown};
use crate::report::{FaultCode, Place, WarningCode};
use crate::text::Positions;
use crate::{Format, ImportFault, Imported};

/// Whether a text begins with a header that names a question and something else.
pub(crate) fn is_header(text: &str) -> bool {
    header(text, 0).is_some_and(|header| {
        header.columns.contains(&Some(Column::Question)) && header.known() >= 2
    })
}

/// The header, its delimiter, and where the rows begin.
struct Header {
    headings: Vec<Field>,
    columns: Vec<Option<Column>>,
    delimiter: char,
    rows: usize,
}

impl Header {
    fn known(&self) -> usize {
        self.columns.iter().flatten().count()
    }
}

/// Reads the header at `start`; of several delimiters the one with most known columns wins.
fn header(text: &str, start: usize) -> Option<Header> {
    let rest = text.get(start..)?;
    // Excel says its delimiter in a line of its own.
    if let Some(delimiter) = rest
        .strip_prefix("sep=")
        .and_then(|rest| rest.chars().next())
        && let Some(end) = rest.find('\n')
    {
        return header_by(text, start + end + 1, delimiter);
    }
    let headers = [',', ';', '\t']
        .into_iter()
        .filter_map(|delimiter| header_by(text, start, delimiter));
    headers.max_by_key(Header::known)
}

fn header_by(text: &str, start: usize, delimiter: char) -> Option<Header> {
    // A header is one line: nothing beyond it is looked at.
    let end = text
        .get(start..)?
        .find('\n')
        .map_or(text.len(), |end| start + end + 1);
    let mut records = Records::new(text.get(..end)?, start, delimiter);
    let headings = records.next()?.ok()?;
    let columns = headings.iter().map(|field| column(&field.text)).collect();
    Some(Header {
        headings,
        columns,
        delimiter,
        rows: end,
    })
}

/// Reads a table.
pub(crate) fn read(text: &str, mut reader: Reader<'_>) -> Result<Imported, Vec<ImportFault>> {
    let positions = Positions::new(text);
    let start = text.len() - text.trim_start().len();
    match header(text, start) {
        Some(header) if header.columns.contains(&Some(Column::Question)) => {
            reader.csv_rows(text, &header, &positions)
        }
        _ => {
            let detail = "The first row must name the columns; one is “question”.";
            reader
                .report
                .fault(FaultCode::MissingField, positions.place(start), detail);
        }
    }
    reader.finish(None, None, Format::Csv)
}

/// A row, by column.
struct Row<'r> {
    header: &'r Header,
    fields: &'r [Field],
    positions: &'r Positions<'r>,
}

impl Row<'_> {
    fn place(&self) -> Place {
        self.fields
            .first()
            .map(|field| self.positions.place(field.offset))
            .unwrap_or_default()
    }

    /// The fields of a column that hold something, with their places.
    fn all(&self, wanted: Column) -> impl Iterator<Item = (&str, Place)> {
        let columns = self
            .header
            .columns
            .iter()
            .zip(self.fields)
            .filter(move |(column, _)| **column == Some(wanted));
        columns
            .map(|(_, field)| (field.text.trim(), self.positions.place(field.offset)))
            .filter(|(text, _)| !text.is_empty())
    }

    fn get(&self, wanted: Column) -> Option<(&str, Place)> {
        self.all(wanted).next()
    }

    fn says(&self, wanted: Column) -> &str {
        self.get(wanted).map(|(text, _)| text).unwrap_or_default()
    }
}

impl Reader<'_> {
    fn csv_rows(&mut self, text: &str, header: &Header, positions: &Positions<'_>) {
        self.csv_header(header, positions);
        let mut records = Records::new(text, header.rows, header.delimiter);
        while !self.is_done() {
            match records.next() {
                None => return,
                Some(Ok(fields)) if fields.iter().all(|field| field.text.trim().is_empty()) => {}
                Some(Ok(fields)) => {
                    let row = Row {
                        header,
                        fields: &fields,
                        positions,
                    };
                    self.csv_row(&row);
                }
                Some(Err(broken)) => {
                    let (code, offset, detail) = match broken {
                        Broken::Unclosed(offset) => (
                            FaultCode::Syntax,
                            offset,
                            "Nothing closes this quoted field.",
                        ),
                        Broken::AfterQuote(offset) => (
                            FaultCode::Syntax,
                            offset,
                            "A quote within a quoted field is doubled.",
                        ),
                        Broken::TooMany(offset) => (
                            FaultCode::TooComplex,
                            offset,
                            "A row has at most 64 fields.",
                        ),
                    };
                    self.report.fault(code, positions.place(offset), detail);
                    return;
                }
            }
        }
    }

    fn csv_header(&mut self, header: &Header, positions: &Positions<'_>) {
        let mut known = Vec::new();
        for (heading, column) in header.headings.iter().zip(&header.columns) {
            let place = positions.place(heading.offset);
            match column {
                None if heading.text.trim().is_empty() => {}
                None => {
                    let detail = format!(
                        "The column “{}” is not known and not kept.",
                        shown(heading.text.trim())
                    );
                    self.report
                        .warn(WarningCode::SettingsNotKept, place, detail);
                }
                Some(Column::Option) => {}
                Some(column) if known.contains(column) => {
                    let detail = format!(
                        "A column like “{}” is there twice.",
                        shown(heading.text.trim())
                    );
                    self.report.fault(FaultCode::DuplicateField, place, detail);
                }
                Some(column) => known.push(*column),
            }
        }
    }

    fn csv_row(&mut self, row: &Row<'_>) {
        let place = row.place();
        let extra = row
            .fields
            .get(row.header.columns.len()..)
            .unwrap_or_default();
        if let Some(field) = extra.iter().find(|field| !field.text.trim().is_empty()) {
            let detail = "The row has more fields than the header; a text with the delimiter in it is quoted.";
            self.report
                .fault(FaultCode::Syntax, row.positions.place(field.offset), detail);
        }
        let Some(kind) = self.csv_kind(row) else {
            self.count_question(&place);
            return;
        };
        let text = row
            .get(Column::Question)
            .map(|(text, place)| self.rich(text, &place, limits::TEXT));
        let default = Self::question(text.unwrap_or_default(), kind);
        let explanation = row
            .get(Column::Explanation)
            .map(|(text, place)| self.rich(text, &place, limits::TEXT));
        let category = row
            .get(Column::Category)
            .map(|(text, place)| self.line(text, &place));
        let question = Question {
            id: row.says(Column::Id).to_owned(),
            image: self.csv_image(row),
            explanation,
            category,
            points: self
                .csv_whole(row, Column::Points)
                .unwrap_or(default.points),
            duration: self
                .csv_whole(row, Column::Duration)
                .unwrap_or(default.duration),
            penalty: self
                .csv_whole(row, Column::Penalty)
                .unwrap_or(default.penalty),
            ..default
        };
        self.push(question, place);
    }

    fn csv_image(&mut self, row: &Row<'_>) -> Option<lectern_quiz::model::Image> {
        let (name, place) = row.get(Column::Image)?;
        if name.contains("://") {
            self.remote_image(name, &place);
            return None;
        }
        self.image_part(name, row.says(Column::Alt), &place)
    }

    /// A whole number; a fault when it is none, or too large for its type.
    fn csv_whole<T: std::str::FromStr>(&mut self, row: &Row<'_>, column: Column) -> Option<T> {
        let (text, place) = row.get(column)?;
        let whole = text.parse().ok();
        if whole.is_none() {
            self.report.fault(
                FaultCode::BadNumber,
                place,
                format!("“{}” is no whole number within the limits.", shown(text)),
            );
        }
        whole
    }

    /// A number; a comma may stand for the point.
    fn csv_number(&mut self, row: &Row<'_>, column: Column) -> Option<f64> {
        let (text, place) = row.get(column)?;
        let number = number(text);
        if number.is_none() {
            self.report.fault(
                FaultCode::BadNumber,
                place,
                format!("“{}” is no number.", shown(text)),
            );
        }
        number
    }

    /// The kind that a row names, or that its answer and options make; `None` after a fault.
    fn csv_kind(&mut self, row: &Row<'_>) -> Option<Kind> {
        let (answer, answer_place) = row.get(Column::Answer).unwrap_or_else(|| ("", row.place()));
        let named: String = row
            .says(Column::Kind)
            .chars()
            .map(|c| if matches!(c, ' ' | '-') { '_' } else { c })
            .flat_map(char::to_lowercase)
            .collect();
        let has_options = row.get(Column::Option).is_some() || row.get(Column::Options).is_some();
        let kind = match named.as_str() {
            "" if has_options => "",
            "" if answer.is_empty() => "slide",
            "" if truth(answer).is_some() && number(answer).is_none() => "true_false",
            "" if number(answer).is_some() => "number",
            "" => "short_text",
            named => named,
        };
        match kind {
            "" | "single_choice" | "multiple_choice" => {
                self.csv_choice(row, kind, answer, &answer_place)
            }
            "true_false" => match truth(answer) {
                Some(correct) => Some(Kind::TrueFalse { correct }),
                None => self.csv_fault(
                    FaultCode::NoAnswer,
                    answer_place,
                    "The answer is true or false.",
                ),
            },
            "number" => self.csv_number_kind(row, &answer_place),
            "short_text" => {
                let accepted = answer
                    .split('|')
                    .map(str::trim)
                    .filter(|text| !text.is_empty());
                let accepted: Vec<_> = accepted
                    .take(limits::ACCEPTED + 1)
                    .map(|text| self.line(text, &answer_place))
                    .collect();
                self.short_text_of(accepted, Fold::default(), &answer_place)
            }
            "ordering" => {
                let items = self.csv_options(row);
                Some(Kind::Ordering {
                    items,
                    credit: self.csv_credit(row)?,
                })
            }
            "poll" => {
                let options = self
                    .csv_options(row)
                    .into_iter()
                    .map(Self::option)
                    .collect();
                Some(Kind::Poll {
                    options,
                    multiple: false,
                })
            }
            "slide" => Some(Kind::Slide),
            other => {
                let place = row
                    .get(Column::Kind)
                    .map(|(_, place)| place)
                    .unwrap_or_default();
                let detail = format!(
                    "There is no kind “{}”; the kinds are {}.",
                    shown(other),
                    crate::json::KINDS.join(", ")
                );
                self.csv_fault(FaultCode::BadValue, place, &detail)
            }
        }
    }

    fn csv_fault<T>(&mut self, code: FaultCode, place: Place, detail: &str) -> Option<T> {
        self.report.fault(code, place, detail);
        None
    }

    fn csv_number_kind(&mut self, row: &Row<'_>, place: &Place) -> Option<Kind> {
        let tolerance = self.csv_number(row, Column::Tolerance);
        let range = self.csv_number(row, Column::Range);
        let unit = row
            .get(Column::Unit)
            .map(|(unit, place)| self.line(unit, &place));
        let judging = match (tolerance, range) {
            (Some(_), Some(_)) => {
                return self.csv_fault(
                    FaultCode::BadValue,
                    place.clone(),
                    "A number has a tolerance or a range, not both.",
                );
            }
            (None, Some(range)) => NumberJudging::Closeness { range },
            (tolerance, None) => NumberJudging::Tolerance {
                tolerance: tolerance.unwrap_or_default(),
            },
        };
        if row.get(Column::Answer).is_none() {
            return self.csv_fault(
                FaultCode::NoAnswer,
                place.clone(),
                "The right number is missing.",
            );
        }
        Some(Kind::Number {
            correct: self.csv_number(row, Column::Answer)?,
            judging,
            unit,
        })
    }

    fn csv_credit(&mut self, row: &Row<'_>) -> Option<Credit> {
        let Some((credit, place)) = row.get(Column::Credit) else {
            return Some(Credit::AllOrNothing);
        };
        match credit
            .to_ascii_lowercase()
            .replace([' ', '-'], "_")
            .as_str()
        {
            "partial" => Some(Credit::Partial),
            "all_or_nothing" => Some(Credit::AllOrNothing),
            _ => self.csv_fault(
                FaultCode::BadValue,
                place,
                "Credit is all_or_nothing or partial.",
            ),
        }
    }

    fn csv_options(&mut self, row: &Row<'_>) -> Vec<Rich> {
        let mut options = Vec::new();
        for (text, place) in row.all(Column::Option) {
            options.push(self.rich(text, &place, limits::OPTION));
        }
        if let Some((texts, place)) = row.get(Column::Options) {
            let texts = texts
                .split('|')
                .map(str::trim)
                .filter(|text| !text.is_empty());
            options.extend(
                texts
                    .take(limits::OPTIONS + 1)
                    .map(|text| self.rich(text, &place, limits::OPTION)),
            );
        }
        options
    }

    fn csv_choice(
        &mut self,
        row: &Row<'_>,
        kind: &str,
        answer: &str,
        place: &Place,
    ) -> Option<Kind> {
        let credit = self.csv_credit(row)?;
        let options: Vec<Choosable> = self
            .csv_options(row)
            .into_iter()
            .map(Self::option)
            .collect();
        let texts: Vec<String> = options.iter().map(|option| option.text.source()).collect();
        let correct = match chosen(answer, &texts) {
            Ok(correct) if correct.is_empty() => {
                let detail = "Options without an answer: name one, or make the question a poll.";
                return self.csv_fault(FaultCode::NoAnswer, place.clone(), detail);
            }
            Ok(correct) => correct,
            Err((code, detail)) => return self.csv_fault(code, place.clone(), &detail),
        };
        match (kind, correct.as_slice()) {
            ("" | "single_choice", [correct]) => Some(Kind::SingleChoice {
                options,
                correct: *correct,
            }),
            ("single_choice", _) => self.csv_fault(
                FaultCode::SeveralAnswers,
                place.clone(),
                "A single choice has one right option.",
            ),
            _ => Some(Kind::MultipleChoice {
                options,
                correct,
                credit,
            }),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim().replace(['\u{a0}', ' '], "");
    let text = if text.contains('.') {
        text
    } else {
        text.replacen(',', ".", 1)
    };
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse::<f64>()
        .ok()
        .filter(|number| plain && number.is_finite())
}

fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "1" => Some(true),
        "false" | "f" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// The options that an answer names: by text, by number from 1, or by letter.
fn chosen(answer: &str, options: &[String]) -> Result<Vec<u32>, (FaultCode, String)> {
    if let Some(index) = by_text(answer, options)
        && by_position(answer, options.len()).is_none_or(|position| position == index)
    {
        return Ok(vec![index]);
    }
    let parts = answer
        .split(['|', ';', ','])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let by_pipe = answer.contains('|').then(|| {
        answer
            .split('|')
            .map(str::trim)
            .filter(|part| !part.is_empty())
    });
    let mut correct = Vec::new();
    let parts: Vec<&str> = match by_pipe {
        Some(parts) => parts.take(limits::OPTIONS + 1).collect(),
        None => parts.take(limits::OPTIONS + 1).collect(),
    };
    for part in parts {
        correct.push(match (by_text(part, options), by_position(part, options.len())) {
            (Some(text), Some(position)) if text != position => {
                let detail = format!("“{}” is the text of one option and the number of another; write the letter.", shown(part));
                return Err((FaultCode::BadValue, detail));
            }
            (Some(index), _) | (None, Some(index)) => index,
            (None, None) => {
                let detail = format!("No option is “{}”; name options by text, number from 1, or letter.", shown(part));
                return Err((FaultCode::AnswerOutOfRange, detail));
            }
        });
    }
    correct.sort_unstable();
    correct.dedup();
    Ok(correct)
}

fn by_text(answer: &str, options: &[String]) -> Option<u32> {
    options
        .iter()
        .zip(0_u32..)
        .find(|(option, _)| option.as_str() == answer)
        .map(|(_, index)| index)
}

fn by_position(answer: &str, options: usize) -> Option<u32> {
    let index = match answer.as_bytes() {
        [letter @ b'A'..=b'T'] => u32::from(letter - b'A'), // the patterns hold both at or above `A`
        [letter @ b'a'..=b't'] => u32::from(letter - b'a'),
        _ => answer.parse::<u32>().ok()?.checked_sub(1)?,
    };
    usize::try_from(index)
        .is_ok_and(|index| index < options)
        .then_some(index)
}
