//! Answers in a host-paced run.

use crate::stage::*;
use lectern_identity::Millis;
use lectern_live::Role;
use lectern_quiz::model::Credit;
use lectern_quiz::speedrun::message::{Message, Outcome};
use lectern_quiz::speedrun::{Choice, Command, Phase, Reply};

#[test]
fn a_right_answer_counts_from_the_reveal_on_and_the_quicker_the_more() {
    let mut run = a_run()
        .with(single_choice())
        .seating(&["Ada", "Bob", "Cyd"])
        .started();
    run.at(5.0).answers("Ada", 0, right()).unwrap();
    run.at(10.0).answers("Bob", 0, right()).unwrap();
    run.answers("Cyd", 0, wrong()).unwrap();
    assert_eq!(run.score("Ada"), 0, "nothing is told before the reveal");

    run.reveal();

    assert_eq!(
        [run.score("Ada"), run.score("Bob"), run.score("Cyd")],
        [875, 750, 0]
    );
    assert_eq!(run.me("Bob").rank, Some(2));
}

#[test]
fn an_answer_is_acknowledged_with_what_was_stored() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).started();
    let reply = run.at(2.5).answers("Ada", 0, option(2));
    let used = Millis(2_500);
    assert_eq!(
        reply,
        Ok(Reply::Answered {
            index: 0,
            choice: option(2),
            used
        })
    );
    let told = Message::Answered {
        index: 0,
        choice: option(2),
        used,
    };
    assert_eq!(run.told("Ada"), [told]);
    assert_eq!(run.view("Ada").current.unwrap().answered, Some(option(2)));
}

#[test]
fn a_second_answer_is_refused_and_the_first_one_stays() {
    let mut run = a_run()
        .with(single_choice())
        .with(poll())
        .seating(&["Ada"])
        .started();
    run.answers("Ada", 0, right()).unwrap();
    assert_eq!(run.answers("Ada", 0, wrong()), refused("already_answered"));
    assert_eq!(run.answers("Ada", 0, right()), refused("already_answered"));
    run.reveal();
    assert_eq!(run.answers("Ada", 0, wrong()), refused("already_answered"));
    run.next();
    assert_eq!(run.answers("Ada", 0, wrong()), refused("already_answered"));
    assert_eq!(run.score("Ada"), 1_000);
}

#[test]
fn a_late_answer_is_refused_and_the_score_stays() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .with(poll())
        .seating(&["Ada"])
        .started();
    run.at(10.001);
    assert_eq!(run.answers("Ada", 0, right()), refused("too_late"));
    run.next();
    assert_eq!(run.answers("Ada", 0, right()), refused("too_late"));
    assert_eq!(run.score("Ada"), 0);
}

#[test]
fn an_answer_in_the_last_millisecond_is_in_time_and_half_as_good() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .seating(&["Ada"])
        .started();
    run.at(10.0).answers("Ada", 0, right()).unwrap();
    run.at(10.001);
    assert_eq!(run.phase(), Phase::Revealing);
    assert_eq!(run.score("Ada"), 500);
}

#[test]
fn an_answer_that_arrives_after_the_end_but_before_the_clock_is_late() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .seating(&["Ada"])
        .started();
    run.now = DAWN + Millis(10_001);
    assert_eq!(run.answers("Ada", 0, right()), refused("too_late"));
}

#[test]
fn an_early_answer_is_refused() {
    let mut run = a_run()
        .with(single_choice())
        .with(single_choice())
        .seating(&["Ada"])
        .waiting();
    assert_eq!(run.answers("Ada", 0, right()), refused("not_open"));
    run.host(|seen| Command::Start { seen }).unwrap();
    assert_eq!(run.answers("Ada", 1, right()), refused("not_open"));
}

