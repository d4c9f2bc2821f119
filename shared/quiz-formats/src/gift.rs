//! GIFT, the text format of Moodle.
//!
//! Blocks are parted by blank lines. A block is a category, or a question: `::title::`, text, and
//! answers in braces. Follows <https://docs.moodle.org/en/GIFT_format>.

mod answers;
mod block;
pub(crate) mod scan;

use lectern_quiz::model::{Kind, Question, limits};

use self::block::Block;
use crate::markup::{Files, Markup};
use crate::reader::{Reader, as_id, shown};
use crate::report::{FaultCode, Place, WarningCode};
use crate::text::Positions;
use crate::{Format, ImportFault, Imported};

/// Bytes of one question, embedded pictures included.
const MAX_BLOCK: usize = 4 * 1024 * 1024;

/// Reads a text.
pub(crate) fn read(text: &str, mut reader: Reader<'_>) -> Result<Imported, Vec<ImportFault>> {
    let positions = Positions::new(text);
    let blanked = block::without_comments(text);
    let mut category = None;
    for block in block::blocks(text, &blanked) {
        if reader.is_done() {
            break;
        }
        let source = Source {
            text: &blanked,
            positions: &positions,
        };
        reader.gift_block(&source, block, &mut category);
    }
    reader.finish(None, None, Format::Gift)
}

/// Finds the places of slices of the text.
pub(crate) struct Source<'s> {
    text: &'s str,
    positions: &'s Positions<'s>,
}

impl Source<'_> {
    /// Where a slice of the text begins, white space aside.
    fn place(&self, slice: &str) -> Place {
        let start = slice.trim_start();
        let offset = (start.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.positions.place(offset.min(self.text.len()))
    }
}

/// What a text says of its own format, and the rest of it.
pub(crate) fn format_of(text: &str, default: Markup) -> (Markup, &str) {
    let text = text.trim_start();
    let marked = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match marked.and_then(|(name, rest)| Some((Markup::named(name)?, rest))) {
        Some((markup, rest)) => (markup, rest),
        None => (default, text),
    }
}

/// The path of a category without what only Moodle knows.
pub(crate) fn category_of(path: &str) -> String {
    let path = path.trim();
    let inside = ["$course$", "$system$", "$module$", "$coursecat$", "$cat$"]
        .iter()
        .find_map(|context| path.strip_prefix(context));
    match inside {
        Some(inside) => {
            let inside = inside.strip_prefix('/').unwrap_or(inside);
            match inside.strip_prefix("top") {
                Some(below) if below.is_empty() || below.starts_with('/') => {
                    below.strip_prefix('/').unwrap_or(below).to_owned()
                }
                _ => inside.to_owned(),
            }
        }
        None => path.to_owned(),
    }
}

