//! The clock: deadlines fire without any client, and down-time is told.

use super::support::{HOST, World};
use lectern_identity::Millis;
use lectern_live::wire::Close;
use serde_json::{Value, json};

fn fired(world: &mut World) -> Vec<Value> {
    let host = world.resume(HOST, json!({"all": 1, "hosts": 0, "me": 0}));
    let events = world.only(host, "event");
    let of_all = events.into_iter().filter(|event| event["channel"] == "all");
    of_all.map(|event| event["message"].clone()).collect()
}

#[test]
fn a_deadline_fires_without_any_client() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "timer", "millis": 60_000}));
    world.lose(host);
    world.flush();
    world.pass(59_999);
    assert_eq!(fired(&mut world).len(), 1);
    world.pass(1);
    assert_eq!(fired(&mut world)[1], json!({"Fired": {"late": 0}}));
}

#[test]
fn a_deadline_that_has_come_is_worked_off_before_a_later_command() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "timer", "millis": 100}));
    world.now.0 += 130;
    let heard = world.told(host, 2, json!({"type": "add", "n": 1}));
    let events: Vec<_> = heard
        .iter()
        .filter(|frame| frame["type"] == "event")
        .collect();
    assert_eq!(events[0]["message"], json!({"Fired": {"late": 30}}));
    assert!(events[1]["message"]["Added"].is_object());
}

#[test]
fn down_time_is_told_to_within_a_heartbeat() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "timer", "millis": 60_000}));
    world.pass(30_500);
    let killed_at = world.now;
    world.now.0 += 25_000;
    world.kill();
    world.flush();
    let told = fired(&mut world)[1]["Interrupted"]["down"]
        .as_i64()
        .unwrap();
    assert!((25_000..=27_000).contains(&told), "{told}");
    let deadline = Millis(killed_at.0 - 30_500 + 60_000 + told);
    world.pass((deadline - world.now).0);
    assert_eq!(fired(&mut world)[2], json!({"Fired": {"late": 0}}));
}

#[test]
fn a_rebuild_of_our_own_is_no_down_time() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "timer", "millis": 60_000}));
    world.now.0 += 1_500;
    world.told(host, 2, json!({"type": "panic_deciding"}));
    assert_eq!(fired(&mut world).len(), 1);
}

#[test]
fn an_object_without_a_deadline_is_let_sleep() {
    let mut world = World::new();
    world.join(HOST);
    world.pass(1_000);
    let commits = world.disk.0.borrow().commits;
    world.pass(3_600_000);
    assert_eq!(world.disk.0.borrow().commits, commits);
    assert_eq!(world.disk.0.borrow().alarm, None);
}

#[test]
fn before_a_far_deadline_it_wakes_once_a_minute_and_sleep_is_no_down_time() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "timer", "millis": 7_200_000}));
    let commits = world.disk.0.borrow().commits;
    for _ in 0..70 {
        world.pass(50_000);
        world.sleep();
        world.flush();
    }
    assert!(world.disk.0.borrow().commits - commits <= 60);
    assert_eq!(fired(&mut world).len(), 1, "sleep is not down-time");
    world.pass(3_700_000);
    assert_eq!(fired(&mut world)[1], json!({"Fired": {"late": 0}}));
}

#[test]
fn down_time_before_a_far_deadline_is_told_too() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "timer", "millis": 7_200_000}));
    world.pass(600_000);
    world.now.0 += 300_000;
    world.kill();
    world.flush();
    let told = fired(&mut world)[1]["Interrupted"]["down"]
        .as_i64()
        .unwrap();
    assert!((240_000..=300_000).contains(&told), "{told}");
}

#[test]
fn a_heartbeat_is_saved_where_a_batch_says_it() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "timer", "millis": 60_000}));
    for id in 2..=30 {
        world.pass(1_000);
        world.told(host, id, json!({"type": "add", "n": 1}));
        world.say(
            host,
            json!({"type": "seen", "channels": {"all": id + 1, "hosts": 9}}),
        );
    }
    assert!(world.disk.0.borrow().rows.len() >= 30);
    assert_eq!(world.disk.0.borrow().stored.alive, None);
}

#[test]
fn a_silent_socket_is_closed_after_ten_seconds() {
    let mut world = World::new();
    let ada = world.open(1);
    world.pass(9_900);
    assert!(world.closed.is_empty());
    world.pass(200);
    assert_eq!(world.closed[&ada], Close::NoHello);
}

#[test]
fn a_commit_that_fails_in_an_alarm_is_tried_again() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "timer", "millis": 1_000}));
    world.pass(900);
    world.disk.0.borrow_mut().failing = 1;
    world.pass(5_000);
    assert_eq!(fired(&mut world).len(), 2);
}
