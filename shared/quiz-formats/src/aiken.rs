//! Aiken: a question, options `A.` or `A)`, and `ANSWER: A`. Nothing else.
//!
//! The question may take several lines. A blank line between question, options and answer is
//! allowed; letters must follow the alphabet.

use lectern_quiz::model::{Kind, Rich, limits};

use crate::reader::Reader;
use crate::report::{FaultCode, Place};
use crate::{Format, ImportFault, Imported};

/// Reads a text.
pub(crate) fn read(text: &str, mut reader: Reader<'_>) -> Result<Imported, Vec<ImportFault>> {
    let mut block = Block::default();
    for (line, number) in text.lines().zip(1_u32..) {
        if reader.is_done() {
            break;
        }
        if line.is_empty() {
            continue;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        let place = Place::at(number, u32::try_from(indent).unwrap_or_default() + 1);
        reader.aiken_line(&mut block, line.trim(), place);
    }
    if let Some(place) = block.place {
        reader.report.fault(
            FaultCode::NoAnswer,
            place,
            "The question has no line “ANSWER: X”.",
        );
    }
    reader.finish(None, None, Format::Aiken)
}

/// The question that is being read.
#[derive(Default)]
struct Block {
    place: Option<Place>,
    text: String,
    options: Vec<Rich>,
    broken: bool,
}

/// The letter and the text of an option.
fn option(line: &str) -> Option<(u8, &str)> {
    match line.as_bytes() {
        [letter @ b'A'..=b'Z', b'.' | b')'] => Some((*letter, "")),
        [letter @ b'A'..=b'Z', b'.' | b')', b' ' | b'\t', ..] => {
            Some((*letter, line.get(2..)?.trim()))
        }
        _ => None,
    }
}

impl Reader<'_> {
    fn aiken_line(&mut self, block: &mut Block, line: &str, place: Place) {
        if line.is_empty() {
            return;
        }
        if let Some(answer) = line.strip_prefix("ANSWER:") {
            let block = std::mem::take(block);
            self.aiken_question(block, answer.trim(), place);
        } else if let (Some((letter, text)), true) = (option(line), block.place.is_some()) {
            self.aiken_option(block, letter, text, &place);
        } else if block.options.is_empty() {
            block.place.get_or_insert(place);
            if !block.text.is_empty() {
                block.text.push('\n');
            }
            block.text.push_str(line);
        } else {
            let detail = "After the options, “ANSWER: X” must follow.";
            self.report.fault(FaultCode::Syntax, place.clone(), detail);
            // What follows is read as the next question, so that its faults are found too.
            *block = Block {
                place: Some(place),
                text: line.to_owned(),
                broken: true,
                ..Block::default()
            };
        }
    }

    fn aiken_option(&mut self, block: &mut Block, letter: u8, text: &str, place: &Place) {
        let wanted = u8::try_from(block.options.len())
            .unwrap_or(u8::MAX)
            .saturating_add(b'A');
        if letter != wanted {
            let detail = format!(
                "Option {} stands where {} belongs.",
                char::from(letter),
                char::from(wanted)
            );
            self.report.fault(FaultCode::Syntax, place.clone(), detail);
            block.broken = true;
        }
        let text = self.rich(text, place, limits::OPTION);
        block.options.push(text);
    }

    fn aiken_question(&mut self, block: Block, answer: &str, place: Place) {
        let Some(start) = block.place else {
            self.report
                .fault(FaultCode::Syntax, place, "An answer without a question.");
            return;
        };
        if block.broken {
            return;
        }
        let [letter @ b'A'..=b'Z'] = answer.as_bytes() else {
            self.report.fault(
                FaultCode::NoAnswer,
                place,
                "The answer is one capital letter, such as “ANSWER: B”.",
            );
            return;
        };
        let correct = u32::from(letter - b'A'); // the pattern holds it at or above `A`
        if usize::try_from(correct).is_ok_and(|correct| correct >= block.options.len()) {
            let detail = format!("There is no option {}.", char::from(*letter));
            self.report
                .fault(FaultCode::AnswerOutOfRange, place, detail);
            return;
        }
        let text = self.rich(&block.text, &start, limits::TEXT);
        let options = block.options.into_iter().map(Self::option).collect();
        self.push(
            Self::question(text, Kind::SingleChoice { options, correct }),
            start,
        );
    }
}
