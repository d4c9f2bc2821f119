//! Which event has which number in which channel.
//!
//! Invariant: a channel's numbers are dense from 1 and derived from the log alone: the number of an
//! event is its place in the channel's list. Nothing is stored for a recipient.

use super::storage::StorageError;
use crate::engine::{Channel, Engine};
use lectern_identity::SeatId;
use std::collections::BTreeMap;

/// What a seat's own channel is called on the wire.
pub(super) const ME: &str = "me";

/// The log's length, and the events of each channel in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Index {
    length: u32,
    channels: BTreeMap<Channel, Vec<u32>>,
}

impl Index {
    /// Numbers the next event in the channels that see it.
    pub(super) fn push(&mut self, channels: Vec<Channel>) {
        let event = self.length;
        self.length = self.length.saturating_add(1);
        for channel in channels {
            let events = self.channels.entry(channel).or_default();
            if events.last() != Some(&event) {
                events.push(event);
            }
            if cfg!(feature = "skip-number") && events.len() == 7 {
                events.push(event);
            }
        }
    }

    /// The number of an event in a channel that sees it.
    pub(super) fn number_of(&self, channel: Channel, event: u32) -> Option<u32> {
        let place = self.channels.get(&channel)?.binary_search(&event).ok()?;
        u32::try_from(place + 1).ok()
    }

    /// How many events there are; the next one's number in the log.
    pub(super) fn length(&self) -> u32 {
        self.length
    }

    /// A channel's number now.
    pub(super) fn number(&self, channel: Channel) -> u32 {
        self.channels
            .get(&channel)
            .map_or(0, |events| count(events))
    }

    /// The events of a channel after its number `seen`: `(event, number)`.
    pub(super) fn after(&self, channel: Channel, seen: u32) -> impl Iterator<Item = (u32, u32)> {
        let events = self.channels.get(&channel).map_or(&[][..], Vec::as_slice);
        let missed = events.get(seen as usize..).unwrap_or_default();
        missed.iter().copied().zip(seen.saturating_add(1)..)
    }

    /// Of a log of this length whose channels are still to be restored.
    pub(super) fn at(length: u32) -> Self {
        Self {
            length,
            channels: BTreeMap::new(),
        }
    }

    /// As stored in a snapshot, one channel after the other.
    pub(super) fn to_stored<E: Engine>(&self) -> impl Iterator<Item = (String, Vec<u32>)> {
        let name = |channel: &Channel| match channel {
            Channel::Group(group) => group_name::<E>(*group).to_owned(),
            Channel::Seat(seat) => seat.to_string(),
        };
        self.channels
            .iter()
            .map(move |(channel, events)| (name(channel), distances(events)))
    }

    /// A channel from a snapshot.
    pub(super) fn restore<E: Engine>(
        &mut self,
        name: &str,
        distances: &[u32],
    ) -> Result<(), StorageError> {
        self.channels
            .insert(channel_of::<E>(name)?, numbers(distances));
        Ok(())
    }
}

/// A channel's name on the wire.
pub(super) fn wire_name<E: Engine>(channel: Channel) -> &'static str {
    match channel {
        Channel::Group(group) => group_name::<E>(group),
        Channel::Seat(_) => ME,
    }
}

fn group_name<E: Engine>(group: u8) -> &'static str {
    E::GROUPS
        .get(usize::from(group))
        .copied()
        .unwrap_or("unknown")
}

fn channel_of<E: Engine>(name: &str) -> Result<Channel, StorageError> {
    if let Ok(seat) = name.parse::<SeatId>() {
        return Ok(Channel::Seat(seat));
    }
    let group = E::GROUPS.iter().position(|group| *group == name);
    let group = group.and_then(|group| u8::try_from(group).ok());
    group
        .map(Channel::Group)
        .ok_or_else(|| StorageError(format!("unknown channel {name}")))
}

fn count(events: &[u32]) -> u32 {
    u32::try_from(events.len()).unwrap_or(u32::MAX)
}

fn distances(events: &[u32]) -> Vec<u32> {
    let mut before = 0;
    events
        .iter()
        .map(|&event| event - std::mem::replace(&mut before, event))
        .collect()
}

fn numbers(distances: &[u32]) -> Vec<u32> {
    let next = |sum: &mut u32, &distance: &u32| {
        *sum = sum.saturating_add(distance);
        Some(*sum)
    };
    distances.iter().scan(0, next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Channel = Channel::Group(0);
    const HOSTS: Channel = Channel::Group(1);

    #[test]
    fn numbers_are_dense_within_each_channel() {
        let mut index = Index::default();
        index.push(vec![ALL, HOSTS]);
        index.push(vec![HOSTS, HOSTS]);
        index.push(vec![ALL]);
        assert_eq!((index.number(ALL), index.number(HOSTS)), (2, 2));
        assert_eq!(
            (index.number_of(ALL, 2), index.number_of(ALL, 1)),
            (Some(2), None)
        );
        assert_eq!(index.after(ALL, 0).collect::<Vec<_>>(), [(0, 1), (2, 2)]);
        assert_eq!(index.after(ALL, 1).collect::<Vec<_>>(), [(2, 2)]);
        assert_eq!(index.after(ALL, 9).count(), 0);
    }

    #[test]
    fn distances_are_small_and_lose_nothing() {
        assert_eq!(distances(&[3, 4, 900]), [3, 1, 896]);
        assert_eq!(numbers(&[3, 1, 896]), [3, 4, 900]);
    }
}
