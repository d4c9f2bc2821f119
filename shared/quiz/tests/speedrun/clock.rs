//! Timers, interruptions, and the end that needs no client.

use crate::stage::*;
use lectern_identity::Millis;
use lectern_live::Engine;
use lectern_quiz::speedrun::message::{EndReason, Message};
use lectern_quiz::speedrun::{Command, Event, MAX_DOWN, MAX_LIFE, Phase};

#[test]
fn a_run_whose_host_went_away_ends_although_somebody_stays_connected() {
    let mut run = a_run()
        .with(slide())
        .with(single_choice().lasting(10))
        .with(single_choice().lasting(10))
        .seating(&["Ada"])
        .started();
    run.presence(true);
    run.at(3_599.0);
    assert_eq!((run.phase(), run.open_index()), (Phase::Running, Some(0)));
    run.at(3_600.0);
    assert_eq!((run.phase(), run.open_index()), (Phase::Running, Some(1)));
    run.at(3_611.0);
    assert_eq!((run.phase(), run.open_index()), (Phase::Revealing, Some(1)));
    run.at(7_211.0);
    assert_eq!((run.phase(), run.open_index()), (Phase::Running, Some(2)));
    run.at(7_819.0);
    assert_eq!(run.phase(), Phase::Revealing);
    run.at(7_821.0);
    assert_eq!(run.host_view().end_reason, Some(EndReason::Completed));
}

#[test]
fn a_question_closes_and_the_next_one_opens_without_anybody() {
    let run = a_run()
        .with(single_choice().lasting(10))
        .with(slide().lasting(7))
        .with(poll().lasting(10));
    let mut run = run
        .set(|settings| settings.advance_after = Some(5))
        .seating(&["Ada"])
        .started();
    run.at(10.001);
    assert_eq!((run.phase(), run.open_index()), (Phase::Revealing, Some(0)));
    run.at(15.001);
    assert_eq!((run.phase(), run.open_index()), (Phase::Running, Some(1)));
    run.at(22.002);
    assert_eq!((run.phase(), run.open_index()), (Phase::Running, Some(2)));
    run.at(37.003);
    assert_eq!(run.host_view().end_reason, Some(EndReason::Completed));
}

#[test]
fn a_slide_stays_until_the_host_moves_on_where_the_host_moves_on() {
    let mut run = a_run()
        .with(slide())
        .with(single_choice())
        .seating(&["Ada"])
        .started();
    assert_eq!(run.view("Ada").current.unwrap().timing.ends_at, None);
    run.at(500.0);
    assert_eq!(run.open_index(), Some(0));
    run.next();
    assert_eq!(run.open_index(), Some(1));
}

#[test]
fn ticks_may_come_early_late_and_twice() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .seating(&["Ada"])
        .started();
    run.now = DAWN + Millis::seconds(10);
    assert!(
        run.tick(Millis(0)).is_empty(),
        "the last millisecond is still in time"
    );
    run.now = DAWN + Millis::seconds(500);
    assert!(matches!(run.tick(Millis(0))[..], [Event::Revealed { .. }]));
    assert!(run.tick(Millis(0)).is_empty());
}

#[test]
fn an_interruption_is_given_back_and_costs_no_points() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .seating(&["Ada"])
        .started();
    run.now = DAWN + Millis::seconds(12);
    let events = run.tick(Millis::seconds(8));
    assert_eq!(
        events,
        [Event::Interrupted {
            by: Millis::seconds(8)
        }]
    );
    assert_eq!(
        run.told_group(0).last(),
        Some(&Message::Interrupted {
            by: Millis::seconds(8)
        })
    );
    run.at(13.0).answers("Ada", 0, right()).unwrap();
    run.reveal();
    assert_eq!(
        run.score("Ada"),
        750,
        "eight of thirteen seconds were the server's"
    );
}

#[test]
fn an_interruption_is_given_back_within_a_bound() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .seating(&["Ada"])
        .started();
    run.now = DAWN + Millis::hours(1);
    let events = run.tick(Millis::hours(1));
    assert!(matches!(
        events[..],
        [Event::Interrupted { by: MAX_DOWN }, Event::Revealed { .. }]
    ));
}

#[test]
fn an_interruption_moves_nothing_that_does_not_run() {
    let mut run = a_run()
        .with(single_choice().lasting(10))
        .seating(&["Ada"])
        .waiting();
    assert!(run.tick(Millis::seconds(5)).is_empty());
    run.host(|seen| Command::Start { seen }).unwrap();
    run.pause();
    assert!(run.tick(Millis::seconds(5)).is_empty());
}

#[test]
fn a_run_that_everybody_left_ends() {
    let run = a_run()
        .with(single_choice().lasting(3_600))
        .seating(&["Ada"]);
    let mut run = run.set(|settings| settings.abandon_after = 60).started();
    run.answers("Ada", 0, right()).unwrap();
    run.at(10.0).presence(false);
    run.at(30.0).presence(true);
    run.at(100.0);
    assert_eq!(run.phase(), Phase::Running);
    run.presence(false);
    run.presence(false);
    run.at(159.9);
    assert_eq!(run.phase(), Phase::Running);
    run.at(160.0);
    assert_eq!(run.host_view().end_reason, Some(EndReason::Abandoned));
    assert_eq!(run.score("Ada"), 1_000, "what was answered counts");
    assert_eq!(run.engine.wake_at(), None);
}

#[test]
fn a_run_to_which_nobody_comes_ends_in_the_lobby() {
    let mut run = Stage::empty();
    run.order(a_run().with(single_choice()).order()).unwrap();
    run.at(1_800.0);
    assert_eq!(run.host_view().end_reason, Some(EndReason::Abandoned));
}

#[test]
fn a_paused_run_that_everybody_left_ends_too() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).started();
    run.answers("Ada", 0, right()).unwrap();
    run.pause();
    run.presence(false);
    run.at(1_800.0);
    assert_eq!(run.host_view().end_reason, Some(EndReason::Abandoned));
    assert_eq!(run.score("Ada"), 1_000);
}

#[test]
fn a_forgotten_screen_keeps_no_run_alive_for_ever() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).waiting();
    run.until(DAWN + MAX_LIFE);
    assert_eq!(run.host_view().end_reason, Some(EndReason::Abandoned));
}
