//! Rich text as plain strings: its source, and what a person reads.

use super::{Choosable, Image, Kind, Question, Rich, Segment};

impl Rich {
    /// The text as it was written: formulas stand as TeX between `\(` and `\)`.
    #[must_use]
    pub fn source(&self) -> String {
        let mut source = String::new();
        for segment in &self.0 {
            match segment {
                Segment::Text(text) => source.push_str(text),
                Segment::Math { tex, .. } => {
                    source.push_str("\\(");
                    source.push_str(tex);
                    source.push_str("\\)");
                }
            }
        }
        source
    }

    /// The text on one line, formulas as their TeX: for lists, reports and logs.
    #[must_use]
    pub fn plain(&self) -> String {
        let texts = self.0.iter().map(|segment| match segment {
            Segment::Text(text) => text.as_str(),
            Segment::Math { tex, .. } => tex.as_str(),
        });
        let whole: String = texts.collect();
        whole.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0
            .iter()
            .all(|segment| matches!(segment, Segment::Text(text) if text.trim().is_empty()))
    }
}

impl Kind {
    /// Whether answers to such a question are right or wrong, and so can score.
    #[must_use]
    pub fn scores(&self) -> bool {
        !matches!(self, Self::Poll { .. } | Self::Slide)
    }

    /// The options of a choice or poll; none for other kinds.
    #[must_use]
    pub fn options(&self) -> &[Choosable] {
        match self {
            Self::SingleChoice { options, .. }
            | Self::MultipleChoice { options, .. }
            | Self::Poll { options, .. } => options,
            Self::TrueFalse { .. }
            | Self::Number { .. }
            | Self::ShortText { .. }
            | Self::Ordering { .. }
            | Self::Slide => &[],
        }
    }
}

impl Question {
    /// Every image of the question and its options.
    pub fn images(&self) -> impl Iterator<Item = &Image> {
        let options = self
            .kind
            .options()
            .iter()
            .filter_map(|option| option.image.as_ref());
        self.image.iter().chain(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_keeps_line_breaks_and_formulas_and_plain_is_one_line() {
        let math = Segment::Math {
            tex: "x^2".to_owned(),
            mathml: "<math></math>".to_owned(),
        };
        let rich = Rich(vec![
            Segment::Text("What is\n".to_owned()),
            math,
            Segment::Text(" ?".to_owned()),
        ]);
        assert_eq!(rich.source(), "What is\n\\(x^2\\) ?");
        assert_eq!(rich.plain(), "What is x^2 ?");
    }
}
