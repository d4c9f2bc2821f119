//! What is exported reads as the same set, whatever the set is.

mod common;

use lectern_quiz::model::{
    Choosable, Credit, Fold, Image, Kind, NumberJudging, Question, QuestionSet, Rich,
};
use lectern_quiz_formats::{Hints, ImageBytes, export_gift, export_json, from_source, import};
use proptest::prelude::*;

/// Text as people write it, with all that a format could take for a sign.
fn source() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[a-zA-Z0-9äöü€日😀]{1,6}",
        "[ -~]{1,6}",
        Just("\n".to_owned()),
        Just(r"\(\frac{1}{2} \neq x\)".to_owned()),
        Just(r"\(\bad\)".to_owned()),
        Just("<b>x</b>".to_owned()),
        Just("&amp; $$y$$ \\[z\\]".to_owned()),
        Just("[html]".to_owned()),
        Just("// [id:x] :: ####".to_owned()),
        Just("-> %50% {=~}".to_owned()),
        Just("\\n \\\\( \\".to_owned()),
    ];
    proptest::collection::vec(part, 1..5).prop_map(|parts| parts.concat())
}

fn rich() -> impl Strategy<Value = Rich> {
    source()
        .prop_map(|source| from_source(&source))
        .prop_filter("not empty", |rich| !rich.is_empty())
}

fn line() -> impl Strategy<Value = String> {
    let line = source().prop_map(|source| source.replace('\n', " ").trim().to_owned());
    line.prop_filter("not empty", |line| !line.is_empty())
}

fn image() -> Image {
    static IMAGE: std::sync::OnceLock<Image> = std::sync::OnceLock::new();
    let read = || {
        let set =
            r#"{"questions": [{"kind": "slide", "image": {"file": "dot.png", "alt": "A dot"}}]}"#;
        let set = common::read(set.as_bytes(), "x").expect("a set");
        set.set.questions[0].image.clone().expect("an image")
    };
    IMAGE.get_or_init(read).clone()
}

fn options() -> impl Strategy<Value = Vec<Choosable>> {
    proptest::collection::vec((rich(), any::<bool>()), 2..6).prop_map(|texts| {
        let option = |(text, pictured): (Rich, bool)| Choosable {
            text,
            image: pictured.then(image),
        };
        texts.into_iter().map(option).collect()
    })
}

fn credit() -> impl Strategy<Value = Credit> {
    prop_oneof![Just(Credit::AllOrNothing), Just(Credit::Partial)]
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![-1e3..1e3, proptest::num::f64::NORMAL, Just(0.0), Just(42.0)]
}

