//! Results as CSV: one row an answer.
//!
//! Invariant: no cell can be executed by a spreadsheet. Every text that starts with `=`, `+`, `-`, `@`,
//! tab or carriage return gets an apostrophe in front, as OWASP advises:
//! <https://owasp.org/www-community/attacks/CSV_Injection>.

use super::pages::Answers;
use crate::fault::Refused;
use futures_util::stream;
use lectern_edge::store::{AnswerRow, ParticipantRow, QuestionRow, StoreError, TenantStore};
use lectern_identity::SpeedrunId;
use std::collections::{HashMap, HashSet};
use worker::web_sys::ReadableStream;

const HEADER: [&str; 12] = [
    "rank", "name", "score", "question", "kind", "category", "text", "answer", "outcome", "points",
    "seconds", "removed",
];

/// What rows are made of.
struct Table {
    questions: HashMap<u32, QuestionRow>,
    participants: HashMap<String, ParticipantRow>,
    /// Who has a row by now.
    seen: HashSet<String>,
}

/// The file, as a stream.
pub(super) async fn stream(store: TenantStore, run: SpeedrunId) -> Result<ReadableStream, Refused> {
    let questions = store.results().questions(&run).await?;
    let participants = store.results().participants(&run).await?;
    let table = Table {
        questions: questions
            .into_iter()
            .map(|row| (row.position, row))
            .collect(),
        participants: participants
            .into_iter()
            .map(|row| (row.seat_id.clone(), row))
            .collect(),
        seen: HashSet::new(),
    };
    let chunks = stream::unfold(
        Stage::Head(Answers::new(store, run), table),
        async |stage| stage.next().await,
    );
    let body = worker::Body::from_stream(Box::pin(chunks))?;
    Ok(body
        .into_inner()
        .ok_or_else(|| lectern_problem::Problem::internal("a stream without a body"))?)
}

/// How far the file is written.
enum Stage {
    Head(Answers, Table),
    Answers(Answers, Table),
    End,
}

impl Stage {
    async fn next(self) -> Option<(Result<Vec<u8>, StoreError>, Self)> {
        match self {
            Self::Head(answers, table) => Some((head(), Self::Answers(answers, table))),
            Self::Answers(mut answers, mut table) => match answers.next().await {
                Ok(Some(page)) => Some((table.rows(&page), Self::Answers(answers, table))),
                Ok(None) => Some((table.silent(), Self::End)),
                Err(error) => Some((Err(error), Self::End)),
            },
            Self::End => None,
        }
    }
}

fn head() -> Result<Vec<u8>, StoreError> {
    // Spreadsheets take a file without the mark for their system's own encoding.
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(write(std::iter::once(HEADER.map(str::to_owned).to_vec()))?);
    Ok(bytes)
}

impl Table {
    fn rows(&mut self, page: &[AnswerRow]) -> Result<Vec<u8>, StoreError> {
        self.seen
            .extend(page.iter().map(|answer| answer.seat_id.clone()));
        write(page.iter().map(|answer| self.row(answer)))
    }

    /// Who never was asked anything has a row, too.
    fn silent(&self) -> Result<Vec<u8>, StoreError> {
        let mut rest: Vec<_> = self
            .participants
            .values()
            .filter(|who| !self.seen.contains(&who.seat_id))
            .collect();
        rest.sort_by(|a, b| a.name.cmp(&b.name));
        write(rest.into_iter().map(|who| {
            let mut row = vec![String::new(); HEADER.len()];
            let cells = [
                (0, rank(who)),
                (1, cell(&who.name)),
                (2, who.score.to_string()),
                (11, removed(who)),
            ];
            for (column, value) in cells {
                if let Some(place) = row.get_mut(column) {
                    *place = value;
                }
            }
            row
        }))
    }

