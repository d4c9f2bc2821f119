//! What is not told: solutions before the reveal, and what others wrote.

use crate::stage::*;
use lectern_live::{Channel, Engine, Role};
use lectern_quiz::model::{Credit, Kind, Question};
use lectern_quiz::speedrun::message::Message;
use lectern_quiz::speedrun::{Choice, Command};

/// Everything that participants and walls can have seen so far, as text.
fn seen(run: &Stage) -> String {
    let mut seen = String::new();
    let told = run
        .heard
        .iter()
        .filter(|(channel, _)| **channel != Channel::Group(2));
    told.for_each(|(_, messages)| seen.push_str(&serde_json::to_string(messages).unwrap()));
    for (id, role) in [
        (seat("Ada"), Role::Participant),
        (seat("Bob"), Role::Participant),
        (seat("wall"), Role::Wall),
    ] {
        seen.push_str(&serde_json::to_string(&run.engine.view(id, role, run.now)).unwrap());
    }
    for group in [0, 1] {
        seen.push_str(&serde_json::to_string(&run.engine.totals(group)).unwrap());
    }
    seen
}

/// The same questions with other solutions.
fn with_other_solutions(question: Question) -> Question {
    let kind = match question.kind {
        Kind::SingleChoice { options, .. } => Kind::SingleChoice {
            options,
            correct: 2,
        },
        Kind::MultipleChoice {
            options, credit, ..
        } => Kind::MultipleChoice {
            options,
            correct: vec![3],
            credit,
        },
        Kind::TrueFalse { correct } => Kind::TrueFalse { correct: !correct },
        Kind::Number { judging, unit, .. } => Kind::Number {
            correct: -1.0,
            judging,
            unit,
        },
        Kind::ShortText { fold, .. } => Kind::ShortText {
            accepted: vec!["other".into()],
            fold,
        },
        kind => kind,
    };
    Question {
        kind,
        explanation: None,
        penalty: 77,
        ..question
    }
}

fn questions() -> Vec<(Question, Choice)> {
    vec![
        (single_choice(), right()),
        (
            multiple_choice(Credit::Partial),
            Choice::Options(vec![0, 2]),
        ),
        (true_false(), Choice::Bool(true)),
        (number(), Choice::Number(42.0)),
        (short_text(), Choice::Text("secret-one".into())),
    ]
}

/// Two runs that differ in nothing but their solutions look the same to participants and walls
/// until the reveal, whatever was answered.
#[test]
fn before_the_reveal_nothing_depends_on_the_solution() {
    for (question, answer) in questions() {
        for shuffled in [false, true] {
            let played =
                [question.clone(), with_other_solutions(question.clone())].map(|question| {
                    let run = a_run().with(question).seating(&["Ada", "Bob"]);
                    let mut run = run
                        .set(|settings| settings.shuffle_options = shuffled)
                        .waiting();
                    let mut all = seen(&run);
                    run.host(|seen| Command::Start { seen }).unwrap();
                    all += &seen(&run);
                    run.at(3.0).answers("Ada", 0, answer.clone()).unwrap();
                    all += &seen(&run);
                    run.pause();
                    all += &seen(&run);
                    run.resume();
                    run.joins("Cyd").unwrap();
                    all + &seen(&run)
                });
            assert_eq!(played[0], played[1]);
            assert!(
                !played[0].contains("because-secret"),
                "an explanation is a solution too"
            );
        }
    }
}

#[test]
fn the_host_knows_the_solution_as_soon_as_the_question_opens() {
    let run = a_run().with(single_choice()).seating(&["Ada"]).started();
    let [Message::Solved { index: 0, solution }] = run.told_group(2) else {
        panic!("{:?}", run.told_group(2))
    };
    assert_eq!(solution.correct, Some(right()));
    assert_eq!(
        run.host_view().current.unwrap().solution.as_ref(),
        Some(solution)
    );
    assert_eq!(run.wall_view().current.unwrap().solution, None);
}

#[test]
fn a_self_paced_solution_is_told_to_who_closed_the_question_and_to_no_one_else() {
    let mut run = a_run()
        .self_paced()
        .with(short_text())
        .with(poll())
        .seating(&["Ada", "Bob"])
        .started();
    run.advances("Ada").unwrap();
    run.advances("Bob").unwrap();
    assert!(!seen(&run).contains("secret-"));
    run.answers("Ada", 0, Choice::Text("dunno".into())).unwrap();
    let bobs = serde_json::to_string(&(run.told("Bob"), run.view("Bob"), run.wall_view())).unwrap();
    assert!(
        !bobs.contains("secret-") && !bobs.contains("dunno"),
        "{bobs}"
    );
    let groups =
        serde_json::to_string(&(run.told_group(0), run.told_group(1), run.told_group(2))).unwrap();
    assert!(!groups.contains("secret-") && !groups.contains("dunno"));
    assert!(
        serde_json::to_string(run.told("Ada"))
            .unwrap()
            .contains("secret-two")
    );
}

#[test]
fn what_one_wrote_is_shown_to_hosts_only() {
    let mut run = a_run()
        .with(short_text())
        .seating(&["Ada", "Bob"])
        .started();
    run.answers("Ada", 0, Choice::Text("my diary".into()))
        .unwrap();
    run.reveal();
    let bobs = serde_json::to_string(&(
        run.told("Bob"),
        run.told_group(0),
        run.view("Bob"),
        run.wall_view(),
    ))
    .unwrap();
    assert!(!bobs.contains("my diary"));
    assert!(
        serde_json::to_string(&run.engine.totals(0))
            .unwrap()
            .contains("answered")
    );
    assert_eq!(run.distribution().counts, [("my diary".to_owned(), 1)]);
    assert_eq!(
        run.host_view().current.unwrap().distribution,
        Some(run.distribution())
    );
}

#[test]
fn the_index_of_an_item_to_be_ordered_says_nothing() {
    // Over many seeds, each item of three comes first about as often as any other.
    let mut first = [0; 3];
    for seed in 0..300 {
        let mut run = a_run()
            .with(ordering(Credit::Partial))
            .seating(&["Ada"])
            .waiting();
        run.seed = seed * 1_000;
        run.host(|seen| Command::Start { seen }).unwrap();
        let Some(Choice::Order(order)) = run.host_view().current.unwrap().solution.unwrap().correct
        else {
            panic!()
        };
        first[order.iter().position(|&shown| shown == 0).unwrap()] += 1;
        let shown = serde_json::to_value(run.view("Ada").current.unwrap().question.ask).unwrap();
        let indexes: Vec<_> = shown["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["index"].clone())
            .collect();
        assert_eq!(indexes, [0, 1, 2]);
    }
    assert!(
        first.iter().all(|&times| (70..130).contains(&times)),
        "{first:?}"
    );
}

#[test]
fn code_and_link_are_shown_on_screens_and_not_to_participants() {
    let run = a_run().with(single_choice()).seating(&["Ada"]).started();
    let view = run.view("Ada");
    assert_eq!((view.code, view.link, view.people), (None, None, None));
    assert!(run.wall_view().code.is_some() && run.host_view().link.is_some());
}
