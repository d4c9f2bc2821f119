//! A live run with a host, a wall and two participants, who say anything.

use crate::disk::Disk;
use lectern_identity::{Millis, SeatId, TenantId, UseId};
use lectern_live::{
    Moment, Role,
    object::{Admission, ObjectRequest, object_name},
    session::{Attachment, Effect, Session, SocketId},
    wire::MAX_FRAME,
};
use lectern_quiz::model::QuestionSet;
use lectern_quiz::speedrun::{Order, Pace, Settings, Speedrun};
use lectern_quiz_formats::{Hints, import};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A question of each kind.
static EVERY_KIND: LazyLock<QuestionSet> = LazyLock::new(|| {
    let bytes = include_bytes!("../every-kind.json");
    let imported = import(bytes, Hints::default(), &[]);
    imported.expect("the questions can be read").set
});

/// Who may speak: the first letter of a line.
const SEATS: [(u8, Role); 4] = [
    (b'h', Role::Host),
    (b'w', Role::Wall),
    (b'a', Role::Participant),
    (b'b', Role::Participant),
];

/// A run in which everybody says anything, one line each; the first line may be `own`, for the pace.
///
/// # Panics
/// When the run does, or when its memory is not what its log makes of it.
pub fn frames(text: &str) {
    let (pace, lines) = match text.strip_prefix("own\n") {
        Some(lines) => (Pace::Own, lines),
        None => (Pace::Host, text),
    };
    let mut run = Run::new(pace);
    for line in lines.lines().take(MOST_LINES) {
        run.line(line);
    }
    run.sleep();
}

/// Lines of one input.
const MOST_LINES: usize = 60;

/// A run that is being played.
struct Run {
    now: Millis,
    disk: Disk,
    session: Session<Speedrun, Disk>,
    sockets: BTreeMap<u8, SocketId>,
    attachments: BTreeMap<SocketId, Attachment>,
    requests: u64,
}

impl Run {
    /// In the lobby, everybody is welcomed.
    fn new(pace: Pace) -> Self {
        let disk = Disk::default();
        let mut run = Self {
            now: Millis(1_800_000_000_000),
            session: Session::new(disk.clone()),
            disk,
            sockets: BTreeMap::new(),
            attachments: BTreeMap::new(),
            requests: 0,
        };
        run.does(|session, at| session.adopt(Vec::new(), at));
        run.order(Order::Create {
            title: "Fuzz".to_owned(),
            language: None,
            code: "ABC234".to_owned(),
            link: "hidden-link".to_owned(),
            questions: EVERY_KIND.questions.clone(),
            settings: Settings {
                pace,
                ..Settings::default()
            },
        });
        for name in ["a", "b"] {
            run.order(Order::Admit {
                seat: seat(name.as_bytes()[0]),
                name: name.to_owned(),
            });
        }
        for (letter, role) in SEATS {
            run.connect(letter, role);
        }
        run
    }

    /// One line: who, and what. `+` lets seconds pass, `z` lets the object sleep and wake.
    fn line(&mut self, line: &str) {
        let Some((&who, _)) = line.as_bytes().split_first() else {
            return;
        };
        match who {
            b'+' => {
                let seconds: i64 = line[1..].trim().parse().unwrap_or(1);
                self.pass(Millis::seconds(seconds.clamp(0, 100_000)));
            }
            b'z' => self.sleep(),
            _ => {
                let Some(&socket) = self.sockets.get(&who) else {
                    return;
                };
                let frame = &line[1..];
                if frame.len() <= MAX_FRAME {
                    self.does(|session, at| session.frame(socket, frame, at));
                    self.does(Session::flush);
                }
            }
        }
    }

    /// The memory is thrown away and comes back the same, but for what the clock then finds to be due.
    fn sleep(&mut self) {
        self.does(Session::flush);
        let before = self.session.remembered();
        self.wake();
        let after = self.session.remembered();
        if length(&before) == length(&after) {
            assert!(before == after, "another memory:\n{before:?}\n{after:?}");
        }
        self.wake();
        let again = self.session.remembered();
        assert!(after == again, "another memory:\n{after:?}\n{again:?}");
    }

    fn wake(&mut self) {
        self.session = Session::new(self.disk.clone());
        let attachments = self.attachments.values().cloned().collect();
        self.does(|session, at| session.adopt(attachments, at));
        self.does(Session::flush);
    }

    fn pass(&mut self, time: Millis) {
        let end = self.now + time;
        for _ in 0..64 {
            let due = [self.disk.alarm(), self.session.fold_due()];
            let Some(next) = due.into_iter().flatten().min().filter(|next| *next <= end) else {
                break;
            };
            self.now = self.now.max(next);
            if self.disk.alarm().is_some_and(|alarm| alarm <= self.now) {
                self.disk.ring();
                self.does(Session::alarm);
            }
            self.does(Session::fold);
            self.does(Session::flush);
        }
        self.now = end;
    }

    fn order(&mut self, order: Order) {
        self.requests += 1;
        let (no, object) = (self.requests, object());
        self.does(|session, at| session.request(no, ObjectRequest::Order { object, order }, at));
        self.does(Session::flush);
    }

    fn connect(&mut self, letter: u8, role: Role) {
        self.requests += 1;
        let no = self.requests;
        let admission = Admission {
            object: object(),
            seat: seat(letter),
            role,
            use_id: UseId::from_hash([letter; 16]),
            expires: self.now + Millis::seconds(30),
        };
        self.does(|session, at| session.open(no, &admission, at));
        self.does(Session::flush);
        let newest = self.attachments.keys().next_back().copied();
        let socket = newest.expect("the socket was accepted");
        self.sockets.insert(letter, socket);
        self.does(|session, at| session.frame(socket, r#"{"type":"hello"}"#, at));
        self.does(Session::flush);
    }

    fn does(&mut self, input: impl FnOnce(&mut Session<Speedrun, Disk>, Moment)) {
        let at = Moment {
            now: self.now,
            seed: 7,
        };
        input(&mut self.session, at);
        for effect in self.session.effects() {
            match effect {
                Effect::Accept { attachment, .. } | Effect::Attach(attachment) => {
                    self.attachments.insert(attachment.id, attachment);
                }
                Effect::Close { socket, .. } => {
                    self.attachments.remove(&socket);
                    self.sockets.retain(|_, open| *open != socket);
                }
                Effect::Log { what, detail } => assert!(what != "panic", "{detail}"),
                _ => {}
            }
        }
    }
}

/// How many events a memory has seen.
fn length(memory: &Option<String>) -> Option<u64> {
    let head: serde_json::Value = serde_json::from_str(memory.as_ref()?.lines().next()?).ok()?;
    head.get("length")?.as_u64()
}

fn seat(letter: u8) -> SeatId {
    SeatId::from_hash([letter; 16])
}

fn object() -> String {
    object_name(TenantId::from_hash([1; 16]), "run")
}
