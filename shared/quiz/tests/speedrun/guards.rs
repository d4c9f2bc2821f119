//! Who may ask what, and what a run can be made of.

use crate::stage::*;
use lectern_identity::Millis;
use lectern_live::{Actor, Engine, Input, Role};
use lectern_quiz::model::Question;
use lectern_quiz::speedrun::{Command, MAX_QUESTIONS, Order, Reason, Settings};
use std::collections::BTreeSet;

fn host_commands(seen: u32) -> Vec<Command> {
    let ada = seat("Ada");
    vec![
        Command::Start { seen },
        Command::Next { seen },
        Command::Reveal { seen },
        Command::Pause { seen },
        Command::Resume { seen },
        Command::MoreTime { seen, seconds: 10 },
        Command::End { seen },
        Command::Configure {
            seen,
            settings: Settings::default(),
        },
        Command::Lock { locked: true },
        Command::Remove { seat: ada },
        Command::Rename {
            seat: ada,
            name: "Eve".into(),
        },
        Command::Leaderboard { shown: false },
        Command::ExtraTime {
            seat: ada,
            percent: 10,
        },
    ]
}

#[test]
fn participants_and_walls_lead_nothing_and_hosts_do_not_play() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).started();
    let before = run.json();
    let seen = run.host_view().step;
    for command in host_commands(seen) {
        for role in [Role::Participant, Role::Wall] {
            assert_eq!(
                run.command(seat("Ada"), role, command.clone()),
                refused("wrong_role"),
                "{command:?}"
            );
        }
    }
    for command in [
        Command::Answer {
            index: 0,
            choice: right(),
        },
        Command::Advance { opened: 0 },
    ] {
        for role in [Role::Host, Role::Wall] {
            assert_eq!(
                run.command(seat("Ada"), role, command.clone()),
                refused("wrong_role")
            );
        }
    }
    assert_eq!(run.json(), before);
}

#[test]
fn only_the_right_actor_orders_ticks_and_reports_presence() {
    let mut run = a_run().with(single_choice()).waiting();
    let host = Actor::Seat {
        id: seat("host"),
        role: Role::Host,
    };
    for actor in [Actor::Clock, Actor::Shell, host] {
        let refusal = run.gives(actor, Input::Order(Order::Status)).unwrap_err();
        assert_eq!(refusal.code, "wrong_role");
    }
    for actor in [Actor::Platform, Actor::Shell, host] {
        assert!(run.gives(actor, Input::Tick { down: Millis(1) }).is_err());
    }
    for actor in [Actor::Platform, Actor::Clock, host] {
        assert!(run.gives(actor, Input::Presence { anyone: false }).is_err());
    }
    for actor in [Actor::Platform, Actor::Clock, Actor::Shell] {
        assert!(
            run.gives(actor, Input::Command(Command::Lock { locked: true }))
                .is_err()
        );
    }
}

#[test]
fn what_was_not_created_is_not_found_and_stays_nothing() {
    let mut run = Stage::empty();
    for command in host_commands(0) {
        assert_eq!(run.hosts(command), refused("not_found"));
    }
    assert_eq!(run.joins("Ada"), refused("not_found"));
    assert_eq!(
        run.order(Order::Find { seat: seat("Ada") }),
        refused("not_found")
    );
    assert_eq!(run.order(Order::Status), refused("not_found"));
    assert!(run.tick(Millis(5)).is_empty());
    run.presence(true);
    assert!(run.log.is_empty());
    assert_eq!(run.json(), "");
    assert_eq!(run.engine.wake_at(), None);
    assert_eq!(run.engine.report(0), None);
    assert!(run.engine.totals(0).is_empty());
}

#[test]
fn creating_again_changes_nothing() {
    let mut run = a_run().with(single_choice()).waiting();
    let before = run.json();
    run.order(a_run().with(poll()).with(slide()).order())
        .unwrap();
    assert_eq!(run.json(), before);
}

#[test]
fn a_run_that_cannot_be_played_is_not_created() {
    let refuses = |order: Order, code: &str, field: &str| {
        let refusal = Stage::empty()
            .gives(Actor::Platform, Input::Order(order))
            .unwrap_err();
        assert_eq!(
            (refusal.code.as_str(), refusal.field.as_deref()),
            (code, Some(field))
        );
    };
    let settings = |change: fn(&mut Settings)| a_run().with(poll()).set(change).order();
    refuses(a_run().order(), "invalid_questions", "/questions");
    refuses(
        a_run().with(single_choice().lasting(4)).order(),
        "invalid_questions",
        "/questions/0/duration",
    );
    let many = (0..=MAX_QUESTIONS).fold(a_run(), |run, _| run.with(slide()));
    refuses(many.order(), "invalid_questions", "/questions");
    let mut long = single_choice();
    long.text = text(&"x".repeat(3_990));
    let heavy = (0..400).fold(a_run(), |run, _| run.with(long.clone()));
    refuses(heavy.order(), "invalid_questions", "/questions");
    refuses(
        settings(|settings| settings.duration = Some(4)),
        "invalid_settings",
        "/settings/duration",
    );
    refuses(
        settings(|settings| settings.duration = Some(3_601)),
        "invalid_settings",
        "/settings/duration",
    );
    refuses(
        settings(|settings| settings.advance_after = Some(2)),
        "invalid_settings",
        "/settings/advance_after",
    );
    refuses(
        settings(|settings| settings.abandon_after = 59),
        "invalid_settings",
        "/settings/abandon_after",
    );
    let changed = |change: fn(&mut String, &mut Option<String>, &mut Vec<Question>)| {
        let mut order = a_run().with(poll()).order();
        if let Order::Create {
            title,
            language,
            questions,
            ..
        } = &mut order
        {
            change(title, language, questions);
        }
        order
    };
    refuses(
        changed(|title, _, _| title.clear()),
        "invalid_run",
        "/title",
    );
    refuses(
        changed(|_, language, _| *language = Some("en\" onload=".to_owned())),
        "invalid_run",
        "/language",
    );
    refuses(
        changed(|_, _, questions| questions.push(questions[0].clone())),
        "invalid_questions",
        "/questions/1/id",
    );
}

#[test]
fn five_hundred_questions_are_a_run() {
    let mut run = Stage::empty();
    let order = (0..MAX_QUESTIONS)
        .fold(a_run(), |run, _| run.with(single_choice()))
        .order();
    run.order(order).unwrap();
    assert_eq!(run.host_view().questions, 500);
}

#[test]
fn every_reason_has_its_own_code() {
    let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
    assert!(codes.iter().all(|code| {
        code.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    }));
}
