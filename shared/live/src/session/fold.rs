//! Running totals: folded, sent as the newest value at most four times a second, encoded once.
//!
//! Invariant: a value that stays is sent; a version rises within the life of a socket, also across the
//! loss of the memory. An engine's total has the log's length as its version: it depends on nothing else.

use super::recent::{Frame, encode};
use crate::{
    engine::Engine,
    wire::{Presence, ServerFrame},
};
use lectern_identity::Millis;
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;

/// The shortest time between two sendings.
pub(super) const EVERY: Millis = Millis(250);

/// The name of the shell's own total.
const PRESENCE: &str = "presence";

/// Presence is numbered by fifths of seconds since 2026, which it cannot outrun at four a second.
const PRESENCE_SINCE: i64 = 1_767_225_600_000;

struct Total {
    version: u32,
    value: Box<RawValue>,
    frame: Frame,
}

/// The totals last sent to each group.
#[derive(Default)]
pub(super) struct Fold {
    totals: BTreeMap<(u8, &'static str), Total>,
    sent: Option<Millis>,
    dirty: bool,
}

impl Fold {
    /// Notes that a total may have changed.
    pub(super) fn touch(&mut self) {
        self.dirty = true;
    }

    /// When the totals are to be sent; none while nothing changed.
    pub(super) fn due(&self) -> Option<Millis> {
        self.dirty
            .then(|| self.sent.map_or(Millis(0), |sent| sent + EVERY))
    }

    /// The totals that changed since they were sent: `(group, frame)`.
    pub(super) fn changed<E: Engine>(
        &mut self,
        engine: &E,
        length: u32,
        presence: Presence,
        now: Millis,
    ) -> Vec<(u8, Frame)> {
        self.dirty = false;
        self.sent = Some(now);
        let mut changed = Vec::new();
        for group in 0..u8::try_from(E::GROUPS.len()).unwrap_or(u8::MAX) {
            for (name, total) in engine.totals(group) {
                let frame = to_raw_value(&total)
                    .ok()
                    .and_then(|value| self.put(group, name, value, length));
                changed.extend(frame.map(|frame| (group, frame)));
            }
            if E::presence_groups().contains(&group) {
                let version = self.presence_version(group, now);
                let value = to_raw_value(&presence).ok();
                let frame = value.and_then(|value| self.put(group, PRESENCE, value, version));
                changed.extend(frame.map(|frame| (group, frame)));
            }
        }
        changed
    }

    /// The totals as last sent to a group.
    pub(super) fn newest(&self, group: u8) -> impl Iterator<Item = Frame> {
        let of_group = self
            .totals
            .range((group, "")..)
            .take_while(move |((of, _), _)| *of == group);
        of_group.map(|(_, total)| total.frame.clone())
    }

    /// Whether anything was sent since the memory was rebuilt.
    pub(super) fn is_empty(&self) -> bool {
        self.sent.is_none()
    }

    fn presence_version(&self, group: u8, now: Millis) -> u32 {
        let before = self
            .totals
            .get(&(group, PRESENCE))
            .map_or(0, |total| total.version);
        let clock = u32::try_from((now.0 - PRESENCE_SINCE) / 200).unwrap_or(0);
        clock.max(before.saturating_add(1))
    }

    fn put(
        &mut self,
        group: u8,
        name: &'static str,
        value: Box<RawValue>,
        version: u32,
    ) -> Option<Frame> {
        let before = self.totals.get(&(group, name));
        if before.is_some_and(|before| before.value.get() == value.get()) {
            return None;
        }
        let state = &value;
        let name_of = name.to_owned();
        let frame = encode(&ServerFrame::<(), (), _, ()>::State {
            name: name_of,
            version,
            state,
        })?;
        self.totals.insert(
            (group, name),
            Total {
                version,
                value,
                frame: frame.clone(),
            },
        );
        Some(frame)
    }
}
