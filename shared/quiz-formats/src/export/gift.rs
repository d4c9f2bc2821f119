//! A set as GIFT, and what GIFT cannot say.
//!
//! Invariant: reading the text gives the same questions, save for what the warnings name. The title
//! is the file's name, and stands in a comment for people.

use lectern_quiz::model::{
    Choosable, Credit, DEFAULT_DURATION, DEFAULT_POINTS, Fold, Kind, NumberJudging, Question,
    QuestionSet, Rich,
};

use crate::gift::scan::escape;
use crate::report::{Place, Report, Warning, WarningCode};

/// Writes the set.
pub(crate) fn write(set: &QuestionSet) -> (String, Vec<Warning>) {
    let mut report = Report::default();
    let mut out = format!("// {}\n", set.title.replace('[', "("));
    if set.language.is_some() {
        report.warn(
            WarningCode::ExportLost,
            Place::pointer("/language"),
            "GIFT cannot say the language of a set.",
        );
    }
    let mut category = None;
    for (index, question) in set.questions.iter().enumerate() {
        let place = Place::pointer(format!("/questions/{index}"));
        let Some(written) = written(question) else {
            let detail = "GIFT has no such question; it was left out.";
            report.warn(WarningCode::ExportSkipped, place, detail);
            continue;
        };
        if category != question.category {
            category.clone_from(&question.category);
            let path = category
                .as_deref()
                .map(|name| format!("/{}", escape(name)))
                .unwrap_or_default();
            out.push_str(&format!("\n$CATEGORY: $course$/top{path}\n"));
        }
        out.push_str(&format!("\n// [id:{}]\n{written}\n", question.id));
        let lost = lost(question);
        if !lost.is_empty() {
            report.warn(
                WarningCode::ExportLost,
                place,
                format!("GIFT cannot say: {}.", lost.join(", ")),
            );
        }
    }
    (out, report.into_warnings())
}

/// What of a question GIFT has no words for.
fn lost(question: &Question) -> Vec<&'static str> {
    let mut lost = Vec::new();
    let mut note = |is_lost: bool, what| {
        if is_lost {
            lost.push(what);
        }
    };
    note(question.images().next().is_some(), "images");
    note(
        question.kind.scores() && question.points != DEFAULT_POINTS,
        "points",
    );
    note(question.duration != DEFAULT_DURATION, "duration");
    note(question.penalty != 0, "penalty");
    note(
        matches!(question.kind, Kind::Slide) && question.explanation.is_some(),
        "the explanation of a slide",
    );
    match &question.kind {
        Kind::MultipleChoice { credit, .. } => {
            note(*credit == Credit::AllOrNothing, "all or nothing")
        }
        Kind::ShortText { fold, .. } => note(
            *fold != Fold::default(),
            "what is overlooked when comparing",
        ),
        Kind::Number { judging, unit, .. } => {
            note(
                matches!(judging, NumberJudging::Closeness { .. }),
                "closeness",
            );
            note(unit.is_some(), "the unit");
        }
        _ => {}
    }
    lost
}

/// The question, if GIFT has its kind and every text of it is text.
fn written(question: &Question) -> Option<String> {
    let says = text(&question.text)?;
    let answers = match &question.kind {
        Kind::Slide => return Some(says),
        Kind::SingleChoice { options, correct } => single(options, *correct)?,
        Kind::MultipleChoice {
            options, correct, ..
        } => multiple(options, correct)?,
        Kind::TrueFalse { correct: true } => "TRUE".to_owned(),
        Kind::TrueFalse { correct: false } => "FALSE".to_owned(),
        Kind::Number {
            correct, judging, ..
        } => number(*correct, *judging),
        Kind::ShortText { accepted, .. } => short_text(accepted)?,
        Kind::Ordering { .. } | Kind::Poll { .. } => return None,
    };
    let feedback = question
        .explanation
        .as_ref()
        .and_then(text)
        .map(|text| format!(" ####{text}"))
        .unwrap_or_default();
    Some(format!("{says} {{{answers}{feedback}}}"))
}

/// A text with its signs escaped, marked as plain where it could be taken for something else.
fn text(rich: &Rich) -> Option<String> {
    let source = rich.source();
    let ambiguous = source.starts_with(['[', '/', '$', '%'])
        || source.contains(['<', '&'])
        || source.contains("$$")
        || source.contains("\\[");
    let mark = if ambiguous { "[plain]" } else { "" };
    (!rich.is_empty()).then(|| format!("{mark}{}", escape(&source)))
}

fn single(options: &[Choosable], correct: u32) -> Option<String> {
    let written = |(option, index): (&Choosable, u32)| {
        let sign = if index == correct { "=" } else { "~" };
        Some(format!("{sign}{}", text(&option.text)?))
    };
    Some(
        options
            .iter()
            .zip(0..)
            .map(written)
            .collect::<Option<Vec<_>>>()?
            .join(" "),
    )
}

/// Right options share 100 %, wrong ones take a share away.
fn multiple(options: &[Choosable], correct: &[u32]) -> Option<String> {
    let share = |count: usize| 100.0 / u32::try_from(count.max(1)).map_or(100.0, f64::from);
    let (right, wrong) = (
        share(correct.len()),
        -share(options.len().saturating_sub(correct.len())),
    );
    let written = |(option, index): (&Choosable, u32)| {
        let weight = if correct.contains(&index) {
            right
        } else {
            wrong
        };
        let weight = (weight * 100_000.0).round() / 100_000.0;
        Some(format!("~%{weight}%{}", text(&option.text)?))
    };
    Some(
        options
            .iter()
            .zip(0..)
            .map(written)
            .collect::<Option<Vec<_>>>()?
            .join(" "),
    )
}

fn number(correct: f64, judging: NumberJudging) -> String {
    match judging {
        NumberJudging::Tolerance { tolerance } => {
            format!("#{}:{}", decimal(correct), decimal(tolerance))
        }
        NumberJudging::Closeness { .. } => format!("#{}:0", decimal(correct)),
    }
}

/// As short as it stays exact.
fn decimal(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e15).contains(&size) {
        format!("{number:e}")
    } else {
        number.to_string()
    }
}

/// `->` would make a matching of it.
fn short_text(accepted: &[String]) -> Option<String> {
    let written = |answer: &String| {
        let mark = if answer.starts_with(['[', '%']) {
            "[plain]"
        } else {
            ""
        };
        let stars = answer.replace('*', "\\*");
        (!answer.contains("->")).then(|| format!("={mark}{}", escape(&stars)))
    };
    Some(
        accepted
            .iter()
            .map(written)
            .collect::<Option<Vec<_>>>()?
            .join(" "),
    )
}
