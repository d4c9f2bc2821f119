//! No socket is ever open but mute: it is welcomed and told everything, or it is closed with a code.

use super::support::{HOST, Order, Weak, World, breaks, world::add};
use lectern_live::{
    session::{Attachment, Effect},
    wire::Close,
};
use serde_json::json;

/// Whether a socket is told what happens next.
fn hears(world: &mut World, socket: u32) -> bool {
    world.taken(socket);
    world.order(Order::Shout);
    let told = world.only(socket, "event");
    told.iter()
        .any(|event| event["message"].get("Shouted").is_some())
}

/// The object falls asleep while the platform still has these sockets, too.
fn sleep_with(world: &mut World, more: Vec<Attachment>) {
    for attachment in more {
        world.closed.remove(&attachment.id);
        world.attachments.insert(attachment.id, attachment);
    }
    world.sleep();
}

#[test]
fn of_two_sockets_of_a_seat_that_slept_the_newer_hears_and_the_older_is_closed() {
    let mut world = World::new();
    let old = world.join(1);
    let kept = world.attachments[&old].clone();
    let new = world.join(1);
    sleep_with(&mut world, vec![kept]);
    assert_eq!(world.closed.get(&old), Some(&Close::Replaced));
    assert!(hears(&mut world, new));
    world.input(|session, at| session.gone(old, at));
    assert!(hears(&mut world, new), "the older one's going comes late");
}

#[test]
fn a_second_socket_that_had_not_said_hello_when_the_object_slept_may_still_say_it() {
    let mut world = World::new();
    let old = world.join(1);
    let kept = world.attachments[&old].clone();
    let new = world.open(1);
    sleep_with(&mut world, vec![kept]);
    assert_eq!(world.closed.get(&old), Some(&Close::Replaced));
    world.say(new, json!({"type": "hello"}));
    world.flush();
    assert_eq!(world.only(new, "welcome").len(), 1);
    assert!(hears(&mut world, new));
}

#[test]
fn a_socket_that_never_says_hello_is_closed_also_after_a_sleep() {
    let mut world = World::new();
    let ada = world.open(1);
    world.disk.0.borrow_mut().alarm = None;
    world.sleep();
    world.pass(10_100);
    assert_eq!(world.closed.get(&ada), Some(&Close::NoHello));
}

#[test]
fn a_second_socket_whose_ticket_cannot_be_stored_leaves_the_first_one_hearing() {
    let mut world = World::new();
    let old = world.join(1);
    world.flush();
    let admission = world.admission(1);
    let request = world.open_with(&admission);
    world.disk.0.borrow_mut().failing = 1;
    world.flush();
    assert!(
        matches!(&world.outcomes[&request], Effect::Refuse { refusal, .. } if refusal.code == "internal")
    );
    assert!(world.closed.is_empty());
    assert!(hears(&mut world, old));
}

#[test]
fn a_second_socket_that_waits_while_somebody_panics_is_accepted_and_hears() {
    let mut world = World::new();
    let (old, ben) = (world.join(1), world.join(2));
    let admission = world.admission(1);
    let request = world.open_with(&admission);
    world.give(ben, 1, json!({"type": "panic_evolving"}));
    world.flush();
    let Effect::Accept { attachment, .. } = &world.outcomes[&request] else {
        panic!("{:?}", world.outcomes[&request]);
    };
    let new = attachment.id;
    assert_eq!(world.closed.get(&old), Some(&Close::Replaced));
    world.say(new, json!({"type": "hello"}));
    world.flush();
    assert!(hears(&mut world, new) && hears(&mut world, ben));
}

#[test]
fn of_two_sockets_of_a_seat_that_open_together_the_later_hears() {
    let mut world = World::new();
    let admissions = [world.admission(1), world.admission(1)];
    let requests = admissions.map(|admission| world.open_with(&admission));
    world.flush();
    let [first, second] = requests.map(|request| match &world.outcomes[&request] {
        Effect::Accept { attachment, .. } => attachment.id,
        other => panic!("{other:?}"),
    });
    assert_eq!(world.closed.get(&first), Some(&Close::Replaced));
    world.say(second, json!({"type": "hello"}));
    world.flush();
    assert!(hears(&mut world, second));
}

#[test]
fn a_first_socket_whose_hello_waits_is_closed_by_the_second_and_not_welcomed() {
    let mut world = World::new();
    let (first, ben) = (world.open(1), world.join(2));
    world.give(ben, 1, add(1));
    world.say(first, json!({"type": "hello"}));
    let admission = world.admission(1);
    world.open_with(&admission);
    world.flush();
    assert_eq!(world.closed.get(&first), Some(&Close::Replaced));
    assert!(world.taken(first).is_empty());
    let second = world.attachments.keys().copied().max().unwrap();
    world.say(second, json!({"type": "hello"}));
    world.flush();
    assert!(hears(&mut world, second));
}

#[test]
fn what_the_first_socket_gave_while_the_second_opened_is_known_to_the_second() {
    let mut world = World::new();
    let first = world.join(1);
    let admission = world.admission(1);
    world.open_with(&admission);
    world.give(first, 1, add(5));
    world.flush();
    assert_eq!(world.closed.get(&first), Some(&Close::Replaced));
    let second = world.attachments.keys().copied().max().unwrap();
    world.say(second, json!({"type": "hello"}));
    world.flush();
    assert_eq!(world.only(second, "welcome")[0]["last_id"], 1);
    world.give(second, 1, add(5));
    world.flush();
    assert_eq!(world.only(second, "ack")[0]["reply"], 5);
    assert_eq!(world.sum(), 5);
}

#[test]
fn a_first_socket_that_goes_while_the_second_waits_takes_nothing_with_it() {
    let mut world = World::new();
    let first = world.join(1);
    let admission = world.admission(1);
    world.open_with(&admission);
    world.lose(first);
    world.flush();
    let second = world.attachments.keys().copied().max().unwrap();
    world.say(second, json!({"type": "hello"}));
    world.flush();
    assert!(hears(&mut world, second));
}

#[test]
fn after_a_fault_that_closed_all_a_late_going_takes_no_seat_from_its_successor() {
    let mut world = World::new();
    let (old, host) = (world.join(1), world.join(HOST));
    world.pass(1_000);
    world.told(host, 1, add(1));
    world.told(host, 2, add(1));
    breaks(Weak::Totals, 1);
    world.pass(300);
    assert_eq!(world.closed.get(&old), Some(&Close::Restart));
    let new = world.join(1);
    world.input(|session, at| session.gone(old, at));
    assert!(hears(&mut world, new));
}

#[test]
fn a_frame_of_a_socket_that_nobody_knows_closes_it() {
    let mut world = World::new();
    world.say(77, json!({"type": "seen", "channels": {}}));
    assert_eq!(world.closed.get(&77), Some(&Close::Restart));
}
