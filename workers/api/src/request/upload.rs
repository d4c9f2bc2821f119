//! Uploads: multipart form data, read part by part and bounded in every direction.
//!
//! Limits: a file of [`FILE`] bytes, images of [`IMAGES`] bytes together, [`PARTS`] parts; a body that
//! says that it is longer is not read, one that lies or never ends is cut off.

use super::json::{check_length, media_type, too_large};
use crate::fault::Refused;
use axum::extract::{FromRequest, Request};
use lectern_problem::{Code, FieldError, Problem};
use lectern_quiz_formats::{Hints, ImagePart, Imported, MAX_BYTES, import};
use multer::{Constraints, Field, Multipart, SizeLimit};
use sha2::{Digest, Sha256};

/// Bytes of the question set's file.
const FILE: usize = MAX_BYTES;
/// Bytes of all images together.
const IMAGES: usize = 10 * 1024 * 1024;
/// Parts of a body.
const PARTS: usize = 520;
/// What headers and boundaries may take on top.
const FRAMING: usize = 512 * 1024;
/// Bytes of a text field.
const TEXT: usize = 1_024;

/// An uploaded question set.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    /// The file, its name and media type.
    pub(crate) file: Vec<u8>,
    pub(crate) file_name: Option<String>,
    content_type: Option<String>,
    images: Vec<(String, Vec<u8>)>,
    /// The title asked for.
    pub(crate) title: Option<String>,
    /// Whether guests shall see it.
    pub(crate) shared: Option<bool>,
    /// The hash of all parts, whatever the boundary was.
    pub(crate) hash: String,
}

impl<S: Sync> FromRequest<S> for Upload {
    type Rejection = Refused;

    #[worker::send]
    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        if media_type(request.headers()) != "multipart/form-data" {
            return Err(Problem::new(
                Code::UnsupportedMediaType,
                "Send the body as `multipart/form-data`.",
            )
            .into());
        }
        check_length(request.headers(), FILE + IMAGES + FRAMING)?;
        let content_type = request
            .headers()
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let boundary =
            multer::parse_boundary(content_type.unwrap_or_default()).map_err(unreadable)?;
        if boundary.is_empty() || boundary.len() > 70 {
            return Err(Problem::new(
                Code::InvalidMultipart,
                "The boundary must have 1 to 70 characters.",
            )
            .into());
        }
        read(request.into_body().into_data_stream(), boundary).await
    }
}

/// Reads all parts.
async fn read<S, E>(stream: S, boundary: String) -> Result<Upload, Refused>
where
    S: futures_util::Stream<Item = Result<bytes::Bytes, E>> + Send + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let limits = SizeLimit::new().whole_stream((FILE + IMAGES + FRAMING) as u64);
    let mut parts =
        Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(limits));
    let (mut reader, mut count) = (Reader::default(), 0_usize);
    while let Some(field) = parts.next_field().await.map_err(unreadable)? {
        count += 1;
        if count > PARTS {
            return Err(Problem::new(
                Code::TooLarge,
                format!("There may be at most {PARTS} parts."),
            )
            .into());
        }
        reader.part(field).await?;
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    upload: Upload,
    hasher: Sha256,
    has_file: bool,
    image_bytes: usize,
    errors: Vec<FieldError>,
}

impl Reader {
    async fn part(&mut self, field: Field<'_>) -> Result<(), Refused> {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(ToString::to_string);
        self.hash(name.as_bytes());
        self.hash(file_name.as_deref().unwrap_or_default().as_bytes());
        match name.as_str() {
            "file" if self.has_file => {
                self.fault("file", "duplicate_field", "There is one file to a set.")
            }
            "file" => {
                self.has_file = true;
                self.upload.file = self.bytes(field, FILE).await?;
                self.upload.file_name = file_name;
                self.upload.content_type = content_type;
            }
            "title" => self.upload.title = self.text(field, "title").await?,
            "shared" => self.shared(field).await?,
            _ => self.image(field, file_name.unwrap_or(name)).await?,
        }
        Ok(())
    }