    fn row(&self, answer: &AnswerRow) -> Vec<String> {
        let (who, question) = (
            self.participants.get(&answer.seat_id),
            self.questions.get(&answer.position),
        );
        let text = |value: Option<&str>| cell(value.unwrap_or_default());
        vec![
            who.map(rank).unwrap_or_default(),
            text(who.map(|who| who.name.as_str())),
            who.map(|who| who.score.to_string()).unwrap_or_default(),
            (answer.position + 1).to_string(),
            text(question.map(|question| question.kind.as_str())),
            text(question.and_then(|question| question.category.as_deref())),
            text(question.map(|question| question.text.as_str())),
            cell(&given(answer.choice.as_deref())),
            answer.outcome.clone(),
            cell(&answer.points.to_string()),
            answer.used_ms.map(seconds).unwrap_or_default(),
            who.map(removed).unwrap_or_default(),
        ]
    }
}

fn rank(who: &ParticipantRow) -> String {
    who.rank.map(|rank| rank.to_string()).unwrap_or_default()
}

fn removed(who: &ParticipantRow) -> String {
    if who.removed != 0 { "yes" } else { "" }.to_owned()
}

/// An answer as a person reads it: options count from 1.
fn given(choice: Option<&str>) -> String {
    use lectern_quiz::speedrun::Choice;
    let list = |indexes: &[u32]| {
        indexes
            .iter()
            .map(|index| (index + 1).to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    match choice.and_then(|json| serde_json::from_str::<Choice>(json).ok()) {
        None => String::new(),
        Some(Choice::Option(index)) => (index + 1).to_string(),
        Some(Choice::Options(indexes) | Choice::Order(indexes)) => list(&indexes),
        Some(Choice::Bool(value)) => value.to_string(),
        Some(Choice::Number(number)) => number.to_string(),
        Some(Choice::Text(text)) => text,
    }
}

fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// A text that no spreadsheet executes. The rule knows no exception, not even for negative numbers.
///
/// Where a country's lists are separated by `;`, a spreadsheet cuts there too: each piece is looked at.
fn cell(text: &str) -> String {
    let pieces = text.split_inclusive([';', ',', '\t', '\r', '\n']);
    pieces.map(piece).collect()
}

fn piece(text: &str) -> String {
    // What a spreadsheet may skip before it looks for a formula.
    let start = text.trim_start_matches([' ', '\u{feff}', '\u{a0}', '\u{200b}', '"', '\'']);
    let dangerous = |text: &str| {
        text.starts_with([
            '=', '+', '-', '@', '\t', '\r', '\n', '|', '＝', '＋', '－', '＠',
        ])
    };
    if dangerous(text) || dangerous(start) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn write(rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, StoreError> {
    let fault = |error: &dyn std::fmt::Display| StoreError::Fault(error.to_string());
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(|error| fault(&error))?;
    }
    writer.into_inner().map_err(|error| fault(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_can_be_executed() {
        for text in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u{a0}@x", "＝1",
        ] {
            assert!(cell(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(cell("x;=cmd|'/c calc'!A1"), "x;'=cmd|'/c calc'!A1");
        assert_eq!(cell("a\n @b, -1"), "a\n' @b,' -1");
        for text in ["Ada", "3 = 3", "a-b", "", "Ö", "a; b, c"] {
            assert_eq!(cell(text), text);
        }
    }

    #[test]
    fn a_row_is_quoted_where_it_must_be() {
        let participant = ParticipantRow {
            seat_id: "s".into(),
            name: "=cmd|'/c calc'!A1, \"x\"".into(),
            removed: 0,
            rank: Some(1),
            score: 900,
            answered: 1,
            right: 1,
            joined_at: 0,
        };
        let mut table = Table {
            seen: HashSet::new(),
            questions: HashMap::new(),
            participants: HashMap::from([("s".to_owned(), participant)]),
        };
        let answer = AnswerRow {
            seat_id: "s".into(),
            position: 0,
            choice: Some(r#"{"type":"options","value":[0,2]}"#.into()),
            outcome: "right".into(),
            points: -5,
            used_ms: Some(1_050),
        };
        let text = String::from_utf8(table.rows(&[answer]).unwrap()).unwrap();
        assert_eq!(
            text,
            "1,\"'=cmd|'/c calc'!A1, \"\"x\"\"\",900,1,,,,1 3,right,'-5,1.050,\r\n"
        );
    }
}
