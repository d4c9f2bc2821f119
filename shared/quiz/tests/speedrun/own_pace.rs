//! Self-paced runs.

use crate::stage::*;
use lectern_identity::Millis;
use lectern_live::{Engine, Role};
use lectern_quiz::speedrun::message::{EndReason, Message, Outcome, Progress, Total};
use lectern_quiz::speedrun::{Command, IDLE_AFTER, Phase};

fn three() -> Plan {
    a_run()
        .self_paced()
        .with(single_choice())
        .with(short_text())
        .with(single_choice())
}

fn two() -> Plan {
    a_run()
        .self_paced()
        .with(single_choice())
        .with(single_choice())
}

#[test]
fn everybody_moves_alone() {
    let mut run = three().seating(&["Ada", "Bob"]).started();
    assert_eq!(run.phase(), Phase::Running);
    assert!(run.view("Ada").current.is_none());
    run.advances("Ada").unwrap();
    run.at(10.0).answers("Ada", 0, right()).unwrap();
    run.advances("Bob").unwrap();
    run.advances("Ada").unwrap();
    assert_eq!([run.me("Ada").opened, run.me("Bob").opened], [2, 1]);
    assert_eq!([run.score("Ada"), run.score("Bob")], [750, 0]);
    let told = |run: &Stage, name| run.told(name).len();
    assert_eq!(
        [told(&run, "Ada"), told(&run, "Bob")],
        [4, 1],
        "opened, answered, judged, opened"
    );
    assert!(
        run.told_group(0)
            .iter()
            .all(|message| matches!(message, Message::Started { .. }))
    );
}

#[test]
fn an_answer_closes_the_question_and_shows_its_solution_to_who_gave_it() {
    let mut run = three().seating(&["Ada", "Bob"]).started();
    run.advances("Ada").unwrap();
    run.advances("Bob").unwrap();
    run.answers("Ada", 0, wrong()).unwrap();
    let Some(Message::Judged {
        judgement,
        solution: Some(solution),
    }) = run.told("Ada").last()
    else {
        panic!("{:?}", run.told("Ada"))
    };
    assert_eq!(
        (judgement.outcome, solution.correct.clone()),
        (Outcome::Wrong, Some(right()))
    );
    let current = run.view("Ada").current.unwrap();
    assert_eq!(
        (current.solution.as_ref(), current.judgement.as_ref()),
        (Some(solution), Some(judgement))
    );
    assert_eq!(run.view("Bob").current.unwrap().solution, None);
    assert_eq!(run.answers("Ada", 0, right()), refused("already_answered"));
    assert_eq!(run.answers("Ada", 1, right()), refused("not_open"));
    assert!(run.host_view().current.is_none());
}

#[test]
fn one_moves_on_only_from_a_closed_question() {
    let mut run = three().seating(&["Ada"]).started();
    run.advances("Ada").unwrap();
    assert_eq!(run.advances("Ada"), refused("still_open"));
    let stale = Command::Advance { opened: 0 };
    assert_eq!(
        run.command(seat("Ada"), Role::Participant, stale.clone()),
        refused("stale")
    );
    run.answers("Ada", 0, right()).unwrap();
    run.advances("Ada").unwrap();
    assert_eq!(
        run.command(seat("Ada"), Role::Participant, stale),
        refused("stale")
    );
}

#[test]
fn time_runs_for_each_alone_and_closes_only_their_question() {
    let mut run = three().seating(&["Ada", "Bob"]).started();
    run.advances("Ada").unwrap();
    run.at(10.0).advances("Bob").unwrap();
    run.at(20.001);
    assert!(
        matches!(run.told("Ada").last(), Some(Message::Judged { judgement, solution: Some(_) })
        if judgement.outcome == Outcome::TimedOut)
    );
    assert_eq!(run.answers("Ada", 0, right()), refused("too_late"));
    run.at(30.0).answers("Bob", 0, right()).unwrap();
    assert_eq!(run.score("Bob"), 500);
}

#[test]
fn moving_on_before_the_clock_has_come_closes_what_is_over() {
    let mut run = three().seating(&["Ada"]).started();
    run.advances("Ada").unwrap();
    run.now = DAWN + Millis(20_001);
    run.advances("Ada").unwrap();
    assert_eq!(run.me("Ada").opened, 2);
    assert!(matches!(
        run.told("Ada"),
        [
            _,
            Message::Judged { .. },
            Message::Opened { step: None, .. }
        ]
    ));
}

