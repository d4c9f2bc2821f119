//! Whatever is said in whatever order, with flushes, failures, sleeps and kills anywhere.

use super::support::{HOST, Order, World, world::add};
use lectern_live::{session::Attachment, wire::Close};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Step {
    Give(u8, u8),
    Repeat(u8),
    Flush,
    Fail,
    Panic(u8),
    Lose(u8),
    /// A second socket of a seat, the first being still open.
    Twin(u8),
    Sleep,
    /// The object sleeps before the platform has closed the sockets that were replaced.
    SleepWithTwins,
    Kill,
    Pass(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..4_u8, 0..4_u8).prop_map(|(seat, what)| Step::Give(seat, what)),
        2 => (0..4_u8).prop_map(Step::Repeat),
        6 => Just(Step::Flush),
        1 => Just(Step::Fail),
        1 => (0..4_u8).prop_map(Step::Panic),
        2 => (0..4_u8).prop_map(Step::Lose),
        2 => (0..4_u8).prop_map(Step::Twin),
        1 => Just(Step::Sleep),
        1 => Just(Step::SleepWithTwins),
        1 => Just(Step::Kill),
        2 => (0..3_000_u16).prop_map(Step::Pass),
    ]
}

/// A client as the protocol describes it: reconnects, resumes, repeats what was not answered.
#[derive(Default)]
struct Client {
    socket: Option<u32>,
    seen: BTreeMap<String, u64>,
    last_id: u32,
    asked: Option<(u32, Value)>,
    acks: BTreeMap<u32, Value>,
    /// What each id was given for.
    given: BTreeMap<u32, Value>,
    events: Vec<Value>,
}

impl Client {
    fn connect(&mut self, world: &mut World, number: u8) {
        if self
            .socket
            .is_some_and(|socket| !world.closed.contains_key(&socket))
        {
            return;
        }
        self.open(world, number);
    }

    fn open(&mut self, world: &mut World, number: u8) {
        let resume = (!self.seen.is_empty()).then(|| json!(self.seen));
        let socket = world.open(number);
        let hello = resume.map_or(
            json!({"type": "hello"}),
            |seen| json!({"type": "hello", "resume": seen}),
        );
        world.say(socket, hello);
        world.flush();
        self.socket = Some(socket);
        self.read(world);
        if let Some((id, command)) = self.asked.clone() {
            world.give(socket, id, command);
        }
    }

    fn read(&mut self, world: &mut World) {
        let Some(socket) = self.socket else { return };
        for frame in world.taken(socket) {
            match frame["type"].as_str().unwrap() {
                "welcome" => {
                    assert!(
                        frame.get("view").is_none() || self.seen.is_empty(),
                        "no view is needed"
                    );
                    if self.seen.is_empty() {
                        let numbers = frame["channels"].as_object().unwrap();
                        self.seen = numbers
                            .iter()
                            .map(|(name, n)| (name.clone(), n.as_u64().unwrap()))
                            .collect();
                    }
                    self.last_id = u32::try_from(frame["last_id"].as_u64().unwrap()).unwrap();
                }
                "event" => {
                    let seen = self
                        .seen
                        .get_mut(frame["channel"].as_str().unwrap())
                        .expect("heard");
                    assert_eq!(frame["seq"], *seen + 1, "dense, each once");
                    *seen += 1;
                    self.events.push(frame);
                }
                "ack" => {
                    let id = u32::try_from(frame["id"].as_u64().unwrap()).unwrap();
                    let before = self.acks.insert(id, frame.clone());
                    assert!(
                        before.is_none_or(|before| before == frame),
                        "the same answer"
                    );
                    self.last_id = self.last_id.max(id);
                    self.asked.take_if(|(asked, _)| *asked == id);
                }
                "refused" => {
                    assert_eq!(frame["code"], "internal", "{frame}");
                    self.asked = None;
                }
                _ => {}
            }
        }
    }
}

