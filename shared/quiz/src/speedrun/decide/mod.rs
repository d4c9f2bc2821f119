//! Judging what is asked: who may ask at all, then one file for each kind of asker.
//!
//! Invariant: nothing here changes the state, and a refusal yields no event.

mod clock;
mod close;
mod host;
mod order;
mod participant;

use super::command::{Command, Order, Reply};
use super::event::Event;
use super::message::Phase;
use super::refuse::Reason;
use super::state::Run;
use lectern_identity::SeatId;
use lectern_live::{Actor, Decision, Input, Moment, Refusal, Role};

/// What comes of an input.
pub(super) type Verdict = Result<Decision<Event, Reply>, Refusal>;

pub(super) fn decide(
    run: Option<&Run>,
    at: Moment,
    actor: Actor,
    input: Input<Command, Order>,
) -> Verdict {
    match (actor, input) {
        (Actor::Seat { id, role }, Input::Command(command)) => {
            existing(run)?.command(at, id, role, command)
        }
        (Actor::Platform, Input::Order(order)) => order::decide(run, at, order),
        (Actor::Clock, Input::Tick { down }) => Ok(done(
            run.map_or_else(Vec::new, |run| run.tick(at.now, down)),
        )),
        (Actor::Shell, Input::Presence { anyone }) => {
            Ok(done(run.map_or_else(Vec::new, |run| run.presence(anyone))))
        }
        _ => Err(Reason::WrongRole.into()),
    }
}

fn existing(run: Option<&Run>) -> Result<&Run, Refusal> {
    run.ok_or_else(|| Reason::NotFound.into())
}

fn done(events: Vec<Event>) -> Decision<Event, Reply> {
    Decision {
        events,
        reply: Reply::Done,
    }
}

impl Run {
    fn command(&self, at: Moment, seat: SeatId, role: Role, command: Command) -> Verdict {
        match (role, command) {
            (Role::Participant, Command::Answer { index, choice }) => {
                self.answer(at.now, seat, index, choice)
            }
            (Role::Participant, Command::Advance { opened }) => self.advance(at.now, seat, opened),
            (Role::Participant | Role::Wall, _)
            | (_, Command::Answer { .. } | Command::Advance { .. }) => {
                Err(Reason::WrongRole.into())
            }
            (Role::Host, command) => self.by_host(at, command).map(done),
        }
    }

    fn not_over(&self) -> Result<(), Reason> {
        if self.phase == Phase::Finished {
            Err(Reason::RunOver)
        } else {
            Ok(())
        }
    }
}
