//! A live object without a platform: a session, its disk, and what everybody around it has heard.

use crate::{
    disk::Disk,
    script::{Act, HOST},
};
use lectern_identity::{Millis, SeatId, TenantId, UseId};
use lectern_live::{
    Moment, Role,
    object::{Admission, ObjectRequest, object_name},
    session::{Attachment, Effect, Session, SocketId},
    wire::Close,
};
use lectern_quiz::speedrun::Speedrun;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How much later each act comes than the one before.
const PAUSE: Millis = Millis(150);

pub(crate) struct Object {
    pub(crate) session: Session<Speedrun, Disk>,
    pub(crate) disk: Disk,
    now: Millis,
    requests: u64,
    attachments: BTreeMap<SocketId, Attachment>,
    sockets: BTreeMap<&'static str, SocketId>,
    /// What we call each open socket: its number may be given again.
    names: BTreeMap<SocketId, String>,
    /// Every frame by socket, but for totals.
    pub(crate) heard: BTreeMap<String, Vec<String>>,
    /// The newest value of each total by socket: only these may come more often to who slept.
    pub(crate) totals: BTreeMap<(String, String), Value>,
    pub(crate) closed: BTreeMap<String, Close>,
    answers: Vec<String>,
    /// Messages to the queue.
    pub(crate) queue: usize,
    /// Lines in the log: there is nothing to say.
    pub(crate) faults: usize,
}

impl Object {
    pub(crate) fn new() -> Self {
        let disk = Disk::default();
        let mut object = Self {
            session: Session::new(disk.clone()),
            disk,
            now: Millis(1_800_000_000_000),
            requests: 0,
            attachments: BTreeMap::new(),
            sockets: BTreeMap::new(),
            names: BTreeMap::new(),
            heard: BTreeMap::new(),
            totals: BTreeMap::new(),
            closed: BTreeMap::new(),
            answers: Vec::new(),
            queue: 0,
            faults: 0,
        };
        object.input(|session, at| session.adopt(Vec::new(), at));
        object
    }

    /// Does an act, and everything that follows from it by itself.
    pub(crate) fn play(&mut self, act: &Act) {
        self.requests += 1;
        let no = self.requests;
        match act {
            Act::Order(order) => {
                let request = ObjectRequest::Order {
                    object: name(),
                    order: order.clone(),
                };
                self.input(|session, at| session.request(no, request, at));
            }
            Act::Open(who, role) => {
                let admission = self.admission(who, *role);
                self.input(|session, at| session.open(no, &admission, at));
                self.input(Session::flush);
                let newest = self.attachments.keys().next_back().copied();
                let newest = newest.expect("the socket is accepted");
                self.sockets.insert(who, newest);
                self.names.insert(newest, format!("{who} since {no}"));
            }
            Act::Say(who, frame, answered) => self.say(who, frame, answered),
            Act::Tell(id, what) => {
                let told = json!({"type": what, "seen": self.step()});
                self.say(HOST, &command(*id, told), "ack");
            }
            Act::Lose(who) => {
                let socket = self.sockets[who];
                self.attachments.remove(&socket);
                let lost = self.names[&socket].clone();
                self.totals.retain(|(name, _), _| *name != lost);
                self.input(|session, at| session.gone(socket, at));
            }
            Act::Pass(time) => self.pass(*time),
        }
        self.input(Session::flush);
        self.pass(PAUSE);
    }

    /// The memory is gone, the sockets stay.
    pub(crate) fn sleep(&mut self) {
        let attachments = self.attachments.values().cloned().collect();
        self.session = Session::new(self.disk.clone());
        self.input(|session, at| session.adopt(attachments, at));
        self.input(Session::flush);
    }

