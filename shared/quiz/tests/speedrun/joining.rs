//! Seats and names.

use crate::stage::*;
use lectern_live::{Engine, Role};
use lectern_quiz::speedrun::message::Message;
use lectern_quiz::speedrun::{Command, Order, Phase, Reply};

#[test]
fn a_name_is_tidied_and_told_to_the_screens() {
    let mut run = a_run().with(single_choice()).waiting();
    let admit = Order::Admit {
        seat: seat("a"),
        name: "  Zoe\u{308}   Ray ".into(),
    };
    let reply = run.order(admit.clone());
    assert_eq!(
        reply,
        Ok(Reply::Seat {
            seat: seat("a"),
            name: "Zoë Ray".into()
        })
    );
    let told = Message::Joined {
        seat: seat("a"),
        name: "Zoë Ray".into(),
    };
    assert_eq!(run.told_group(1), std::slice::from_ref(&told));
    assert_eq!(run.order(admit), reply, "the same again changes nothing");
    assert_eq!(run.told_group(1), [told]);
    assert_eq!(run.order(Order::Find { seat: seat("a") }), reply);
}

#[test]
fn a_name_that_looks_like_another_is_taken() {
    let mut run = a_run().with(single_choice()).seating(&["José"]).waiting();
    for (n, name) in ["josé", "JOSE", "J O S E", "Ｊｏｓé", "Jоsé"]
        .into_iter()
        .enumerate()
    {
        let seat = seat(&n.to_string());
        assert_eq!(
            run.order(Order::Admit {
                seat,
                name: name.into()
            }),
            refused("name_taken"),
            "{name}"
        );
    }
    run.hosts(Command::Remove {
        seat: seat("José")
    })
    .unwrap();
    run.order(Order::Admit {
        seat: seat("1"),
        name: "josé".into(),
    })
    .unwrap();
}

#[test]
fn a_name_nobody_can_see_is_refused() {
    let mut run = a_run().with(single_choice()).waiting();
    for name in ["", "\u{200b}", "a\u{202e}b", "\u{fffd}", &"x".repeat(25)] {
        let order = Order::Admit {
            seat: seat("a"),
            name: name.to_owned(),
        };
        assert_eq!(
            run.order(order),
            refused("invalid_name"),
            "{}",
            name.escape_unicode()
        );
    }
}

#[test]
fn one_may_come_late_unless_the_host_does_not_want_it() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).started();
    run.joins("Bob").unwrap();
    run.hosts(Command::Lock { locked: true }).unwrap();
    assert_eq!(run.joins("Cyd"), refused("locked"));
    assert!(run.joins("Bob").is_ok(), "who is in, is in");
    run.hosts(Command::Lock { locked: false }).unwrap();
    run.joins("Cyd").unwrap();
    run.end();
    assert_eq!(run.joins("Dan"), refused("run_over"));
    assert!(run.joins("Cyd").is_ok());

    let mut run = a_run()
        .with(single_choice())
        .set(|settings| settings.late_join = false)
        .waiting();
    run.joins("Ada").unwrap();
    run.host(|seen| Command::Start { seen }).unwrap();
    assert_eq!(run.joins("Bob"), refused("locked"));
}

#[test]
fn what_a_late_comer_missed_scores_nothing_and_is_not_told() {
    let mut run = a_run()
        .with(single_choice())
        .with(single_choice())
        .seating(&["Ada"])
        .started();
    run.reveal();
    run.joins("Bob").unwrap();
    let view = run.view("Bob");
    assert!(view.current.as_ref().unwrap().solution.is_some());
    assert_eq!(view.current.unwrap().judgement, None);
    run.next();
    run.answers("Bob", 1, right()).unwrap();
    run.reveal();
    assert_eq!(run.score("Bob"), 1_000);
    assert_eq!(run.answers("Bob", 0, right()), refused("too_late"));
}

#[test]
fn a_removed_seat_does_not_come_back() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).started();
    run.hosts(Command::Remove { seat: seat("Ada") }).unwrap();
    run.hosts(Command::Remove { seat: seat("Ada") }).unwrap();
    assert_eq!(run.joins("Ada"), refused("removed"));
    assert_eq!(
        run.order(Order::Find { seat: seat("Ada") }),
        refused("removed")
    );
    let code = run
        .engine
        .admits(seat("Ada"), Role::Participant)
        .unwrap_err()
        .code;
    assert_eq!(code, "removed");
    assert!(run.view("Ada").me.is_none());
    assert_eq!(run.told("Ada").len(), 1);
}

#[test]
fn seats_are_admitted_to_a_run_that_exists() {
    let mut run = Stage::empty();
    let code = |run: &Stage, role| {
        run.engine
            .admits(seat("Ada"), role)
            .map_err(|refusal| refusal.code)
    };
    for role in [Role::Participant, Role::Host, Role::Wall] {
        assert_eq!(code(&run, role), Err("not_found".to_owned()));
    }
    run.order(a_run().with(single_choice()).order()).unwrap();
    assert_eq!(
        code(&run, Role::Participant),
        Err("not_admitted".to_owned())
    );
    assert_eq!(
        [code(&run, Role::Host), code(&run, Role::Wall)],
        [Ok(()), Ok(())]
    );
    run.joins("Ada").unwrap();
    assert_eq!(code(&run, Role::Participant), Ok(()));
}

#[test]
fn a_run_has_two_thousand_participants_and_no_more() {
    let mut run = a_run().with(single_choice()).waiting();
    for n in 0..2_000 {
        run.joins(&format!("n{n}")).unwrap();
    }
    assert_eq!(run.joins("One More"), refused("run_full"));
    run.hosts(Command::Remove { seat: seat("n7") }).unwrap();
    run.joins("One More").unwrap();
    assert_eq!(run.counts().participants, 2_000);
}

#[test]
fn a_participant_can_be_renamed_and_learns_of_it() {
    let mut run = a_run()
        .with(single_choice())
        .seating(&["Ada", "Bob"])
        .waiting();
    let rename = |name: &str| Command::Rename {
        seat: seat("Ada"),
        name: name.into(),
    };
    assert_eq!(run.hosts(rename("bob")), refused("name_taken"));
    assert_eq!(run.hosts(rename("\u{200b}")), refused("invalid_name"));
    run.hosts(rename("ADA")).unwrap();
    run.hosts(rename("Lovelace")).unwrap();
    let told = Message::Renamed {
        seat: seat("Ada"),
        name: "Lovelace".into(),
    };
    assert_eq!(run.told("Ada").last(), Some(&told));
    assert_eq!(run.told_group(1).last(), Some(&told));
    assert_eq!(run.me("Ada").name, "Lovelace");
    let again = Order::Admit {
        seat: seat("c"),
        name: "Ada".into(),
    };
    run.order(again).expect("the old name is free");
    let unknown = Command::Rename {
        seat: seat("Eve"),
        name: "Eve".into(),
    };
    assert_eq!(run.hosts(unknown), refused("not_admitted"));
}

#[test]
fn the_status_says_how_the_run_stands() {
    let mut run = a_run()
        .with(single_choice())
        .with(poll())
        .seating(&["Ada"])
        .started();
    let status = |phase, opened| {
        Ok(Reply::Status {
            phase,
            participants: 1,
            opened,
        })
    };
    assert_eq!(run.order(Order::Status), status(Phase::Running, 1));
    run.reveal();
    run.next();
    assert_eq!(run.order(Order::Status), status(Phase::Running, 2));
    run.end();
    assert_eq!(run.order(Order::Status), status(Phase::Finished, 2));
}
