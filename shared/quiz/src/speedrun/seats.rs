//! The participants of a run, and what must be found among them quickly.
//!
//! Invariant: the indexes say the same as the list at all times; only the list is stored.
//! Limit: [`super::MAX_SEATS`] at once; as many again may have been removed.

use super::command::Choice;
use super::judge::Share;
use super::names;
use super::refuse::Reason;
use crate::model::limits;
use lectern_identity::{Millis, SeatId};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// One participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Seat {
    pub(super) id: SeatId,
    pub(super) name: String,
    pub(super) joined_at: Millis,
    pub(super) removed: bool,
    /// Percent on top of the normal time.
    pub(super) extra: u32,
    /// The same for the question that is open for all, as it was when that opened.
    pub(super) extra_now: u32,
    /// Questions that were closed for all before this participant joined.
    pub(super) missed: u32,
    pub(super) score: u32,
    pub(super) streak: u32,
    /// Wholly right answers.
    pub(super) right: u32,
    /// By rising question.
    pub(super) answers: Vec<Given>,
    pub(super) place: Place,
    /// Self-paced: questions opened.
    pub(super) opened: u32,
}

/// An answer: question, choice, time used, share, points (with the streak bonus once judged).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Given(
    pub(super) u32,
    Kept,
    pub(super) Millis,
    pub(super) Share,
    pub(super) i32,
);

impl Given {
    pub(super) fn new(
        index: u32,
        choice: &Choice,
        used: Millis,
        share: Share,
        points: i32,
    ) -> Self {
        Self(index, Kept::new(choice), used, share, points)
    }

    pub(super) fn choice(&self) -> Choice {
        self.1.choice()
    }
}

/// A choice in little room: a run keeps up to [`super::MAX_ANSWERS`] of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Kept {
    #[serde(rename = "o")]
    Option(u8),
    /// A bit for each option.
    #[serde(rename = "m")]
    Options(u32),
    #[serde(rename = "b")]
    Bool(bool),
    #[serde(rename = "n")]
    Number(f64),
    #[serde(rename = "t")]
    Text(Box<str>),
    #[serde(rename = "r")]
    Order(Box<[u8]>),
}

const _: () = assert!(limits::OPTIONS <= 32);

impl Kept {
    /// What fits its question. Indexes beyond any question's options become the largest there is.
    fn new(choice: &Choice) -> Self {
        let small = |index: u32| u8::try_from(index).unwrap_or(u8::MAX);
        match choice {
            Choice::Option(option) => Self::Option(small(*option)),
            Choice::Options(options) => {
                let bit = |&option: &u32| 1_u32.checked_shl(option).unwrap_or(0);
                Self::Options(options.iter().map(bit).fold(0, |bits, bit| bits | bit))
            }
            Choice::Bool(answer) => Self::Bool(*answer),
            Choice::Number(number) => Self::Number(*number),
            Choice::Text(text) => Self::Text(text.as_str().into()),
            Choice::Order(order) => Self::Order(order.iter().map(|&item| small(item)).collect()),
        }
    }

    fn choice(&self) -> Choice {
        match self {
            Self::Option(option) => Choice::Option(u32::from(*option)),
            Self::Options(bits) => {
                let set = (0..u32::BITS).filter(|option| bits & (1 << option) != 0);
                Choice::Options(set.collect())
            }
            Self::Bool(answer) => Choice::Bool(*answer),
            Self::Number(number) => Choice::Number(*number),
            Self::Text(text) => Choice::Text(text.as_ref().to_owned()),
            Self::Order(order) => Choice::Order(order.iter().copied().map(u32::from).collect()),
        }
    }
}

/// Where a participant of a self-paced run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub(super) enum Place {
    /// Not on a way of their own: host-paced, or in the lobby.
    #[default]
    Along,
    /// Before their next question.
    Between { since: Millis },
    /// At a question; without an end: a slide.
    Open {
        opened_at: Millis,
        ends_at: Option<Millis>,
        time: Millis,
    },
    /// Through.
    Done,
}

lectern_live::tagged!(Place, "at");

