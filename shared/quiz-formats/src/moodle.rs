//! Moodle XML. Follows <https://docs.moodle.org/en/Moodle_XML_format>.

mod kinds;
mod tree;

use std::collections::BTreeSet;

use lectern_quiz::model::{DEFAULT_POINTS, Kind, Question, Rich, limits};

use self::tree::{Element, Trees};
use crate::gift::category_of;
use crate::markup::{Files, Markup};
use crate::reader::{Reader, as_id, shown};
use crate::report::{FaultCode, Place, WarningCode};
use crate::text::Positions;
use crate::{Format, ImportFault, Imported};

/// Reads a document.
pub(crate) fn read(text: &str, mut reader: Reader<'_>) -> Result<Imported, Vec<ImportFault>> {
    let positions = Positions::new(text);
    let mut trees = Trees::of(text);
    let mut file = File {
        positions: &positions,
        category: None,
        lost: BTreeSet::new(),
    };
    while !reader.is_done() {
        match trees.next() {
            Ok(Some(element)) => reader.moodle_element(&element, &mut file),
            Ok(None) => break,
            Err(broken) => {
                reader
                    .report
                    .fault(broken.code, positions.place(broken.offset), broken.detail);
                break;
            }
        }
    }
    if !file.lost.is_empty() {
        let names = file.lost.into_iter().collect::<Vec<_>>().join(", ");
        let detail = format!("These settings of Moodle have no counterpart here: {names}.");
        reader
            .report
            .warn(WarningCode::SettingsNotKept, Place::whole(), detail);
    }
    reader.finish(None, None, Format::MoodleXml)
}

/// What is known across questions.
struct File<'f> {
    positions: &'f Positions<'f>,
    category: Option<String>,
    /// Names of settings that were found and not kept.
    lost: BTreeSet<String>,
}

/// What is read of every question; the rest is a setting, or belongs to its kind.
const COMMON: &[&str] = &[
    "name",
    "questiontext",
    "generalfeedback",
    "defaultgrade",
    "idnumber",
];

impl Reader<'_> {
    fn moodle_element(&mut self, element: &Element, file: &mut File<'_>) {
        let place = file.positions.place(element.offset);
        if element.name != "question" {
            file.lost.insert(shown(&element.name));
            return;
        }
        match element.attribute("type") {
            Some("category") => {
                let name = element.says("category").to_owned();
                let name = self.line(&category_of(&name), &place);
                file.category = (!name.is_empty()).then_some(name);
            }
            Some(kind) => self.moodle_question(kind, element, file, place),
            None => self.report.fault(
                FaultCode::MissingField,
                place,
                "A question needs an attribute “type”.",
            ),
        }
    }

    fn moodle_question(
        &mut self,
        kind: &str,
        element: &Element,
        file: &mut File<'_>,
        place: Place,
    ) {
        let Some((kind, used)) = self.moodle_kind(kind, element, file, &place) else {
            self.count_question(&place);
            return;
        };
        let (text, image) = match element.child("questiontext") {
            Some(text) => self.moodle_text(text, file, limits::TEXT),
            None => (Rich::default(), None),
        };
        let explanation = element
            .child("generalfeedback")
            .map(|feedback| self.moodle_line(feedback, file, limits::TEXT));
        let id = self.moodle_id(element, &place);
        let mut question = Question {
            id: id.unwrap_or_default(),
            image,
            explanation: explanation.filter(|explanation| !explanation.is_empty()),
            category: file.category.clone(),
            ..Self::question(text, kind)
        };
        self.moodle_grade(element, &mut question, &place);
        for child in &element.children {
            let kept = COMMON.contains(&child.name.as_str()) || used.contains(&child.name.as_str());
            if !kept && (!child.content().is_empty() || !child.children.is_empty()) {
                file.lost.insert(shown(&child.name));
            }
        }
        self.push(question, place);
    }

    /// The id number, or the name where it can be an id.
    fn moodle_id(&mut self, element: &Element, place: &Place) -> Option<String> {
        let free = |reader: &Self, name: &str| as_id(name).filter(|id| reader.is_free_id(id));
        let name = element.says("name");
        let id = free(self, element.says("idnumber")).or_else(|| free(self, name));
        if id.as_deref() != Some(name) && !name.is_empty() {
            let detail = format!(
                "Names of questions, such as “{}”, are not kept: questions have none.",
                shown(name)
            );
            self.report
                .warn_once(WarningCode::TitleNotKept, "", place.clone(), detail);
        }
        id
    }

    /// A grade of 1 is what a question is worth by default.
    fn moodle_grade(&mut self, element: &Element, question: &mut Question, place: &Place) {
        let grade = element.says("defaultgrade");
        if grade.is_empty() || !question.kind.scores() {
            return;
        }
        match grade.parse::<f64>() {
            Ok(grade) if grade.is_finite() => {
                let points = self.adjusted(
                    grade * f64::from(DEFAULT_POINTS),
                    0,
                    u32::from(limits::POINTS),
                    "A worth in points",
                    place,
                );
                question.points = u16::try_from(points).unwrap_or(limits::POINTS);
            }
            _ => {
                let detail = format!("The default grade “{}” is no number.", shown(grade));
                self.report
                    .fault(FaultCode::BadNumber, place.clone(), detail);
            }
        }
    }

    /// A text with its files, and the first picture in it.
    fn moodle_text(
        &mut self,
        element: &Element,
        file: &File<'_>,
        most: usize,
    ) -> (Rich, Option<lectern_quiz::model::Image>) {
        let place = file.positions.place(element.offset);
        let files: Files = element.all("file").filter_map(embedded).collect();
        self.nested(element, &place);
        self.marked_up(element.content(), markup_of(element), &files, &place, most)
    }

    /// A text where no picture has room.
    fn moodle_line(&mut self, element: &Element, file: &File<'_>, most: usize) -> Rich {
        let place = file.positions.place(element.offset);
        self.nested(element, &place);
        self.marked_up_text(element.content(), markup_of(element), &place, most)
    }

    /// HTML must be escaped or in CDATA; elements inside a text are lost.
    fn nested(&mut self, element: &Element, place: &Place) {
        if element
            .child("text")
            .is_some_and(|text| !text.children.is_empty())
        {
            let detail = "Elements inside of <text> are not read; HTML belongs into CDATA.";
            self.report
                .warn(WarningCode::MarkupDropped, place.clone(), detail);
        }
    }
}

fn markup_of(element: &Element) -> Markup {
    element
        .attribute("format")
        .and_then(Markup::named)
        .unwrap_or(Markup::Moodle)
}

fn embedded(file: &Element) -> Option<(String, String)> {
    let base64 = file
        .attribute("encoding")
        .is_none_or(|encoding| encoding == "base64");
    let name = file.attribute("name").filter(|_| base64)?;
    Some((name.to_owned(), file.text.clone()))
}

/// The kind of a question and the elements that it was read from.
type KindOf = (Kind, &'static [&'static str]);
