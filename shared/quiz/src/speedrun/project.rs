//! Who hears of an event, and in which words.
//!
//! Invariant: `all` and `screens` learn no solution but from `Revealed`, and nobody's `me` speaks of another.

use super::event::{Event, Line};
use super::message::{Message, Solution};
use super::state::Run;
use lectern_identity::SeatId;
use lectern_live::Channel;

/// Everybody.
pub(super) const ALL: u8 = 0;
/// Hosts and walls.
pub(super) const SCREENS: u8 = 1;
/// Hosts.
pub(super) const HOSTS: u8 = 2;

pub(super) fn channels(event: &Event) -> Vec<Channel> {
    match event {
        Event::Created { .. } | Event::Deserted | Event::Revived => vec![],
        Event::Configured { .. }
        | Event::Started { .. }
        | Event::Paused { .. }
        | Event::Resumed { .. }
        | Event::MoreTime { .. }
        | Event::Interrupted { .. }
        | Event::Locked { .. }
        | Event::LeaderboardShown { .. }
        | Event::Finished { .. } => vec![Channel::Group(ALL)],
        Event::Opened { .. } => vec![Channel::Group(ALL), Channel::Group(HOSTS)],
        Event::Revealed { results, .. } => std::iter::once(Channel::Group(ALL))
            .chain(seats_of(results))
            .collect(),
        Event::Joined { .. } => vec![Channel::Group(SCREENS)],
        Event::Renamed { seat, .. } | Event::Removed { seat } => {
            vec![Channel::Group(SCREENS), Channel::Seat(*seat)]
        }
        Event::ExtraTime { seat, .. } => vec![Channel::Group(HOSTS), Channel::Seat(*seat)],
        Event::Answered { seat, .. }
        | Event::Judged { seat, .. }
        | Event::Advanced { seat, .. } => {
            vec![Channel::Seat(*seat)]
        }
        Event::Expired { results, .. } => seats_of(results).collect(),
        Event::Through { seats } => seats.iter().map(|(seat, _)| Channel::Seat(*seat)).collect(),
    }
}

impl Run {
    pub(super) fn project(&self, event: &Event, channel: Channel) -> Option<Message> {
        match channel {
            Channel::Group(ALL) => self.to_all(event),
            Channel::Group(SCREENS) => to_screens(event),
            Channel::Group(HOSTS) => self.to_hosts(event),
            Channel::Group(_) => None,
            Channel::Seat(seat) => self.to_seat(event, seat),
        }
    }

    fn solution(&self, index: u32) -> Option<Solution> {
        self.turn(index).map(|turn| turn.solution())
    }

    fn to_all(&self, event: &Event) -> Option<Message> {
        Some(match event {
            Event::Configured {
                step,
                settings,
                questions,
            } => Message::Configured {
                step: *step,
                settings: settings.clone(),
                questions: *questions,
            },
            Event::Started {
                step, questions, ..
            } => Message::Started {
                step: *step,
                questions: *questions,
            },
            Event::Opened {
                step,
                index,
                timing,
            } => Message::Opened {
                step: Some(*step),
                question: self.turn(*index)?.shown(),
                timing: *timing,
            },
            Event::Revealed {
                step,
                index,
                distribution,
                ..
            } => Message::Revealed {
                step: *step,
                index: *index,
                solution: self.solution(*index)?,
                distribution: distribution.clone(),
            },
            Event::Paused { step, at } => Message::Paused {
                step: *step,
                at: *at,
            },
            Event::Resumed { step, by } => Message::Resumed {
                step: *step,
                by: *by,
            },
            Event::MoreTime { step, by } => Message::MoreTime {
                step: *step,
                by: *by,
            },
            Event::Interrupted { by } => Message::Interrupted { by: *by },
            Event::Locked { locked } => Message::Locked { locked: *locked },
            Event::LeaderboardShown { shown } => Message::LeaderboardShown { shown: *shown },
            Event::Finished { step, reason } => Message::Finished {
                step: *step,
                reason: *reason,
            },
            _ => return None,
        })
    }

    fn to_hosts(&self, event: &Event) -> Option<Message> {
        Some(match event {
            Event::Opened { index, .. } => Message::Solved {
                index: *index,
                solution: self.solution(*index)?,
            },
            Event::ExtraTime { seat, percent } => Message::ExtraTime {
                seat: *seat,
                percent: *percent,
            },
            _ => return None,
        })
    }

    fn to_seat(&self, event: &Event, me: SeatId) -> Option<Message> {
        match event {
            Event::Revealed { index, results, .. } => judged(*index, results, me, None),
            Event::Expired { index, results } => {
                judged(*index, results, me, Some(self.solution(*index)?))
            }
            Event::Through { seats } => {
                let found = seats.binary_search_by_key(&me, |(seat, _)| *seat).ok()?;
                seats.get(found).map(|&(_, score)| Message::Done { score })
            }
            Event::Renamed { seat, .. }
            | Event::Removed { seat }
            | Event::ExtraTime { seat, .. }
            | Event::Answered { seat, .. }
            | Event::Judged { seat, .. }
            | Event::Advanced { seat, .. }
                if *seat == me =>
            {
                self.of_one(event)
            }
            _ => None,
        }
    }

    /// An event of a single participant, as they are told it.
    fn of_one(&self, event: &Event) -> Option<Message> {
        Some(match event {
            Event::Renamed { seat, name } => Message::Renamed {
                seat: *seat,
                name: name.clone(),
            },
            Event::Removed { seat } => Message::Removed { seat: *seat },
            Event::ExtraTime { seat, percent } => Message::ExtraTime {
                seat: *seat,
                percent: *percent,
            },
            Event::Answered {
                index,
                choice,
                used,
                ..
            } => Message::Answered {
                index: *index,
                choice: choice.clone(),
                used: *used,
            },
            Event::Judged { judgement, .. } => Message::Judged {
                judgement: judgement.clone(),
                solution: Some(self.solution(judgement.index)?),
            },
            Event::Advanced { index, timing, .. } => Message::Opened {
                step: None,
                question: self.turn(*index)?.shown(),
                timing: *timing,
            },
            _ => return None,
        })
    }
}

fn to_screens(event: &Event) -> Option<Message> {
    Some(match event {
        Event::Joined { seat, name } => Message::Joined {
            seat: *seat,
            name: name.clone(),
        },
        Event::Renamed { seat, name } => Message::Renamed {
            seat: *seat,
            name: name.clone(),
        },
        Event::Removed { seat } => Message::Removed { seat: *seat },
        _ => return None,
    })
}

/// One's own line of what many got.
fn judged(index: u32, results: &[Line], me: SeatId, solution: Option<Solution>) -> Option<Message> {
    let found = results.binary_search_by_key(&me, |line| line.0).ok()?;
    let judgement = results.get(found)?.judgement(index);
    Some(Message::Judged {
        judgement,
        solution,
    })
}

fn seats_of(results: &[Line]) -> impl Iterator<Item = Channel> {
    results.iter().map(|line| Channel::Seat(line.0))
}
