//! Running totals: the newest value, a few times a second, encoded once.

use super::support::{HOST, World, world::add};
use serde_json::{Value, json};

fn states(world: &mut World, socket: u32, name: &str) -> Vec<Value> {
    let frames = world.only(socket, "state");
    frames
        .into_iter()
        .filter(|frame| frame["name"] == name)
        .collect()
}

#[test]
fn a_burst_is_folded_and_its_last_value_arrives() {
    let mut world = World::new();
    let (ada, ben) = (world.join(1), world.join(2));
    world.pass(1_000);
    world.received.clear();
    for id in 1..=50 {
        world.give(ada, id, add(1));
        world.pass(20);
    }
    world.pass(300);
    let values: Vec<i64> = states(&mut world, ben, "sum")
        .iter()
        .map(|state| state["state"].as_i64().unwrap())
        .collect();
    assert!((4..=6).contains(&values.len()), "{values:?}");
    assert_eq!(values.last(), Some(&50));
    assert_eq!(values.first(), Some(&1), "the first comes at once");
}

#[test]
fn a_total_that_did_not_change_is_not_sent() {
    let mut world = World::new();
    let ada = world.join(1);
    world.pass(1_000);
    world.taken(ada);
    world.told(ada, 1, json!({"type": "whisper", "text": "quiet"}));
    world.pass(1_000);
    assert!(states(&mut world, ada, "sum").is_empty());
}

#[test]
fn a_fresh_socket_gets_the_totals_after_its_welcome() {
    let mut world = World::new();
    let ada = world.join(1);
    world.told(ada, 1, add(5));
    world.pass(1_000);
    let ben = world.join(2);
    let frames = world.taken(ben);
    assert_eq!(frames[0]["type"], "welcome");
    assert_eq!(
        (&frames[1]["name"], &frames[1]["state"]),
        (&json!("sum"), &json!(5))
    );
}

#[test]
fn versions_rise_within_a_socket_also_over_a_sleep() {
    let mut world = World::new();
    let (host, ada) = (world.join(HOST), world.join(1));
    for id in 1..=20 {
        world.told(ada, id, add(1));
        world.pass(260);
        if id % 5 == 0 {
            let late = world.join(2 + u8::try_from(id / 5 % 2).unwrap());
            world.lose(late);
            world.pass(300);
            world.sleep();
        }
    }
    let frames = world.only(host, "state");
    for name in ["sum", "presence"] {
        let of_name = frames.iter().filter(|frame| frame["name"] == name);
        let versions: Vec<u64> = of_name
            .map(|frame| frame["version"].as_u64().unwrap())
            .collect();
        assert!(versions.len() > 4, "{name}: {versions:?}");
        assert!(versions.is_sorted(), "{name}: {versions:?}");
    }
}

#[test]
fn presence_counts_the_seats_that_are_connected() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.join(1);
    let ben = world.join(2);
    world.pass(300);
    let newest = states(&mut world, host, "presence").pop().unwrap();
    assert_eq!(newest["state"], json!({"connected": 3, "participants": 2}));
    world.lose(ben);
    world.pass(300);
    let newest = states(&mut world, host, "presence").pop().unwrap();
    assert_eq!(newest["state"], json!({"connected": 2, "participants": 1}));
}
