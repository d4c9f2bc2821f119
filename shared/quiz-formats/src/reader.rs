//! What every format shares while it is read: texts, images, questions, and the report.
//!
//! Invariant: a question that is kept passed the model's own check; a set has at most
//! `limits::QUESTIONS` questions, and its formulas at most [`MAX_MATHML`] bytes of MathML.

use std::collections::{HashMap, HashSet};

use lectern_quiz::model::check::{Rule, is_question_id};
use lectern_quiz::model::{
    Choosable, Credit, DEFAULT_DURATION, DEFAULT_POINTS, Image, Kind, Question, QuestionSet, Rich,
    Segment, limits,
};

use crate::image;
use crate::math::Formulas;
use crate::report::{FaultCode, ImportFault, Place, Report, WarningCode};
use crate::text::clean;
use crate::{Format, Hints, ImageBytes, ImagePart, Imported};

/// Bytes of MathML in a set: formulas grow tenfold when converted.
pub(crate) const MAX_MATHML: usize = 2 * 1024 * 1024;

/// Reads one file.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) report: Report,
    pub(crate) hints: Hints<'a>,
    parts: HashMap<&'a str, &'a [u8]>,
    used_parts: HashSet<String>,
    formulas: Formulas,
    mathml_left: usize,
    images: Vec<ImageBytes>,
    image_ids: HashSet<String>,
    questions: Vec<(Question, Place)>,
    ids: HashSet<String>,
    seen: usize,
    stopped: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(hints: Hints<'a>, parts: &[ImagePart<'a>]) -> Self {
        Self {
            report: Report::default(),
            hints,
            parts: parts.iter().map(|part| (part.name, part.bytes)).collect(),
            used_parts: HashSet::new(),
            formulas: Formulas::default(),
            mathml_left: MAX_MATHML,
            images: Vec::new(),
            image_ids: HashSet::new(),
            questions: Vec::new(),
            ids: HashSet::new(),
            seen: 0,
            stopped: false,
        }
    }

    /// A question with the defaults of the model.
    pub(crate) fn question(text: Rich, kind: Kind) -> Question {
        let points = if kind.scores() { DEFAULT_POINTS } else { 0 };
        Question {
            id: String::new(),
            text,
            kind,
            image: None,
            explanation: None,
            category: None,
            points,
            duration: DEFAULT_DURATION,
            penalty: 0,
        }
    }

    /// An option without a picture.
    pub(crate) fn option(text: Rich) -> Choosable {
        Choosable { text, image: None }
    }

    /// Text with formulas, of at most `most` characters.
    pub(crate) fn rich(&mut self, source: &str, place: &Place, most: usize) -> Rich {
        let source = self.cleaned(source, place);
        if source.chars().count() > most {
            self.report.fault(
                FaultCode::Limit,
                place.clone(),
                format!("At most {most} characters can stand here."),
            );
            return Rich(vec![Segment::Text("…".to_owned())]);
        }
        let (rich, unreadable) = self.formulas.rich(&source);
        for formula in unreadable {
            let from = source.get(formula.offset..).unwrap_or_default();
            let whole = from.find(r"\)").and_then(|end| from.get(..end + 2));
            let start = shown(whole.unwrap_or(from));
            let detail = format!(
                "The formula “{start}” cannot be shown and stays as it was written: {}.",
                formula.reason
            );
            self.report
                .warn(WarningCode::FormulaUnreadable, place.clone(), detail);
        }
        self.count_mathml(&rich, place);
        rich
    }

    fn count_mathml(&mut self, rich: &Rich, place: &Place) {
        let made: usize = rich
            .0
            .iter()
            .map(|segment| {
                if let Segment::Math { mathml, .. } = segment {
                    mathml.len()
                } else {
                    0
                }
            })
            .sum();
        match self.mathml_left.checked_sub(made) {
            Some(left) => self.mathml_left = left,
            None if !self.stopped => {
                self.report.fault(
                    FaultCode::Limit,
                    place.clone(),
                    "The set holds more formulas than can be kept.",
                );
                self.stopped = true;
            }
            None => {}
        }
    }

    /// Text of one line: line breaks become spaces.
    pub(crate) fn line(&mut self, source: &str, place: &Place) -> String {
        let text = self.cleaned(source, place);
        if text.contains('\n') {
            text.split('\n')
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(" ")
        } else {
            text
        }
    }

    fn cleaned(&mut self, source: &str, place: &Place) -> String {
        let (text, removed) = clean(source);
        if removed {
            self.report.warn(
                WarningCode::ControlCharacters,
                place.clone(),
                "Control characters were removed.",
            );
        }
        text
    }

    /// A number of points, or of seconds: outside of the limits it is moved to the nearest.
    pub(crate) fn adjusted(
        &mut self,
        value: f64,
        least: u32,
        most: u32,
        what: &str,
        place: &Place,
    ) -> u32 {
        let kept = value.round().clamp(f64::from(least), f64::from(most));
        if kept != value {
            let detail = format!("{what} of {value} became {kept}.");
            self.report
                .warn(WarningCode::ValueAdjusted, place.clone(), detail);
        }
        kept as u32 // within the limits, which are whole numbers of u32
    }

    /// The image that was uploaded beside the file under `name`.
    pub(crate) fn image_part(&mut self, name: &str, alt: &str, place: &Place) -> Option<Image> {
        let Some(bytes) = self.parts.get(name).copied() else {
            let detail = format!("No image named “{}” was sent along.", shown(name));
            self.report
                .fault(FaultCode::ImageMissing, place.clone(), detail);
            return None;
        };
        self.used_parts.insert(name.to_owned());
        self.image(bytes, alt, place)
    }

    pub(crate) fn has_part(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    /// An image whose bytes the file embeds.
    pub(crate) fn image(&mut self, bytes: &[u8], alt: &str, place: &Place) -> Option<Image> {
        match image::recognise(bytes) {
            Ok(content_type) => {
                let id = image::id(bytes);
                if self.image_ids.insert(id.clone()) {
                    self.images.push(ImageBytes {
                        id: id.clone(),
                        content_type,
                        bytes: bytes.to_vec(),
                    });
                }
                Some(self.named_image(id, alt, place))
            }
            Err((code, detail)) => {
                self.report.fault(code, place.clone(), detail);
                None
            }
        }
    }

    /// Whether an image of this id was read from the file.
    pub(crate) fn has_image(&self, id: &str) -> bool {
        self.image_ids.contains(id)
    }

    /// An image by the id of its bytes.
    pub(crate) fn named_image(&mut self, id: String, alt: &str, place: &Place) -> Image {
        let alt = self.line(alt, place);
        if alt.is_empty() {
            let detail =
                "The image has no alternative text, so that not everybody learns what it shows.";
            self.report
                .warn(WarningCode::ImageWithoutAlt, place.clone(), detail);
        }
        Image { id, alt }
    }

    /// Images at other addresses are named, never fetched.
    pub(crate) fn remote_image(&mut self, address: &str, place: &Place) {
        let detail = format!(
            "The image at {} was not fetched; upload it with the set.",
            shown(address)
        );
        self.report
            .warn(WarningCode::RemoteImage, place.clone(), detail);
    }

    /// Keeps a question, if it keeps the rules. Its id may be empty.
    pub(crate) fn push(&mut self, question: Question, place: Place) {
        if !self.count_question(&place) {
            return;
        }
        let mut faults = question.check();
        faults.retain(|fault| !(fault.path == "/id" && question.id.is_empty()));
        for fault in &faults {
            self.report.fault(
                code(fault.rule),
                place.inside(&fault.path),
                about(&fault.path, &fault.detail, &place),
            );
        }
        self.same_options(&question, &place);
        self.ids.insert(question.id.clone());
        self.questions.push((question, place));
    }

    /// Whether no question has this id yet.
    pub(crate) fn is_free_id(&self, id: &str) -> bool {
        !self.ids.contains(id)
    }

    /// Counts a question that was read, kept or not. False once there are too many.
    pub(crate) fn count_question(&mut self, place: &Place) -> bool {
        self.seen += 1;
        if self.seen > limits::QUESTIONS && !self.stopped {
            self.too_many_questions(place.clone());
        }
        !self.stopped
    }

    pub(crate) fn too_many_questions(&mut self, place: Place) {
        let detail = format!("A set has at most {} questions.", limits::QUESTIONS);
        self.report
            .fault(FaultCode::TooManyQuestions, place, detail);
        self.stopped = true;
    }

    /// Whether reading on can change nothing.
    pub(crate) fn is_done(&self) -> bool {
        self.stopped || self.report.is_full()
    }

    fn same_options(&mut self, question: &Question, place: &Place) {
        let mut said = HashSet::new();
        for (index, option) in question.kind.options().iter().enumerate() {
            if !said.insert((
                option.text.source(),
                option.image.as_ref().map(|image| &image.id),
            )) {
                let place = place.inside(&format!("/options/{index}"));
                let detail = format!(
                    "Two options of the question say the same: “{}”.",
                    shown(&option.text.plain())
                );
                self.report.warn(WarningCode::SameOptions, place, detail);
            }
        }
    }

    /// The set, or everything that is wrong with the file.
    pub(crate) fn finish(
        mut self,
        title: Option<String>,
        language: Option<String>,
        format: Format,
    ) -> Result<Imported, Vec<ImportFault>> {
        if self.report.has_faults() {
            return Err(self.report.into_faults());
        }
        if self.questions.is_empty() {
            let detail = "The file holds no question that can be played.";
            self.report
                .fault(FaultCode::NoQuestions, Place::whole(), detail);
            // What was left out explains why nothing remains.
            let left_out = self.report.skipped();
            left_out.into_iter().for_each(|(place, detail)| {
                self.report.fault(FaultCode::NoQuestions, place, detail)
            });
            return Err(self.report.into_faults());
        }
        self.unused_parts();
        let title = title
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| title_of(self.hints.file_name));
        let (mut questions, places): (Vec<_>, Vec<_>) = self.questions.into_iter().unzip();
        name_questions(&mut questions);
        let set = QuestionSet {
            title,
            language,
            questions,
        };
        for fault in set.check().err().unwrap_or_default() {
            let place = place_of(&fault.path, &places);
            let detail = about(&fault.path, &fault.detail, &place);
            self.report.fault(code(fault.rule), place, detail);
        }
        if self.report.has_faults() {
            return Err(self.report.into_faults());
        }
        Ok(Imported {
            set,
            format,
            warnings: self.report.into_warnings(),
            images: self.images,
        })
    }

    fn unused_parts(&mut self) {
        let mut unused: Vec<_> = self
            .parts
            .keys()
            .filter(|name| !self.used_parts.contains(**name))
            .copied()
            .collect();
        unused.sort_unstable();
        for name in unused {
            let detail = format!("No question uses the image “{}”.", shown(name));
            self.report
                .warn(WarningCode::ImageUnused, Place::whole(), detail);
        }
    }
}

