//! The speed-run of the build for fault tests: it breaks where it is told to, and says when its memory was built.
//!
//! Two commands on top of the run's own: `{"type": "break", "place": "evolve"}` panics there, and
//! `{"type": "birth"}` is refused with the memory's birth as its detail, so that asking stores nothing.

use lectern_edge::clock;
use lectern_identity::{Millis, SeatId};
use lectern_live::{Actor, Channel, Decision, Engine, Input, Moment, Refusal, Role};
use lectern_quiz::speedrun::{Command, Event, Reply, Speedrun};
use serde::{Deserialize, Serialize};
use std::cell::Cell;

thread_local! {
    /// Memories built in this isolate.
    static BIRTHS: Cell<u32> = const { Cell::new(0) };
}

/// A function of the engine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    Decide,
    Evolve,
    Project,
    Totals,
}

/// What the lint forbids elsewhere is the purpose of this file.
#[allow(clippy::panic)]
fn break_down() -> ! {
    panic!("broken as told");
}

/// When and as which of its isolate a memory was built.
struct Birth(String);

impl Default for Birth {
    fn default() -> Self {
        BIRTHS.set(BIRTHS.get() + 1);
        Self(format!("{}-{}", clock::now().0, BIRTHS.get()))
    }
}

/// A command of the run's, or one of ours.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Asked {
    Fault(Fault),
    Run(Command),
}

/// A command of ours.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Fault {
    Break { place: Place },
    Birth,
}

/// The run, when it came into this memory, and where it is to break.
#[derive(Default)]
pub(crate) struct Fragile {
    run: Speedrun,
    birth: Birth,
    broken: Cell<Option<Place>>,
}

type Decided = Decision<Event, Reply>;

impl Fragile {
    /// Breaks now, or at the next call of that place, which an event brings about.
    fn fault(&self, fault: Fault) -> Result<Decided, Refusal> {
        match fault {
            Fault::Birth => Err(Refusal::new("birth", &self.birth.0)),
            Fault::Break {
                place: Place::Decide,
            } => break_down(),
            Fault::Break { place } => {
                self.broken.set(Some(place));
                Ok(Decision {
                    events: vec![Event::Locked { locked: true }],
                    reply: Reply::Done,
                })
            }
        }
    }

    /// Breaks if it is this one's turn.
    fn reach(&self, place: Place) {
        if self.broken.get() == Some(place) {
            break_down();
        }
    }
}

impl Engine for Fragile {
    const KIND: &'static str = Speedrun::KIND;
    const GROUPS: &'static [&'static str] = Speedrun::GROUPS;
    const MAX_SOCKETS: usize = Speedrun::MAX_SOCKETS;

    type Command = Asked;
    type Order = <Speedrun as Engine>::Order;
    type Event = <Speedrun as Engine>::Event;
    type Message = <Speedrun as Engine>::Message;
    type View = <Speedrun as Engine>::View;
    type Total = <Speedrun as Engine>::Total;
    type Reply = <Speedrun as Engine>::Reply;
    type Report = <Speedrun as Engine>::Report;
    type Piece = <Speedrun as Engine>::Piece;

    fn piece(&self, number: u32) -> Option<impl Serialize> {
        self.run.piece(number)
    }

    fn restore(&mut self, piece: Self::Piece) {
        self.run.restore(piece);
    }

    fn decide(
        &self,
        at: Moment,
        actor: Actor,
        input: Input<Asked, Self::Order>,
    ) -> Result<Decided, Refusal> {
        let input = match input {
            Input::Command(Asked::Fault(fault)) => return self.fault(fault),
            Input::Command(Asked::Run(command)) => Input::Command(command),
            Input::Order(order) => Input::Order(order),
            Input::Tick { down } => Input::Tick { down },
            Input::Presence { anyone } => Input::Presence { anyone },
        };
        self.run.decide(at, actor, input)
    }

    fn evolve(&mut self, at: Millis, event: &Self::Event) {
        self.reach(Place::Evolve);
        self.run.evolve(at, event);
    }

    fn channels(event: &Self::Event) -> Vec<Channel> {
        Speedrun::channels(event)
    }

    fn project(&self, event: &Self::Event, channel: Channel) -> Option<Self::Message> {
        self.reach(Place::Project);
        self.run.project(event, channel)
    }

    fn admits(&self, seat: SeatId, role: Role) -> Result<(), Refusal> {
        self.run.admits(seat, role)
    }

    fn hears(role: Role) -> &'static [u8] {
        Speedrun::hears(role)
    }

    fn view(&self, seat: SeatId, role: Role, now: Millis) -> Self::View {
        self.run.view(seat, role, now)
    }

    fn totals(&self, group: u8) -> Vec<(&'static str, Self::Total)> {
        self.reach(Place::Totals);
        self.run.totals(group)
    }

    fn presence_groups() -> &'static [u8] {
        Speedrun::presence_groups()
    }

    fn wake_at(&self) -> Option<Millis> {
        self.run.wake_at()
    }

    fn ends(event: &Self::Event) -> bool {
        Speedrun::ends(event)
    }

    fn report(&self, page: u32) -> Option<Self::Report> {
        self.run.report(page)
    }
}
