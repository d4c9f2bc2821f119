//! What hosts do.

use crate::stage::*;
use lectern_identity::Millis;
use lectern_quiz::speedrun::message::{EndReason, Message};
use lectern_quiz::speedrun::{Command, Pace, Phase, Settings};

#[test]
fn a_double_click_does_nothing() {
    let mut run = a_run()
        .with(single_choice())
        .with(single_choice())
        .with(single_choice())
        .seating(&["Ada"])
        .waiting();
    run.hosts(Command::Start { seen: 0 }).unwrap();
    assert_eq!(run.hosts(Command::Start { seen: 0 }), refused("stale"));
    run.reveal();
    let seen = run.host_view().step;
    run.hosts(Command::Next { seen }).unwrap();
    assert_eq!(run.hosts(Command::Next { seen }), refused("stale"));
    assert_eq!(run.open_index(), Some(1));
    assert_eq!(run.hosts(Command::End { seen }), refused("stale"));
}

#[test]
fn a_click_that_crosses_the_clock_does_nothing() {
    let mut run = a_run()
        .with(single_choice())
        .with(single_choice())
        .seating(&["Ada"])
        .started();
    let seen = run.host_view().step;
    run.at(20.001);
    assert_eq!(run.hosts(Command::Reveal { seen }), refused("stale"));
}

#[test]
fn two_host_screens_lead_the_same_run() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).waiting();
    let role = lectern_live::Role::Host;
    run.command(seat("laptop"), role, Command::Start { seen: 0 })
        .unwrap();
    assert_eq!(
        run.command(seat("phone"), role, Command::Start { seen: 0 }),
        refused("stale")
    );
    run.command(seat("phone"), role, Command::Reveal { seen: 2 })
        .unwrap();
    assert_eq!(run.phase(), Phase::Revealing);
}

#[test]
fn commands_fit_the_phase() {
    let mut run = a_run()
        .with(single_choice())
        .with(slide())
        .seating(&["Ada"])
        .waiting();
    assert_eq!(
        run.host(|seen| Command::Next { seen }),
        refused("wrong_phase")
    );
    assert_eq!(
        run.host(|seen| Command::Reveal { seen }),
        refused("wrong_phase")
    );
    assert_eq!(
        run.host(|seen| Command::Pause { seen }),
        refused("wrong_phase")
    );
    assert_eq!(
        run.host(|seen| Command::Resume { seen }),
        refused("wrong_phase")
    );
    assert_eq!(
        run.host(|seen| Command::MoreTime { seen, seconds: 5 }),
        refused("wrong_phase")
    );
    run.host(|seen| Command::Start { seen }).unwrap();
    assert_eq!(
        run.host(|seen| Command::Start { seen }),
        refused("wrong_phase")
    );
    assert_eq!(
        run.host(|seen| Command::Next { seen }),
        refused("wrong_phase"),
        "a question is revealed first"
    );
    let settings = Settings::default();
    assert_eq!(
        run.host(|seen| Command::Configure { seen, settings }),
        refused("wrong_phase")
    );
    run.pause();
    assert_eq!(run.host(|seen| Command::Pause { seen }), refused("paused"));
    assert_eq!(run.host(|seen| Command::Reveal { seen }), refused("paused"));
    run.resume();
    run.reveal();
    assert_eq!(
        run.host(|seen| Command::Reveal { seen }),
        refused("wrong_phase")
    );
    assert_eq!(
        run.host(|seen| Command::MoreTime { seen, seconds: 5 }),
        refused("wrong_phase")
    );
    run.next();
    assert_eq!(
        run.host(|seen| Command::Reveal { seen }),
        refused("wrong_phase"),
        "a slide has nothing to reveal"
    );
    assert_eq!(
        run.host(|seen| Command::MoreTime { seen, seconds: 5 }),
        refused("wrong_phase")
    );
    run.next();
    assert_eq!(run.phase(), Phase::Finished);
    assert_eq!(run.host(|seen| Command::End { seen }), refused("run_over"));
    assert_eq!(
        run.hosts(Command::Lock { locked: true }),
        refused("run_over")
    );
}