impl Reader<'_> {
    fn gift_block(&mut self, source: &Source<'_>, block: Block<'_>, category: &mut Option<String>) {
        let mut text = block.text;
        let place = source.positions.place(block.offset);
        if text.len() > MAX_BLOCK {
            let detail = "A question is longer than 4 MiB; questions are parted by blank lines.";
            self.report.fault(FaultCode::Limit, place, detail);
            return;
        }
        if let Some(rest) = text.strip_prefix("$CATEGORY:") {
            let (path, below) = rest.split_once('\n').unwrap_or((rest, ""));
            let name = self.line(&category_of(&scan::unescape(path)), &place);
            *category = (!name.is_empty()).then_some(name);
            text = below.trim();
            if text.is_empty() {
                return;
            }
        }
        if block.tagged {
            self.report.warn_once(
                WarningCode::SettingsNotKept,
                "tags",
                place.clone(),
                "Tags are not kept.",
            );
        }
        let id = block.id.and_then(as_id);
        self.gift_question(source, text, id, category.clone());
    }

    fn gift_question(
        &mut self,
        source: &Source<'_>,
        text: &str,
        id: Option<String>,
        category: Option<String>,
    ) {
        let place = source.place(text);
        let (title, text) = titled(text);
        let Some((before, answers, after)) = self.gift_braces(source, text) else {
            self.count_question(&place);
            return;
        };
        let id = id.or_else(|| self.gift_title(title, &place));
        let (markup, before) = format_of(before, Markup::Moodle);
        let mut says = scan::unescape(before);
        if !after.trim().is_empty() {
            says = format!("{} _____ {}", scan::unescape(before), scan::unescape(after));
        }
        let Some((answers, feedback)) = answers.map(scan::split_feedback) else {
            let (text, image) = self.marked_up(&says, markup, &Files::new(), &place, limits::TEXT);
            let slide = Question {
                image,
                category,
                id: id.unwrap_or_default(),
                ..Self::question(text, Kind::Slide)
            };
            self.push(slide, place);
            return;
        };
        let Some(kind) = self.gift_answers(source, answers.trim(), markup, &place) else {
            self.count_question(&place);
            return;
        };
        let (text, image) = self.marked_up(&says, markup, &Files::new(), &place, limits::TEXT);
        let explanation = feedback.map(|feedback| {
            let (markup, feedback) = format_of(feedback, markup);
            self.marked_up_text(&scan::unescape(feedback), markup, &place, limits::TEXT)
        });
        let explanation = explanation.filter(|explanation| !explanation.is_empty());
        let id = id.unwrap_or_default();
        self.push(
            Question {
                id,
                image,
                explanation,
                category,
                ..Self::question(text, kind)
            },
            place,
        );
    }

    /// A title is kept where it can be an id.
    fn gift_title(&mut self, title: Option<&str>, place: &Place) -> Option<String> {
        let title = scan::unescape(title?);
        let id = as_id(&title).filter(|id| self.is_free_id(id));
        if id.is_none() && !title.is_empty() {
            let detail = format!(
                "Titles of questions, such as “{}”, are not kept: questions have none.",
                shown(&title)
            );
            self.report
                .warn_once(WarningCode::TitleNotKept, "", place.clone(), detail);
        }
        id
    }

    /// What stands before, in and after the braces.
    fn gift_braces<'t>(
        &mut self,
        source: &Source<'_>,
        text: &'t str,
    ) -> Option<(&'t str, Option<&'t str>, &'t str)> {
        let syntax = |reader: &mut Self, at: &str, detail: &str| {
            reader
                .report
                .fault(FaultCode::Syntax, source.place(at), detail);
            None
        };
        let Some((before, inside)) = scan::split_once(text, '{') else {
            return match scan::split_once(text, '}') {
                Some((good, _)) => {
                    let at = text.get(good.len()..).unwrap_or_default();
                    syntax(
                        self,
                        at,
                        "This “}” closes nothing; write “\\}” for a brace that is meant as one.",
                    )
                }
                None => Some((text, None, "")),
            };
        };
        let Some((answers, after)) = scan::split_once(inside, '}') else {
            let at = text.get(before.len()..).unwrap_or_default();
            return syntax(
                self,
                at,
                "These answers have no “}” before the next blank line.",
            );
        };
        if let Some(at) = scan::find(answers, '{')
            .or_else(|| scan::find(after, '{').map(|at| answers.len() + 1 + at))
        {
            let at = inside.get(at..).unwrap_or_default();
            return syntax(
                self,
                at,
                "A second “{” in one question; write “\\{” for a brace that is meant as one.",
            );
        }
        Some((before, Some(answers), after))
    }
}

/// The title between `::` and `::`, and the rest.
fn titled(text: &str) -> (Option<&str>, &str) {
    let Some(inside) = text.strip_prefix("::") else {
        return (None, text);
    };
    let mut colon = None;
    for (at, c) in scan::Signs::of(inside) {
        match (colon, c) {
            (Some(before), ':') if before + 1 == at => {
                let (title, rest) = inside.split_at_checked(before).unwrap_or((inside, ""));
                return (Some(title), rest.get(2..).unwrap_or_default().trim());
            }
            (_, ':') => colon = Some(at),
            _ => colon = None,
        }
    }
    (None, text)
}
