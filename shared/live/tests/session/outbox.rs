//! The end: the job is asked for until it is confirmed, whoever dies in between.

use super::support::{HOST, World};
use lectern_live::{object::ObjectRequest, wire::Close};
use serde_json::json;

fn ended() -> World {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, json!({"type": "end"}));
    world
}

#[test]
fn the_message_names_the_session_and_what_to_confirm() {
    let world = ended();
    let message = &world.queue[0];
    assert_eq!(
        (message.kind.as_str(), message.session.as_str()),
        ("toys", "toy_1")
    );
    let row = world.disk.0.borrow().stored.outbox.clone().unwrap();
    assert_eq!(row.id, message.outbox);
}

#[test]
fn the_job_is_asked_for_with_growing_pauses_until_it_is_confirmed() {
    let mut world = ended();
    for (passed, sent) in [
        (1_900, 1),
        (200, 2),
        (4_000, 3),
        (8_000, 4),
        (3_600_000, 13),
    ] {
        world.pass(passed);
        assert_eq!(world.queue.len(), sent, "after {passed}");
    }
    assert!(world.queue.iter().all(|message| *message == world.queue[0]));
    let outbox = world.queue[0].outbox;
    assert_eq!(
        world.request(ObjectRequest::Confirm { outbox }),
        json!({"done": null})
    );
    let sent = world.queue.len();
    world.pass(600_000);
    assert_eq!(world.queue.len(), sent);
}

#[test]
fn a_kill_right_after_the_end_loses_no_job() {
    let mut world = ended();
    world.queue.clear();
    world.kill();
    world.pass(10_000);
    assert!(!world.queue.is_empty());
}

#[test]
fn an_end_that_could_not_be_stored_sends_nothing() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.disk.0.borrow_mut().failing = 1;
    world.told(host, 1, json!({"type": "end"}));
    assert!(world.queue.is_empty());
    world.told(host, 1, json!({"type": "end"}));
    assert_eq!(world.queue.len(), 1);
}

#[test]
fn an_hour_after_the_confirmation_everything_is_erased() {
    let mut world = ended();
    let host = world.resume(HOST, json!({}));
    let outbox = world.queue[0].outbox;
    world.request(ObjectRequest::Confirm { outbox });
    world.request(ObjectRequest::Confirm { outbox });
    world.pass(3_599_000);
    assert!(world.disk.0.borrow().made);
    world.pass(1_000);
    assert!(!world.disk.0.borrow().made);
    assert_eq!(world.closed[&host], Close::Over);
    assert_eq!(world.disk.0.borrow().alarm, None);
    assert_eq!(
        world.request(ObjectRequest::Confirm { outbox }),
        json!({"done": null})
    );
    assert!(!world.disk.0.borrow().made);
}

#[test]
fn an_object_that_slept_until_the_erasure_has_nothing_left_to_tell() {
    let mut world = ended();
    let outbox = world.queue[0].outbox;
    world.request(ObjectRequest::Confirm { outbox });
    world.sleep();
    world.pass(3_600_000);
    assert!(!world.disk.0.borrow().made);
    assert_eq!(world.session.fold_due(), None);
}