#[test]
fn an_answer_must_fit_the_question() {
    let orders = [
        vec![0, 1],
        vec![0, 1, 1],
        vec![0, 1, 3],
        vec![0, 1, 2, 3],
        vec![],
    ];
    let bad_order = orders.map(|order| {
        (
            ordering(Credit::Partial),
            Choice::Order(order),
            "out_of_range",
        )
    });
    let cases = [
        (single_choice(), option(3), "out_of_range"),
        (single_choice(), option(u32::MAX), "out_of_range"),
        (single_choice(), Choice::Options(vec![1]), "wrong_kind"),
        (single_choice(), Choice::Bool(true), "wrong_kind"),
        (poll(), option(2), "out_of_range"),
        (poll(), Choice::Options(vec![0]), "wrong_kind"),
        (
            multiple_choice(Credit::Partial),
            Choice::Options(vec![]),
            "out_of_range",
        ),
        (
            multiple_choice(Credit::Partial),
            Choice::Options(vec![1, 0]),
            "out_of_range",
        ),
        (
            multiple_choice(Credit::Partial),
            Choice::Options(vec![1, 1]),
            "out_of_range",
        ),
        (
            multiple_choice(Credit::Partial),
            Choice::Options(vec![0, 4]),
            "out_of_range",
        ),
        (multiple_choice(Credit::Partial), option(0), "wrong_kind"),
        (true_false(), Choice::Text("true".into()), "wrong_kind"),
        (number(), Choice::Number(f64::INFINITY), "out_of_range"),
        (number(), Choice::Number(f64::NAN), "out_of_range"),
        (number(), Choice::Text("42".into()), "wrong_kind"),
        (short_text(), Choice::Text(String::new()), "out_of_range"),
        (
            short_text(),
            Choice::Text(" \u{a0} ".into()),
            "out_of_range",
        ),
        (short_text(), Choice::Text("x".repeat(201)), "out_of_range"),
        (short_text(), Choice::Text("a\u{0}b".into()), "invalid_text"),
        (
            short_text(),
            Choice::Text("a\u{fffd}".into()),
            "invalid_text",
        ),
        (short_text(), Choice::Number(1.0), "wrong_kind"),
        (
            ordering(Credit::Partial),
            Choice::Options(vec![0, 1, 2]),
            "wrong_kind",
        ),
        (slide(), option(0), "wrong_kind"),
    ];
    for (question, choice, code) in cases.into_iter().chain(bad_order) {
        let mut run = a_run().with(question).seating(&["Ada"]).started();
        let before = run.json();
        assert_eq!(
            run.answers("Ada", 0, choice.clone()),
            refused(code),
            "{choice:?}"
        );
        assert_eq!(run.json(), before);
    }
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).started();
    assert_eq!(run.answers("Ada", 1, right()), refused("out_of_range"));
    assert_eq!(
        run.answers("Ada", u32::MAX, right()),
        refused("out_of_range")
    );
}

#[test]
fn texts_of_two_hundred_characters_and_numbers_of_any_size_are_answers() {
    let mut run = a_run()
        .with(short_text())
        .with(number())
        .seating(&["Ada"])
        .started();
    run.answers("Ada", 0, Choice::Text("🦀".repeat(200)))
        .unwrap();
    run.reveal();
    run.next();
    run.answers("Ada", 1, Choice::Number(-f64::MAX)).unwrap();
}

#[test]
fn when_all_have_answered_the_question_closes_if_the_host_wants() {
    for (wanted, phase) in [(true, Phase::Revealing), (false, Phase::Running)] {
        let run = a_run().with(single_choice()).seating(&["Ada", "Bob"]);
        let mut run = run
            .set(|settings| settings.close_when_all_answered = wanted)
            .started();
        run.answers("Ada", 0, right()).unwrap();
        assert_eq!(run.phase(), Phase::Running);
        run.answers("Bob", 0, right()).unwrap();
        assert_eq!(run.phase(), phase);
    }
}

#[test]
fn who_comes_later_is_waited_for_and_who_is_removed_is_not() {
    let run = a_run().with(single_choice()).seating(&["Ada", "Bob"]);
    let mut run = run
        .set(|settings| settings.close_when_all_answered = true)
        .started();
    run.joins("Cyd").unwrap();
    run.answers("Ada", 0, right()).unwrap();
    run.answers("Bob", 0, right()).unwrap();
    assert_eq!((run.phase(), run.counts().answered), (Phase::Running, 2));

    run.hosts(Command::Remove { seat: seat("Cyd") }).unwrap();

    assert_eq!(run.phase(), Phase::Revealing);
    assert_eq!([run.score("Ada"), run.score("Bob")], [1_000, 1_000]);
    assert_eq!(run.told("Cyd"), [Message::Removed { seat: seat("Cyd") }]);
}

#[test]
fn a_removed_participants_answer_counts_no_more() {
    let mut run = a_run()
        .with(single_choice())
        .seating(&["Ada", "Bob"])
        .started();
    run.answers("Ada", 0, wrong()).unwrap();
    run.answers("Bob", 0, right()).unwrap();
    run.hosts(Command::Remove { seat: seat("Ada") }).unwrap();
    assert_eq!((run.counts().participants, run.counts().answered), (1, 1));
    assert_eq!(run.distribution().counts[0], ("0".to_owned(), 0));
    assert_eq!(run.answers("Ada", 0, right()), refused("removed"));
}

