//! The state of a run.
//!
//! Invariant: it is what its events made of it, and nothing in it depends on the order of a hash map.

use super::command::{Pace, Settings};
use super::message::{Distribution, EndReason, Phase};
use super::seats::{Seat, Seats};
use super::tally::Tally;
use super::turn::{Plan, Turn};
use crate::model::Question;
use lectern_identity::Millis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A run that has been created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
    pub(super) code: String,
    pub(super) link: String,
    pub(super) questions: Vec<Question>,
    pub(super) settings: Settings,
    pub(super) phase: Phase,
    pub(super) step: u32,
    pub(super) locked: bool,
    pub(super) created_at: Millis,
    pub(super) started_at: Option<Millis>,
    /// While paused: since when, and from which phase.
    pub(super) paused: Option<(Millis, Phase)>,
    pub(super) ended: Option<(Millis, EndReason)>,
    /// Since when nobody has been connected.
    pub(super) deserted_at: Option<Millis>,
    pub(super) plan: Plan,
    /// Stored seat by seat.
    #[serde(skip)]
    pub(super) seats: Seats,
    /// All answers of all participants, the removed ones' too.
    pub(super) answers: u32,
    /// Bytes of the short texts among them.
    pub(super) written: usize,
    /// Host-paced: the question that is open or revealed.
    pub(super) open: Option<Open>,
}

/// The question that is open for all, or has just been revealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Open {
    pub(super) index: u32,
    pub(super) opened_at: Millis,
    /// Without extra time; none: a slide that stays.
    pub(super) ends_at: Option<Millis>,
    /// How long it was to stay open, without extra time.
    pub(super) time: Millis,
    /// Participants who have not answered, by their percent of extra time.
    pub(super) waiting: BTreeMap<u32, u32>,
    pub(super) tally: Tally,
    pub(super) revealed: Option<Revealed>,
}

/// What is known since the reveal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Revealed {
    pub(super) distribution: Distribution,
    /// When the next question opens by itself.
    pub(super) advance_at: Option<Millis>,
}

impl Run {
    pub(super) fn turn(&self, index: u32) -> Option<Turn<'_>> {
        self.plan.turn(&self.questions, index)
    }

    pub(super) fn total(&self) -> u32 {
        u32::try_from(self.questions.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn is_own_paced(&self) -> bool {
        self.settings.pace == Pace::Own
    }

    /// Host-paced: questions that are closed for all.
    pub(super) fn closed(&self) -> u32 {
        self.open
            .as_ref()
            .map_or(0, |open| open.index + u32::from(open.revealed.is_some()))
    }
}

impl Open {
    /// When it ends for somebody with extra time.
    pub(super) fn ends_for(&self, extra: u32) -> Option<Millis> {
        self.ends_at.map(|end| end + percent(self.time, extra))
    }

    /// How long somebody with extra time has.
    pub(super) fn time_for(&self, extra: u32) -> Millis {
        self.time + percent(self.time, extra)
    }

    /// The last moment at which somebody who has not answered still may.
    pub(super) fn closes_at(&self, waiting: &BTreeMap<u32, u32>) -> Option<Millis> {
        self.ends_for(waiting.keys().next_back().copied().unwrap_or(0))
    }

    /// Those who have not answered, once `seat` has or is gone.
    pub(super) fn waiting_without(&self, seat: &Seat) -> BTreeMap<u32, u32> {
        let mut waiting = self.waiting.clone();
        if seat.answer(self.index).is_none() {
            stop_waiting(&mut waiting, seat.extra_now);
        }
        waiting
    }
}

/// One who waited with this percent of extra time waits no more.
pub(super) fn stop_waiting(waiting: &mut BTreeMap<u32, u32>, extra: u32) {
    if let Some(count) = waiting.get_mut(&extra) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            waiting.remove(&extra);
        }
    }
}

/// A percentage of a length of time.
pub(super) fn percent(time: Millis, percent: u32) -> Millis {
    Millis(time.0.saturating_mul(i64::from(percent)) / 100)
}
