//! One seat's connection, as the pages' client keeps it: hello, commands one at a time, reports of what was
//! seen, and the numbers to come back with.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::sync::{Mutex, Notify};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::sleep;

use super::book::Book;
use super::side::{Seat, Side};
use super::watch::Watch;
use crate::frame::Frame;
use crate::socket::{Message, Reader, Writer, open};

/// A client reports what it has seen so long after an event (docs/PROTOCOL.md), with the jitter of ours.
const REPORT_AFTER: std::ops::Range<u64> = 1_000..2_000;

/// A seat with its socket.
pub(crate) struct Client {
    index: usize,
    watch: Rc<Watch>,
    seat: RefCell<Option<Seat>>,
    writer: Mutex<Option<Writer>>,
    reader: RefCell<Option<JoinHandle<()>>>,
    /// What it was sent.
    pub(crate) book: RefCell<Book>,
    asked: Cell<Instant>,
    last_id: Cell<u32>,
    step: Cell<u32>,
    welcomed: Notify,
    reporting: Cell<bool>,
    /// The last frame of each kind, where they are wanted.
    sample: RefCell<Option<BTreeMap<String, String>>>,
}

impl Client {
    /// A client that is not connected yet; `index` is its place in the watch, `numbered` whether what it
    /// hears is numbered.
    pub(crate) fn new(index: usize, numbered: bool, watch: Rc<Watch>) -> Rc<Self> {
        Rc::new(Self {
            index,
            watch,
            seat: RefCell::default(),
            writer: Mutex::default(),
            reader: RefCell::default(),
            book: RefCell::new(Book::new(numbered)),
            asked: Cell::new(Instant::now()),
            last_id: Cell::new(0),
            step: Cell::new(0),
            welcomed: Notify::new(),
            reporting: Cell::new(false),
            sample: RefCell::default(),
        })
    }

    /// Keeps the last frame of each kind.
    pub(crate) fn keep_samples(&self) {
        *self.sample.borrow_mut() = Some(BTreeMap::new());
    }

    /// The last frame of each kind, if they were kept; `reply` is an acknowledgement's.
    pub(crate) fn samples(&self) -> BTreeMap<String, String> {
        self.sample.borrow().clone().unwrap_or_default()
    }

    /// The run's step as far as this seat knows it.
    pub(crate) fn step(&self) -> u32 {
        self.step.get()
    }

    /// Takes a seat, opens its socket, and waits for the welcome.
    pub(crate) async fn join(self: &Rc<Self>, side: &Side) -> Result<()> {
        self.asked.set(Instant::now());
        let seat = side.join(self.index).await?;
        self.connect(side, seat).await
    }

    /// Opens the socket of a seat that it was given, and waits for the welcome.
    pub(crate) async fn connect(self: &Rc<Self>, side: &Side, seat: Seat) -> Result<()> {
        let (port, path) = side.socket();
        let (writer, reader) = open(port, &path, &seat.ticket).await?;
        *self.seat.borrow_mut() = Some(seat);
        *self.writer.lock().await = Some(writer);
        *self.reader.borrow_mut() = Some(spawn_local(Rc::clone(self).listen(reader)));
        let resume = self.book.borrow().resume().cloned();
        let hello = match resume {
            Some(resume) => json!({ "type": "hello", "resume": resume }),
            None => json!({ "type": "hello" }),
        };
        self.send(hello.to_string()).await?;
        self.welcomed.notified().await;
        Ok(())
    }

    /// Loses its connection, without a word.
    pub(crate) async fn drop_socket(&self) {
        if let Some(reader) = self.reader.borrow_mut().take() {
            reader.abort();
        }
        self.writer.lock().await.take();
        self.asked.set(Instant::now());
    }

    /// Comes back: a fresh ticket, a socket, a hello that says what was seen.
    pub(crate) async fn come_back(self: &Rc<Self>, side: &Side) -> Result<()> {
        let seat = self.seat.borrow().clone().context("a seat")?;
        let seat = side.ticket(seat).await?;
        self.connect(side, seat).await
    }

    /// Gives a command (JSON); its answer is heard by the watch.
    pub(crate) async fn command(&self, command: &str) -> Result<()> {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        self.asked.set(Instant::now());
        self.send(format!(
            r#"{{"type":"command","id":{id},"command":{command}}}"#
        ))
        .await
    }

    /// Commands that were given and have no answer.
    pub(crate) fn unanswered(&self) -> u64 {
        u64::from(self.last_id.get() - self.book.borrow().acked)
    }

    async fn send(&self, text: String) -> Result<()> {
        let mut writer = self.writer.lock().await;
        let writer = writer.as_mut().context("the socket is not open")?;
        Ok(writer.send(Message::text(text)).await?)
    }

    async fn listen(self: Rc<Self>, mut reader: Reader) {
        while let Some(message) = reader.next().await {
            let now = Instant::now();
            match message {
                Ok(Message::Text(text)) => self.hear(&text, now),
                Ok(Message::Close(close)) => {
                    return self
                        .watch
                        .trouble(format!("client {} was closed: {close:?}", self.index));
                }
                Ok(_) => {}
                Err(error) => {
                    return self
                        .watch
                        .trouble(format!("client {} lost its socket: {error}", self.index));
                }
            }
        }
    }

    fn hear(self: &Rc<Self>, text: &str, now: Instant) {
        let Ok(frame) = serde_json::from_str::<Frame<'_>>(text) else {
            return self.watch.trouble(format!("not a frame: {text}"));
        };
        self.book.borrow_mut().enter(&frame, text.len());
        if let Some(step) = frame.step() {
            self.step.set(step);
        }
        match frame.kind {
            "welcome" => self.welcomed.notify_one(),
            "event" => self.report_soon(),
            "refused" => self.watch.trouble(format!("refused: {text}")),
            _ => {}
        }
        let asked = matches!(frame.kind, "ack" | "welcome").then(|| self.asked.get());
        self.watch.saw(self.index, frame.what(), now, asked);
        if let Some(sample) = self.sample.borrow_mut().as_mut() {
            let what = frame.what().to_owned();
            sample.insert(what, text.to_owned());
            sample.extend(
                frame
                    .reply
                    .map(|reply| ("reply".to_owned(), reply.get().to_owned())),
            );
        }
    }

    /// Reports within two seconds of an event how far each channel was seen.
    fn report_soon(self: &Rc<Self>) {
        let seen = self.book.borrow().resume().is_some();
        if !seen || self.reporting.replace(true) {
            return;
        }
        let client = Rc::clone(self);
        spawn_local(async move {
            sleep(Duration::from_millis(jittered())).await;
            client.reporting.set(false);
            let channels = client.book.borrow().resume().cloned();
            let seen = json!({ "type": "seen", "channels": channels });
            // Err: the socket has gone meanwhile, and the next hello says it.
            client.send(seen.to_string()).await.ok();
        });
    }
}

/// A wait within [`REPORT_AFTER`].
fn jittered() -> u64 {
    let mut random = [0; 2];
    // Without random numbers all report at once: a harder test, not a wrong one.
    let _ = getrandom::fill(&mut random);
    let span = REPORT_AFTER.end - REPORT_AFTER.start;
    REPORT_AFTER.start + u64::from(u16::from_le_bytes(random)) % span
}
