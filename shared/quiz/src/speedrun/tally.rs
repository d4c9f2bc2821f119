//! How often what was answered: counted answer by answer, told as a [`Distribution`].

use super::command::Choice;
use super::fold::folded;
use super::judge::{FULL, Share};
use super::message::Distribution;
use crate::model::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most answers of a number, a text or an order that a distribution lists.
const LISTED: usize = 20;

/// The running count of a question's answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tally {
    answered: u32,
    right: u32,
    /// By option; booleans are 0 and 1.
    options: Vec<u32>,
    /// Numbers, texts and orders: what counts as the same, how it was first written, how often.
    free: BTreeMap<String, (String, u32)>,
}

impl Tally {
    pub(super) fn new(kind: &Kind) -> Self {
        let options = if matches!(kind, Kind::TrueFalse { .. }) {
            2
        } else {
            kind.options().len()
        };
        Self {
            options: vec![0; options],
            ..Self::default()
        }
    }

    pub(super) fn answered(&self) -> u32 {
        self.answered
    }

    pub(super) fn add(&mut self, kind: &Kind, choice: &Choice, share: Share) {
        self.answered += 1;
        self.right += u32::from(kind.scores() && share.0 == FULL);
        match choice {
            Choice::Option(option) => self.count(*option),
            Choice::Options(options) => options.iter().for_each(|&option| self.count(option)),
            Choice::Bool(answer) => self.count(u32::from(*answer)),
            Choice::Number(number) => self.written(written(*number), None),
            Choice::Text(text) => self.written(text.trim().to_owned(), Some(kind)),
            Choice::Order(order) => {
                let order: Vec<String> = order.iter().map(u32::to_string).collect();
                self.written(order.join(" "), None);
            }
        }
    }

    fn count(&mut self, option: u32) {
        if let Some(count) = self.options.get_mut(option as usize) {
            *count += 1;
        }
    }

    fn written(&mut self, text: String, kind: Option<&Kind>) {
        let key = match kind {
            Some(Kind::ShortText { fold, .. }) => folded(&text, *fold),
            _ => text.clone(),
        };
        self.free.entry(key).or_insert((text, 0)).1 += 1;
    }

    /// For hosts and reports.
    pub(super) fn whole(&self) -> Distribution {
        let mut free: Vec<_> = self.free.values().cloned().collect();
        free.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
        free.truncate(LISTED);
        let options = self
            .options
            .iter()
            .enumerate()
            .map(|(option, &count)| (option.to_string(), count));
        Distribution {
            answered: self.answered,
            right: self.right,
            counts: options.chain(free).collect(),
        }
    }

    /// For everybody: without what single persons wrote.
    pub(super) fn public(&self) -> Distribution {
        let free = BTreeMap::new();
        Self {
            free,
            options: self.options.clone(),
            ..*self
        }
        .whole()
    }
}

/// A number as a person would write it.
fn written(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e15).contains(&size) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fold, NumberJudging};

    #[test]
    fn texts_that_count_as_the_same_are_counted_together_and_stay_with_the_host() {
        let kind = Kind::ShortText {
            accepted: vec!["Ada".into()],
            fold: Fold::default(),
        };
        let mut tally = Tally::new(&kind);
        for text in ["Ada", " ADA ", "Bob"] {
            tally.add(
                &kind,
                &Choice::Text(text.into()),
                Share(if text == "Bob" { 0 } else { FULL }),
            );
        }
        let whole = Distribution {
            answered: 3,
            right: 2,
            counts: vec![("Ada".into(), 2), ("Bob".into(), 1)],
        };
        assert_eq!(tally.whole(), whole);
        assert_eq!(
            tally.public(),
            Distribution {
                counts: vec![],
                ..whole
            }
        );
    }

    #[test]
    fn numbers_are_written_as_people_do() {
        let judging = NumberJudging::Tolerance { tolerance: 0.0 };
        let kind = Kind::Number {
            correct: 1.0,
            judging,
            unit: None,
        };
        let mut tally = Tally::new(&kind);
        for number in [-0.0, 2.5, 1e300, -1e-300] {
            tally.add(&kind, &Choice::Number(number), Share(0));
        }
        let texts: Vec<_> = tally
            .whole()
            .counts
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(texts, ["-1e-300", "0", "1e300", "2.5"]);
    }
}
