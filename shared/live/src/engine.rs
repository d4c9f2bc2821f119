//! The engine: the pure, synchronous, deterministic rules of one kind of live session.
//!
//! Invariant: replaying a session's stored events through [`Engine::evolve`] gives the same state,
//! byte for byte, whenever and wherever it is done.

pub use lectern_identity::Role;
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// When something is decided, with the randomness it may use.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The object's clock at the arrival of the message.
    pub now: Millis,
    /// Fresh randomness; what a decision draws from it must end up in its events.
    pub seed: u64,
}

/// Who wants something. Nobody is a participant but through a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The object's clock.
    Clock,
    /// The shell itself, which reports presence.
    Shell,
    /// Another Worker of the platform, acting for the session's tenant.
    Platform,
    /// A seat.
    Seat {
        /// Which.
        id: SeatId,
        /// What its ticket says it may do.
        role: Role,
    },
}

/// What is wanted.
#[derive(Debug, Clone)]
pub enum Input<C, O> {
    /// A seat's command.
    Command(C),
    /// Another Worker's order.
    Order(O),
    /// The clock: `wake_at` has come, or the object came back after being down for `down` (0: it was not).
    Tick {
        /// For how long timers could not run.
        down: Millis,
    },
    /// The first socket came, or the last one went.
    Presence {
        /// Whether any socket is open.
        anyone: bool,
    },
}

/// A stream of numbered events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// One of the engine's [`Engine::GROUPS`], by index: encoded once, heard by many.
    Group(u8),
    /// One seat's own; on the wire it is called `me`.
    Seat(SeatId),
}

/// What was decided: the events to store, and what the acknowledgement says.
#[derive(Debug, Clone)]
pub struct Decision<E, R> {
    /// In order; may be empty.
    pub events: Vec<E>,
    /// Told to who asked, once the events are durable.
    pub reply: R,
}

/// Why something was not done. A refusal stores nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Refusal {
    /// Stable, `snake_case`.
    pub code: String,
    /// A sentence in English for a developer; pages translate the code.
    pub detail: String,
    /// JSON pointer to the field at fault, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub field: Option<String>,
}

impl Refusal {
    /// A refusal that blames no single field.
    #[must_use]
    pub fn new(code: &str, detail: &str) -> Self {
        Self {
            code: code.to_owned(),
            detail: detail.to_owned(),
            field: None,
        }
    }
}

/// The rules of one kind of live session. The value itself is the session's state; `Default` is a
/// session that has not been created.
pub trait Engine: Default + 'static {
    /// Names the kind in URLs (`/v1/live/{KIND}/{id}`), object names and jobs: plural, `kebab-case`.
    const KIND: &'static str;
    /// The channels heard by many, by name; [`Channel::Group`] is an index into it.
    const GROUPS: &'static [&'static str];
    /// Most sockets open at once.
    const MAX_SOCKETS: usize;

    /// What a socket may say.
    type Command: DeserializeOwned;
    /// What another Worker may ask.
    type Order: Serialize + DeserializeOwned;
    /// What is stored. Carries all that its messages need, but for what never changes in the state.
    type Event: Serialize + DeserializeOwned + Clone;
    /// What a channel sees of an event.
    type Message: Serialize;
    /// What an actor may see now.
    type View: Serialize;
    /// A running total: the newest wins, none is replayed.
    type Total: Serialize;
    /// What an acknowledgement says.
    type Reply: Serialize + DeserializeOwned;
    /// A page of the report of an ended session.
    type Report: Serialize + DeserializeOwned;
    /// A piece of the state, as it is read from a snapshot.
    type Piece: DeserializeOwned;

    /// Piece `number` (from 0) of the state, as it is written into a snapshot; none after the last. The
    /// pieces are the whole state, and each is small beside it: a large state is never held twice.
    fn piece(&self, number: u32) -> Option<impl Serialize>;

    /// Puts a piece back, in their order, into a state that is otherwise the default.
    fn restore(&mut self, piece: Self::Piece);

    /// Judges an input. Changes nothing.
    ///
    /// # Errors
    /// The refusal that is told to who asked.
    fn decide(
        &self,
        at: Moment,
        actor: Actor,
        input: Input<Self::Command, Self::Order>,
    ) -> Result<Decision<Self::Event, Self::Reply>, Refusal>;

    /// Applies a stored event. Cannot fail.
    fn evolve(&mut self, at: Millis, event: &Self::Event);

    /// The channels that see something of an event, from the event alone, each once.
    fn channels(event: &Self::Event) -> Vec<Channel>;

    /// What a channel sees of an event that was applied. `Some` for each of [`Engine::channels`].
    ///
    /// Told from the event and from what of the state never changes again, so that who asks later is
    /// told the same: an event need not repeat what the state keeps anyway.
    fn project(&self, event: &Self::Event, channel: Channel) -> Option<Self::Message>;

    /// Whether a seat may be connected now. Asked again about a connected seat whenever an event
    /// addresses its own channel: a removal is told to whom it removes, and then closes its socket.
    ///
    /// # Errors
    /// Why not: `not_found` before creation, `removed`, `not_admitted`.
    fn admits(&self, seat: SeatId, role: Role) -> Result<(), Refusal>;

    /// The groups a role hears, as indexes; its own seat channel comes on top.
    fn hears(role: Role) -> &'static [u8];

    /// Everything an actor may see now.
    fn view(&self, seat: SeatId, role: Role, now: Millis) -> Self::View;

    /// A group's running totals: `(name, value)`.
    fn totals(&self, group: u8) -> Vec<(&'static str, Self::Total)>;

    /// The groups that are told how many seats are connected, as a state called `presence`.
    fn presence_groups() -> &'static [u8];

    /// When it next wants the clock.
    fn wake_at(&self) -> Option<Millis>;

    /// Whether this event ends the session, so that its report is due.
    fn ends(event: &Self::Event) -> bool;

    /// Page `page` (from 0) of the report, or none after the last. Pages have a bounded size and are
    /// the same every time once the session has ended.
    fn report(&self, page: u32) -> Option<Self::Report>;
}
