//! The answers given to each seat's commands, so that a repeated command gets the same one.
//!
//! Invariant: a seat's accepted ids are 1, 2, 3, … without a hole, each with the answer stored beside
//! its events. Limit: the last [`MAX_WAITING`] of each seat.

use super::stored::Answer;
use crate::wire::MAX_WAITING;
use lectern_identity::{Millis, SeatId};
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

/// What an acknowledgement repeats: when it was done, and the reply.
pub(super) type Given = (Millis, Rc<RawValue>);

#[derive(Debug, Clone)]
struct Kept {
    given: Given,
    /// Of the command; none: stored before fingerprints were, and taken for the same.
    fingerprint: Option<u32>,
}

#[derive(Debug, Clone, Default)]
struct Seat {
    last: u32,
    kept: VecDeque<Kept>,
}

/// How a command's id stands to those accepted before.
#[derive(Debug)]
pub(super) enum Standing {
    /// The next one.
    Next,
    /// Accepted before, with this answer.
    Answered(Given),
    /// Accepted before, but for another command.
    Reused,
    /// Accepted before; the answer is not kept any more.
    TooOld,
    /// Ids before it are missing.
    Gap,
}

/// The answers of all seats.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers(BTreeMap<SeatId, Seat>);

impl Answers {
    /// The highest accepted id of a seat; 0: none.
    pub(super) fn last_id(&self, seat: SeatId) -> u32 {
        self.0.get(&seat).map_or(0, |seat| seat.last)
    }

    /// Judges the id of a command with this fingerprint.
    pub(super) fn standing(&self, seat: SeatId, id: u32, fingerprint: u32) -> Standing {
        let last = self.last_id(seat);
        let Some(back) = last.checked_sub(id) else {
            return if id - last == 1 {
                Standing::Next
            } else {
                Standing::Gap
            };
        };
        let kept = self.0.get(&seat).map(|seat| &seat.kept);
        let place = kept.and_then(|kept| kept.len().checked_sub(back as usize + 1));
        match place.and_then(|place| kept?.get(place)) {
            None => Standing::TooOld,
            Some(kept) if kept.fingerprint.is_some_and(|of| of != fingerprint) => Standing::Reused,
            Some(kept) => Standing::Answered(kept.given.clone()),
        }
    }

    /// Keeps an answer and lets go of the oldest one.
    pub(super) fn keep(&mut self, Answer(seat, id, at, reply, fingerprint): Answer) {
        let seat = self.0.entry(seat).or_default();
        seat.last = id;
        seat.kept.push_back(Kept {
            given: (at, reply),
            fingerprint,
        });
        if seat.kept.len() > MAX_WAITING {
            seat.kept.pop_front();
        }
    }

    /// As stored in a snapshot, one after the other.
    pub(super) fn to_stored(&self) -> impl Iterator<Item = Answer> {
        self.0.iter().flat_map(|(id, seat)| {
            let first = seat
                .last
                .saturating_add(1)
                .saturating_sub(seat.kept.len() as u32);
            let given = (first..).zip(&seat.kept);
            given.map(|(number, kept)| {
                let (at, reply) = kept.given.clone();
                Answer(*id, number, at, reply, kept.fingerprint)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(id: u32) -> Answer {
        let raw = RawValue::from_string(id.to_string()).unwrap();
        Answer(
            SeatId::from_hash([1; 16]),
            id,
            Millis(i64::from(id)),
            Rc::from(raw),
            Some(id),
        )
    }

    #[test]
    fn an_id_is_next_answered_too_old_or_beyond_a_gap() {
        let seat = SeatId::from_hash([1; 16]);
        let mut answers = Answers::default();
        assert!(matches!(answers.standing(seat, 1, 0), Standing::Next));
        assert!(matches!(answers.standing(seat, 2, 0), Standing::Gap));
        assert!(matches!(answers.standing(seat, 0, 0), Standing::TooOld));

        (1..=100).for_each(|id| answers.keep(answer(id)));
        assert!(matches!(answers.standing(seat, 96, 96), Standing::TooOld));
        for id in 97..=100 {
            let Standing::Answered((at, reply)) = answers.standing(seat, id, id) else {
                panic!("{id}")
            };
            assert_eq!(
                (at.0, reply.get()),
                (i64::from(id), id.to_string().as_str())
            );
        }
        assert!(matches!(answers.standing(seat, 101, 0), Standing::Next));
        assert!(matches!(answers.standing(seat, u32::MAX, 0), Standing::Gap));
    }

    #[test]
    fn an_id_that_answered_another_command_is_reused() {
        let seat = SeatId::from_hash([1; 16]);
        let mut answers = Answers::default();
        answers.keep(answer(1));
        assert!(matches!(answers.standing(seat, 1, 9), Standing::Reused));
        let Answer(seat, _, at, reply, _) = answer(2);
        answers.keep(Answer(seat, 2, at, reply, None));
        assert!(matches!(
            answers.standing(seat, 2, 9),
            Standing::Answered(_)
        ));
    }

    #[test]
    fn what_is_stored_gives_the_same_answers() {
        let mut answers = Answers::default();
        (1..=100).for_each(|id| answers.keep(answer(id)));
        let mut again = Answers::default();
        answers.to_stored().for_each(|answer| again.keep(answer));
        assert_eq!(format!("{again:?}"), format!("{answers:?}"));
    }
}
