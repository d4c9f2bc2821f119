//! The formulas, against the tables of `docs/SCORING.md`; streaks and floors in a run.

use crate::stage::*;
use lectern_identity::Millis;
use lectern_quiz::model::{Credit, Kind};
use lectern_quiz::speedrun::judge::Share;
use lectern_quiz::speedrun::message::{Message, Outcome};
use lectern_quiz::speedrun::{Choice, Event, scoring};
use serde_json::{Value, json};

/// The rows of a table of vectors, as cells.
fn vectors(name: &str) -> Vec<Vec<String>> {
    let page = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/SCORING.md"
    ))
    .unwrap();
    let table = page
        .split(&format!("<!-- vectors: {name} -->\n"))
        .nth(1)
        .expect("the table is there");
    let rows = table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .skip(2);
    let cells = |row: &str| {
        row.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect()
    };
    let rows: Vec<Vec<String>> = rows.map(cells).collect();
    assert!(rows.len() > 5, "{name}");
    rows
}

fn number_in(cell: &str) -> i64 {
    cell.parse()
        .unwrap_or_else(|_| panic!("{cell} is no number"))
}

/// The page writes how many options there are, not what they say.
fn kind(cell: &str) -> Kind {
    let mut kind: Value = serde_json::from_str(cell).unwrap();
    if let Some(count) = kind.get("options").and_then(Value::as_u64) {
        let option = |n| json!({"text": [{"text": format!("option {n}")}]});
        kind["options"] = (0..count).map(option).collect();
    }
    serde_json::from_str(&kind.to_string()).unwrap()
}

#[test]
fn answers_are_right_as_far_as_the_page_says() {
    for row in vectors("share") {
        let [question, answer, share] = &row[..] else {
            panic!("{row:?}")
        };
        let choice: Choice = serde_json::from_str(answer).unwrap();
        let mut asked = single_choice();
        asked.kind = kind(question);
        let mut run = a_run().with(asked).seating(&["Ada"]).started();
        run.answers("Ada", 0, choice).unwrap();
        let judged = run.log.iter().find_map(|(_, event)| match event {
            Event::Answered { share, .. } => Some(i64::from(share.0)),
            _ => None,
        });
        assert_eq!(judged, Some(number_in(share)), "{row:?}");
    }
}

#[test]
fn answers_earn_what_the_page_says() {
    for row in vectors("points") {
        let [points, penalty, share, speed, used, time, earned] = &row[..] else {
            panic!("{row:?}")
        };
        let mut question = single_choice().costing(number_in(penalty) as u16);
        question.points = number_in(points) as u16;
        let share = Share(number_in(share) as u32);
        let (used, time) = (Millis(number_in(used)), Millis(number_in(time)));
        let points = scoring::points(&question, share, speed == "yes", used, time);
        assert_eq!(i64::from(points), number_in(earned), "{row:?}");
    }
}

#[test]
fn streaks_add_what_the_page_says() {
    for row in vectors("streak") {
        let [points, streak, bonus] = &row[..] else {
            panic!("{row:?}")
        };
        let given = scoring::bonus(
            number_in(points) as i32,
            Outcome::Right,
            number_in(streak) as u32,
        );
        assert_eq!(i64::from(given), number_in(bonus), "{row:?}");
    }
}

#[test]
fn an_ordering_earns_for_the_items_in_their_place() {
    for (credit, shares) in [
        (Credit::Partial, [1_000_000, 333_333, 0]),
        (Credit::AllOrNothing, [1_000_000, 0, 0]),
    ] {
        let mut run = a_run()
            .with(ordering(credit))
            .seating(&["Ada", "Bob", "Cyd"])
            .started();
        let Some(Choice::Order(order)) = run.host_view().current.unwrap().solution.unwrap().correct
        else {
            panic!()
        };
        let swapped = vec![order[0], order[2], order[1]];
        let turned = vec![order[1], order[2], order[0]];
        for (name, order) in [("Ada", order), ("Bob", swapped), ("Cyd", turned)] {
            run.answers(name, 0, Choice::Order(order)).unwrap();
        }
        let judged: Vec<_> = run
            .log
            .iter()
            .filter_map(|(_, event)| match event {
                Event::Answered { share, .. } => Some(share.0),
                _ => None,
            })
            .collect();
        assert_eq!(judged, shares);
    }
}

#[test]
fn a_streak_grows_survives_a_poll_and_ends_with_a_wrong_answer() {
    let run = a_run()
        .with(single_choice())
        .with(single_choice())
        .with(poll())
        .with(single_choice())
        .with(single_choice());
    let run = run.with(single_choice()).seating(&["Ada"]);
    let mut run = run
        .set(|settings| (settings.streak, settings.speed) = (true, false))
        .started();
    for (index, choice) in [
        (0, right()),
        (1, right()),
        (3, right()),
        (4, wrong()),
        (5, right()),
    ] {
        if index == 3 {
            // The poll before it stays unanswered.
            run.reveal();
            run.next();
        }
        run.answers("Ada", index, choice).unwrap();
        run.reveal();
        run.next();
    }
    let judged: Vec<_> = run
        .told("Ada")
        .iter()
        .filter_map(|message| match message {
            Message::Judged { judgement, .. } => Some((judgement.points, judgement.streak)),
            _ => None,
        })
        .collect();
    assert_eq!(
        judged,
        [
            (1_000, 1),
            (1_100, 2),
            (0, 2),
            (1_200, 3),
            (0, 0),
            (1_000, 1)
        ]
    );
    assert_eq!(run.score("Ada"), 4_300);
}

#[test]
fn a_score_never_falls_below_nothing() {
    let run = a_run()
        .with(single_choice())
        .with(single_choice().costing(600))
        .with(single_choice().costing(600));
    let mut run = run
        .set(|settings| settings.speed = false)
        .seating(&["Ada"])
        .started();
    let mut scores = vec![];
    for (index, choice) in [(0, right()), (1, wrong()), (2, wrong())] {
        run.answers("Ada", index, choice).unwrap();
        run.reveal();
        scores.push(run.score("Ada"));
        run.next();
    }
    assert_eq!(scores, [1_000, 400, 0]);
}

#[test]
fn a_poll_whose_time_runs_out_leaves_a_streak_in_a_self_paced_run_too() {
    let run = a_run().self_paced().with(single_choice()).with(poll());
    let run = run.with(single_choice()).seating(&["Ada"]);
    let mut run = run
        .set(|settings| (settings.streak, settings.speed) = (true, false))
        .started();
    run.advances("Ada").unwrap();
    run.answers("Ada", 0, right()).unwrap();
    run.advances("Ada").unwrap();
    run.at(21.0).advances("Ada").unwrap();
    run.answers("Ada", 2, right()).unwrap();
    assert_eq!(run.score("Ada"), 2_100);
}
