//! Clients around a session: what they send, what they have received, what the platform keeps for them.

use super::{Order, Toy, disk::Disk};
use lectern_identity::{Millis, SeatId, TenantId, UseId};
use lectern_live::{
    Role,
    engine::Moment,
    object::{Admission, EndedMessage, ObjectRequest, object_name},
    session::{Attachment, Effect, RequestNo, Session, SocketId},
    wire::Close,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The seat of the host; participants are 1, 2, 3, …
pub(crate) const HOST: u8 = 0;

/// A seat.
pub(crate) fn seat(number: u8) -> SeatId {
    SeatId::from_hash([number; 16])
}

/// Everything around one object.
pub(crate) struct World {
    pub(crate) now: Millis,
    pub(crate) disk: Disk,
    pub(crate) session: Session<Toy, Disk>,
    /// What each socket has received and not yet looked at.
    pub(crate) received: BTreeMap<SocketId, Vec<Value>>,
    pub(crate) closed: BTreeMap<SocketId, Close>,
    pub(crate) attachments: BTreeMap<SocketId, Attachment>,
    /// The requests' outcomes.
    pub(crate) outcomes: BTreeMap<RequestNo, Effect>,
    pub(crate) answers: BTreeMap<RequestNo, Value>,
    pub(crate) queue: Vec<EndedMessage>,
    pub(crate) logs: Vec<&'static str>,
    requests: RequestNo,
    uses: u64,
}

impl World {
    /// An object that was never asked anything.
    pub(crate) fn empty() -> Self {
        let disk = Disk::default();
        let mut world = Self {
            now: Millis(1_800_000_000_000),
            session: Session::new(disk.clone()),
            disk,
            received: BTreeMap::new(),
            closed: BTreeMap::new(),
            attachments: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            answers: BTreeMap::new(),
            queue: Vec::new(),
            logs: Vec::new(),
            requests: 0,
            uses: 0,
        };
        world.input(|session, at| session.adopt(Vec::new(), at));
        world
    }

    /// A created session.
    pub(crate) fn new() -> Self {
        let mut world = Self::empty();
        world.order(Order::Create);
        world
    }

    pub(crate) fn moment(&self) -> Moment {
        Moment {
            now: self.now,
            seed: 7,
        }
    }

    /// Gives the session an input and takes its effects.
    pub(crate) fn input(&mut self, input: impl FnOnce(&mut Session<Toy, Disk>, Moment)) {
        let at = self.moment();
        input(&mut self.session, at);
        for effect in self.session.effects() {
            self.take(effect);
        }
    }

    fn take(&mut self, effect: Effect) {
        match effect {
            Effect::Send { to, frame } => {
                let frame: Value = serde_json::from_str(&frame).unwrap();
                for id in to {
                    assert!(!self.closed.contains_key(&id), "sent to a closed socket");
                    self.received.entry(id).or_default().push(frame.clone());
                }
            }
            // A frame was on its way when its socket was closed.
            Effect::Close {
                socket,
                close: Close::Restart,
            } if self.closed.contains_key(&socket) => {}
            Effect::Close { socket, close } => {
                assert_eq!(self.closed.insert(socket, close), None, "closed twice");
                self.attachments.remove(&socket);
            }
            Effect::Attach(attachment) => {
                self.attachments.insert(attachment.id, attachment);
            }
            Effect::Accept {
                request,
                ref attachment,
            } => {
                // After a kill numbers start again.
                self.closed.remove(&attachment.id);
                self.received.remove(&attachment.id);
                self.attachments.insert(attachment.id, attachment.clone());
                self.outcomes.insert(request, effect);
            }
            Effect::TurnAway { request, .. } | Effect::Refuse { request, .. } => {
                self.outcomes.insert(request, effect);
            }
            Effect::Answer { request, body } => {
                self.answers
                    .insert(request, serde_json::from_str(&body).unwrap());
            }
            Effect::Enqueue(message) => self.queue.push(message),
            Effect::Log { what, .. } => self.logs.push(what),
        }
    }

    pub(crate) fn flush(&mut self) {
        self.input(Session::flush);
    }

    /// Lets time pass; alarms, flushes and totals come when they are due.
    pub(crate) fn pass(&mut self, millis: i64) {
        let end = self.now + Millis(millis);
        self.flush();
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
            self.flush();
        }
        self.now = end;
    }

    /// A fresh admission of a seat.
    pub(crate) fn admission(&mut self, number: u8) -> Admission {
        self.uses += 1;
        let mut use_id = [0; 16];
        use_id[..8].copy_from_slice(&self.uses.to_le_bytes());
        Admission {
            object: object_name(TenantId::from_hash([9; 16]), "toy_1"),
            seat: seat(number),
            role: if number == HOST {
                Role::Host
            } else {
                Role::Participant
            },
            use_id: UseId::from_hash(use_id),
            expires: self.now + Millis::seconds(30),
        }
    }

    /// Asks to open a socket; not flushed.
    pub(crate) fn open_with(&mut self, admission: &Admission) -> RequestNo {
        self.requests += 1;
        let request = self.requests;
        self.input(|session, at| session.open(request, admission, at));
        request
    }

    /// Opens a socket for a seat.
    pub(crate) fn open(&mut self, number: u8) -> SocketId {
        let admission = self.admission(number);
        let request = self.open_with(&admission);
        self.flush();
        match &self.outcomes[&request] {
            Effect::Accept { attachment, .. } => attachment.id,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// Opens a socket and says hello; the welcome.
    pub(crate) fn join(&mut self, number: u8) -> SocketId {
        let socket = self.open(number);
        self.say(socket, json!({"type": "hello"}));
        self.flush();
        socket
    }

    /// Opens a socket and resumes from these numbers.
    pub(crate) fn resume(&mut self, number: u8, seen: Value) -> SocketId {
        let socket = self.open(number);
        self.say(socket, json!({"type": "hello", "resume": seen}));
        self.flush();
        socket
    }

    pub(crate) fn say(&mut self, socket: SocketId, frame: Value) {
        self.text(socket, &frame.to_string());
    }

    pub(crate) fn text(&mut self, socket: SocketId, text: &str) {
        self.input(|session, at| session.frame(socket, text, at));
    }

    /// Gives a command; not flushed.
    pub(crate) fn give(&mut self, socket: SocketId, id: u32, command: Value) {
        self.say(
            socket,
            json!({"type": "command", "id": id, "command": command}),
        );
    }

    /// Gives a command, flushes, and takes everything that the socket received.
    pub(crate) fn told(&mut self, socket: SocketId, id: u32, command: Value) -> Vec<Value> {
        self.give(socket, id, command);
        self.flush();
        self.taken(socket)
    }

    /// What a socket received since it was last asked.
    pub(crate) fn taken(&mut self, socket: SocketId) -> Vec<Value> {
        self.received.remove(&socket).unwrap_or_default()
    }

    /// As [`Self::taken`], but only the frames of a type.
    pub(crate) fn only(&mut self, socket: SocketId, kind: &str) -> Vec<Value> {
        self.taken(socket)
            .into_iter()
            .filter(|frame| frame["type"] == kind)
            .collect()
    }

    pub(crate) fn request(&mut self, request: ObjectRequest<Order>) -> Value {
        let no = self.ask(request);
        self.flush();
        self.answers[&no].clone()
    }

    /// Asks; not flushed.
    pub(crate) fn ask(&mut self, request: ObjectRequest<Order>) -> RequestNo {
        self.requests += 1;
        let no = self.requests;
        self.input(|session, at| session.request(no, request, at));
        no
    }

    pub(crate) fn order(&mut self, order: Order) -> Value {
        let object = object_name(TenantId::from_hash([9; 16]), "toy_1");
        self.request(ObjectRequest::Order { object, order })
    }

    /// The socket is lost.
    pub(crate) fn lose(&mut self, socket: SocketId) {
        self.attachments.remove(&socket);
        self.closed.insert(socket, Close::Over);
        self.input(|session, at| session.gone(socket, at));
    }

    /// The process is killed: sockets and memory are gone.
    pub(crate) fn kill(&mut self) {
        for id in std::mem::take(&mut self.attachments).into_keys() {
            self.closed.insert(id, Close::Over);
        }
        self.session = Session::new(self.disk.clone());
        self.input(|session, at| session.adopt(Vec::new(), at));
    }

    /// The object sleeps and wakes: the memory is gone, the sockets stay.
    pub(crate) fn sleep(&mut self) {
        self.flush();
        let attachments = self.attachments.values().cloned().collect();
        self.session = Session::new(self.disk.clone());
        self.input(|session, at| session.adopt(attachments, at));
    }

    /// The sum as the engine has it.
    pub(crate) fn sum(&mut self) -> i64 {
        self.order(Order::Sum)["done"].as_i64().unwrap()
    }
}

/// A command that adds.
pub(crate) fn add(n: i64) -> Value {
    json!({"type": "add", "n": n})
}
