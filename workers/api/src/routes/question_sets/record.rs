//! A question set as clients see it: everything but its questions.

use crate::fault::Refused;
use crate::moment::rfc3339;
use crate::reply::{Reply, version_etag};
use http::header::ETAG;
use lectern_edge::store::{Owner, QuestionSetRow};
use lectern_identity::{Millis, QuestionSetId};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A question set's record.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuestionSetRecord {
    /// Which.
    #[schema(value_type = String)]
    pub(crate) id: QuestionSetId,
    /// What it is called.
    title: String,
    /// BCP 47 tag of its language, where known.
    language: Option<String>,
    /// The format that it was uploaded in.
    format: String,
    /// How many questions it has.
    question_count: u32,
    /// Its categories, in their first order.
    #[schema(value_type = Vec<CategoryCount>)]
    categories: Box<RawValue>,
    /// What the upload could not keep as it stood.
    #[schema(value_type = Vec<ImportWarning>)]
    warnings: Box<RawValue>,
    /// Whether guests of the tenant see it.
    shared: bool,
    /// Whether who asks may change it.
    owned: bool,
    /// Bytes of the uploaded file.
    bytes: u64,
    /// When it was uploaded.
    created_at: String,
    /// When it was changed last.
    updated_at: String,
}

/// A category of a set.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(crate) struct CategoryCount {
    /// What it is called.
    name: String,
    /// How many questions are in it.
    questions: u32,
}

/// Something that an upload could not keep as it stood.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(crate) struct ImportWarning {
    /// What happened; stable.
    code: String,
    /// The same for people.
    detail: String,
    /// The line of the file, from 1.
    line: Option<u32>,
    /// The column, from 1.
    column: Option<u32>,
    /// A JSON pointer into the file.
    pointer: Option<String>,
}

impl QuestionSetRecord {
    /// The record, as this owner sees it.
    pub(crate) fn of(row: QuestionSetRow, viewer: Owner) -> Result<Self, Refused> {
        Ok(Self {
            id: row.id,
            owned: row.owned_by(viewer),
            title: row.title,
            language: row.language,
            format: row.format,
            question_count: row.question_count,
            categories: RawValue::from_string(row.categories)?,
            warnings: RawValue::from_string(row.warnings)?,
            shared: row.shared != 0,
            bytes: row.original_bytes,
            created_at: rfc3339(Millis(row.created_at)),
            updated_at: rfc3339(Millis(row.updated_at)),
        })
    }

    /// 200 with a record and its ETag.
    pub(super) fn reply(row: QuestionSetRow, viewer: Owner) -> Result<Reply, Refused> {
        let etag = version_etag(row.version);
        Ok(Reply::ok(&Self::of(row, viewer)?)?.with(ETAG, etag))
    }
}
