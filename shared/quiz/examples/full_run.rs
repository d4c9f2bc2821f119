//! Plays a run at its limits (2,000 participants, 500 questions, 250,000 answers) through the shell, and
//! prints the peak of the heap and the time of each stage.
//!
//! `cargo run --release -p lectern-quiz --example full_run -- [host|self] [participants] [answers each]`
//!
//! The log lies outside of what is counted, as an object's SQLite does. Pointers take 8 bytes here and
//! 4 in WebAssembly, so that these figures are an upper bound.

#![allow(
    clippy::disallowed_methods,
    reason = "this is no Worker: a clock is at hand"
)]

use allocation_counter::{AllocationInfo, measure, opt_out};
use lectern_identity::{Millis, SeatId, TenantId, UseId};
use lectern_live::{
    Moment, Role,
    object::{Admission, ObjectRequest, object_name},
    session::{
        Effect, EventLog, Session, SocketId, StorageError,
        storage::{EachRow, MetaKey, PARTS, Row, Stored, Write},
    },
};
use lectern_quiz::{
    model::{Choosable, Kind, Question, Rich, Segment},
    speedrun::{Order, Pace, Settings, Speedrun},
};
use std::{cell::RefCell, collections::BTreeMap, ops::Range, rc::Rc, time::Instant};

const QUESTIONS: usize = 500;
const DAWN: Millis = Millis(1_800_000_000_000);

/// A disk: what lies on it is not counted.
#[derive(Clone, Default)]
struct Disk(Rc<RefCell<Data>>);

#[derive(Default)]
struct Data {
    stored: Stored,
    rows: BTreeMap<i64, String>,
    parts: BTreeMap<i64, String>,
    snapshots: usize,
    largest: usize,
}

impl Disk {
    fn each(
        &self,
        of: impl Fn(&Data) -> &BTreeMap<i64, String>,
        keys: Range<i64>,
        each: EachRow<'_>,
    ) -> Result<(), StorageError> {
        let data = self.0.borrow();
        let row = |(&key, body): (&i64, &String)| Row {
            key,
            body: body.clone(),
        };
        of(&data).range(keys).map(row).try_for_each(each)
    }
}

impl EventLog for Disk {
    fn load(&self) -> Result<Option<Stored>, StorageError> {
        Ok(Some(self.0.borrow().stored.clone()))
    }

    fn rows(&self, from: u32, to: u32, each: EachRow<'_>) -> Result<(), StorageError> {
        let before = (i64::from(from) + 1) * PARTS;
        let before = self
            .0
            .borrow()
            .rows
            .range(..before)
            .next_back()
            .map(|(&key, _)| key);
        let start = before.map_or(0, |key| key / PARTS * PARTS);
        self.each(|data| &data.rows, start..i64::from(to) * PARTS, each)
    }

    fn parts(&self, length: u32, each: EachRow<'_>) -> Result<(), StorageError> {
        let start = i64::from(length) * PARTS;
        self.each(|data| &data.parts, start..start + PARTS, each)
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StorageError> {
        opt_out(|| {
            let mut data = self.0.borrow_mut();
            for write in writes.iter().cloned() {
                match write {
                    Write::Row(Row { key, body }) => {
                        data.largest = data.largest.max(body.len());
                        data.rows.insert(key, body);
                    }
                    Write::Part(Row { key, body }) => drop(data.parts.insert(key, body)),
                    Write::KeepParts(length) => {
                        data.parts.retain(|key, _| key / PARTS == i64::from(length));
                    }
                    Write::Meta(MetaKey::Snapshot, length) => {
                        data.snapshots += 1;
                        data.stored.snapshot = length.parse().ok();
                    }
                    Write::Meta(MetaKey::Object, name) => data.stored.object = Some(name),
                    Write::Outbox(row) => data.stored.outbox = Some(row),
                    Write::Meta(..) | Write::Use(..) | Write::Forget(_) => {}
                }
            }
        });
        Ok(())
    }

    fn set_alarm(&mut self, _: Option<Millis>) {}

    fn erase(&mut self) {}
}

struct Play {
    session: Session<Speedrun, Disk>,
    now: Millis,
    sent: u64,
    frames: u64,
    next: u64,
}

impl Play {
    fn new(disk: &Disk) -> Self {
        let mut session = Session::new(disk.clone());
        session.adopt(Vec::new(), Moment { now: DAWN, seed: 7 });
        Self {
            session,
            now: DAWN,
            sent: 0,
            frames: 0,
            next: 0,
        }
    }

