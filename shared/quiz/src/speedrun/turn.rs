//! A question at its place in a run: how it is shown, and its solution in terms of what is shown.
//!
//! Invariant: an option is named by the position at which it is shown, so that its index says nothing
//! about the author's order.

use super::command::{Choice, Settings};
use super::message::{Ask, Shown, ShownOption, Solution};
use super::shuffle::Shuffler;
use crate::model::{Choosable, Kind, Question, Rich};
use lectern_identity::Millis;
use serde::{Deserialize, Serialize};

/// The orders that were drawn at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// For each place in the run, which of the set's questions.
    pub order: Vec<u32>,
    /// For each place, the author's index of each option shown; empty: as the author ordered them.
    pub shuffles: Vec<Vec<u32>>,
}

impl Plan {
    /// Draws the orders. What has to be put in order is always shuffled.
    pub(super) fn draw(questions: &[Question], settings: &Settings, seed: u64) -> Self {
        let mut shuffler = Shuffler::new(seed);
        let count = u32::try_from(questions.len()).unwrap_or(u32::MAX);
        let order = if settings.shuffle_questions {
            shuffler.order(count)
        } else {
            (0..count).collect()
        };
        let shuffles = order
            .iter()
            .filter_map(|&place| questions.get(place as usize))
            .map(|question| {
                let (count, always) = match &question.kind {
                    Kind::Ordering { items, .. } => (items.len(), true),
                    kind => (kind.options().len(), false),
                };
                let count = u32::try_from(count).unwrap_or(0);
                if count > 0 && (always || settings.shuffle_options) {
                    shuffler.order(count)
                } else {
                    Vec::new()
                }
            });
        let shuffles = shuffles.collect();
        Self { order, shuffles }
    }

    pub(super) fn turn<'a>(&'a self, questions: &'a [Question], index: u32) -> Option<Turn<'a>> {
        let question = questions.get(*self.order.get(index as usize)? as usize)?;
        let shuffle = self
            .shuffles
            .get(index as usize)
            .map_or(&[][..], Vec::as_slice);
        Some(Turn {
            index,
            of: u32::try_from(self.order.len()).unwrap_or(u32::MAX),
            question,
            shuffle,
        })
    }
}

/// A question at its place.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) index: u32,
    of: u32,
    pub(super) question: &'a Question,
    shuffle: &'a [u32],
}

impl Turn<'_> {
    pub(super) fn is_slide(&self) -> bool {
        matches!(self.question.kind, Kind::Slide)
    }

    pub(super) fn is_last(&self) -> bool {
        self.index + 1 >= self.of
    }

    /// How long it stays open, without extra time.
    pub(super) fn time(&self, settings: &Settings) -> Millis {
        Millis::seconds(i64::from(
            settings.duration.unwrap_or(self.question.duration),
        ))
    }

    /// The author's index of a shown option.
    pub(super) fn author(&self, shown: u32) -> u32 {
        self.shuffle.get(shown as usize).copied().unwrap_or(shown)
    }

    /// Where an author's option is shown.
    fn place(&self, author: u32) -> u32 {
        let found = self
            .shuffle
            .iter()
            .zip(0..)
            .find(|(index, _)| **index == author);
        found.map_or(author, |(_, place)| place)
    }

    /// The answer in the author's terms: for reports.
    pub(super) fn in_author_terms(&self, choice: &Choice) -> Choice {
        match choice {
            Choice::Option(option) => Choice::Option(self.author(*option)),
            Choice::Options(options) => {
                let mut options: Vec<u32> =
                    options.iter().map(|&option| self.author(option)).collect();
                options.sort_unstable();
                Choice::Options(options)
            }
            Choice::Order(order) => {
                Choice::Order(order.iter().map(|&item| self.author(item)).collect())
            }
            other => other.clone(),
        }
    }

    pub(super) fn shown(&self) -> Shown {
        Shown {
            index: self.index,
            of: self.of,
            text: self.question.text.clone(),
            image: self.question.image.clone(),
            category: self.question.category.clone(),
            points: self.question.points,
            ask: self.ask(),
        }
    }

    fn ask(&self) -> Ask {
        match &self.question.kind {
            Kind::SingleChoice { options, .. } => Ask::SingleChoice {
                options: self.options(options),
            },
            Kind::MultipleChoice { options, .. } => Ask::MultipleChoice {
                options: self.options(options),
            },
            Kind::TrueFalse { .. } => Ask::TrueFalse,
            Kind::Number { unit, .. } => Ask::Number { unit: unit.clone() },
            Kind::ShortText { .. } => Ask::ShortText,
            Kind::Ordering { items, .. } => Ask::Ordering {
                items: self.items(items),
            },
            Kind::Poll { options, multiple } => Ask::Poll {
                options: self.options(options),
                multiple: *multiple,
            },
            Kind::Slide => Ask::Slide,
        }
    }

    fn options(&self, options: &[Choosable]) -> Vec<ShownOption> {
        let places = 0..u32::try_from(options.len()).unwrap_or(0);
        let shown = places.filter_map(|index| {
            let Choosable { text, image } = options.get(self.author(index) as usize)?.clone();
            Some(ShownOption { index, text, image })
        });
        shown.collect()
    }

    fn items(&self, items: &[Rich]) -> Vec<ShownOption> {
        let options: Vec<_> = items
            .iter()
            .map(|text| Choosable {
                text: text.clone(),
                image: None,
            })
            .collect();
        self.options(&options)
    }

    pub(super) fn solution(&self) -> Solution {
        let mut solution = Solution {
            correct: None,
            accepted: Vec::new(),
            judging: None,
            explanation: self.question.explanation.clone(),
        };
        match &self.question.kind {
            Kind::SingleChoice { correct, .. } => {
                solution.correct = Some(Choice::Option(self.place(*correct)))
            }
            Kind::MultipleChoice { correct, .. } => {
                let mut places: Vec<u32> =
                    correct.iter().map(|&option| self.place(option)).collect();
                places.sort_unstable();
                solution.correct = Some(Choice::Options(places));
            }
            Kind::TrueFalse { correct } => solution.correct = Some(Choice::Bool(*correct)),
            Kind::Number {
                correct, judging, ..
            } => {
                solution.correct = Some(Choice::Number(*correct));
                solution.judging = Some(*judging);
            }
            Kind::ShortText { accepted, .. } => {
                solution.correct = accepted.first().cloned().map(Choice::Text);
                solution.accepted = accepted.iter().skip(1).cloned().collect();
            }
            Kind::Ordering { items, .. } => {
                let order = 0..u32::try_from(items.len()).unwrap_or(0);
                solution.correct =
                    Some(Choice::Order(order.map(|item| self.place(item)).collect()));
            }
            Kind::Poll { .. } | Kind::Slide => {}
        }
        solution
    }
}
