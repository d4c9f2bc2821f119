//! One socket a seat, one use a ticket, one answer a command.

use super::support::{HOST, World, seat, world::add};
use lectern_live::{session::Effect, wire::Close};
use serde_json::json;

#[test]
fn the_same_id_again_gives_the_same_answer_and_changes_nothing() {
    let mut world = World::new();
    let ada = world.join(1);
    world.give(ada, 1, add(5));
    world.flush();
    let first = world.only(ada, "ack").pop().unwrap();
    world.pass(1_000);
    world.taken(ada);
    assert_eq!(world.told(ada, 1, add(5)), std::slice::from_ref(&first));
    world.kill();
    let ada = world.join(1);
    world.taken(ada);
    assert_eq!(world.told(ada, 1, add(5)), [first]);
    assert_eq!(world.sum(), 5);
}

#[test]
fn an_accepted_id_is_no_answer_to_another_command() {
    let mut world = World::new();
    let ada = world.join(1);
    world.give(ada, 1, add(5));
    world.give(ada, 1, add(99));
    world.flush();
    assert_eq!(world.only(ada, "refused")[0]["code"], "id_reused");
    world.kill();
    let ada = world.join(1);
    world.give(ada, 1, add(99));
    assert_eq!(world.only(ada, "refused")[0]["code"], "id_reused");
    world.give(ada, 2, add(99));
    world.flush();
    assert_eq!(world.only(ada, "ack")[0]["reply"], 104);
    world.sleep();
    world.give(ada, 2, add(5));
    assert_eq!(world.only(ada, "refused")[0]["code"], "id_reused");
}

#[test]
fn the_same_id_twice_in_one_batch_is_done_once() {
    let mut world = World::new();
    let ada = world.join(1);
    world.give(ada, 1, add(5));
    world.give(ada, 1, add(5));
    world.flush();
    let acks = world.only(ada, "ack");
    assert_eq!((acks.len(), &acks[0]), (2, &acks[1]));
    assert_eq!(world.sum(), 5);
}

#[test]
fn ids_rise_by_one_and_a_refused_id_is_used_again() {
    let mut world = World::new();
    let ada = world.join(1);
    assert_eq!(world.told(ada, 2, add(1)).last().unwrap()["code"], "id_gap");
    assert_eq!(
        world.told(ada, 1, add(-1)).last().unwrap()["code"],
        "negative"
    );
    assert_eq!(world.told(ada, 1, add(1)).last().unwrap()["type"], "ack");
    assert_eq!(
        world.told(ada, 0, add(1)).last().unwrap()["code"],
        "id_too_old"
    );
}

#[test]
fn an_answer_is_kept_for_as_many_commands_as_may_wait() {
    let mut world = World::new();
    let ada = world.join(1);
    for id in 1..=10 {
        world.told(ada, id, add(1));
    }
    world.kill();
    let ada = world.join(1);
    assert_eq!(
        world.told(ada, 6, add(1)).last().unwrap()["code"],
        "id_too_old"
    );
    assert_eq!(world.told(ada, 7, add(1)).last().unwrap()["reply"], 7);
}

#[test]
fn a_fifth_command_is_refused_while_four_wait() {
    let mut world = World::new();
    let (ada, bob) = (world.join(1), world.join(2));
    (1..=5).for_each(|id| world.give(ada, id, add(1)));
    world.give(bob, 1, add(1));
    world.flush();
    assert_eq!(world.only(ada, "ack").len(), 4);
    assert_eq!(world.only(bob, "ack").len(), 1);
    assert_eq!(world.sum(), 5);
    assert_eq!(world.told(ada, 5, add(1)).last().unwrap()["type"], "ack");

    (6..=10).for_each(|id| world.give(ada, id, add(1)));
    world.flush();
    let refused = world.only(ada, "refused");
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["id"], 10);
    assert_eq!(refused[0]["code"], "too_many_waiting");
}

#[test]
fn a_command_that_changes_nothing_is_answered_once_and_for_all() {
    let mut world = World::new();
    let ada = world.join(1);
    let first = world.told(ada, 1, json!({"type": "nothing"}));
    world.told(ada, 2, json!({"type": "nothing"}));
    world.kill();
    let ada = world.join(1);
    assert_eq!(world.only(ada, "welcome")[0]["last_id"], 2);
    let again = world.told(ada, 1, json!({"type": "nothing"}));
    assert_eq!(again, [first.last().unwrap().clone()]);
}