#[test]
fn the_run_ends_when_everybody_is_through() {
    let mut run = two().seating(&["Ada", "Bob"]).started();
    for name in ["Ada", "Bob"] {
        for index in 0..2 {
            run.advances(name).unwrap();
            run.answers(name, index, right()).unwrap();
        }
        assert_eq!(run.told(name).last(), Some(&Message::Done { score: 2_000 }));
        assert!(run.me(name).done);
    }
    assert_eq!(run.host_view().end_reason, Some(EndReason::Completed));
    assert_eq!(run.counts().answered, 2);
}

#[test]
fn who_is_through_waits_for_the_others() {
    let mut run = two().seating(&["Ada", "Bob"]).started();
    for index in 0..2 {
        run.advances("Ada").unwrap();
        run.answers("Ada", index, right()).unwrap();
    }
    assert_eq!(run.phase(), Phase::Running);
    assert_eq!(run.advances("Ada"), refused("done"));
    run.hosts(Command::Remove { seat: seat("Bob") }).unwrap();
    assert_eq!(run.host_view().end_reason, Some(EndReason::Completed));
}

#[test]
fn the_last_timeout_ends_the_run_without_any_client() {
    let mut run = a_run()
        .self_paced()
        .with(single_choice())
        .seating(&["Ada", "Bob"])
        .started();
    run.advances("Ada").unwrap();
    run.at(5.0).advances("Bob").unwrap();
    run.at(20.001);
    assert_eq!(run.told("Ada").last(), Some(&Message::Done { score: 0 }));
    assert_eq!(run.phase(), Phase::Running);
    run.at(25.001);
    assert_eq!(run.host_view().end_reason, Some(EndReason::Completed));
}

#[test]
fn idle_participants_do_not_hold_up_the_run_for_ever_but_may_come_back_before() {
    let idle = IDLE_AFTER.0 as f64 / 1_000.0;
    let mut run = two().seating(&["Ada", "Bob", "Cyd"]).started();
    run.advances("Ada").unwrap();
    run.answers("Ada", 0, right()).unwrap();
    run.at(idle - 1.0).advances("Bob").unwrap();
    run.at(idle + 10.0);
    assert_eq!(run.phase(), Phase::Running, "somebody has a question open");
    run.answers("Bob", 0, right()).unwrap();
    run.at(2.0 * idle).advances("Ada").unwrap();
    run.answers("Ada", 1, right()).unwrap();
    run.at(2.0 * idle + 9.9);
    assert_eq!(run.phase(), Phase::Running);
    run.at(2.0 * idle + 10.0);
    assert_eq!(run.host_view().end_reason, Some(EndReason::Completed));
}

#[test]
fn a_slide_has_no_time_and_is_left_by_moving_on() {
    let mut run = a_run()
        .self_paced()
        .with(slide())
        .with(single_choice())
        .with(slide())
        .seating(&["Ada"])
        .started();
    run.advances("Ada").unwrap();
    assert_eq!(run.view("Ada").current.unwrap().timing.ends_at, None);
    run.at(300.0).advances("Ada").unwrap();
    run.answers("Ada", 1, right()).unwrap();
    run.advances("Ada").unwrap();
    assert_eq!(run.phase(), Phase::Running);
    run.advances("Ada").unwrap();
    assert_eq!(run.host_view().end_reason, Some(EndReason::Completed));
}

#[test]
fn a_pause_stops_each_ones_time() {
    let mut run = three().seating(&["Ada", "Bob"]).started();
    run.advances("Ada").unwrap();
    run.at(5.0).pause();
    assert_eq!(run.advances("Bob"), refused("paused"));
    run.at(105.0).resume();
    run.at(115.0).answers("Ada", 0, right()).unwrap();
    assert_eq!(run.score("Ada"), 625, "15 of 20 seconds were used");
}

#[test]
fn an_interruption_and_more_time_move_every_open_question() {
    let mut run = three().seating(&["Ada", "Bob"]).started();
    run.advances("Ada").unwrap();
    run.at(5.0).advances("Bob").unwrap();
    run.now = DAWN + Millis::seconds(15);
    run.tick(Millis::seconds(10));
    run.host(|seen| Command::MoreTime { seen, seconds: 30 })
        .unwrap();
    let ends = |run: &Stage, name| run.view(name).current.unwrap().timing.ends_at.unwrap() - DAWN;
    assert_eq!(
        [ends(&run, "Ada"), ends(&run, "Bob")],
        [Millis::seconds(60), Millis::seconds(65)]
    );
    run.at(60.0).answers("Ada", 0, right()).unwrap();
    assert_eq!(run.score("Ada"), 500);
    run.at(65.001);
    assert!(matches!(
        run.told("Bob").last(),
        Some(Message::Judged { .. })
    ));
}

