//! Lectern JSON, version 1: the project's own format, meant to be written by hand as well.
//!
//! Invariant: nothing is guessed. Unknown and duplicate fields are faults, so that a slip of the pen
//! does not become a question without its answer. The schema is docs/schemas/question-set.schema.json.

mod fields;
pub(crate) mod value;

use lectern_quiz::model::{
    Choosable, Credit, Fold, Image, Kind, NumberJudging, Question, Rich, limits,
};

pub(crate) use self::fields::{Fields, string, wrong_type};
use self::value::Node;
use crate::image;
use crate::reader::{Reader, shown};
use crate::report::{FaultCode, Place};
use crate::{Format, ImportFault, Imported};

pub(crate) const VERSION: f64 = 1.0;

pub(crate) const KINDS: &[&str] = &[
    "single_choice",
    "multiple_choice",
    "true_false",
    "number",
    "short_text",
    "ordering",
    "poll",
    "slide",
];

/// Reads a document.
pub(crate) fn read(text: &str, mut reader: Reader<'_>) -> Result<Imported, Vec<ImportFault>> {
    let (mut title, mut language) = (None, None);
    if let Some(fields) = value::parse(text, &mut reader.report)
        .and_then(|node| Fields::of(node, "", &mut reader.report))
    {
        (title, language) = reader.document(fields);
    }
    reader.finish(title, language, Format::LecternJson)
}