impl Place {
    /// Later by `by`, and with `more` time.
    pub(super) fn shifted(self, by: Millis, more: Millis) -> Self {
        match self {
            Self::Between { since } => Self::Between { since: since + by },
            Self::Open {
                opened_at,
                ends_at,
                time,
            } => Self::Open {
                opened_at: opened_at + by,
                ends_at: ends_at.map(|end| end + by + more),
                time,
            },
            Self::Along | Self::Done => self,
        }
    }
}

impl Seat {
    pub(super) fn new(
        id: SeatId,
        name: String,
        joined_at: Millis,
        missed: u32,
        place: Place,
    ) -> Self {
        Self {
            id,
            name,
            joined_at,
            removed: false,
            extra: 0,
            extra_now: 0,
            missed,
            score: 0,
            streak: 0,
            right: 0,
            answers: Vec::new(),
            place,
            opened: 0,
        }
    }

    pub(super) fn answer(&self, index: u32) -> Option<&Given> {
        let found = self
            .answers
            .binary_search_by_key(&index, |given| given.0)
            .ok()?;
        self.answers.get(found)
    }

    /// Self-paced: questions that are closed for this participant.
    pub(super) fn closed(&self) -> u32 {
        self.opened
            .saturating_sub(u32::from(matches!(self.place, Place::Open { .. })))
    }

    /// Self-paced: the question that is open for this participant.
    pub(super) fn open_index(&self) -> Option<u32> {
        matches!(self.place, Place::Open { .. }).then(|| self.opened.saturating_sub(1))
    }
}

/// All participants.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seats {
    list: Vec<Seat>,
    by_id: BTreeMap<SeatId, u32>,
    /// Keys of the names in use.
    names: BTreeSet<String>,
    /// The present ones by falling score, then by number.
    board: Vec<(Reverse<u32>, u32)>,
    /// Ends of self-paced questions.
    deadlines: BTreeSet<(Millis, u32)>,
    /// Self-paced participants without a running timer, by the time since which.
    idle: BTreeSet<(Millis, u32)>,
    done: u32,
}

impl Seats {
    /// Everybody who ever had a seat.
    pub(super) fn ever(&self) -> &[Seat] {
        &self.list
    }

    /// Those who were not removed, with their numbers.
    pub(super) fn present(&self) -> impl Iterator<Item = (u32, &Seat)> {
        (0..).zip(&self.list).filter(|(_, seat)| !seat.removed)
    }

