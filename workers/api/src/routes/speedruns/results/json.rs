//! Results as JSON, in the shape of [`ResultsReport`], written piece by piece.

use super::super::record::SpeedrunRecord;
use super::pages::Answers;
use crate::fault::Refused;
use crate::moment::rfc3339;
use futures_util::stream;
use lectern_edge::store::{
    AnswerRow, ParticipantRow, QuestionRow, SpeedrunRow, StoreError, TenantStore,
};
use lectern_identity::Millis;
use lectern_quiz::speedrun::Choice;
use lectern_quiz::speedrun::message::Distribution;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use worker::web_sys::ReadableStream;

/// The results of a run.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(crate) struct ResultsReport {
    /// The run.
    speedrun: SpeedrunRecord,
    /// Its questions, in their order.
    questions: Vec<QuestionResult>,
    /// Its participants, by rank.
    participants: Vec<ParticipantResult>,
    /// Every answer, by participant and question.
    answers: Vec<AnswerResult>,
}

/// A question and what became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuestionResult {
    /// Its position in the run, from 0.
    index: u32,
    /// Its kind.
    kind: String,
    /// Its category.
    category: Option<String>,
    /// What was asked, on one line.
    text: String,
    /// How many answered.
    answered: u32,
    /// How many were wholly right.
    right: u32,
    /// How many were wrong.
    wrong: u32,
    /// For how many the time ran out.
    timed_out: u32,
    /// The mean time of the answers in milliseconds.
    mean_ms: Option<i64>,
    /// How often what was answered.
    #[schema(value_type = Distribution)]
    distribution: Value,
}

/// A participant and what became of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct ParticipantResult {
    /// The seat.
    seat: String,
    /// The name.
    name: String,
    /// The rank; ties share one, the removed have none.
    rank: Option<u32>,
    /// The score.
    score: i64,
    /// How many questions were answered.
    answered: u32,
    /// How many rightly.
    right: u32,
    /// Whether the host took them out.
    removed: bool,
    /// When they joined.
    joined_at: String,
}

/// One answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnswerResult {
    /// Whose.
    seat: String,
    /// To which question.
    index: u32,
    /// What was answered; null: the time ran out.
    #[schema(value_type = Option<Choice>)]
    choice: Option<Value>,
    /// What it came to: `right`, `partial`, `wrong`, `unscored` or `timed_out`.
    outcome: String,
    /// Points for it.
    points: i64,
    /// How long it took, in milliseconds.
    used_ms: Option<i64>,
}

/// The report, as a stream: its head first, then answers a page at a time.
pub(super) async fn stream(
    store: TenantStore,
    row: SpeedrunRow,
) -> Result<ReadableStream, Refused> {
    let run = row.id;
    let questions: Vec<_> = store
        .results()
        .questions(&run)
        .await?
        .into_iter()
        .map(question)
        .collect();
    let mut rows = store.results().participants(&run).await?;
    rows.sort_by_cached_key(|row| (row.rank.unwrap_or(u32::MAX), row.name.clone()));
    let participants: Vec<_> = rows.into_iter().map(participant).collect();
    let head = format!(
        "{{\"speedrun\":{},\"questions\":{},\"participants\":{},\"answers\":[",
        serde_json::to_string(&SpeedrunRecord::of(row))?,
        serde_json::to_string(&questions)?,
        serde_json::to_string(&participants)?,
    );
    let begin = Stage::Head(head, Answers::new(store, run));
    let chunks = stream::unfold(begin, async |stage| stage.next().await);
    let body = worker::Body::from_stream(Box::pin(chunks))?;
    Ok(body
        .into_inner()
        .ok_or_else(|| lectern_problem::Problem::internal("a stream without a body"))?)
}

/// How far the report is written.
enum Stage {
    Head(String, Answers),
    Answers(Answers, bool),
    End,
}

impl Stage {
    async fn next(self) -> Option<(Result<Vec<u8>, StoreError>, Self)> {
        match self {
            Self::Head(head, answers) => {
                Some((Ok(head.into_bytes()), Self::Answers(answers, true)))
            }
            Self::Answers(mut answers, first) => match answers.next().await {
                Ok(Some(page)) => Some((write(page, first), Self::Answers(answers, false))),
                Ok(None) => Some((Ok(b"]}".to_vec()), Self::End)),
                Err(error) => Some((Err(error), Self::End)),
            },
            Self::End => None,
        }
    }
}

fn write(page: Vec<AnswerRow>, first: bool) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    for (index, row) in page.into_iter().enumerate() {
        if index > 0 || !first {
            bytes.push(b',');
        }
        serde_json::to_writer(&mut bytes, &answer(row))?;
    }
    Ok(bytes)
}

fn question(row: QuestionRow) -> QuestionResult {
    QuestionResult {
        index: row.position,
        kind: row.kind,
        category: row.category,
        text: row.text,
        answered: row.answered,
        right: row.right,
        wrong: row.wrong,
        timed_out: row.timed_out,
        mean_ms: row.mean_ms,
        distribution: serde_json::from_str(&row.distribution).unwrap_or(Value::Null),
    }
}

fn participant(row: ParticipantRow) -> ParticipantResult {
    ParticipantResult {
        seat: row.seat_id,
        name: row.name,
        rank: row.rank,
        score: row.score,
        answered: row.answered,
        right: row.right,
        removed: row.removed != 0,
        joined_at: rfc3339(Millis(row.joined_at)),
    }
}

fn answer(row: AnswerRow) -> AnswerResult {
    AnswerResult {
        seat: row.seat_id,
        index: row.position,
        choice: row.choice.and_then(|json| serde_json::from_str(&json).ok()),
        outcome: row.outcome,
        points: row.points,
        used_ms: row.used_ms,
    }
}
