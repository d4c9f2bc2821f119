//! Figures beside a control: a table for people, an object for machines.

use serde_json::{Map, Value, json};

use crate::stats::{Samples, Spread};

/// What a figure should come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    /// At least so many times the control's.
    AtLeast(f64),
    /// At most so many times the control's.
    AtMost(f64),
    /// At most so much above the control's, in the figure's unit.
    Within(f64),
    /// At most this, whatever the control's is.
    Below(f64),
    /// It is told, not judged.
    None,
}

impl Goal {
    /// For people and machines alike; none where nothing is asked.
    fn text(self, unit: &str) -> Option<String> {
        match self {
            Self::AtLeast(times) => Some(format!(">= {times} x control")),
            Self::AtMost(times) => Some(format!("<= {times} x control")),
            Self::Within(more) => Some(format!("<= control + {more} {unit}")),
            Self::Below(most) => Some(format!("<= {most}")),
            Self::None => None,
        }
    }

    /// Whether it is met; none where it is not asked or cannot be said.
    fn met(self, value: f64, control: Option<f64>) -> Option<bool> {
        match self {
            Self::AtLeast(times) => Some(value >= times * control?),
            Self::AtMost(times) => Some(value <= times * control?),
            Self::Within(more) => Some(value <= control? + more),
            Self::Below(most) => Some(value <= most),
            Self::None => None,
        }
    }
}

/// One figure: of every round, ours and the control's.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// Its key for machines, `snake_case`.
    pub(crate) key: &'static str,
    /// What it says, for people.
    pub(crate) what: &'static str,
    /// The unit of its values.
    pub(crate) unit: &'static str,
    /// What it should come to.
    pub(crate) goal: Goal,
    /// Ours, by rounds.
    pub(crate) ours: Samples,
    /// The control's, by rounds; empty where there is none.
    pub(crate) control: Samples,
}

impl Figure {
    fn value(&self) -> Option<f64> {
        self.ours.median()
    }

    fn ratio(&self) -> Option<f64> {
        let control = self.control.median().filter(|control| *control != 0.0)?;
        Some(self.value()? / control)
    }

    /// Whether the goal is met; none where there is none.
    pub(crate) fn met(&self) -> Option<bool> {
        self.goal.met(self.value()?, self.control.median())
    }
}

/// A benchmark's figures, in the order in which they are told.
#[derive(Debug, Default)]
pub(crate) struct Figures(pub(crate) Vec<Figure>);

impl Figures {
    /// The table: medians with the spread of the rounds.
    pub(crate) fn table(&self) -> String {
        let head = ["", "unit", "lectern", "control", "ratio", "target", ""];
        let rows = self.0.iter().map(|figure| {
            let spread = |samples: &Samples| {
                samples
                    .spread()
                    .map_or_else(|| "–".to_owned(), |spread: Spread| spread.to_string())
            };
            [
                figure.what.to_owned(),
                figure.unit.to_owned(),
                spread(&figure.ours),
                spread(&figure.control),
                figure
                    .ratio()
                    .map_or_else(String::new, |ratio| format!("{ratio:.2}")),
                figure.goal.text(figure.unit).unwrap_or_default(),
                match figure.met() {
                    Some(true) => "met".to_owned(),
                    Some(false) => "MISSED".to_owned(),
                    None => String::new(),
                },
            ]
        });
        columns(std::iter::once(head.map(str::to_owned)).chain(rows))
    }

    /// `{"<figure>": {"value", "unit", "control", "ratio", "target", "met"}}`; what does not exist is null.
    pub(crate) fn json(&self) -> Value {
        let figures = self.0.iter().map(|figure| {
            let told = json!({
                "value": figure.value().map(rounded),
                "unit": figure.unit,
                "control": figure.control.median().map(rounded),
                "ratio": figure.ratio().map(rounded),
                "target": figure.goal.text(figure.unit),
                "met": figure.met(),
            });
            (figure.key.to_owned(), told)
        });
        Value::Object(figures.collect::<Map<_, _>>())
    }
}

/// What a benchmark says.
#[derive(Debug)]
pub(crate) struct Told {
    /// To people.
    pub(crate) table: String,
    /// To machines.
    pub(crate) json: Value,
}

impl From<Figures> for Told {
    fn from(figures: Figures) -> Self {
        Self {
            table: figures.table(),
            json: figures.json(),
        }
    }
}

/// To six decimals: what is behind them was not measured.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// Rows as lines, each column as wide as its widest cell; the first column to the left.
pub(crate) fn columns<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = rows.collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(goal: Goal, ours: &[f64], control: &[f64]) -> Figure {
        Figure {
            key: "joins_per_second",
            what: "joins",
            unit: "1/s",
            goal,
            ours: ours.iter().copied().collect(),
            control: control.iter().copied().collect(),
        }
    }

    #[test]
    fn a_goal_is_judged_by_the_medians() {
        let fast = figure(
            Goal::AtLeast(0.8),
            &[70.0, 85.0, 90.0],
            &[100.0, 100.0, 300.0],
        );
        assert_eq!(fast.met(), Some(true));
        let slow = figure(Goal::AtLeast(0.8), &[79.0], &[100.0]);
        assert_eq!(slow.met(), Some(false));
        assert_eq!(
            figure(Goal::AtMost(1.2), &[120.0], &[100.0]).met(),
            Some(true)
        );
        assert_eq!(
            figure(Goal::Within(60.0), &[161.0], &[100.0]).met(),
            Some(false)
        );
        assert_eq!(figure(Goal::Below(0.0), &[0.0, 0.0], &[]).met(), Some(true));
        assert_eq!(figure(Goal::Below(0.0), &[1.0], &[]).met(), Some(false));
    }

    #[test]
    fn a_goal_without_a_control_is_not_said_to_be_met() {
        assert_eq!(figure(Goal::AtLeast(0.8), &[1.0], &[]).met(), None);
        assert_eq!(figure(Goal::None, &[1.0], &[1.0]).met(), None);
    }

    #[test]
    fn machines_get_six_fields_a_figure() {
        let figures = Figures(vec![figure(Goal::AtLeast(0.8), &[90.0], &[100.0])]);
        let told = json!({ "joins_per_second": {
            "value": 90.0, "unit": "1/s", "control": 100.0, "ratio": 0.9,
            "target": ">= 0.8 x control", "met": true,
        }});
        assert_eq!(figures.json(), told);
    }

    #[test]
    fn a_control_of_nothing_has_no_ratio() {
        let figures = Figures(vec![figure(Goal::Below(0.0), &[0.0], &[0.0])]);
        assert_eq!(figures.json()["joins_per_second"]["ratio"], Value::Null);
        assert_eq!(figures.json()["joins_per_second"]["met"], true);
    }

    #[test]
    fn people_see_the_spread_and_what_was_missed() {
        let figures = Figures(vec![figure(
            Goal::AtLeast(0.8),
            &[50.0, 60.0, 70.0],
            &[100.0],
        )]);
        let table = figures.table();
        assert!(table.contains("60.0 (50.0–70.0)"), "{table}");
        assert!(table.ends_with("MISSED"), "{table}");
    }
}