#[test]
fn leaving_and_coming_back_changes_no_count() {
    let run = a_run().with(single_choice()).seating(&["Ada", "Bob"]);
    let mut run = run
        .set(|settings| settings.close_when_all_answered = true)
        .started();
    run.answers("Ada", 0, right()).unwrap();
    let before = run.counts();
    for _ in 0..5 {
        run.presence(false);
        run.presence(true);
        run.joins("Ada").unwrap();
    }
    assert_eq!(run.counts(), before);
    assert_eq!(run.phase(), Phase::Running);
}

#[test]
fn extra_time_holds_from_the_next_question_on_and_is_a_longer_scale() {
    let run = a_run()
        .with(single_choice().lasting(10))
        .with(single_choice().lasting(10));
    let mut run = run.seating(&["Ada", "Bob"]).started();
    run.hosts(Command::ExtraTime {
        seat: seat("Ada"),
        percent: 50,
    })
    .unwrap();
    run.at(10.001);
    assert_eq!(
        run.phase(),
        Phase::Revealing,
        "the open question is not stretched"
    );
    run.next();
    let ends =
        |run: &Stage, name| run.view(name).current.unwrap().timing.ends_at.unwrap() - run.now;
    assert_eq!(
        [ends(&run, "Ada"), ends(&run, "Bob")],
        [Millis::seconds(15), Millis::seconds(10)]
    );

    run.at(20.5);
    assert_eq!(run.answers("Bob", 1, right()), refused("too_late"));
    run.at(25.0);
    run.answers("Ada", 1, right()).unwrap();

    assert_eq!(
        run.phase(),
        Phase::Revealing,
        "nobody is left who could answer"
    );
    assert_eq!(run.score("Ada"), 500);
}

#[test]
fn who_has_extra_time_and_answers_keeps_nobody_waiting() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .seating(&["Ada", "Bob"])
        .waiting();
    run.hosts(Command::ExtraTime {
        seat: seat("Ada"),
        percent: 400,
    })
    .unwrap();
    run.host(|seen| Command::Start { seen }).unwrap();
    run.at(3.0).answers("Ada", 0, right()).unwrap();
    run.at(10.001);
    assert_eq!(run.phase(), Phase::Revealing);
}

#[test]
fn who_did_not_answer_timed_out_without_a_penalty() {
    let mut run = a_run()
        .with(single_choice().costing(300))
        .seating(&["Ada", "Bob"])
        .started();
    run.answers("Ada", 0, wrong()).unwrap();
    run.at(20.001);
    let outcomes = ["Ada", "Bob"].map(|name| match run.told(name).last() {
        Some(Message::Judged {
            judgement,
            solution: None,
        }) => (judgement.outcome, judgement.points, judgement.score),
        other => panic!("{other:?}"),
    });
    assert_eq!(
        outcomes,
        [(Outcome::Wrong, -300, 0), (Outcome::TimedOut, 0, 0)]
    );
}

#[test]
fn a_participant_cannot_answer_for_another() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).started();
    let answer = Command::Answer {
        index: 0,
        choice: right(),
    };
    let stranger = run.command(seat("Eve"), Role::Participant, answer.clone());
    assert_eq!(stranger, refused("not_admitted"));
    for role in [Role::Host, Role::Wall] {
        assert_eq!(
            run.command(seat("Ada"), role, answer.clone()),
            refused("wrong_role")
        );
    }
}

#[test]
fn answers_are_refused_while_the_run_is_paused_and_after_its_end() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).started();
    run.pause();
    assert_eq!(run.answers("Ada", 0, right()), refused("paused"));
    run.resume();
    run.end();
    assert_eq!(run.answers("Ada", 0, right()), refused("run_over"));
}

#[test]
fn an_ordering_is_judged_by_what_was_shown_and_same_items_may_stand_for_each_other() {
    let mut run = a_run()
        .with(ordering(Credit::AllOrNothing))
        .seating(&["Ada"])
        .started();
    let solution = run
        .host_view()
        .current
        .unwrap()
        .solution
        .unwrap()
        .correct
        .unwrap();
    run.answers("Ada", 0, solution).unwrap();
    run.reveal();
    assert_eq!(run.score("Ada"), 1_000);

    let items = vec![text("same"), text("same")];
    let kind = lectern_quiz::model::Kind::Ordering {
        items,
        credit: Credit::AllOrNothing,
    };
    let mut twins = ordering(Credit::AllOrNothing);
    twins.kind = kind;
    let mut run = a_run().with(twins).seating(&["Ada", "Bob"]).started();
    run.answers("Ada", 0, Choice::Order(vec![0, 1])).unwrap();
    run.answers("Bob", 0, Choice::Order(vec![1, 0])).unwrap();
    run.reveal();
    assert_eq!([run.score("Ada"), run.score("Bob")], [1_000, 1_000]);
}
