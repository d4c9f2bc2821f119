//! Running totals: the newest wins, none is replayed.
//!
//! Invariant: what `all` is told holds nothing that has not been revealed.

use super::message::{Counts, Distribution, Phase, Progress, Standing, Total};
use super::project::{ALL, HOSTS};
use super::seats::{Place, Seat};
use super::state::Run;

/// Lines of the leaderboard that are told.
const BEST: usize = 10;
/// Participants whose progress is told.
const BEHIND: usize = 100;

impl Run {
    pub(super) fn totals(&self, group: u8) -> Vec<(&'static str, Total)> {
        match group {
            ALL => vec![
                ("counts", Total::Counts(self.counts())),
                ("leaderboard", Total::Leaderboard(self.leaderboard())),
            ],
            HOSTS => {
                let detail = if self.is_own_paced() {
                    ("progress", Total::Progress(self.progress()))
                } else {
                    ("distribution", Total::Distribution(self.distribution()))
                };
                vec![("standings", Total::Leaderboard(self.standings())), detail]
            }
            _ => vec![],
        }
    }

    fn counts(&self) -> Counts {
        let answered = if self.is_own_paced() {
            self.seats.done()
        } else {
            self.open.as_ref().map_or(0, |open| open.tally.answered())
        };
        Counts {
            participants: self.seats.count(),
            answered,
        }
    }

    fn leaderboard(&self) -> Vec<Standing> {
        if self.settings.leaderboard {
            self.standings()
        } else {
            vec![]
        }
    }

    fn standings(&self) -> Vec<Standing> {
        if self.phase == Phase::Lobby {
            return vec![];
        }
        let standings = self.seats.best(BEST).map(|(rank, seat)| Standing {
            rank,
            seat: seat.id,
            name: seat.name.clone(),
            score: seat.score,
        });
        standings.collect()
    }

    fn distribution(&self) -> Distribution {
        self.open
            .as_ref()
            .map_or_else(Distribution::default, |open| open.tally.whole())
    }

    fn progress(&self) -> Vec<Progress> {
        let mut seats: Vec<&Seat> = self.seats.present().map(|(_, seat)| seat).collect();
        // Stable: of those equally far, who joined first comes first.
        seats.sort_by_key(|seat| seat.closed());
        seats.into_iter().take(BEHIND).map(progress).collect()
    }
}

fn progress(seat: &Seat) -> Progress {
    let since = match seat.place {
        Place::Open { opened_at, .. } => Some(opened_at),
        Place::Along | Place::Between { .. } | Place::Done => None,
    };
    Progress {
        seat: seat.id,
        closed: seat.closed(),
        right: seat.right,
        since,
    }
}