    /// The first page of the report.
    /// The whole report.
    pub(crate) fn report(&mut self) -> Vec<String> {
        let mut page = |page| {
            self.input(|session, at| session.request(0, ObjectRequest::Report { page }, at));
            self.answers.pop().filter(|body| body != r#"{"done":null}"#)
        };
        (0..).map_while(&mut page).collect()
    }

    fn say(&mut self, who: &str, frame: &Value, answered: &str) {
        let socket = self.sockets[who];
        let before = self.heard.get(&self.names[&socket]).map_or(0, Vec::len);
        self.input(|session, at| session.frame(socket, &frame.to_string(), at));
        self.input(Session::flush);
        let heard = self.heard.get(&self.names[&socket]);
        let new = heard.map_or(&[][..], |heard| &heard[before..]);
        let kind = format!(r#"{{"type":"{answered}""#);
        let comes = answered.is_empty() || new.iter().any(|frame| frame.starts_with(&kind));
        assert!(comes, "{who}: {frame} is answered with {new:?}");
    }

    /// The run's step as the host has heard of it.
    fn step(&self) -> u64 {
        let heard = self.heard[&self.names[&self.sockets[HOST]]].iter().rev();
        let frames = heard.map(|frame| serde_json::from_str::<Value>(frame).expect("JSON"));
        let step = |frame: Value| {
            let message = frame["message"]["step"].as_u64();
            message.or_else(|| frame["view"]["step"].as_u64())
        };
        frames.filter_map(step).next().expect("the host has a view")
    }

    fn pass(&mut self, time: Millis) {
        let end = self.now + time;
        loop {
            let alarm = self.disk.0.borrow().alarm;
            let next = [alarm, self.session.fold_due()].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else {
                break;
            };
            self.now = self.now.max(next);
            if alarm.is_some_and(|alarm| alarm <= self.now) {
                self.disk.0.borrow_mut().alarm = None;
                self.input(Session::alarm);
            }
            self.input(Session::fold);
            self.input(Session::flush);
        }
        self.now = end;
    }

    fn admission(&self, who: &str, role: Role) -> Admission {
        let mut use_id = [0; 16];
        use_id[..8].copy_from_slice(&self.requests.to_le_bytes());
        Admission {
            object: name(),
            seat: seat(who),
            role,
            use_id: UseId::from_hash(use_id),
            expires: self.now + Millis::seconds(30),
        }
    }

    fn input(&mut self, input: impl FnOnce(&mut Session<Speedrun, Disk>, Moment)) {
        let at = Moment {
            now: self.now,
            seed: self.now.0.unsigned_abs(),
        };
        input(&mut self.session, at);
        for effect in self.session.effects() {
            self.take(effect);
        }
    }

    fn take(&mut self, effect: Effect) {
        match effect {
            Effect::Send { to, frame } => {
                let value: Value = serde_json::from_str(&frame).expect("a frame is JSON");
                for name in to.iter().map(|id| self.names[id].clone()) {
                    if value["type"] == "state" {
                        let total = value["name"]
                            .as_str()
                            .expect("a total has a name")
                            .to_owned();
                        self.totals.insert((name, total), value["state"].clone());
                    } else {
                        self.heard.entry(name).or_default().push(frame.to_string());
                    }
                }
            }
            Effect::Close { socket, close } => {
                self.attachments.remove(&socket);
                self.closed.insert(self.names[&socket].clone(), close);
            }
            Effect::Attach(attachment) | Effect::Accept { attachment, .. } => {
                self.attachments.insert(attachment.id, attachment);
            }
            Effect::Answer { body, .. } => self.answers.push(body),
            Effect::TurnAway { .. } | Effect::Refuse { .. } => {
                panic!("not let in: {effect:?} {:?}", self.answers)
            }
            Effect::Enqueue(_) => self.queue += 1,
            Effect::Log { what, detail } => {
                eprintln!("{what}: {detail}");
                self.faults += 1;
            }
        }
    }
}

fn name() -> String {
    object_name(TenantId::from_hash([9; 16]), "run_1")
}

/// The seat that a name stands for.
pub(crate) fn seat(who: &str) -> SeatId {
    let mut bits = [7_u8; 16];
    bits.iter_mut()
        .zip(who.bytes())
        .for_each(|(bit, byte)| *bit = byte);
    SeatId::from_hash(bits)
}

/// A command's frame.
pub(crate) fn command(id: u32, command: Value) -> Value {
    json!({"type": "command", "id": id, "command": command})
}
