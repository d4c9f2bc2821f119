//! The plain array: `[{"question", "category", "options": […], "answers": [indexes]}]`.
//!
//! One answer makes a single choice, several make a multiple choice. Indexes count from 0.

use lectern_quiz::model::{Credit, Kind, Question, limits};

use crate::json::value::{self, Node};
use crate::json::{Fields, string, wrong_type};
use crate::reader::{Reader, shown};
use crate::report::{FaultCode, Place, WarningCode};
use crate::{Format, ImportFault, Imported};

/// Reads an array.
pub(crate) fn read(text: &str, mut reader: Reader<'_>) -> Result<Imported, Vec<ImportFault>> {
    match value::parse(text, &mut reader.report) {
        Some(Node::Array(questions)) => {
            for (index, node) in questions.into_iter().enumerate() {
                if reader.is_done() {
                    break;
                }
                reader.plain_question(node, &format!("/{index}"));
            }
        }
        Some(other) => wrong_type(&other, "an array", "", &mut reader.report),
        None => {}
    }
    reader.finish(None, None, Format::PlainArray)
}

impl Reader<'_> {
    fn plain_question(&mut self, node: Node, pointer: &str) {
        let Some(mut fields) = Fields::of(node, pointer, &mut self.report) else {
            return;
        };
        let place = fields.here();
        let text = fields.need("question", &mut self.report);
        let text =
            text.and_then(|node| string(node, &fields.pointer("question"), &mut self.report));
        let category = fields
            .string("category", &mut self.report)
            .map(|it| self.line(&it, &fields.place("category")));
        let options = self.plain_options(&mut fields);
        let count = options.as_ref().map_or(0, Vec::len);
        let answers = self.plain_answers(&mut fields, count);
        let text = text.map(|text| self.rich(&text, &fields.place("question"), limits::TEXT));
        for (name, place) in fields.rest() {
            let detail = format!(
                "The field “{}” is not part of this format and is not kept.",
                shown(&name)
            );
            self.report
                .warn_once(WarningCode::SettingsNotKept, &name, place, detail);
        }
        let (Some(text), Some(options), Some(answers)) = (text, options, answers) else {
            return;
        };
        let options = options.into_iter().map(Self::option).collect();
        let kind = match answers.as_slice() {
            [correct] => Kind::SingleChoice {
                options,
                correct: *correct,
            },
            _ => Kind::MultipleChoice {
                options,
                correct: answers,
                credit: Credit::AllOrNothing,
            },
        };
        let category = category.filter(|category| !category.is_empty());
        self.push(
            Question {
                category,
                ..Self::question(text, kind)
            },
            place,
        );
    }

    fn plain_options(&mut self, fields: &mut Fields) -> Option<Vec<lectern_quiz::model::Rich>> {
        let pointer = fields.pointer("options");
        let nodes = fields
            .array("options", &mut self.report)?
            .into_iter()
            .enumerate()
            .take(limits::OPTIONS + 1);
        let mut options = Vec::new();
        for (index, node) in nodes {
            let pointer = format!("{pointer}/{index}");
            let text = string(node, &pointer, &mut self.report)?;
            options.push(self.rich(&text, &Place::pointer(pointer), limits::OPTION));
        }
        Some(options)
    }

    /// The indexes of the right options, rising.
    fn plain_answers(&mut self, fields: &mut Fields, options: usize) -> Option<Vec<u32>> {
        let pointer = fields.pointer("answers");
        let nodes = fields.array("answers", &mut self.report)?;
        if nodes.is_empty() {
            self.report.fault(
                FaultCode::NoAnswer,
                Place::pointer(pointer),
                "At least one answer is needed.",
            );
            return None;
        }
        let mut answers = Vec::new();
        for (index, node) in nodes.into_iter().enumerate().take(limits::OPTIONS + 1) {
            let pointer = format!("{pointer}/{index}");
            let Node::Number(number) = node else {
                wrong_type(&node, "the index of an option", &pointer, &mut self.report);
                return None;
            };
            let answer = (0..u32::try_from(options).unwrap_or_default())
                .find(|answer| f64::from(*answer) == number);
            match answer {
                Some(answer) => answers.push(answer),
                None => {
                    let detail = format!("There is no option {number}; options count from 0.");
                    self.report
                        .fault(FaultCode::AnswerOutOfRange, Place::pointer(pointer), detail);
                    return None;
                }
            }
        }
        answers.sort_unstable();
        answers.dedup();
        Some(answers)
    }
}