#[test]
fn a_second_socket_of_a_seat_replaces_the_first_and_is_not_mute() {
    let mut world = World::new();
    let (old, ben) = (world.join(1), world.join(2));
    let new = world.open(1);
    assert_eq!(world.closed[&old], Close::Replaced);
    world.give(old, 1, add(100));
    world.say(new, json!({"type": "hello"}));
    world.flush();
    world.taken(new);
    world.told(ben, 1, add(1));
    assert_eq!(world.only(new, "event").len(), 1);
    // The first one's going comes late and must not take the seat from the second.
    world.input(|session, at| session.gone(old, at));
    world.told(ben, 2, add(1));
    assert_eq!(world.only(new, "event").len(), 1);
    assert_eq!(world.sum(), 2);
}

#[test]
fn five_hundred_sockets_on_one_seat_leave_one() {
    let mut world = World::new();
    let sockets: Vec<_> = (0..500).map(|_| world.open(1)).collect();
    assert_eq!(world.closed.len(), 499);
    assert!(!world.closed.contains_key(sockets.last().unwrap()));
}

#[test]
fn a_ticket_is_used_once_also_within_a_batch_and_after_a_kill() {
    let mut world = World::new();
    let admission = world.admission(1);
    let (first, second) = (world.open_with(&admission), world.open_with(&admission));
    assert!(
        !world.outcomes.contains_key(&first),
        "accepted before its use is durable"
    );
    world.flush();
    assert!(matches!(world.outcomes[&first], Effect::Accept { .. }));
    let used = |outcome: &Effect| matches!(outcome, Effect::Refuse { refusal, .. } if refusal.code == "ticket_used");
    assert!(used(&world.outcomes[&second]));
    world.kill();
    let third = world.open_with(&admission);
    assert!(used(&world.outcomes[&third]));
}

#[test]
fn used_tickets_are_forgotten_some_time_after_they_expired() {
    let mut world = World::new();
    for _ in 0..64 {
        world.open(1);
    }
    world.pass(200_000);
    world.open(1);
    assert_eq!(world.disk.0.borrow().stored.uses.len(), 1);
}

#[test]
fn a_removed_seat_is_told_then_closed_and_does_not_come_back() {
    let mut world = World::new();
    let (host, ada) = (world.join(HOST), world.join(1));
    world.taken(ada);
    world.told(host, 1, json!({"type": "remove", "seat": seat(1)}));
    assert!(world.taken(ada)[0]["message"]["Removed"].is_object());
    assert_eq!(world.closed[&ada], Close::Removed);
    let admission = world.admission(1);
    let request = world.open_with(&admission);
    assert_eq!(
        world.outcomes[&request],
        Effect::TurnAway {
            request,
            close: Close::Removed
        }
    );
}

#[test]
fn the_engine_hears_of_the_first_and_the_last_socket() {
    let mut world = World::new();
    let crowd = |world: &mut World, host| -> Vec<serde_json::Value> {
        let events = world.only(host, "event");
        events
            .iter()
            .map(|event| event["message"]["Crowd"]["anyone"].clone())
            .collect()
    };
    let host = world.join(HOST);
    assert_eq!(
        world.taken(host)[0]["channels"]["hosts"],
        1,
        "its own coming"
    );
    let again = world.join(HOST);
    world.flush();
    assert!(
        crowd(&mut world, again).is_empty(),
        "a replaced socket is no going"
    );
    world.lose(again);
    world.flush();
    let back = world.resume(HOST, json!({"all": 1, "hosts": 1, "me": 0}));
    world.flush();
    assert_eq!(crowd(&mut world, back), [false, true]);
}

#[test]
fn after_a_kill_the_engine_learns_that_everybody_is_gone() {
    let mut world = World::new();
    world.join(HOST);
    world.flush();
    world.kill();
    world.flush();
    let host = world.resume(HOST, json!({"all": 1, "hosts": 1, "me": 0}));
    assert_eq!(
        world.only(host, "event")[0]["message"]["Crowd"]["anyone"],
        false
    );
}
