//! The speed-run as the shell knows it.

use super::command::{Command, Order, Reply};
use super::event::Event;
use super::message::{Message, Total, View};
use super::refuse::Reason;
use super::seats::Seat;
use super::state::Run;
use super::{MAX_SEATS, decide, evolve, project, view};
use crate::report::Report;
use lectern_identity::{Millis, SeatId};
use lectern_live::{Actor, Channel, Decision, Engine, Input, Moment, Refusal, Role};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A live quiz. The default is a run that has not been created: everything is refused `not_found`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Speedrun(Option<Box<Run>>);

/// A piece of a run's state: first the run without its seats, then each seat.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Piece<'a>(Part<'a>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part<'a> {
    Run(Box<Cow<'a, Run>>),
    Seat(Cow<'a, Seat>),
}

impl Engine for Speedrun {
    const KIND: &'static str = "speedruns";
    const GROUPS: &'static [&'static str] = &["all", "screens", "hosts"];
    /// Every participant, and 200 hosts, walls and connections that are being replaced.
    const MAX_SOCKETS: usize = MAX_SEATS + 200;

    type Command = Command;
    type Order = Order;
    type Event = Event;
    type Message = Message;
    type View = View;
    type Total = Total;
    type Reply = Reply;
    type Report = Report;
    type Piece = Piece<'static>;

    fn piece(&self, number: u32) -> Option<impl Serialize> {
        let run = self.0.as_deref()?;
        let part = match number.checked_sub(1) {
            None => Part::Run(Box::new(Cow::Borrowed(run))),
            Some(seat) => Part::Seat(Cow::Borrowed(run.seats.get(seat)?)),
        };
        Some(Piece(part))
    }

    fn restore(&mut self, Piece(part): Piece<'static>) {
        match (part, &mut self.0) {
            (Part::Run(run), _) => self.0 = Some(Box::new(run.into_owned())),
            (Part::Seat(seat), Some(run)) => run.seats.push(seat.into_owned()),
            // A seat always follows its run.
            (Part::Seat(_), None) => {}
        }
    }

    fn decide(
        &self,
        at: Moment,
        actor: Actor,
        input: Input<Command, Order>,
    ) -> Result<Decision<Event, Reply>, Refusal> {
        decide::decide(self.0.as_deref(), at, actor, input)
    }

    fn evolve(&mut self, at: Millis, event: &Event) {
        evolve::evolve(&mut self.0, at, event);
    }

    fn channels(event: &Event) -> Vec<Channel> {
        project::channels(event)
    }

    fn project(&self, event: &Event, channel: Channel) -> Option<Message> {
        self.0.as_ref()?.project(event, channel)
    }

    fn admits(&self, seat: SeatId, role: Role) -> Result<(), Refusal> {
        let run = self.0.as_deref().ok_or(Reason::NotFound)?;
        if role == Role::Participant {
            run.admitted(seat)
        } else {
            Ok(())
        }
    }

    fn hears(role: Role) -> &'static [u8] {
        match role {
            Role::Participant => &[project::ALL],
            Role::Wall => &[project::ALL, project::SCREENS],
            Role::Host => &[project::ALL, project::SCREENS, project::HOSTS],
        }
    }

    fn view(&self, seat: SeatId, role: Role, _now: Millis) -> View {
        view::view(self.0.as_deref(), seat, role)
    }

    fn totals(&self, group: u8) -> Vec<(&'static str, Total)> {
        self.0
            .as_ref()
            .map_or_else(Vec::new, |run| run.totals(group))
    }

    fn presence_groups() -> &'static [u8] {
        &[project::SCREENS]
    }

    fn wake_at(&self) -> Option<Millis> {
        self.0.as_ref().and_then(|run| run.wake_at())
    }

    fn ends(event: &Event) -> bool {
        matches!(event, Event::Finished { .. })
    }

    fn report(&self, page: u32) -> Option<Report> {
        self.0.as_ref().and_then(|run| run.report(page))
    }
}