/// Options that are worth a percentage each.
#[derive(Debug)]
pub(crate) struct Weighted {
    pub(crate) options: Vec<Choosable>,
    pub(crate) weights: Vec<f64>,
    /// Whether one option is chosen.
    pub(crate) single: bool,
    /// What a partly right choice earns where several are.
    pub(crate) credit: Credit,
}

/// A text of the file inside a message: its beginning.
pub(crate) fn shown(text: &str) -> String {
    let mut start: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

fn code(rule: Rule) -> FaultCode {
    match rule {
        Rule::Missing => FaultCode::MissingField,
        Rule::Limit => FaultCode::Limit,
        Rule::Value => FaultCode::BadValue,
        Rule::Number => FaultCode::BadNumber,
        Rule::NoAnswer => FaultCode::NoAnswer,
        Rule::OutOfRange => FaultCode::AnswerOutOfRange,
        Rule::TooFew => FaultCode::TooFewOptions,
    }
}

/// Text formats have no pointer, so the message names the field.
fn about(path: &str, detail: &str, place: &Place) -> String {
    if place.pointer.is_some() {
        detail.to_owned()
    } else {
        format!(
            "{}: {detail}",
            path.trim_start_matches('/').replace('/', " ")
        )
    }
}

fn place_of(path: &str, places: &[Place]) -> Place {
    let Some((index, field)) = path
        .strip_prefix("/questions/")
        .and_then(|rest| rest.split_once('/'))
    else {
        return Place::whole();
    };
    let place = index
        .parse::<usize>()
        .ok()
        .and_then(|index| places.get(index));
    place
        .map(|place| place.inside(&format!("/{field}")))
        .unwrap_or_default()
}

/// Gives `q1`, `q2`, … to questions without an id, leaving out those that are taken.
fn name_questions(questions: &mut [Question]) {
    let taken: HashSet<String> = questions
        .iter()
        .map(|question| question.id.clone())
        .collect();
    let mut number = 0_usize;
    for question in questions
        .iter_mut()
        .filter(|question| question.id.is_empty())
    {
        question.id = loop {
            number += 1;
            let id = format!("q{number}");
            if !taken.contains(&id) {
                break id;
            }
        };
    }
}

/// Whether a name that a format gives to a question can be its id.
pub(crate) fn as_id(name: &str) -> Option<String> {
    is_question_id(name).then(|| name.to_owned())
}

/// The title of a set whose format has none.
fn title_of(file_name: Option<&str>) -> String {
    let name = file_name.unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = match name.rsplit_once('.') {
        Some((
            stem,
            "txt" | "gift" | "aiken" | "xml" | "csv" | "tsv" | "json" | "TXT" | "XML" | "CSV"
            | "JSON",
        )) => stem,
        _ => name,
    };
    let (title, _) = clean(&stem.replace('\n', " "));
    let title: String = title.chars().take(limits::TITLE).collect();
    let title = title.trim();
    if title.is_empty() {
        "Question set".to_owned()
    } else {
        title.to_owned()
    }
}