fn play(steps: &[Step]) -> (World, Vec<Client>) {
    let mut world = World::new();
    let mut clients: Vec<Client> = (0..4).map(|_| Client::default()).collect();
    let mut twins: Vec<Attachment> = Vec::new();
    for step in steps {
        world.now.0 += 150;
        for (number, client) in (HOST..).zip(&mut clients) {
            client.connect(&mut world, number);
        }
        match *step {
            Step::Give(seat, what) => {
                let client = &mut clients[usize::from(seat)];
                let command = match what {
                    0 => json!({"type": "whisper", "text": "…"}),
                    1 => json!({"type": "nothing"}),
                    n => add(n.into()),
                };
                if client.asked.is_none() {
                    client.asked = Some((client.last_id + 1, command.clone()));
                    client.given.insert(client.last_id + 1, command.clone());
                    world.give(client.socket.unwrap(), client.last_id + 1, command);
                }
            }
            Step::Repeat(seat) => {
                let client = &mut clients[usize::from(seat)];
                if let Some((&id, _)) = client.acks.last_key_value() {
                    world.give(client.socket.unwrap(), id, client.given[&id].clone());
                }
            }
            Step::Flush => world.flush(),
            Step::Fail => {
                // Only a batch with something to store can fail here.
                if world.session.waiting() {
                    world.disk.0.borrow_mut().failing = 1;
                    world.flush();
                    world.disk.0.borrow_mut().failing = 0;
                }
            }
            Step::Panic(seat) => {
                let client = &mut clients[usize::from(seat)];
                if client.asked.is_none() {
                    let command = json!({"type": "panic_evolving"});
                    world.give(client.socket.unwrap(), client.last_id + 1, command);
                }
            }
            Step::Lose(seat) => {
                if let Some(socket) = clients[usize::from(seat)].socket.take() {
                    clients[usize::from(seat)].socket = Some(socket);
                    clients[usize::from(seat)].read(&mut world);
                    world.lose(socket);
                    world.taken(socket);
                }
            }
            Step::Twin(seat) => {
                let client = &mut clients[usize::from(seat)];
                let first = client.socket.unwrap();
                let kept = world.attachments.get(&first).cloned();
                client.open(&mut world, seat);
                twins.extend(kept);
            }
            Step::Sleep => world.sleep(),
            Step::SleepWithTwins => {
                world.flush();
                for twin in twins.drain(..) {
                    if world.closed.get(&twin.id) == Some(&Close::Replaced) {
                        world.closed.remove(&twin.id);
                        world.attachments.insert(twin.id, twin);
                    }
                }
                world.sleep();
            }
            Step::Kill => {
                clients
                    .iter_mut()
                    .for_each(|client| client.read(&mut world));
                world.kill();
                twins.clear();
            }
            Step::Pass(millis) => world.pass(millis.into()),
        }
        for client in &mut clients {
            client.read(&mut world);
        }
    }
    for (number, client) in (HOST..).zip(&mut clients) {
        client.connect(&mut world, number);
        world.flush();
        client.read(&mut world);
    }
    for client in &mut clients {
        client.read(&mut world);
    }
    (world, clients)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_was_acknowledged_is_there_and_nothing_twice(steps in prop::collection::vec(step(), 1..80)) {
        let (mut world, clients) = play(&steps);
        // The books of the clients: what they were told is what the engine holds.
        let told = |client: &Client| -> i64 {
            let mine = client.events.iter().filter(|event| event["channel"] == "me");
            mine.map(|event| event["message"]["Added"]["n"].as_i64().unwrap_or(0)).sum()
        };
        prop_assert_eq!(clients.iter().map(told).sum::<i64>(), world.sum());
        for client in &clients {
            let ids: Vec<u32> = client.acks.keys().copied().collect();
            prop_assert_eq!(&ids, &(1..=client.last_id).collect::<Vec<_>>());
        }
        prop_assert!(!world.logs.contains(&"restarted"));
        // Who is not closed hears.
        world.order(Order::Shout);
        for client in &clients {
            let heard = world.only(client.socket.unwrap(), "event");
            prop_assert!(heard.iter().any(|event| event["message"].get("Shouted").is_some()));
        }
    }

    #[test]
    fn a_rebuild_at_any_point_gives_the_same_memory(steps in prop::collection::vec(step(), 1..60)) {
        let (mut world, _) = play(&steps);
        world.flush();
        let before = world.session.remembered();
        world.sleep();
        prop_assert_eq!(world.session.remembered(), before);
    }

    #[test]
    fn no_text_panics_or_closes_more_than_its_own_socket(texts in prop::collection::vec(".{0,200}", 1..20)) {
        let mut world = World::new();
        let (ada, ben) = (world.join(1), world.join(2));
        for text in texts {
            world.text(ada, &text);
        }
        prop_assert!(!world.closed.contains_key(&ben));
        let told = world.told(ben, 1, add(1));
        prop_assert_eq!(&told.last().unwrap()["type"], "ack");
    }

    #[test]
    fn no_json_panics(text in r#"(\{"type":"(hello|command|seen)"(,"(id|command|resume|channels|x)":(-?[0-9]{1,20}|\{("[a-z\\]{0,3}":[0-9]{1,11},?){0,3}\}|\[\]|null|"[^"]{0,5}"))*\}?)"#) {
        let mut world = World::new();
        let ada = world.join(1);
        world.text(ada, &text);
        world.flush();
        prop_assert!(world.closed.is_empty());
    }
}