fn kind() -> impl Strategy<Value = Kind> {
    let single =
        (options(), any::<prop::sample::Index>()).prop_map(|(options, at)| Kind::SingleChoice {
            correct: at.index(options.len()) as u32,
            options,
        });
    let multiple = (options(), any::<u32>(), credit()).prop_map(|(options, bits, credit)| {
        let mut correct: Vec<u32> = (0..options.len() as u32)
            .filter(|at| bits >> at & 1 == 1)
            .collect();
        if correct.is_empty() {
            correct.push(0);
        }
        Kind::MultipleChoice {
            options,
            correct,
            credit,
        }
    });
    let judging = prop_oneof![
        finite().prop_map(|it| NumberJudging::Tolerance {
            tolerance: it.abs()
        }),
        finite().prop_map(|it| NumberJudging::Closeness {
            range: it.abs() + 1.0
        }),
    ];
    let number = (finite(), judging, proptest::option::of("[a-z/²]{1,8}")).prop_map(
        |(correct, judging, unit)| Kind::Number {
            correct,
            judging,
            unit,
        },
    );
    let fold =
        (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(case, accents, spaces)| Fold {
            case,
            accents,
            spaces,
        });
    let short = (proptest::collection::vec(line(), 1..4), fold)
        .prop_map(|(accepted, fold)| Kind::ShortText { accepted, fold });
    let ordering = (proptest::collection::vec(rich(), 2..5), credit())
        .prop_map(|(items, credit)| Kind::Ordering { items, credit });
    prop_oneof![
        single,
        multiple,
        any::<bool>().prop_map(|correct| Kind::TrueFalse { correct }),
        number,
        short,
        ordering,
        (options(), any::<bool>()).prop_map(|(options, multiple)| Kind::Poll { options, multiple }),
        Just(Kind::Slide),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let optional = (
        any::<bool>(),
        proptest::option::of(rich()),
        proptest::option::of(line()),
    );
    let numbers = (0..=2_000_u16, 5..=3_600_u32, 0..=2_000_u16);
    (rich(), kind(), optional, numbers).prop_map(
        |(text, kind, (pictured, explanation, category), numbers)| {
            let scores = kind.scores();
            Question {
                id: String::new(),
                text,
                kind,
                image: pictured.then(image),
                explanation,
                category: category
                    .map(|it| it.chars().take(100).collect::<String>().trim().to_owned()),
                points: if scores { numbers.0 } else { 0 },
                duration: numbers.1,
                penalty: if scores { numbers.2 } else { 0 },
            }
        },
    )
}

fn set() -> impl Strategy<Value = QuestionSet> {
    (
        line(),
        proptest::option::of(Just("de".to_owned())),
        proptest::collection::vec(question(), 1..5),
    )
        .prop_map(|(title, language, mut questions)| {
            for (number, question) in questions.iter_mut().enumerate() {
                question.id = format!("id-{number}");
            }
            QuestionSet {
                title,
                language,
                questions,
            }
        })
}

/// The same set without what GIFT cannot say.
fn as_gift_says(mut set: QuestionSet) -> QuestionSet {
    set.language = None;
    let plain =
        |options: &mut Vec<Choosable>| options.iter_mut().for_each(|option| option.image = None);
    set.questions.retain_mut(|question| {
        question.image = None;
        question.duration = 20;
        question.penalty = 0;
        question.points = if question.kind.scores() { 1_000 } else { 0 };
        match &mut question.kind {
            Kind::SingleChoice { options, .. } => plain(options),
            Kind::MultipleChoice {
                options, credit, ..
            } => {
                plain(options);
                *credit = Credit::Partial;
            }
            Kind::Number { judging, unit, .. } => {
                *unit = None;
                if matches!(judging, NumberJudging::Closeness { .. }) {
                    *judging = NumberJudging::Tolerance { tolerance: 0.0 };
                }
            }
            Kind::ShortText { accepted, fold } => {
                *fold = Fold::default();
                return !accepted.iter().any(|answer| answer.contains("->"));
            }
            Kind::Slide => question.explanation = None,
            Kind::TrueFalse { .. } => {}
            Kind::Ordering { .. } | Kind::Poll { .. } => return false,
        }
        true
    });
    set
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_keeps_everything(set in set()) {
        prop_assert_eq!(set.check(), Ok(()));
        let dot = ImageBytes { id: image().id, content_type: "image/png", bytes: common::PNG.to_vec() };
        let json = export_json(&set, &|_| Some(dot.clone()));
        let again = import(json.as_bytes(), Hints::default(), &[]);
        prop_assert_eq!(&again.as_ref().map(|it| &it.set), &Ok(&set), "{}", json);
        let pictured = set.questions.iter().any(|question| question.images().next().is_some());
        prop_assert_eq!(again.map(|it| it.images), Ok(if pictured { vec![dot] } else { vec![] }));
    }

    #[test]
    fn gift_keeps_what_gift_can_say(set in set()) {
        let (gift, warnings) = export_gift(&set);
        let wanted = as_gift_says(set.clone());
        // Every loss is said, and nothing is said to be lost that is not.
        let lossless = wanted == set;
        prop_assert_eq!(warnings.is_empty(), lossless, "{:?}", warnings);
        if wanted.questions.is_empty() {
            return Ok(());
        }
        let name = format!("{}.gift", set.title.replace(['/', '\\'], "-"));
        let again = import(gift.as_bytes(), Hints { file_name: Some(&name), ..Hints::default() }, &[]);
        let again = again.map(|it| QuestionSet { title: set.title.clone(), ..it.set });
        prop_assert_eq!(again.as_ref(), Ok(&wanted), "{}", gift);
    }
}
