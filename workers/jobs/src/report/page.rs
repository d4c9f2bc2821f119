//! A page of a report as rows for D1 and as a file for R2.

use lectern_quiz::report::{ParticipantReport, QuestionReport, Report, Summary};
use serde::Serialize;
use serde_json::{Value, json};

/// The rows of one page. A row is an array, in the order of the columns in [`super::store`].
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rows {
    pub(super) summary: Option<SummaryRow>,
    pub(super) questions: Vec<Value>,
    pub(super) participants: Vec<Value>,
    pub(super) answers: Vec<Value>,
    /// `[seat, [position, …]]`: a run may have a million of them, so that a seat stands only once.
    pub(super) timed_out: Vec<Value>,
}

/// What the run's own row learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SummaryRow {
    pub(super) title: String,
    pub(super) pace: String,
    pub(super) questions: i64,
    pub(super) participants: i64,
    pub(super) started_at: Option<i64>,
    pub(super) ended_at: i64,
    pub(super) end_reason: String,
}

/// The name of a page's file.
pub(super) fn file_name(page: u32) -> String {
    if page == 0 {
        "summary.json".to_owned()
    } else {
        format!("page-{page:05}.json")
    }
}

/// The rows of a page.
pub(super) fn rows(report: &Report) -> Rows {
    match report {
        Report::Summary(summary) => Rows {
            summary: Some(summary_row(summary)),
            ..Rows::default()
        },
        Report::Questions { questions } => Rows {
            questions: questions.iter().map(question_row).collect(),
            ..Rows::default()
        },
        Report::Participants { participants } => Rows {
            participants: participants.iter().map(participant_row).collect(),
            answers: participants.iter().flat_map(answer_rows).collect(),
            timed_out: participants.iter().filter_map(timed_out_row).collect(),
            ..Rows::default()
        },
    }
}

fn summary_row(summary: &Summary) -> SummaryRow {
    SummaryRow {
        title: summary.title.clone(),
        pace: word(&summary.settings.pace),
        questions: summary.questions.into(),
        participants: summary.participants.into(),
        started_at: summary.started_at.map(|at| at.0),
        ended_at: summary.ended_at.0,
        end_reason: word(&summary.reason),
    }
}

fn question_row(question: &QuestionReport) -> Value {
    json!([
        question.index,
        question.kind,
        question.category,
        question.text,
        question.answered,
        question.right,
        question.wrong,
        question.timed_out,
        question.mean_ms,
        question.distribution,
    ])
}

fn participant_row(participant: &ParticipantReport) -> Value {
    json!([
        participant.seat,
        participant.name,
        u8::from(participant.removed),
        participant.rank,
        participant.score,
        participant.answers.len(),
        participant.right,
        participant.joined_at,
    ])
}

fn answer_rows(participant: &ParticipantReport) -> impl Iterator<Item = Value> {
    participant.answers.iter().map(|answer| {
        json!([
            participant.seat,
            answer.index,
            answer.choice,
            answer.outcome,
            answer.points,
            answer.used
        ])
    })
}

fn timed_out_row(participant: &ParticipantReport) -> Option<Value> {
    let some = !participant.timed_out.is_empty();
    some.then(|| json!([participant.seat, participant.timed_out]))
}

/// The word that a unit variant is written as.
fn word(variant: &impl Serialize) -> String {
    let value = serde_json::to_value(variant).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_identity::{Millis, SeatId};
    use lectern_quiz::report::AnswerReport;
    use lectern_quiz::speedrun::message::{EndReason, Outcome};
    use lectern_quiz::speedrun::{Choice, Pace, Settings};

    fn participant() -> ParticipantReport {
        ParticipantReport {
            seat: SeatId::from_hash([1; 16]),
            name: "Ada".into(),
            joined_at: Millis(5),
            extra_time: 0,
            removed: false,
            rank: Some(1),
            score: 900,
            right: 1,
            done: false,
            answers: vec![AnswerReport {
                index: 0,
                choice: Choice::Option(1),
                outcome: Outcome::Right,
                points: 900,
                used: Millis(1_000),
            }],
            timed_out: vec![1, 2],
            missed: vec![],
        }
    }

    #[test]
    fn a_participant_becomes_a_row_with_a_row_for_each_answer_and_one_for_what_timed_out() {
        let rows = rows(&Report::Participants {
            participants: vec![participant()],
        });
        let seat = SeatId::from_hash([1; 16]).to_string();
        assert_eq!(
            rows.participants,
            [json!([seat, "Ada", 0, 1, 900, 1, 1, 5])]
        );
        assert_eq!(
            rows.answers,
            [json!([seat, 0, {"type": "option", "value": 1}, "right", 900, 1_000])]
        );
        assert_eq!(rows.timed_out, [json!([seat, [1, 2]])]);
        assert_eq!((rows.summary, rows.questions), (None, vec![]));
    }

    #[test]
    fn the_summary_goes_into_the_run_s_own_row() {
        let summary = Summary {
            title: "Friday".into(),
            settings: Settings {
                pace: Pace::Own,
                ..Settings::default()
            },
            created_at: Millis(1),
            started_at: None,
            ended_at: Millis(9),
            reason: EndReason::EndedByHost,
            participants: 3,
            questions: 7,
            answers: 0,
            pages: 2,
            question_pages: 1,
        };
        let row = rows(&Report::Summary(summary)).summary.unwrap();
        assert_eq!(
            (row.pace.as_str(), row.end_reason.as_str()),
            ("self", "ended_by_host")
        );
        assert_eq!(
            (row.participants, row.questions, row.started_at),
            (3, 7, None)
        );
    }

    #[test]
    fn files_sort_as_their_pages_do() {
        let names: Vec<_> = [1, 2, 10, 99_999].map(file_name).into();
        assert!(names.is_sorted());
        assert_eq!(file_name(0), "summary.json");
    }
}
