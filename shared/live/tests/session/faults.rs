//! Failed commits, panics, kills: what was acknowledged stays, and nothing else was said.

use super::support::{World, world::add};
use lectern_live::session::storage::PARTS;
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn a_failed_commit_refuses_all_who_waited_and_nothing_of_it_stays() {
    let mut world = World::new();
    let (ada, ben) = (world.join(1), world.join(2));
    world.received.clear();
    world.disk.0.borrow_mut().failing = 1;
    world.give(ada, 1, add(5));
    world.give(ben, 1, add(6));
    world.flush();

    for socket in [ada, ben] {
        let frames = world.taken(socket);
        assert_eq!(frames.len(), 1);
        assert_eq!(
            (&frames[0]["code"], &frames[0]["id"]),
            (&json!("internal"), &json!(1))
        );
    }
    assert_eq!(world.sum(), 0);

    assert_eq!(world.told(ada, 1, add(5)).last().unwrap()["reply"], 5);
    assert_eq!(world.only(ben, "event")[0]["seq"], 2);
}

#[test]
fn a_panic_while_deciding_refuses_that_caller_alone() {
    let mut world = World::new();
    let (ada, ben) = (world.join(1), world.join(2));
    world.received.clear();
    world.give(ada, 1, add(5));
    world.give(ben, 1, json!({"type": "panic_deciding"}));
    world.give(ada, 2, add(1));
    world.flush();

    let replies: Vec<_> = world
        .only(ada, "ack")
        .iter()
        .map(|ack| ack["reply"].clone())
        .collect();
    assert_eq!(replies, [5, 6]);
    assert_eq!(world.only(ben, "refused")[0]["code"], "internal");
    assert!(world.closed.is_empty());
    assert_eq!(world.told(ben, 1, add(1)).last().unwrap()["reply"], 7);
}

#[test]
fn a_panic_while_evolving_leaves_nothing_half_done() {
    let mut world = World::new();
    let (ada, ben) = (world.join(1), world.join(2));
    world.give(ada, 1, add(5));
    world.give(ben, 1, json!({"type": "panic_evolving"}));
    world.flush();

    assert_eq!(world.only(ben, "refused")[0]["code"], "internal");
    assert_eq!(world.sum(), 5);
    world.kill();
    assert_eq!(world.sum(), 5);
}

#[test]
fn a_hello_that_waits_while_another_panics_is_welcomed() {
    let mut world = World::new();
    let ada = world.join(1);
    let ben = world.open(2);
    world.give(ada, 1, add(5));
    world.say(ben, json!({"type": "hello"}));
    world.give(ada, 2, json!({"type": "panic_evolving"}));
    world.flush();

    assert_eq!(world.only(ben, "welcome")[0]["view"], json!([5, 0]));
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_what_was_not_is_gone() {
    let mut world = World::new();
    let ada = world.join(1);
    world.told(ada, 1, add(5));
    world.give(ada, 2, add(6));
    world.kill();

    assert_eq!(world.sum(), 5);
    let ada = world.resume(1, json!({"all": 2, "me": 1}));
    assert_eq!(world.only(ada, "welcome")[0]["last_id"], 1);
    assert_eq!(world.told(ada, 2, add(6)).last().unwrap()["reply"], 11);
}

#[test]
fn a_storage_that_cannot_be_read_refuses_and_recovers() {
    let mut world = World::new();
    let ada = world.join(1);
    world.disk.0.borrow_mut().failing = 1;
    world.disk.0.borrow_mut().unreadable = true;
    let refused = world.told(ada, 1, add(5));
    assert_eq!(refused.last().unwrap()["code"], "internal");
    let refused = world.told(ada, 1, add(5));
    assert_eq!(refused.last().unwrap()["code"], "internal");
    let request = {
        let admission = world.admission(2);
        world.open_with(&admission)
    };
    assert!(format!("{:?}", world.outcomes[&request]).contains("internal"));

    world.disk.0.borrow_mut().unreadable = false;
    let told = world.told(ada, 1, add(5));
    assert!(told.iter().any(|frame| frame["type"] == "ack"));
}

#[test]
fn a_failed_snapshot_loses_nothing() {
    let mut world = World::new();
    world.disk.0.borrow_mut().no_snapshots = true;
    let ada = world.join(1);
    for id in 1..=700 {
        world.now.0 += 1_000;
        world.give(ada, id, add(1));
        world.flush();
    }
    assert!(world.logs.contains(&"snapshot_failed"));
    assert_eq!(world.disk.0.borrow().snapshots, 0);
    world.kill();
    assert_eq!(world.sum(), 700);
}

#[test]
fn a_snapshot_that_fails_is_not_begun_again_with_every_batch_and_its_parts_do_not_pile_up() {
    let mut world = World::new();
    world.disk.0.borrow_mut().no_snapshots = true;
    let ada = world.join(1);
    let failures = |world: &World| {
        world
            .logs
            .iter()
            .filter(|log| **log == "snapshot_failed")
            .count()
    };
    let lengths = |world: &World| -> BTreeSet<i64> {
        world
            .disk
            .0
            .borrow()
            .parts
            .keys()
            .map(|key| key / PARTS)
            .collect()
    };
    let add_up_to = |world: &mut World, socket, ids: std::ops::RangeInclusive<u32>| {
        for id in ids {
            world.now.0 += 1_000;
            world.give(socket, id, add(1));
            world.flush();
        }
    };

    add_up_to(&mut world, ada, 1..=900);
    assert_eq!((failures(&world), lengths(&world).len()), (1, 1));
    let first = lengths(&world);
    add_up_to(&mut world, ada, 901..=1_100);
    assert_eq!((failures(&world), lengths(&world).len()), (2, 1));
    assert_ne!(lengths(&world), first);

    world.disk.0.borrow_mut().no_snapshots = false;
    add_up_to(&mut world, ada, 1_101..=1_800);
    assert_eq!((failures(&world), lengths(&world).len()), (2, 1));
    let stored = world.disk.0.borrow().stored.snapshot.map(i64::from);
    assert_eq!(lengths(&world), BTreeSet::from_iter(stored));
    world.kill();
    assert_eq!(world.sum(), 1_800);
}
