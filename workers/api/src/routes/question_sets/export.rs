//! Exporting a question set as a file.

use super::replace::images;
use super::stored::{content, whole};
use crate::auth::Scope;
use crate::fault::Refused;
use crate::reply::Reply;
use crate::request::{Fields, FromFields, PathIds, Query};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, StatusCode};
use lectern_edge::store::QuestionSetRow;
use lectern_identity::QuestionSetId;
use lectern_quiz::model::QuestionSet;
use lectern_quiz_formats::{ImageBytes, Warning, export_gift, export_json};
use std::collections::BTreeMap;

/// In which format.
pub(crate) struct ExportQuery {
    gift: bool,
}

impl FromFields for ExportQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let format = fields.optional_text("format", |format| match format {
            "json" | "gift" => Ok(()),
            _ => Err("It must be `json` or `gift`."),
        });
        Some(Self {
            gift: format.as_deref() == Some("gift"),
        })
    }
}

/// Exports a question set. What GIFT cannot say stands as comments at the top, counted in the header
/// `Lectern-Warnings`.
#[utoipa::path(get, path = "/v1/question-sets/{id}/export", tag = "question-sets",
    params(
        ("id" = String, Path, description = "The set."),
        ("format" = Option<String>, Query, description = "`json` (the default, with its images) or `gift`.")),
    responses((status = 200, description = "The file.", content((Object = "application/json"), (String = "text/plain")))))]
#[worker::send]
pub(crate) async fn export(
    scope: Scope,
    PathIds(id): PathIds<QuestionSetId>,
    Query(query): Query<ExportQuery>,
) -> Result<Reply, Refused> {
    let look = async |row: &QuestionSetRow| {
        let Some(set) = content(&scope.store.files(), row).await? else {
            return Ok(None);
        };
        let images = if query.gift {
            Some(BTreeMap::new())
        } else {
            read_images(&scope, row, &set).await?
        };
        Ok(images.map(|images| (set, images)))
    };
    let (row, (mut set, images)) = whole(&scope, &id, look).await?;
    set.title.clone_from(&row.title);
    if query.gift {
        let (text, warnings) = export_gift(&set);
        let reply = download(
            format!("{}{text}", comments(&warnings)),
            "text/plain; charset=utf-8",
            &row,
            "gift.txt",
        );
        return Ok(reply.with(
            HeaderName::from_static("lectern-warnings"),
            warnings.len().to_string(),
        ));
    }
    let json = export_json(&set, &|id| images.get(id).cloned());
    Ok(download(json, "application/json", &row, "json"))
}

/// What was lost, as comments that GIFT readers skip.
fn comments(warnings: &[Warning]) -> String {
    let lines = warnings.iter().map(|warning| {
        let detail: Vec<&str> = warning.detail.split_whitespace().collect();
        format!("// {}\n", detail.join(" "))
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        lines
    } else {
        format!("{lines}\n")
    }
}

fn download(body: String, content_type: &str, row: &QuestionSetRow, extension: &str) -> Reply {
    let reply = Reply {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body,
    };
    reply.with(CONTENT_TYPE, content_type).with(
        CONTENT_DISPOSITION,
        crate::reply::attachment(&row.title, extension),
    )
}

/// The images of a set, at most as many bytes as an upload may bring; each is written once. None: one
/// is missing.
async fn read_images(
    scope: &Scope,
    row: &QuestionSetRow,
    set: &QuestionSet,
) -> Result<Option<BTreeMap<String, ImageBytes>>, Refused> {
    let files = scope.store.files().question_set(&row.id, &row.revision);
    let mut all = BTreeMap::new();
    for id in images(set) {
        let object = files.image(&id).await?;
        let Some((object, body)) = object.as_ref().and_then(|it| Some((it, it.body()?))) else {
            return Ok(None);
        };
        let content_type = match object.http_metadata().content_type.as_deref() {
            Some("image/jpeg") => "image/jpeg",
            Some("image/webp") => "image/webp",
            _ => "image/png",
        };
        let bytes = body.bytes().await?;
        let image = ImageBytes {
            id: id.clone(),
            content_type,
            bytes,
        };
        all.insert(id, image);
    }
    Ok(Some(all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_quiz_formats::{Place, WarningCode};

    #[test]
    fn what_is_lost_stands_in_comments_of_one_line_each() {
        let warning = Warning {
            code: WarningCode::ExportLost,
            detail: "Lost\n{this}".into(),
            place: Place::whole(),
        };
        assert_eq!(comments(&[warning]), "// Lost {this}\n\n");
        assert_eq!(comments(&[]), "");
    }
}
