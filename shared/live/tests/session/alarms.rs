//! A run is never left without its next alarm, whatever fails.

use super::support::{HOST, Weak, World, breaks, world::add};
use lectern_identity::Millis;
use lectern_live::wire::Close;
use serde_json::{Value, json};

/// A host, and a deadline in a minute.
fn with_a_deadline() -> (World, u32) {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "timer", "millis": 60_000}));
    (world, host)
}

/// In how many milliseconds the alarm comes.
fn alarm_in(world: &World) -> Option<i64> {
    let alarm = world.disk.0.borrow().alarm;
    alarm.map(|at| (at - world.now).0)
}

/// What the log tells, on all channels a host hears.
fn told(world: &mut World) -> Vec<Value> {
    let host = world.resume(HOST, json!({"all": 0, "hosts": 0, "me": 0}));
    let events = world.only(host, "event");
    events
        .into_iter()
        .map(|event| event["message"].clone())
        .collect()
}

#[test]
fn a_clock_that_breaks_is_wound_again_after_growing_pauses() {
    let (mut world, _) = with_a_deadline();
    breaks(Weak::Clock, 3);
    world.pass(60_000);
    for wait in [1_000, 2_000, 4_000] {
        assert_eq!(alarm_in(&world), Some(wait));
        world.pass(wait);
    }
    assert!(told(&mut world).contains(&json!({"Fired": {"late": 7_000}})));
}

#[test]
fn commits_that_fail_in_alarms_are_tried_again_after_growing_pauses() {
    let (mut world, _) = with_a_deadline();
    world.pass(59_900);
    world.disk.0.borrow_mut().failing = 3;
    world.pass(100);
    for wait in [1_000, 2_000, 4_000] {
        assert_eq!(alarm_in(&world), Some(wait));
        world.pass(wait);
    }
    assert!(told(&mut world).contains(&json!({"Fired": {"late": 7_000}})));
}

#[test]
fn pauses_have_an_end_and_start_again_once_something_worked() {
    let (mut world, _) = with_a_deadline();
    breaks(Weak::Clock, 100);
    world.pass(3_600_000);
    assert!(alarm_in(&world).is_some_and(|wait| wait <= 64_000));
    breaks(Weak::Clock, 0);
    world.pass(64_000);
    let host = world.join(HOST);
    world.told(host, 2, json!({"type": "timer", "millis": 10_000}));
    breaks(Weak::Clock, 1);
    world.pass(10_000);
    assert_eq!(alarm_in(&world), Some(1_000));
}

#[test]
fn totals_that_break_close_the_sockets_and_the_engine_learns_that_nobody_is_there() {
    let mut world = World::new();
    let (host, ada) = (world.join(HOST), world.join(1));
    world.pass(11_000);
    assert_eq!(world.disk.0.borrow().alarm, None, "nothing is due");
    world.told(ada, 1, add(1));
    world.told(ada, 2, add(1));
    breaks(Weak::Totals, 1);
    world.pass(300);
    for socket in [host, ada] {
        assert_eq!(world.closed[&socket], Close::Restart);
    }
    assert!(alarm_in(&world).is_some_and(|wait| wait <= 1_000));
    world.pass(1_000);
    let told = told(&mut world).into_iter();
    let crowds: Vec<Value> = told
        .filter_map(|message| Some(message.get("Crowd")?["anyone"].clone()))
        .collect();
    assert_eq!(crowds, [true, false, true], "the last is who looks");
}

#[test]
fn an_object_that_wakes_and_cannot_read_its_storage_tries_again_by_itself() {
    let (mut world, host) = with_a_deadline();
    world.flush();
    world.disk.0.borrow_mut().unreadable = true;
    world.disk.0.borrow_mut().alarm = None;
    world.sleep();
    assert_eq!(world.closed[&host], Close::Restart);
    for wait in [1_000, 1_000, 2_000, 4_000] {
        assert_eq!(alarm_in(&world), Some(wait));
        world.pass(wait);
    }
    world.disk.0.borrow_mut().unreadable = false;
    world.pass(120_000);
    let fired = |message: &Value| message.get("Fired").is_some();
    assert!(told(&mut world).iter().any(fired));
}

#[test]
fn an_object_that_wakes_sets_the_alarm_that_was_lost() {
    for kill in [true, false] {
        let (mut world, _) = with_a_deadline();
        world.flush();
        world.disk.0.borrow_mut().alarm = None;
        if kill {
            world.kill();
        } else {
            world.sleep();
        }
        assert!(alarm_in(&world).is_some_and(|wait| wait <= 2_000));
        world.pass(70_000);
        let fired = |message: &Value| message.get("Fired").is_some();
        assert!(told(&mut world).iter().any(fired));
    }
}

#[test]
fn a_look_at_an_object_that_is_not_there_sets_no_alarm() {
    let mut world = World::empty();
    let admission = world.admission(1);
    world.open_with(&admission);
    world.sleep();
    assert_eq!(world.disk.0.borrow().alarm, None);
}

#[test]
fn what_a_panic_interrupts_has_its_alarm() {
    let mut world = World::new();
    let (host, ada) = (world.join(HOST), world.join(1));
    world.give(host, 1, json!({"type": "timer", "millis": 500}));
    world.give(ada, 1, json!({"type": "panic_deciding"}));
    assert_eq!(
        world.disk.0.borrow().alarm,
        Some(world.now + Millis(500)),
        "before anything is flushed"
    );
}
