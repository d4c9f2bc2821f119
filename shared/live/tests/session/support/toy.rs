//! A small engine: seats add to a sum, whisper to themselves, set a timer, and break on demand.

use lectern_identity::{Millis, SeatId};
use lectern_live::engine::{Actor, Channel, Decision, Engine, Input, Moment, Refusal, Role};
use serde::{Deserialize, Serialize};
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Toy {
    created: bool,
    sum: i64,
    by: BTreeMap<SeatId, i64>,
    removed: BTreeSet<SeatId>,
    timer: Option<Millis>,
    ended: bool,
    anyone: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    Add { n: i64 },
    Nothing,
    Whisper { text: String },
    Shout { bytes: usize },
    Remove { seat: SeatId },
    Timer { millis: i64 },
    End,
    PanicDeciding,
    PanicEvolving,
}

/// What breaks though nothing in a session's state says so.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Weak {
    /// Deciding what a deadline brings.
    Clock,
    /// The running totals.
    Totals,
}

thread_local! {
    static BREAKS: Cell<[u32; 2]> = const { Cell::new([0; 2]) };
}

/// Panics as often as this from now on, in this test.
pub(crate) fn breaks(what: Weak, times: u32) {
    let mut breaks = BREAKS.get();
    breaks[what as usize] = times;
    BREAKS.set(breaks);
}