impl Reader<'_> {
    fn document(&mut self, mut fields: Fields) -> (Option<String>, Option<String>) {
        let version = fields.number("lectern", &mut self.report);
        if version.is_some_and(|version| version != VERSION) {
            let detail = "This is a later version of the format; version 1 can be read.";
            self.report
                .fault(FaultCode::Version, fields.place("lectern"), detail);
        }
        let _ = fields.string("$schema", &mut self.report); // for editors; says nothing of the set
        let title = fields
            .string("title", &mut self.report)
            .map(|title| self.line(&title, &fields.place("title")));
        let language = fields.string("language", &mut self.report);
        let questions = fields
            .array("questions", &mut self.report)
            .unwrap_or_default();
        for (index, node) in questions.into_iter().enumerate() {
            if self.is_done() {
                break;
            }
            self.document_question(node, &format!("/questions/{index}"));
        }
        fields.end(&mut self.report);
        (title, language)
    }

    fn document_question(&mut self, node: Node, pointer: &str) {
        let Some(mut fields) = Fields::of(node, pointer, &mut self.report) else {
            return;
        };
        let id = fields.string("id", &mut self.report);
        let text = self.text_field(&mut fields, limits::TEXT);
        let image = self.image_field(&mut fields);
        let explanation = fields.string("explanation", &mut self.report);
        let explanation =
            explanation.map(|it| self.rich(&it, &fields.place("explanation"), limits::TEXT));
        let category = fields
            .string("category", &mut self.report)
            .map(|it| self.line(&it, &fields.place("category")));
        let points = fields.whole("points", &mut self.report);
        let duration = fields.whole("duration", &mut self.report);
        let penalty = fields.whole("penalty", &mut self.report);
        let kind = self.kind(&mut fields);
        let place = fields.here();
        fields.end(&mut self.report);
        if id.as_deref() == Some("") {
            self.report.fault(
                FaultCode::BadValue,
                place.inside("/id"),
                "An id is not empty; leave it out to get one.",
            );
        }
        let Some(kind) = kind else { return };
        let default = Self::question(text, kind);
        let question = Question {
            id: id.unwrap_or_default(),
            image,
            explanation: explanation.filter(|it| !it.is_empty()),
            category: category.filter(|it| !it.is_empty()),
            points: points.unwrap_or(default.points),
            duration: duration.unwrap_or(default.duration),
            penalty: penalty.unwrap_or(default.penalty),
            ..default
        };
        self.push(question, place);
    }

    /// The kind with its solution; `None` when a fault was reported.
    fn kind(&mut self, fields: &mut Fields) -> Option<Kind> {
        let name = fields.need("kind", &mut self.report)?;
        let name = string(name, &fields.pointer("kind"), &mut self.report)?;
        match name.as_str() {
            "single_choice" => {
                let (options, correct) = self.options(fields, true)?;
                match correct.as_slice() {
                    [correct] => Some(Kind::SingleChoice {
                        options,
                        correct: *correct,
                    }),
                    [] => self.refuse(
                        FaultCode::NoAnswer,
                        fields,
                        "options",
                        "No option is marked as right.",
                    ),
                    _ => self.refuse(
                        FaultCode::SeveralAnswers,
                        fields,
                        "options",
                        "A single choice has one right option.",
                    ),
                }
            }
            "multiple_choice" => {
                let credit = self.credit(fields);
                let (options, correct) = self.options(fields, true)?;
                Some(Kind::MultipleChoice {
                    options,
                    correct,
                    credit: credit?,
                })
            }
            "true_false" => {
                let correct = fields.boolean("correct", &mut self.report);
                match correct {
                    Some(correct) => Some(Kind::TrueFalse { correct }),
                    None => self.refuse(
                        FaultCode::NoAnswer,
                        fields,
                        "correct",
                        "Say whether it is true or false.",
                    ),
                }
            }
            "number" => self.number(fields),
            "short_text" => self.short_text(fields),
            "ordering" => {
                let credit = self.credit(fields);
                let items = fields.array("items", &mut self.report)?;
                let pointer = fields.pointer("items");
                let items = items.into_iter().enumerate().take(limits::OPTIONS + 1);
                let items = items
                    .filter_map(|(index, node)| self.item(node, &format!("{pointer}/{index}")))
                    .collect();
                Some(Kind::Ordering {
                    items,
                    credit: credit?,
                })
            }
            "poll" => {
                let multiple = fields
                    .boolean("multiple", &mut self.report)
                    .unwrap_or(false);
                let (options, _) = self.options(fields, false)?;
                Some(Kind::Poll { options, multiple })
            }
            "slide" => Some(Kind::Slide),
            other => {
                let detail = format!(
                    "There is no kind “{}”; the kinds are {}.",
                    shown(other),
                    KINDS.join(", ")
                );
                self.refuse(FaultCode::BadValue, fields, "kind", &detail)
            }
        }
    }

    fn refuse<T>(
        &mut self,
        code: FaultCode,
        fields: &Fields,
        field: &str,
        detail: &str,
    ) -> Option<T> {
        self.report.fault(code, fields.place(field), detail);
        None
    }

    fn credit(&mut self, fields: &mut Fields) -> Option<Credit> {
        match fields.string("credit", &mut self.report).as_deref() {
            None | Some("all_or_nothing") => Some(Credit::AllOrNothing),
            Some("partial") => Some(Credit::Partial),
            Some(_) => self.refuse(
                FaultCode::BadValue,
                fields,
                "credit",
                "Credit is all_or_nothing or partial.",
            ),
        }
    }

    /// The options, and the indexes of those that are marked as right.
    fn options(
        &mut self,
        fields: &mut Fields,
        solution: bool,
    ) -> Option<(Vec<Choosable>, Vec<u32>)> {
        let nodes = fields.array("options", &mut self.report)?;
        let pointer = fields.pointer("options");
        let (mut options, mut correct) = (Vec::new(), Vec::new());
        // One more than the limit, so that the check reports it.
        for (node, index) in nodes.into_iter().zip(0_u32..).take(limits::OPTIONS + 1) {
            let (option, right) = self.choosable(node, &format!("{pointer}/{index}"), solution)?;
            options.push(option);
            if right {
                correct.push(index);
            }
        }
        Some((options, correct))
    }

    fn choosable(
        &mut self,
        node: Node,
        pointer: &str,
        solution: bool,
    ) -> Option<(Choosable, bool)> {
        let place = Place::pointer(pointer);
        if let Node::String(text) = node {
            return Some((
                Self::option(self.rich(&text, &place, limits::OPTION)),
                false,
            ));
        }
        let mut fields = Fields::of(node, pointer, &mut self.report)?;
        let text = self.text_field(&mut fields, limits::OPTION);
        let image = self.image_field(&mut fields);
        let right = solution && fields.boolean("correct", &mut self.report).unwrap_or(false);
        fields.end(&mut self.report);
        Some((Choosable { text, image }, right))
    }

    /// The text; what is no text was reported and is not reported as missing once more.
    fn text_field(&mut self, fields: &mut Fields, most: usize) -> Rich {
        let Some(node) = fields.take("text") else {
            return Rich::default();
        };
        let text = string(node, &fields.pointer("text"), &mut self.report);
        self.rich(text.as_deref().unwrap_or("…"), &fields.place("text"), most)
    }

    fn item(&mut self, node: Node, pointer: &str) -> Option<Rich> {
        let text = string(node, pointer, &mut self.report)?;
        Some(self.rich(&text, &Place::pointer(pointer), limits::OPTION))
    }

    fn number(&mut self, fields: &mut Fields) -> Option<Kind> {
        let correct = fields.number("correct", &mut self.report);
        let tolerance = fields.number("tolerance", &mut self.report);
        let range = fields.number("range", &mut self.report);
        let unit = fields
            .string("unit", &mut self.report)
            .map(|unit| self.line(&unit, &fields.place("unit")));
        let judging = match (tolerance, range) {
            (Some(_), Some(_)) => {
                return self.refuse(
                    FaultCode::BadValue,
                    fields,
                    "range",
                    "A number has a tolerance or a range, not both.",
                );
            }
            (None, Some(range)) => NumberJudging::Closeness { range },
            (tolerance, None) => NumberJudging::Tolerance {
                tolerance: tolerance.unwrap_or_default(),
            },
        };
        match correct {
            Some(correct) => Some(Kind::Number {
                correct,
                judging,
                unit: unit.filter(|unit| !unit.is_empty()),
            }),
            None => self.refuse(
                FaultCode::NoAnswer,
                fields,
                "correct",
                "The right number is missing.",
            ),
        }
    }

    fn short_text(&mut self, fields: &mut Fields) -> Option<Kind> {
        let pointer = fields.pointer("accepted");
        let nodes = fields
            .array("accepted", &mut self.report)?
            .into_iter()
            .enumerate()
            .take(limits::ACCEPTED + 1);
        let mut accepted = Vec::new();
        for (index, node) in nodes {
            let pointer = format!("{pointer}/{index}");
            let text = string(node, &pointer, &mut self.report)?;
            accepted.push(self.line(&text, &Place::pointer(pointer)));
        }
        let fold = self.fold(fields)?;
        Some(Kind::ShortText { accepted, fold })
    }

    fn fold(&mut self, fields: &mut Fields) -> Option<Fold> {
        let Some(node) = fields.take("fold") else {
            return Some(Fold::default());
        };
        let mut fold = Fields::of(node, &fields.pointer("fold"), &mut self.report)?;
        let mut flag = |name| fold.boolean(name, &mut self.report).unwrap_or(true);
        let read = Fold {
            case: flag("case"),
            accents: flag("accents"),
            spaces: flag("spaces"),
        };
        fold.end(&mut self.report);
        Some(read)
    }

    /// `{"file"}`, `{"data"}`, `{"id"}` or `{"url"}`, with `alt`.
    fn image_field(&mut self, fields: &mut Fields) -> Option<Image> {
        let node = fields.take("image")?;
        let pointer = fields.pointer("image");
        let mut image = Fields::of(node, &pointer, &mut self.report)?;
        let mut source = |name| image.string(name, &mut self.report);
        let sources = (source("file"), source("data"), source("id"), source("url"));
        let alt = source("alt").unwrap_or_default();
        image.end(&mut self.report);
        let place = Place::pointer(pointer);
        match sources {
            (Some(name), None, None, None) => self.image_part(&name, &alt, &place.inside("/file")),
            (None, Some(data), None, None) => self.image_data(&data, &alt, &place.inside("/data")),
            (None, None, Some(id), None) => self.known_image(id, &alt, &place.inside("/id")),
            (None, None, None, Some(address)) => {
                self.remote_image(&address, &place.inside("/url"));
                None
            }
            _ => {
                let detail = "An image is named by one of file, data, id and url.";
                self.report.fault(FaultCode::BadValue, place, detail);
                None
            }
        }
    }

    /// An image as a `data:` address.
    pub(crate) fn image_data(&mut self, data: &str, alt: &str, place: &Place) -> Option<Image> {
        match image::decode_data_url(data) {
            Ok(bytes) => self.image(&bytes, alt, place),
            Err((code, detail)) => {
                self.report.fault(code, place.clone(), detail);
                None
            }
        }
    }

    /// An image that the set has already, or that stands further up in the file.
    fn known_image(&mut self, id: String, alt: &str, place: &Place) -> Option<Image> {
        if !self.hints.known_images.contains(&id) && !self.has_image(&id) {
            let detail = format!(
                "No image with the id “{}” is stored with this set.",
                shown(&id)
            );
            self.report
                .fault(FaultCode::ImageMissing, place.clone(), detail);
            return None;
        }
        Some(self.named_image(id, alt, place))
    }
}
