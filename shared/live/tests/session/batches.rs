//! What arrived together becomes durable together, and nobody hears of it before.

use super::support::{HOST, World, world::add};
use serde_json::json;

#[test]
fn nothing_is_said_before_it_is_durable() {
    let mut world = World::new();
    let (ada, ben) = (world.join(1), world.join(2));
    world.received.clear();

    world.give(ada, 1, add(5));
    world.give(ben, 1, json!({"type": "add", "n": -1}));
    assert!(world.received.is_empty());
    assert!(world.session.waiting());

    world.flush();
    let kinds = |frames: Vec<serde_json::Value>| -> Vec<String> {
        frames
            .iter()
            .map(|frame| frame["type"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(kinds(world.taken(ada)), ["event", "event", "ack"]);
    assert_eq!(kinds(world.taken(ben)), ["event", "refused"]);
}

#[test]
fn a_batch_is_one_row_whoever_took_part_in_it() {
    let mut world = World::new();
    let sockets = [world.join(1), world.join(2), world.join(3)];
    let (rows, commits) = (
        world.disk.0.borrow().rows.len(),
        world.disk.0.borrow().commits,
    );

    for id in 1..=4 {
        sockets
            .iter()
            .for_each(|&socket| world.give(socket, id, add(1)));
    }
    world.flush();

    assert_eq!(world.disk.0.borrow().rows.len(), rows + 1);
    assert_eq!(world.disk.0.borrow().commits, commits + 1);
    assert_eq!(world.sum(), 12);
}

#[test]
fn each_event_of_a_batch_keeps_the_time_of_its_own_arrival() {
    let mut world = World::new();
    let ada = world.join(1);
    world.give(ada, 1, add(1));
    world.now.0 += 2;
    world.give(ada, 2, add(1));
    world.flush();

    let times: Vec<i64> = world
        .only(ada, "ack")
        .iter()
        .map(|ack| ack["at"].as_i64().unwrap())
        .collect();
    assert_eq!(times[1] - times[0], 2);
}

#[test]
fn a_hello_during_a_batch_sees_only_what_is_durable() {
    let mut world = World::new();
    let ada = world.join(1);
    let ben = world.open(2);
    world.give(ada, 1, add(5));
    world.say(ben, json!({"type": "hello"}));
    assert!(world.taken(ben).is_empty());

    world.disk.0.borrow_mut().failing = 1;
    world.flush();

    let welcome = &world.only(ben, "welcome")[0];
    assert_eq!(welcome["view"], json!([0, 0]));
    assert_eq!(welcome["channels"]["all"], 1);
}

#[test]
fn what_a_batch_held_is_in_the_view_and_not_sent_again() {
    let mut world = World::new();
    let ada = world.join(1);
    let ben = world.open(2);
    world.give(ada, 1, add(5));
    world.say(ben, json!({"type": "hello"}));
    world.give(ben, 1, add(1));
    world.flush();

    let frames = world.taken(ben);
    assert_eq!(frames[0]["type"], "welcome");
    assert_eq!(frames[0]["view"], json!([6, 1]));
    assert_eq!(frames[0]["last_id"], 1);
    assert_eq!(
        frames
            .iter()
            .filter(|frame| frame["type"] == "event")
            .count(),
        0
    );
    assert!(frames.iter().any(|frame| frame["type"] == "ack"));
}

#[test]
fn a_batch_larger_than_a_row_is_stored_in_parts_and_read_again() {
    let mut world = World::new();
    let ada = world.join(1);
    let rows = world.disk.0.borrow().rows.len();
    world.give(ada, 1, json!({"type": "shout", "bytes": 2_500_000}));
    world.flush();
    assert_eq!(world.disk.0.borrow().rows.len(), rows + 3);
    assert!(
        world
            .disk
            .0
            .borrow()
            .rows
            .values()
            .all(|body| body.len() <= 1_000_000)
    );

    world.kill();
    let again = world.resume(1, json!({"all": 1, "me": 0}));
    assert_eq!(
        world.only(again, "event")[0]["message"]["Shouted"]["text"]
            .as_str()
            .unwrap()
            .len(),
        2_500_000
    );
}

#[test]
fn a_channel_that_is_not_heard_says_nothing() {
    let mut world = World::new();
    let (host, ada) = (world.join(HOST), world.join(1));
    world.received.clear();
    world.told(ada, 1, json!({"type": "whisper", "text": "mine"}));
    assert!(world.only(host, "event").is_empty());
}