#[test]
fn a_pause_stops_the_time_for_everybody() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .seating(&["Ada"])
        .started();
    run.at(4.0).pause();
    assert_eq!(run.view("Ada").paused_at, Some(run.now));
    run.at(1_000.0);
    assert_eq!(run.phase(), Phase::Paused);
    run.resume();
    assert_eq!(
        run.told_group(0).last(),
        Some(&Message::Resumed {
            step: 4,
            by: Millis::seconds(996)
        })
    );
    run.at(1_005.0).answers("Ada", 0, right()).unwrap();
    run.reveal();
    assert_eq!(run.score("Ada"), 550, "nine of ten seconds were used");
}

#[test]
fn a_pause_also_stops_the_way_to_the_next_question() {
    let run = a_run()
        .with(single_choice())
        .with(single_choice())
        .seating(&["Ada"]);
    let mut run = run
        .set(|settings| settings.advance_after = Some(5))
        .started();
    run.reveal();
    run.at(3.0).pause();
    run.at(100.0).resume();
    assert_eq!(run.phase(), Phase::Revealing);
    run.at(101.9);
    assert_eq!(run.phase(), Phase::Revealing);
    run.at(102.0);
    assert_eq!((run.phase(), run.open_index()), (Phase::Running, Some(1)));
}

#[test]
fn more_time_moves_the_end_and_takes_nothing_from_anybody() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .seating(&["Ada", "Bob"])
        .started();
    run.at(5.0).answers("Ada", 0, right()).unwrap();
    run.host(|seen| Command::MoreTime { seen, seconds: 30 })
        .unwrap();
    run.at(39.0).answers("Bob", 0, right()).unwrap();
    run.at(40.001);
    assert_eq!(run.phase(), Phase::Revealing);
    assert_eq!([run.score("Ada"), run.score("Bob")], [750, 500]);
    for seconds in [0, 601] {
        let code = run.host(|seen| Command::MoreTime { seen, seconds });
        assert_eq!(code, refused("out_of_range"));
    }
}

#[test]
fn settings_change_in_the_lobby_and_are_checked() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).waiting();
    let settings = Settings {
        pace: Pace::Own,
        duration: Some(30),
        ..Settings::default()
    };
    run.host(|seen| Command::Configure {
        seen,
        settings: settings.clone(),
    })
    .unwrap();
    assert_eq!(run.view("Ada").settings, settings);
    let told = Message::Configured {
        step: 1,
        settings,
        questions: 1,
    };
    assert_eq!(run.told_group(0), [told]);
    let bad = Settings {
        abandon_after: 0,
        ..Settings::default()
    };
    assert_eq!(
        run.host(|seen| Command::Configure {
            seen,
            settings: bad
        }),
        refused("invalid_settings")
    );
}

#[test]
fn a_duration_for_all_overrides_each_questions_own() {
    let run = a_run().with(single_choice().lasting(10)).seating(&["Ada"]);
    let mut run = run.set(|settings| settings.duration = Some(60)).started();
    run.at(59.0);
    assert_eq!(run.phase(), Phase::Running);
    run.at(60.001);
    assert_eq!(run.phase(), Phase::Revealing);
}

#[test]
fn a_hidden_leaderboard_is_seen_by_hosts_only() {
    let run = a_run().with(single_choice()).seating(&["Ada", "Bob"]);
    let mut run = run.set(|settings| settings.leaderboard = false).started();
    run.answers("Ada", 0, right()).unwrap();
    run.reveal();
    assert!(run.leaderboard().is_empty());
    assert_eq!(run.standings()[0].name, "Ada");
    assert_eq!(run.me("Ada").rank, None);
    let ranks = run.told("Ada").iter().filter_map(|message| match message {
        Message::Judged { judgement, .. } => Some(judgement.rank),
        _ => None,
    });
    assert_eq!(ranks.collect::<Vec<_>>(), [None]);

    run.hosts(Command::Leaderboard { shown: true }).unwrap();

    assert_eq!(
        run.told_group(0).last(),
        Some(&Message::LeaderboardShown { shown: true })
    );
    assert_eq!(run.leaderboard(), run.standings());
    assert_eq!(run.me("Bob").rank, Some(2));
}