    /// How many were not removed.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.board.len()).unwrap_or(u32::MAX)
    }

    /// How many are through all questions of a self-paced run.
    pub(super) fn done(&self) -> u32 {
        self.done
    }

    pub(super) fn number(&self, id: SeatId) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn get(&self, number: u32) -> Option<&Seat> {
        self.list.get(number as usize)
    }

    pub(super) fn find(&self, id: SeatId) -> Option<&Seat> {
        self.get(self.number(id)?)
    }

    /// A participant who was not removed.
    pub(super) fn participant(&self, id: SeatId) -> Result<(u32, &Seat), Reason> {
        let number = self.number(id).ok_or(Reason::NotAdmitted)?;
        let seat = self.get(number).ok_or(Reason::NotAdmitted)?;
        if seat.removed {
            Err(Reason::Removed)
        } else {
            Ok((number, seat))
        }
    }

    pub(super) fn has_name(&self, key: &str) -> bool {
        self.names.contains(key)
    }

    /// From 1; ties share one.
    pub(super) fn rank(&self, score: u32) -> u32 {
        rank(&self.board, score)
    }

    /// The best, with their ranks.
    pub(super) fn best(&self, count: usize) -> impl Iterator<Item = (u32, &Seat)> {
        let best = self.board.iter().take(count);
        best.filter_map(|&(Reverse(score), number)| Some((self.rank(score), self.get(number)?)))
    }

    /// Participants of a self-paced run whose question ended before `now`.
    pub(super) fn overdue(&self, now: Millis) -> Vec<u32> {
        self.deadlines
            .range(..(now, 0))
            .map(|&(_, number)| number)
            .collect()
    }

    pub(super) fn next_deadline(&self) -> Option<Millis> {
        self.deadlines.first().map(|&(end, _)| end)
    }

    /// Since when nobody has moved, when no timer runs and somebody is not through.
    pub(super) fn idle_since(&self) -> Option<Millis> {
        if self.deadlines.is_empty() {
            self.idle.last().map(|&(since, _)| since)
        } else {
            None
        }
    }

    pub(super) fn push(&mut self, seat: Seat) {
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.by_id.insert(seat.id, number);
        if !seat.removed {
            self.names.insert(names::key(&seat.name));
        }
        self.list.push(seat);
        self.index(number);
    }

    /// Changes a participant; the name by [`Seats::rename`] only.
    pub(super) fn change(&mut self, number: u32, change: impl FnOnce(&mut Seat)) {
        self.unindex(number);
        if let Some(seat) = self.list.get_mut(number as usize) {
            change(seat);
        }
        self.index(number);
    }

    /// Keeps an answer. No index depends on it.
    pub(super) fn give(&mut self, number: u32, given: Given) {
        if let Some(seat) = self.list.get_mut(number as usize) {
            seat.answers.push(given);
        }
    }

    /// Changes everybody present but no names.
    pub(super) fn change_all(&mut self, mut change: impl FnMut(u32, &mut Seat)) {
        for (number, seat) in (0..).zip(&mut self.list) {
            if !seat.removed {
                change(number, seat);
            }
        }
        let list = std::mem::take(&mut self.list);
        self.board = Vec::with_capacity(list.len());
        self.deadlines.clear();
        self.idle.clear();
        self.done = 0;
        for (number, seat) in (0..).zip(&list).filter(|(_, seat)| !seat.removed) {
            self.index_place(number, seat.place);
            self.board.push((Reverse(seat.score), number));
        }
        self.board.sort_unstable();
        self.list = list;
    }

    pub(super) fn rename(&mut self, number: u32, name: &str) {
        let Some(seat) = self.list.get_mut(number as usize) else {
            return;
        };
        self.names.remove(&names::key(&seat.name));
        self.names.insert(names::key(name));
        name.clone_into(&mut seat.name);
    }

    pub(super) fn remove(&mut self, number: u32) {
        let Some(seat) = self.get(number) else { return };
        let key = names::key(&seat.name);
        self.names.remove(&key);
        self.change(number, |seat| seat.removed = true);
    }

    fn index(&mut self, number: u32) {
        let Some(seat) = self.get(number).filter(|seat| !seat.removed) else {
            return;
        };
        let (place, line) = (seat.place, (Reverse(seat.score), number));
        let at = self.board.partition_point(|other| *other < line);
        self.board.insert(at, line);
        self.index_place(number, place);
    }

    fn index_place(&mut self, number: u32, place: Place) {
        match place {
            Place::Along => {}
            Place::Between { since } => drop(self.idle.insert((since, number))),
            Place::Open {
                ends_at: Some(end), ..
            } => drop(self.deadlines.insert((end, number))),
            Place::Open {
                opened_at,
                ends_at: None,
                ..
            } => drop(self.idle.insert((opened_at, number))),
            Place::Done => self.done += 1,
        }
    }

    fn unindex(&mut self, number: u32) {
        let Some(seat) = self.get(number).filter(|seat| !seat.removed) else {
            return;
        };
        let (place, line) = (seat.place, (Reverse(seat.score), number));
        if let Ok(at) = self.board.binary_search(&line) {
            self.board.remove(at);
        }
        match place {
            Place::Along => {}
            Place::Between { since } => drop(self.idle.remove(&(since, number))),
            Place::Open {
                ends_at: Some(end), ..
            } => drop(self.deadlines.remove(&(end, number))),
            Place::Open {
                opened_at,
                ends_at: None,
                ..
            } => drop(self.idle.remove(&(opened_at, number))),
            Place::Done => self.done -= 1,
        }
    }
}

/// The rank of a score on a board in falling order.
pub(super) fn rank(board: &[(Reverse<u32>, u32)], score: u32) -> u32 {
    let better = board.partition_point(|&(Reverse(other), _)| other > score);
    u32::try_from(better).map_or(u32::MAX, |better| better + 1)
}
