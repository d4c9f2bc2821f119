//! Bad input and budgets: refused with a code, or closed with one; nobody else notices.

use super::support::{HOST, World, world::add};
use lectern_live::{
    session::Effect,
    wire::{Close, FRAME_BURST, MAX_FRAME, MAX_MALFORMED},
};
use serde_json::json;

#[test]
fn a_malformed_frame_is_refused_and_the_socket_stays() {
    let mut world = World::new();
    let ada = world.join(1);
    world.taken(ada);
    for bad in [
        "",
        "{",
        "null",
        "\u{0}",
        "{\"type\":\"command\",\"id\":1,\"command\":{}}",
    ] {
        world.text(ada, bad);
    }
    world.input(|session, at| session.unread_frame(ada, 3, at));
    let frames = world.taken(ada);
    assert_eq!(frames.len(), 6);
    assert!(frames.iter().all(|frame| frame["code"] == "malformed"));
    assert_eq!(frames[4]["field"], "/command/type");
    assert_eq!(world.told(ada, 1, add(1)).last().unwrap()["type"], "ack");
}

#[test]
fn repeated_malformed_frames_close_the_socket_also_over_a_sleep() {
    let mut world = World::new();
    let ada = world.join(1);
    for _ in 0..MAX_MALFORMED {
        world.text(ada, "?");
    }
    world.sleep();
    assert!(world.closed.is_empty());
    world.text(ada, "?");
    assert_eq!(world.closed[&ada], Close::BadFrames);
}

#[test]
fn a_frame_that_is_too_large_closes_the_socket() {
    let mut world = World::new();
    let ada = world.join(1);
    world.text(ada, &"x".repeat(MAX_FRAME + 1));
    assert_eq!(world.closed[&ada], Close::BadFrames);
}

#[test]
fn a_frame_that_was_not_copied_in_counts_like_any_other() {
    let mut world = World::new();
    let (ada, ben) = (world.join(1), world.join(2));
    world.input(|session, at| session.unread_frame(ada, MAX_FRAME + 1, at));
    assert_eq!(world.closed[&ada], Close::BadFrames);
    for _ in 0..=FRAME_BURST {
        world.input(|session, at| session.unread_frame(ben, 0, at));
    }
    assert_eq!(
        world.closed[&ben],
        Close::BadFrames,
        "after ten malformed ones"
    );
    let cleo = world.join(3);
    for _ in 1..FRAME_BURST {
        world.say(cleo, json!({"type": "seen", "channels": {}}));
    }
    world.input(|session, at| session.unread_frame(cleo, 3, at));
    assert_eq!(world.closed[&cleo], Close::TooFast);
}

#[test]
fn text_that_was_no_utf8_is_refused_and_is_not_malformed() {
    let mut world = World::new();
    let ada = world.join(1);
    for _ in 0..=MAX_MALFORMED {
        let told = world.told(ada, 1, json!({"type": "whisper", "text": "caf\u{fffd}"}));
        let refused = told.last().unwrap();
        assert_eq!(
            (&refused["code"], &refused["id"], &refused["field"]),
            (&json!("invalid_text"), &json!(1), &json!("/command/text"))
        );
    }
    assert!(world.closed.is_empty());
    assert_eq!(world.told(ada, 1, add(1)).last().unwrap()["type"], "ack");
}

#[test]
fn too_many_frames_close_the_socket_and_others_go_on() {
    let mut world = World::new();
    let (ada, ben) = (world.join(1), world.join(2));
    for _ in 0..=FRAME_BURST {
        world.say(ada, json!({"type": "seen", "channels": {"all": 1}}));
    }
    assert_eq!(world.closed[&ada], Close::TooFast);
    assert_eq!(world.told(ben, 1, add(1)).last().unwrap()["type"], "ack");
}

#[test]
fn a_client_that_never_reports_is_closed_and_one_that_reports_is_not() {
    let mut world = World::new();
    let (host, ada, ben) = (world.join(HOST), world.join(1), world.join(2));
    for id in 1..=50 {
        world.now.0 += 1_000;
        world.told(host, id, json!({"type": "shout", "bytes": 100_000}));
        world.say(
            host,
            json!({"type": "seen", "channels": {"all": id + 1, "hosts": 99}}),
        );
        world.say(ada, json!({"type": "seen", "channels": {"all": id + 1}}));
        world.flush();
    }
    assert_eq!(world.closed.get(&ben), Some(&Close::TooSlow));
    assert_eq!(world.closed.len(), 1);
}

#[test]
fn a_client_cannot_escape_the_byte_cap_by_letting_the_object_sleep() {
    let mut world = World::new();
    let (host, ada) = (world.join(HOST), world.join(1));
    for id in 1..=60 {
        world.now.0 += 1_000;
        world.told(host, id, json!({"type": "shout", "bytes": 100_000}));
        world.say(
            host,
            json!({"type": "seen", "channels": {"all": id + 1, "hosts": 99}}),
        );
        world.sleep();
    }
    assert_eq!(world.closed.get(&ada), Some(&Close::TooSlow));
}

#[test]
fn a_report_about_an_unknown_channel_is_malformed() {
    let mut world = World::new();
    let ada = world.join(1);
    world.taken(ada);
    world.say(ada, json!({"type": "seen", "channels": {"other/one": 1}}));
    assert_eq!(world.taken(ada)[0]["field"], "/channels/other~1one");
}

#[test]
fn the_first_frame_is_a_hello_and_there_is_only_one() {
    let mut world = World::new();
    let ada = world.open(1);
    world.give(ada, 1, add(1));
    assert_eq!(world.taken(ada)[0]["code"], "malformed");
    world.say(ada, json!({"type": "hello"}));
    world.flush();
    assert_eq!(world.taken(ada)[0]["type"], "welcome");
    world.say(ada, json!({"type": "hello"}));
    assert_eq!(world.taken(ada)[0]["code"], "malformed");
    assert_eq!(world.sum(), 0);
}

#[test]
fn a_full_session_turns_away_but_a_seat_may_replace_its_own_socket() {
    let mut world = World::new();
    for number in 1..=5 {
        world.join(number);
    }
    let admission = world.admission(6);
    let request = world.open_with(&admission);
    assert_eq!(
        world.outcomes[&request],
        Effect::TurnAway {
            request,
            close: Close::Full
        }
    );
    world.join(5);
}