#[test]
fn extra_time_is_in_the_timing_that_the_participant_is_told() {
    let mut run = three().seating(&["Ada"]).waiting();
    run.hosts(Command::ExtraTime {
        seat: seat("Ada"),
        percent: 100,
    })
    .unwrap();
    run.host(|seen| Command::Start { seen }).unwrap();
    run.advances("Ada").unwrap();
    let Some(Message::Opened { timing, .. }) = run.told("Ada").last() else {
        panic!()
    };
    assert_eq!(timing.ends_at, Some(DAWN + Millis::seconds(40)));
    run.at(40.0).answers("Ada", 0, right()).unwrap();
    assert_eq!(run.score("Ada"), 500);
}

#[test]
fn who_comes_late_begins_with_the_first_question() {
    let mut run = two().seating(&["Ada"]).started();
    run.advances("Ada").unwrap();
    run.answers("Ada", 0, right()).unwrap();
    run.joins("Bob").unwrap();
    run.advances("Bob").unwrap();
    run.answers("Bob", 0, right()).unwrap();
    assert_eq!(run.me("Bob").rank, Some(1));
}

#[test]
fn hosts_see_who_is_behind() {
    let mut run = three().seating(&["Ada", "Bob"]).started();
    run.advances("Ada").unwrap();
    run.answers("Ada", 0, right()).unwrap();
    run.at(3.0).advances("Ada").unwrap();
    let progress = run
        .engine
        .totals(2)
        .into_iter()
        .find(|(name, _)| *name == "progress");
    let bob = Progress {
        seat: seat("Bob"),
        closed: 0,
        right: 0,
        since: None,
    };
    let ada = Progress {
        seat: seat("Ada"),
        closed: 1,
        right: 1,
        since: Some(run.now),
    };
    assert_eq!(
        progress,
        Some(("progress", Total::Progress(vec![bob, ada])))
    );
}

#[test]
fn host_paced_commands_do_not_fit() {
    let mut run = two().seating(&["Ada"]).started();
    assert_eq!(
        run.host(|seen| Command::Next { seen }),
        refused("wrong_phase")
    );
    assert_eq!(
        run.host(|seen| Command::Reveal { seen }),
        refused("wrong_phase")
    );
    let mut hosted = a_run().with(single_choice()).seating(&["Ada"]).started();
    assert_eq!(hosted.advances("Ada"), refused("wrong_phase"));
    let mut lobby = two().seating(&["Ada"]).waiting();
    assert_eq!(lobby.advances("Ada"), refused("wrong_phase"));
}

#[test]
fn the_host_may_end_it_and_open_questions_are_timed_out() {
    let mut run = two().seating(&["Ada", "Bob"]).started();
    run.advances("Ada").unwrap();
    run.end();
    assert_eq!(run.host_view().end_reason, Some(EndReason::EndedByHost));
    assert_eq!(run.advances("Ada"), refused("run_over"));
    assert_eq!(run.engine.wake_at(), None);
}

#[test]
fn a_penalty_never_ranks_one_behind_oneself() {
    let mut run = a_run()
        .self_paced()
        .with(single_choice())
        .with(single_choice().costing(500))
        .seating(&["Ada", "Bob"])
        .started();
    for (index, choice) in [(0, right()), (1, wrong())] {
        run.advances("Ada").unwrap();
        run.answers("Ada", index, choice).unwrap();
    }
    let ranks: Vec<_> = run
        .told("Ada")
        .iter()
        .filter_map(|message| match message {
            Message::Judged { judgement, .. } => Some((judgement.score, judgement.rank)),
            _ => None,
        })
        .collect();
    assert_eq!(ranks, [(1_000, Some(1)), (500, Some(1))]);
}

#[test]
fn who_is_through_is_counted_once_whatever_the_host_does_with_them() {
    let mut run = two().seating(&["Ada", "Bob", "Cyd"]).started();
    for index in 0..2 {
        run.advances("Ada").unwrap();
        run.answers("Ada", index, right()).unwrap();
    }
    let extra = Command::ExtraTime {
        seat: seat("Ada"),
        percent: 10,
    };
    run.hosts(extra).unwrap();
    assert_eq!(run.counts().answered, 1);
    run.hosts(Command::Remove { seat: seat("Ada") }).unwrap();
    assert_eq!((run.counts().answered, run.phase()), (0, Phase::Running));
}