fn breaks_now(what: Weak) {
    let mut left = BREAKS.get();
    if left[what as usize] > 0 {
        left[what as usize] -= 1;
        BREAKS.set(left);
        panic!("a toy breaks: {what:?}");
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Order {
    Create,
    Sum,
    Shout,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Event {
    Created,
    Added { seat: SeatId, n: i64 },
    Whispered { seat: SeatId, text: String },
    Shouted { text: String },
    Removed { seat: SeatId },
    TimerSet { at: Millis },
    Fired { late: Millis },
    Interrupted { down: Millis },
    Crowd { anyone: bool },
    Ended,
    Poison,
}

const ALL: Channel = Channel::Group(0);
const HOSTS: Channel = Channel::Group(1);

impl Engine for Toy {
    const KIND: &'static str = "toys";
    const GROUPS: &'static [&'static str] = &["all", "hosts"];
    const MAX_SOCKETS: usize = 5;
    type Command = Command;
    type Order = Order;
    type Event = Event;
    type Message = Event;
    type View = (i64, usize);
    type Total = i64;
    type Reply = i64;
    type Report = i64;
    type Piece = Toy;

    fn piece(&self, number: u32) -> Option<impl Serialize> {
        (number == 0).then_some(self)
    }

    fn restore(&mut self, piece: Toy) {
        *self = piece;
    }

    fn decide(
        &self,
        at: Moment,
        actor: Actor,
        input: Input<Command, Order>,
    ) -> Result<Decision<Event, i64>, Refusal> {
        let refused = |code| Err(Refusal::new(code, ""));
        let events = match (input, actor) {
            (Input::Order(Order::Create), _) if !self.created => vec![Event::Created],
            _ if !self.created => return refused("not_found"),
            (Input::Order(Order::Shout), _) => vec![Event::Shouted { text: "!".into() }],
            (Input::Order(_), _) => vec![],
            (Input::Presence { anyone }, _) if anyone == self.anyone => vec![],
            (Input::Presence { anyone }, _) => vec![Event::Crowd { anyone }],
            (Input::Tick { down }, _) if down > Millis(0) => vec![Event::Interrupted { down }],
            (Input::Tick { .. }, _) => match self.timer {
                Some(timer) if timer <= at.now => {
                    breaks_now(Weak::Clock);
                    vec![Event::Fired {
                        late: at.now - timer,
                    }]
                }
                _ => vec![],
            },
            (Input::Command(command), Actor::Seat { id, role }) => {
                self.command(at, id, role, command)?
            }
            _ => return refused("wrong_actor"),
        };
        let added = |event: &Event| {
            if let Event::Added { n, .. } = event {
                *n
            } else {
                0
            }
        };
        Ok(Decision {
            reply: self.sum + events.iter().map(added).sum::<i64>(),
            events,
        })
    }

    fn evolve(&mut self, _at: Millis, event: &Event) {
        match event {
            Event::Created => self.created = true,
            Event::Added { seat, n } => {
                self.sum += n;
                *self.by.entry(*seat).or_default() += n;
            }
            Event::Removed { seat } => drop(self.removed.insert(*seat)),
            Event::TimerSet { at } => self.timer = Some(*at),
            Event::Fired { .. } => self.timer = None,
            Event::Interrupted { down } => self.timer = self.timer.map(|timer| timer + *down),
            Event::Crowd { anyone } => self.anyone = *anyone,
            Event::Ended => {
                self.ended = true;
                self.timer = None;
            }
            Event::Poison => {
                self.sum = -1_000_000;
                panic!("a toy breaks while evolving");
            }
            Event::Whispered { .. } | Event::Shouted { .. } => {}
        }
    }

    fn channels(event: &Event) -> Vec<Channel> {
        match event {
            Event::Added { seat, .. } => vec![ALL, Channel::Seat(*seat)],
            Event::Whispered { seat, .. } => vec![Channel::Seat(*seat)],
            Event::Removed { seat } => vec![HOSTS, Channel::Seat(*seat)],
            Event::Crowd { .. } => vec![HOSTS],
            _ => vec![ALL],
        }
    }

    fn project(&self, event: &Event, _channel: Channel) -> Option<Event> {
        Some(event.clone())
    }

    fn admits(&self, seat: SeatId, _role: Role) -> Result<(), Refusal> {
        match (self.created, self.removed.contains(&seat)) {
            (false, _) => Err(Refusal::new("not_found", "")),
            (_, true) => Err(Refusal::new("removed", "")),
            _ => Ok(()),
        }
    }

    fn hears(role: Role) -> &'static [u8] {
        if role == Role::Host { &[0, 1] } else { &[0] }
    }

    fn view(&self, seat: SeatId, _role: Role, _now: Millis) -> (i64, usize) {
        (
            self.sum,
            usize::try_from(self.by.get(&seat).copied().unwrap_or(0)).unwrap_or(0),
        )
    }

    fn totals(&self, group: u8) -> Vec<(&'static str, i64)> {
        breaks_now(Weak::Totals);
        if group == 0 {
            vec![("sum", self.sum)]
        } else {
            vec![]
        }
    }

    fn presence_groups() -> &'static [u8] {
        &[1]
    }

    fn wake_at(&self) -> Option<Millis> {
        self.timer
    }

    fn ends(event: &Event) -> bool {
        matches!(event, Event::Ended)
    }

    fn report(&self, page: u32) -> Option<i64> {
        (page == 0).then_some(self.sum)
    }
}

impl Toy {
    fn command(
        &self,
        at: Moment,
        seat: SeatId,
        role: Role,
        command: Command,
    ) -> Result<Vec<Event>, Refusal> {
        if self.ended {
            return Err(Refusal::new("ended", ""));
        }
        Ok(match command {
            Command::Add { n } if n < 0 => return Err(Refusal::new("negative", "")),
            Command::Add { n } => vec![Event::Added { seat, n }],
            Command::Nothing => vec![],
            Command::Whisper { text } => vec![Event::Whispered { seat, text }],
            Command::Shout { bytes } => vec![Event::Shouted {
                text: "x".repeat(bytes),
            }],
            Command::Remove { .. } if role != Role::Host => {
                return Err(Refusal::new("wrong_role", ""));
            }
            Command::Remove { seat } => vec![Event::Removed { seat }],
            Command::Timer { millis } => vec![Event::TimerSet {
                at: at.now + Millis(millis),
            }],
            Command::End => vec![Event::Ended],
            Command::PanicDeciding => panic!("a toy breaks while deciding"),
            Command::PanicEvolving => vec![Event::Added { seat, n: 7 }, Event::Poison],
        })
    }
}
