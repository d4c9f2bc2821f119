//! What other Workers ask, and what a session that is not there says.

use super::support::{HOST, Order, World, world::add};
use lectern_identity::{Millis, OutboxId, UseId};
use lectern_live::{object::ObjectRequest, session::Effect, wire::Close};
use serde_json::json;

#[test]
fn a_session_that_was_never_there_stores_nothing_whatever_is_asked() {
    let mut world = World::empty();
    let refused = |answer: serde_json::Value| answer["refused"]["code"].clone();
    let use_id = UseId::from_hash([1; 16]);
    let expires = world.now + Millis::seconds(30);
    assert_eq!(refused(world.order(Order::Sum)), "not_found");
    assert_eq!(
        refused(world.request(ObjectRequest::Use {
            use_id,
            by: None,
            expires
        })),
        "not_found"
    );
    assert_eq!(
        refused(world.request(ObjectRequest::Report { page: 0 })),
        "not_found"
    );
    let outbox = OutboxId::from_hash([1; 16]);
    assert_eq!(
        world.request(ObjectRequest::Confirm { outbox }),
        json!({"done": null})
    );
    let admission = world.admission(1);
    let request = world.open_with(&admission);
    assert_eq!(
        world.outcomes[&request],
        Effect::TurnAway {
            request,
            close: Close::Over
        }
    );
    world.pass(100_000);
    assert_eq!(world.disk.0.borrow().commits, 0);
    assert_eq!(world.disk.0.borrow().alarm, None);
}

#[test]
fn an_order_is_answered_when_it_is_durable() {
    let mut world = World::empty();
    let object = world.admission(1).object;
    let no = world.ask(ObjectRequest::Order {
        object,
        order: Order::Create,
    });
    assert!(!world.answers.contains_key(&no));
    world.flush();
    assert_eq!(world.answers[&no], json!({"done": 0}));
}

#[test]
fn an_order_that_could_not_be_stored_is_refused() {
    let mut world = World::empty();
    world.disk.0.borrow_mut().failing = 1;
    assert_eq!(world.order(Order::Create)["refused"]["code"], "internal");
    assert_eq!(world.order(Order::Create), json!({"done": 0}));
}

#[test]
fn what_may_be_used_once_is_used_once() {
    let mut world = World::new();
    let use_id = UseId::from_hash([1; 16]);
    let expires = world.now + Millis::minutes(5);
    let once = |world: &mut World| {
        world.request(ObjectRequest::Use {
            use_id,
            by: None,
            expires,
        })
    };
    assert_eq!(once(&mut world), json!({"done": null}));
    assert_eq!(once(&mut world)["refused"]["code"], "used");
    world.kill();
    assert_eq!(once(&mut world)["refused"]["code"], "used");
    world.now = expires;
    let late = world.request(ObjectRequest::Use {
        use_id: UseId::from_hash([2; 16]),
        by: None,
        expires,
    });
    assert_eq!(late["refused"]["code"], "used");
}

#[test]
fn a_report_is_there_once_the_session_has_ended_and_not_before() {
    let mut world = World::new();
    let host = world.join(HOST);
    world.told(host, 1, add(5));
    let page = |world: &mut World, page| world.request(ObjectRequest::Report { page });
    assert_eq!(page(&mut world, 0)["refused"]["code"], "not_ended");
    world.told(host, 2, json!({"type": "end"}));
    assert_eq!(page(&mut world, 0), json!({"done": 5}));
    assert_eq!(page(&mut world, 1), json!({"done": null}));
}

#[test]
fn an_erased_session_closes_its_sockets_and_is_not_there() {
    let mut world = World::new();
    let ada = world.join(1);
    assert_eq!(world.request(ObjectRequest::Erase), json!({"done": null}));
    assert_eq!(world.closed[&ada], Close::Over);
    assert_eq!(world.order(Order::Sum)["refused"]["code"], "not_found");
    world.text(ada, "{}");
    assert!(!world.disk.0.borrow().made);
}

#[test]
fn who_used_it_may_ask_again_and_nobody_else() {
    let mut world = World::new();
    let expires = world.now + Millis::minutes(5);
    let [use_id, mine, theirs] = [1, 2, 3].map(|fill| UseId::from_hash([fill; 16]));
    let by = |world: &mut World, by| {
        let by = Some(by);
        world.request(ObjectRequest::Use {
            use_id,
            by,
            expires,
        })
    };
    assert_eq!(by(&mut world, mine), json!({"done": null}));
    assert_eq!(by(&mut world, theirs)["refused"]["code"], "used");
    world.kill();
    assert_eq!(by(&mut world, mine), json!({"done": null}));
    assert_eq!(by(&mut world, theirs)["refused"]["code"], "used");
    world.now = expires;
    assert_eq!(by(&mut world, mine)["refused"]["code"], "used");
}

#[test]
fn a_use_that_could_not_be_stored_is_still_free() {
    let mut world = World::new();
    let expires = world.now + Millis::minutes(5);
    let [use_id, mine, theirs] = [1, 2, 3].map(|fill| UseId::from_hash([fill; 16]));
    let by = |world: &mut World, by| {
        let by = Some(by);
        world.request(ObjectRequest::Use {
            use_id,
            by,
            expires,
        })
    };
    world.disk.0.borrow_mut().failing = 1;
    assert_eq!(by(&mut world, mine)["refused"]["code"], "internal");
    assert_eq!(by(&mut world, theirs), json!({"done": null}));
    assert_eq!(by(&mut world, mine)["refused"]["code"], "used");
}