    fn at(&self) -> Moment {
        Moment {
            now: self.now,
            seed: 7,
        }
    }

    fn done(&mut self) {
        for effect in self.session.effects() {
            match effect {
                Effect::Send { to, frame } => {
                    self.frames += to.len() as u64;
                    self.sent += (to.len() * frame.len()) as u64;
                    assert!(!frame.contains(r#""type":"refused""#), "{frame}");
                }
                Effect::Close { socket, close } => panic!("{socket} was closed: {close:?}"),
                Effect::Log { what, detail } => panic!("{what}: {detail}"),
                _ => {}
            }
        }
    }

    fn flush(&mut self) {
        self.session.flush(self.at());
        self.session.fold(self.at());
        self.done();
    }

    fn order(&mut self, order: Order) {
        self.next += 1;
        let object = object_name(TenantId::from_hash([1; 16]), "run");
        let request = ObjectRequest::Order { object, order };
        self.session.request(self.next, request, self.at());
        self.flush();
    }

    fn open(&mut self, seat: SeatId, role: Role) -> SocketId {
        self.next += 1;
        let admission = Admission {
            object: String::new(),
            seat,
            role,
            use_id: UseId::new(self.now, counted(self.next)),
            expires: self.now + Millis::seconds(30),
        };
        self.session.open(self.next, &admission, self.at());
        self.session.flush(self.at());
        let accepted = self.session.effects().into_iter().find_map(|effect| {
            if let Effect::Accept { attachment, .. } = effect {
                Some(attachment.id)
            } else {
                None
            }
        });
        let socket = accepted.expect("the seat is let in");
        self.say(socket, r#"{"type":"hello"}"#);
        self.flush();
        socket
    }

    fn say(&mut self, socket: SocketId, frame: &str) {
        self.session.frame(socket, frame, self.at());
        self.done();
    }

    fn command(&mut self, socket: SocketId, id: u32, command: &str) {
        let frame = format!(r#"{{"type":"command","id":{id},"command":{command}}}"#);
        self.say(socket, &frame);
    }
}

fn counted(number: u64) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    bytes
}

fn question(number: usize) -> Question {
    let text = |says: String| Rich(vec![Segment::Text(says)]);
    let options = (0..4).map(|option| Choosable {
        text: text(format!("{option}{}", " lorem".repeat(50))),
        image: None,
    });
    Question {
        id: format!("q{number}"),
        text: text(format!("{number}{}", " ipsum".repeat(100))),
        kind: Kind::SingleChoice {
            options: options.collect(),
            correct: 1,
        },
        image: None,
        explanation: Some(text(" dolor".repeat(50))),
        category: None,
        points: 1_000,
        duration: 3_600,
        penalty: 0,
    }
}

fn play(disk: &Disk, pace: Pace, participants: usize, answers: u32) -> Play {
    let mut play = Play::new(disk);
    play.order(Order::Create {
        title: "Full".to_owned(),
        language: None,
        code: "ABC234".to_owned(),
        link: "link".to_owned(),
        questions: (0..QUESTIONS).map(question).collect(),
        settings: Settings {
            pace,
            close_when_all_answered: false,
            ..Settings::default()
        },
    });
    let host = play.open(SeatId::from_hash([255; 16]), Role::Host);
    let mut sockets = Vec::new();
    for number in 0..participants {
        let mut bits = [0; 16];
        bits[..8].copy_from_slice(&(number as u64).to_le_bytes());
        let seat = SeatId::from_hash(bits);
        let name = format!("Participant {number}");
        play.order(Order::Admit { seat, name });
        sockets.push(play.open(seat, Role::Participant));
        play.now = play.now + Millis(5);
        if number % 50 == 0 {
            play.say(host, r#"{"type":"seen","channels":{"screens":100000,"all":100000,"hosts":100000,"me":100000}}"#);
        }
    }
    let mut step = 0;
    let mut given = 1;
    play.command(host, given, r#"{"type":"start","seen":0}"#);
    play.flush();
    step += if pace == Pace::Host { 2 } else { 1 };
    let mut ids = vec![0_u32; participants];
    for index in 0..answers {
        play.now = play.now + Millis::seconds(3);
        for (number, &socket) in sockets.iter().enumerate() {
            if pace == Pace::Own {
                ids[number] += 1;
                play.command(
                    socket,
                    ids[number],
                    &format!(r#"{{"type":"advance","opened":{index}}}"#),
                );
                if number % 40 == 39 {
                    play.flush();
                }
            }
        }
        play.flush();
        for (number, &socket) in sockets.iter().enumerate() {
            ids[number] += 1;
            let option = number % 4;
            play.command(socket, ids[number], &format!(r#"{{"type":"answer","index":{index},"choice":{{"type":"option","value":{option}}}}}"#));
            if number % 20 == 19 {
                play.now = play.now + Millis(20);
                play.flush();
            }
        }
        play.flush();
        if pace == Pace::Host {
            for command in ["reveal", "next"] {
                given += 1;
                play.command(
                    host,
                    given,
                    &format!(r#"{{"type":"{command}","seen":{step}}}"#),
                );
                step += 1;
                play.flush();
            }
        }
        for &socket in sockets.iter().chain([&host]) {
            play.say(
                socket,
                r#"{"type":"seen","channels":{"all":100000,"me":100000}}"#,
            );
        }
        play.say(host, r#"{"type":"seen","channels":{"screens":100000,"all":100000,"hosts":100000,"me":100000}}"#);
        play.say(host, r#"{"type":"seen","channels":{"screens":100000,"all":100000,"hosts":100000,"me":100000}}"#);
    }
    given += 1;
    play.command(host, given, &format!(r#"{{"type":"end","seen":{step}}}"#));
    play.flush();
    play
}

fn print(what: &str, started: Instant, info: AllocationInfo) {
    let mb = |bytes: f64| bytes / 1_048_576.0;
    println!(
        "{what:<34} {:>8.1} MiB peak {:>8.1} MiB kept {:>12} allocations {:>8.2} s",
        mb(info.bytes_max as f64),
        mb(info.bytes_current as f64),
        info.count_total,
        started.elapsed().as_secs_f64(),
    );
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let pace = match arguments.next().as_deref() {
        Some("self") => Pace::Own,
        _ => Pace::Host,
    };
    let mut number = |default| {
        arguments
            .next()
            .map_or(default, |text| text.parse().expect("a number"))
    };
    let (participants, answers) = (number(2_000), number(125));
    let disk = Disk::default();
    let mut held = None;
    let started = Instant::now();
    let info = measure(|| {
        held = Some(play(
            &disk,
            pace,
            participants,
            u32::try_from(answers).expect("few"),
        ));
    });
    print("played, sockets and all", started, info);
    let Some(mut play) = held else { return };
    let started = Instant::now();
    let info = measure(|| {
        for page in 0.. {
            play.next += 1;
            let request = ObjectRequest::Report { page };
            play.session.request(play.next, request, play.at());
            let last = play.session.effects().into_iter().any(
                |effect| matches!(effect, Effect::Answer { body, .. } if body.contains("null}")),
            );
            if last || page > 500 {
                break;
            }
        }
    });
    print("reported, on top", started, info);
    println!("{} frames, {} MB sent", play.frames, play.sent / 1_000_000);
    drop(play);
    {
        let data = disk.0.borrow();
        let bytes =
            |of: &BTreeMap<i64, String>| of.values().map(String::len).sum::<usize>() as f64 / 1e6;
        println!(
            "log {:.1} MB in {} rows, largest {} bytes; {} snapshots, last {:.1} MB in {} rows",
            bytes(&data.rows),
            data.rows.len(),
            data.largest,
            data.snapshots,
            bytes(&data.parts),
            data.parts.len()
        );
    }
    let started = Instant::now();
    let info = measure(|| drop(Play::new(&disk)));
    print("loaded: snapshot and rest", started, info);
    disk.0.borrow_mut().stored.snapshot = None;
    let started = Instant::now();
    let info = measure(|| drop(Play::new(&disk)));
    print("loaded: replayed from the start", started, info);
}
