//! Coming back: what was missed, each once, in order; or one fresh view.

use super::support::{HOST, World, world::add};
use lectern_live::wire::RESUME_LIMIT;
use serde_json::{Value, json};

/// A story in which the host hears of everything: every event of every channel it hears.
fn story(world: &mut World) -> Vec<Value> {
    let (host, ada) = (world.join(HOST), world.join(1));
    let mut heard = world.only(host, "event");
    for id in 1..=30 {
        world.now.0 += 1_000;
        let command = if id % 3 == 0 {
            json!({"type": "whisper", "text": "…"})
        } else {
            add(1)
        };
        world.give(ada, id, command.clone());
        if id % 4 != 0 {
            world.give(host, id - id / 4, command);
            world.flush();
        }
    }
    world.flush();
    heard.extend(world.only(host, "event"));
    heard
}

/// What a client that had seen the first `count` of these events would report.
fn seen(heard: &[Value], start: &Value, count: usize) -> Value {
    let mut seen = start.clone();
    for event in &heard[..count] {
        seen[event["channel"].as_str().unwrap()] = event["seq"].clone();
    }
    seen
}

#[test]
fn a_resume_from_every_point_gives_what_an_uninterrupted_client_heard() {
    let mut world = World::new();
    let start = json!({"all": 1, "hosts": 1, "me": 0});
    let heard = story(&mut world);
    assert!(heard.len() > 40);
    for killed in [false, true] {
        for count in 0..=heard.len() {
            if killed {
                world.kill();
            }
            let host = world.resume(HOST, seen(&heard, &start, count));
            let frames = world.taken(host);
            assert!(frames[0].get("view").is_none());
            let events: Vec<_> = frames
                .into_iter()
                .filter(|frame| frame["type"] == "event")
                .collect();
            let missed = heard.len() - count;
            assert_eq!(events[..missed], heard[count..], "from {count}");
            // Beyond the story only the crowd's coming and going is heard.
            assert!(
                events[missed..]
                    .iter()
                    .all(|event| event["channel"] == "hosts")
            );
        }
    }
}

#[test]
fn numbers_are_dense_in_every_channel() {
    let mut world = World::new();
    let heard = story(&mut world);
    for (channel, first) in [("all", 2), ("me", 1)] {
        let numbers: Vec<u64> = heard
            .iter()
            .filter(|event| event["channel"] == channel)
            .map(|event| event["seq"].as_u64().unwrap())
            .collect();
        assert_eq!(
            numbers,
            (first..first + numbers.len() as u64).collect::<Vec<_>>(),
            "{channel}"
        );
    }
}

#[test]
fn numbers_from_the_future_or_of_unnamed_channels_get_a_view() {
    let mut world = World::new();
    world.join(1);
    for seen in [
        json!({"all": 9, "me": 0}),
        json!({"all": 1}),
        json!({}),
        json!({"all": 1, "me": 4_000_000_000_u32}),
    ] {
        let ada = world.resume(1, seen);
        assert!(world.only(ada, "welcome")[0]["view"].is_array());
    }
}

#[test]
fn more_than_the_limit_gets_a_view_and_the_limit_itself_does_not() {
    let mut world = World::new();
    let ada = world.join(1);
    // Each adds one to `all` and one to `me`.
    for id in 1..=u32::try_from(RESUME_LIMIT / 2 + 1).unwrap() {
        world.now.0 += 200;
        world.told(ada, id, add(1));
    }
    let ada = world.resume(1, json!({"all": 2, "me": 1}));
    assert_eq!(world.only(ada, "event").len(), RESUME_LIMIT);
    let ada = world.resume(1, json!({"all": 1, "me": 1}));
    assert!(world.only(ada, "welcome")[0]["view"].is_array());
}

#[test]
fn events_older_than_the_window_are_read_from_the_log() {
    let mut world = World::new();
    let (ada, ben) = (world.join(1), world.join(2));
    world.told(ada, 1, json!({"type": "whisper", "text": "early"}));
    for id in 1..=6_000 {
        world.now.0 += 100;
        world.told(ben, id, json!({"type": "whisper", "text": "…"}));
        if id % 50 == 0 {
            world.say(
                ben,
                json!({"type": "seen", "channels": {"all": 1, "me": id}}),
            );
        }
    }
    assert!(world.disk.0.borrow().snapshots > 0);
    for _ in 0..2 {
        let ada = world.resume(1, json!({"all": 1, "me": 0}));
        assert_eq!(
            world.only(ada, "event")[0]["message"]["Whispered"]["text"],
            "early"
        );
        world.kill();
    }
}

#[test]
fn snapshots_come_at_a_growing_distance() {
    let mut world = World::new();
    let ada = world.join(1);
    for id in 1..=5_000 {
        world.now.0 += 1_000;
        world.give(ada, id, add(1));
        world.flush();
        world.taken(ada);
        world.say(
            ada,
            json!({"type": "seen", "channels": {"all": id + 1, "me": id}}),
        );
    }
    // 500, 1,000, 1,500, 2,250, 3,375: each half as large again, once the fixed step is passed.
    assert_eq!(world.disk.0.borrow().snapshots, 5);
    let before = world.session.remembered().unwrap();
    world.sleep();
    assert_eq!(world.session.remembered().unwrap(), before);
}

#[test]
fn a_socket_that_slept_hears_on_without_a_gap() {
    let mut world = World::new();
    let (ada, ben) = (world.join(1), world.join(2));
    world.told(ben, 1, add(1));
    world.sleep();
    world.told(ben, 2, add(1));
    let numbers: Vec<_> = world
        .only(ada, "event")
        .iter()
        .map(|event| event["seq"].clone())
        .collect();
    assert_eq!(numbers, [2, 3]);
}
