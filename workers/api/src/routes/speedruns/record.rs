//! A speed-run as its owner sees it.

use crate::moment::rfc3339;
use lectern_edge::store::SpeedrunRow;
use lectern_identity::{Millis, QuestionSetId, SpeedrunId};
use lectern_quiz::speedrun::Phase;
use serde::Serialize;
use utoipa::ToSchema;

/// A speed-run's record.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpeedrunRecord {
    /// Which.
    #[schema(value_type = String)]
    pub(crate) id: SpeedrunId,
    /// What it is called.
    title: String,
    /// The question set that it was made from.
    #[schema(value_type = String)]
    question_set: QuestionSetId,
    /// `host` or `self`.
    pace: String,
    /// `live` until its results are stored, then `finished`.
    status: String,
    /// How many questions it has.
    questions: u32,
    /// How many took part; known when it is finished.
    participants: u32,
    /// The join code, while it is live.
    code: Option<String>,
    /// The secret of the join link, while it is live.
    link: Option<String>,
    /// Where participants go: the code's longer form.
    join_url: Option<String>,
    /// When it was made.
    created_at: String,
    /// When it was started; known when it is finished.
    started_at: Option<String>,
    /// When it ended; known when it is finished.
    ended_at: Option<String>,
    /// Why: `completed`, `ended_by_host` or `abandoned`.
    end_reason: Option<String>,
    /// How it stands now, while it is live and can be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) live: Option<LiveStatus>,
}

/// How a live run stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct LiveStatus {
    /// `lobby`, `running`, `paused`, `revealing` or `finished`.
    #[schema(value_type = String)]
    pub(crate) phase: Phase,
    /// How many participants it has.
    pub(crate) participants: u32,
    /// Questions opened so far; host-paced.
    pub(crate) opened: u32,
}

impl SpeedrunRecord {
    /// The record of a row.
    pub(super) fn of(row: SpeedrunRow) -> Self {
        let time = |at: i64| rfc3339(Millis(at));
        Self {
            id: row.id,
            title: row.title,
            question_set: row.set_id,
            pace: row.pace,
            status: row.status,
            questions: row.questions,
            participants: row.participants,
            join_url: row.link.as_ref().map(|link| format!("/?link={link}")),
            code: row.code,
            link: row.link,
            created_at: time(row.created_at),
            started_at: row.started_at.map(time),
            ended_at: row.ended_at.map(time),
            end_reason: row.end_reason,
            live: None,
        }
    }
}
