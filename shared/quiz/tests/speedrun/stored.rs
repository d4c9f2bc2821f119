//! The stored format. A changed snapshot here means that running sessions cannot be read any more:
//! add optional fields, rename nothing.

use crate::stage::*;
use lectern_identity::Millis;
use lectern_quiz::model::{Credit, Image};
use lectern_quiz::speedrun::{Choice, Command, Event, Speedrun};

/// A run in which everything happens that can happen.
fn everything() -> Vec<Stage> {
    let image = Image {
        id: "ab".repeat(32),
        alt: "A map".into(),
    };
    let mut pictured = single_choice();
    pictured.image = Some(image);
    pictured.category = Some("Geography".into());
    let run = a_run()
        .with(pictured)
        .with(multiple_choice(Credit::Partial))
        .with(short_text())
        .with(ordering(Credit::Partial));
    let mut hosted = run
        .with(number())
        .with(true_false())
        .with(poll())
        .with(slide())
        .seating(&["Ada", "Bob"])
        .waiting();
    let settings = hosted.host_view().settings;
    hosted
        .host(|seen| Command::Configure { seen, settings })
        .unwrap();
    hosted
        .hosts(Command::Rename {
            seat: seat("Ada"),
            name: "Lovelace".into(),
        })
        .unwrap();
    hosted
        .hosts(Command::ExtraTime {
            seat: seat("Bob"),
            percent: 50,
        })
        .unwrap();
    hosted.hosts(Command::Lock { locked: true }).unwrap();
    hosted.hosts(Command::Leaderboard { shown: false }).unwrap();
    hosted.hosts(Command::Leaderboard { shown: true }).unwrap();
    hosted.host(|seen| Command::Start { seen }).unwrap();
    hosted.at(1.0).pause();
    hosted.at(2.0).resume();
    hosted
        .host(|seen| Command::MoreTime { seen, seconds: 5 })
        .unwrap();
    hosted.tick(Millis(250));
    hosted.presence(false);
    hosted.presence(true);
    let answers = [
        right(),
        Choice::Options(vec![0, 2]),
        Choice::Text("secret-one".into()),
        Choice::Order(vec![2, 0, 1]),
    ];
    let answers = answers
        .into_iter()
        .chain([Choice::Number(41.5), Choice::Bool(false), option(0)]);
    for (index, choice) in (0..).zip(answers) {
        hosted.answers("Ada", index, choice).unwrap();
        hosted.reveal();
        hosted.next();
    }
    hosted.hosts(Command::Remove { seat: seat("Bob") }).unwrap();
    hosted.next();

    let mut own = a_run()
        .self_paced()
        .with(single_choice())
        .seating(&["Ada", "Bob"])
        .started();
    own.advances("Ada").unwrap();
    own.advances("Bob").unwrap();
    own.answers("Ada", 0, right()).unwrap();
    own.at(60.0);
    vec![hosted, own]
}

#[test]
fn every_event_is_stored_in_the_known_form() {
    for (name, run) in ["host_paced", "self_paced"].into_iter().zip(everything()) {
        let lines: Vec<String> = run
            .log
            .iter()
            .map(|(_, event)| serde_json::to_string(event).unwrap())
            .collect();
        insta::assert_snapshot!(name, lines.join("\n"));
    }
}

#[test]
fn the_snapshots_hold_every_kind_of_event_and_they_can_be_read_back() {
    let mut kinds = std::collections::BTreeSet::new();
    for run in everything() {
        assert_eq!(run.replayed(), run.engine);
        for (_, event) in &run.log {
            let stored = serde_json::to_value(event).unwrap();
            kinds.insert(stored["type"].as_str().unwrap().to_owned());
            assert_eq!(
                &serde_json::from_str::<Event>(&stored.to_string()).unwrap(),
                event
            );
        }
    }
    assert_eq!(kinds.len(), 23, "{kinds:?}");
}

/// What version 2 of the engine stored, word for word: the oldest form that is promised to be readable for ever.
#[test]
fn events_of_version_2_load() {
    for name in ["host_paced", "self_paced"] {
        let path = format!(
            "{}/tests/speedrun/version-2/{name}.jsonl",
            env!("CARGO_MANIFEST_DIR")
        );
        let mut run = Speedrun::default();
        for (line, at) in std::fs::read_to_string(path).unwrap().lines().zip(0..) {
            let event: Event = serde_json::from_str(line).unwrap();
            lectern_live::Engine::evolve(&mut run, DAWN + Millis(at), &event);
        }
        let ended = lectern_live::Engine::report(&run, 0);
        assert!(ended.is_some(), "{name} comes to its end");
    }
}

#[test]
fn the_state_is_stored_in_the_known_form() {
    let mut run = a_run()
        .with(single_choice())
        .seating(&["Ada", "Bob"])
        .started();
    run.at(2.0).answers("Ada", 0, right()).unwrap();
    insta::assert_snapshot!("state", run.json());
}