    /// A part's bytes, cut off beyond `most`.
    async fn bytes(&mut self, mut field: Field<'_>, most: usize) -> Result<Vec<u8>, Refused> {
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > most {
                return Err(too_large(most));
            }
            bytes.extend_from_slice(&chunk);
        }
        self.hash(&bytes);
        Ok(bytes)
    }

    async fn image(&mut self, field: Field<'_>, name: String) -> Result<(), Refused> {
        let left = IMAGES.saturating_sub(self.image_bytes);
        let bytes = self.bytes(field, left).await?;
        self.image_bytes += bytes.len();
        self.upload.images.push((name, bytes));
        Ok(())
    }

    async fn text(&mut self, field: Field<'_>, name: &str) -> Result<Option<String>, Refused> {
        let bytes = self.bytes(field, TEXT).await?;
        let text = String::from_utf8(bytes)
            .ok()
            .map(|text| text.trim().to_owned());
        match text {
            Some(text) if text.is_empty() => Ok(None),
            Some(text)
                if super::fields::line(lectern_quiz::model::limits::TITLE)(&text).is_ok() =>
            {
                Ok(Some(text))
            }
            _ => {
                self.fault(
                    name,
                    "invalid_value",
                    "It must be UTF-8 text of one line, 1 to 200 characters.",
                );
                Ok(None)
            }
        }
    }

    async fn shared(&mut self, field: Field<'_>) -> Result<(), Refused> {
        match self.text(field, "shared").await?.as_deref() {
            Some("true" | "1") => self.upload.shared = Some(true),
            Some("false" | "0") | None => self.upload.shared = Some(false),
            Some(_) => self.fault("shared", "invalid_value", "It must be `true` or `false`."),
        }
        Ok(())
    }

    fn hash(&mut self, bytes: &[u8]) {
        self.hasher.update((bytes.len() as u64).to_be_bytes());
        self.hasher.update(bytes);
    }

    fn fault(&mut self, part: &str, code: &str, detail: &str) {
        self.errors
            .push(FieldError::at(format!("/parts/{part}"), code, detail));
    }

    fn finish(mut self) -> Result<Upload, Refused> {
        if !self.has_file {
            self.fault(
                "file",
                "missing_field",
                "The set must come as the part `file`.",
            );
        }
        if !self.errors.is_empty() {
            return Err(Problem::invalid(self.errors).into());
        }
        self.upload.hash = lectern_identity::secret::hex(&self.hasher.finalize());
        Ok(self.upload)
    }
}

impl Upload {
    /// Reads the set; every fault is told, with its place.
    pub(crate) fn import(&self, known_images: &[String]) -> Result<Imported, Refused> {
        let hints = Hints {
            file_name: self.file_name.as_deref(),
            content_type: self.content_type.as_deref(),
            known_images,
        };
        let parts: Vec<ImagePart<'_>> = self
            .images
            .iter()
            .map(|(name, bytes)| ImagePart { name, bytes })
            .collect();
        let mut imported = import(&self.file, hints, &parts).map_err(|faults| {
            let errors = faults.into_iter().map(|fault| FieldError {
                pointer: fault.place.pointer,
                line: fault.place.line,
                column: fault.place.column,
                code: fault.code.as_str().to_owned(),
                detail: fault.detail,
            });
            let problem = Problem::new(
                Code::UnreadableSet,
                "The file cannot be used as a question set; see `errors`.",
            );
            problem.with_errors(errors.collect())
        })?;
        if let Some(title) = &self.title {
            imported.set.title.clone_from(title);
        }
        Ok(imported)
    }
}

/// Refuses a set whose images, these many bytes each, take more than [`IMAGES`] together: brought as
/// parts, embedded, or kept from the revision before.
pub(crate) fn images_fit(bytes: impl Iterator<Item = u64>) -> Result<(), Refused> {
    if bytes.sum::<u64>() <= IMAGES as u64 {
        return Ok(());
    }
    let detail = format!("The images of a set may take at most {IMAGES} bytes together.");
    Err(Problem::new(Code::TooLarge, detail).into())
}

/// What the parser says, as a problem.
fn unreadable(error: multer::Error) -> Refused {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            too_large(FILE + IMAGES + FRAMING)
        }
        multer::Error::StreamReadFailed(_) => {
            Problem::new(Code::BadRequest, "The body broke off.").into()
        }
        error => Problem::new(
            Code::InvalidMultipart,
            format!("The body cannot be read: {error}."),
        )
        .into(),
    }
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