#[test]
fn ties_share_a_rank() {
    let mut run = a_run()
        .with(single_choice())
        .seating(&["Ada", "Bob", "Cyd", "Dan"])
        .started();
    for name in ["Ada", "Cyd"] {
        run.answers(name, 0, right()).unwrap();
    }
    run.reveal();
    let ranks: Vec<_> = run
        .leaderboard()
        .into_iter()
        .map(|line| (line.rank, line.name))
        .collect();
    let expected = [(1, "Ada"), (1, "Cyd"), (3, "Bob"), (3, "Dan")];
    assert_eq!(ranks, expected.map(|(rank, name)| (rank, name.to_owned())));
    assert_eq!(run.me("Dan").rank, Some(3));
}

#[test]
fn ending_closes_the_open_question_and_counts_it() {
    let mut run = a_run()
        .with(single_choice())
        .with(single_choice())
        .seating(&["Ada"])
        .started();
    run.answers("Ada", 0, right()).unwrap();
    run.end();
    assert_eq!(run.score("Ada"), 1_000);
    assert_eq!(run.view("Ada").end_reason, Some(EndReason::EndedByHost));
    let [
        ..,
        Message::Revealed { .. },
        Message::Finished { reason, .. },
    ] = run.told_group(0)
    else {
        panic!("{:?}", run.told_group(0))
    };
    assert_eq!(*reason, EndReason::EndedByHost);
}

#[test]
fn moving_on_from_the_last_question_completes_the_run() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).started();
    run.reveal();
    run.next();
    assert_eq!(run.host_view().end_reason, Some(EndReason::Completed));
}

#[test]
fn removing_during_a_pause_closes_nothing_before_it_ends() {
    let run = a_run().with(single_choice()).seating(&["Ada", "Bob"]);
    let mut run = run
        .set(|settings| settings.close_when_all_answered = true)
        .started();
    run.answers("Ada", 0, right()).unwrap();
    run.pause();
    run.hosts(Command::Remove { seat: seat("Bob") }).unwrap();
    assert_eq!(run.phase(), Phase::Paused);
    run.resume();
    assert_eq!(run.phase(), Phase::Revealing);
}

#[test]
fn questions_and_options_are_shuffled_the_same_for_all_and_judged_right() {
    let mut questions = (0..20).fold(a_run(), |run, n| {
        let mut question = single_choice();
        question.text = text(&n.to_string());
        run.with(question)
    });
    questions = questions.set(|settings| {
        settings.shuffle_questions = true;
        settings.shuffle_options = true;
    });
    let mut run = questions.seating(&["Ada"]).started();
    let mut order = vec![];
    for index in 0..20 {
        let current = run.host_view().current.unwrap();
        order.push(current.question.text.plain());
        let solution = current.solution.unwrap().correct.unwrap();
        run.answers("Ada", index, solution).unwrap();
        run.reveal();
        run.next();
    }
    assert_eq!(run.score("Ada"), 20_000);
    assert_ne!(order, (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn extra_time_is_told_to_hosts_and_the_participant_only() {
    let mut run = a_run()
        .with(single_choice())
        .seating(&["Ada", "Bob"])
        .waiting();
    run.hosts(Command::ExtraTime {
        seat: seat("Ada"),
        percent: 25,
    })
    .unwrap();
    let told = Message::ExtraTime {
        seat: seat("Ada"),
        percent: 25,
    };
    assert_eq!(
        (run.told("Ada"), run.told_group(2)),
        (&[told.clone()][..], &[told][..])
    );
    assert!(run.told("Bob").is_empty());
    let extra = |view: lectern_quiz::speedrun::View| view.people.unwrap()[0].extra_time;
    assert_eq!([extra(run.host_view()), extra(run.wall_view())], [25, 0]);
    let most = Command::ExtraTime {
        seat: seat("Ada"),
        percent: 401,
    };
    assert_eq!(run.hosts(most), refused("out_of_range"));
}

#[test]
fn everybody_is_told_the_language_of_the_questions() {
    let run = a_run().with(single_choice()).seating(&["Ada"]).waiting();
    for view in [run.host_view(), run.wall_view(), run.view("Ada")] {
        assert_eq!(view.language.as_deref(), Some("en-GB"));
    }
}
