//! Guessed join codes: how many lookups one isolate makes for whom.
//!
//! Invariant: a code is looked up only while a place is held for it, and only a right code gives its place
//! back before its time. So neither guessing in parallel nor hanging up makes a search any faster.
//!
//! An address holds [`FREE`] places of a minute. When they are used up, or the location's limiter says so,
//! it is tripped: it has [`SLOTS`] places of [`SLOT`] instead. All addresses together have the same,
//! [`FREE_IN_ALL`] and [`SLOTS_IN_ALL`]. Everybody who asks for one code shares its place: the same guess
//! twice tells nothing new, and a school that types its code waits once.
//!
//! A code that was right passes freely, for whom it is no news: an address that gave it lately. To everybody
//! else a free pass would itself be the answer; so while all together are tripped, a code that is known
//! to be right passes only for an address with fewer than [`FEW`] guesses of its own.

use crate::Millis;
use crate::code::JoinCode;
use std::collections::HashMap;

/// Guesses of one address within [`WINDOW`] before it is tripped.
pub const FREE: usize = 20;

/// Guesses of all addresses within [`WINDOW`] before all are tripped.
pub const FREE_IN_ALL: usize = 600;

/// Places of a tripped address.
pub const SLOTS: usize = 2;

/// Places of all together while they are tripped.
pub const SLOTS_IN_ALL: usize = 4;

/// For how long a place is taken while tripped, unless its code is right.
pub const SLOT: Millis = Millis::seconds(2);

/// For how long a guess counts.
pub const WINDOW: Millis = Millis::minutes(1);

/// For how long a trip lasts.
pub const TRIP: Millis = Millis::minutes(10);

/// For how long a code counts as right after it was.
pub const RIGHT: Millis = Millis::minutes(5);

/// Guesses with which an address still gets a known code for nothing while all are tripped.
pub const FEW: usize = 3;

/// Addresses remembered at a time, about 600 bytes each at most. Those above share one's places.
const ADDRESSES: usize = 4_096;

/// The least time between two looks for addresses that can be forgotten.
const SWEEP: Millis = Millis::seconds(1);

/// Right codes remembered of one address: the runs of one school.
const RIGHT_OF_ADDRESS: usize = 16;

/// Right codes remembered in all.
const RIGHT_IN_ALL: usize = 4_096;

/// Whether a code may be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Now.
    Pass,
    /// No place is free; one will be by then, or earlier if a code turns out right.
    Full {
        /// When the first place is free.
        until: Millis,
    },
}

/// The memory of one isolate.
#[derive(Debug, Default)]
pub struct Guesses {
    addresses: HashMap<String, Address>,
    all: Places<FREE_IN_ALL, SLOTS_IN_ALL>,
    right: HashMap<u32, Millis>,
    /// When addresses were last forgotten.
    swept: Millis,
}

#[derive(Debug, Default)]
struct Address {
    places: Places<FREE, SLOTS>,
    right: Vec<(u32, Millis)>,
}

impl Guesses {
    /// Takes a place to look a code up, or says when to ask again. Whoever waits asks with the same code.
    pub fn enter(&mut self, address: &str, code: &JoinCode, now: Millis) -> Entry {
        let code = code.number();
        let known = self.right.get(&code).is_some_and(|&until| until > now);
        let of = self.address(address, now);
        if of
            .right
            .iter()
            .any(|&(is, until)| is == code && until > now)
        {
            return Entry::Pass;
        }
        let newcomer = of.places.count(now) < FEW;
        // Counted before all are asked: being turned away there costs the address its guess, too.
        match of.places.take(code, now) {
            Entry::Pass if known && newcomer => Entry::Pass,
            Entry::Pass => self.all.take(code, now),
            full @ Entry::Full { .. } => full,
        }
    }

    /// A code turned out right: it gives its places back, and passes for a while.
    pub fn right(&mut self, address: &str, code: &JoinCode, now: Millis) {
        let code = code.number();
        let until = now + RIGHT;
        self.all.give_back(code);
        let of = self.address(address, now);
        of.places.give_back(code);
        of.right.retain(|&(is, until)| is != code && until > now);
        if of.right.len() >= RIGHT_OF_ADDRESS {
            of.right.remove(0);
        }
        of.right.push((code, until));
        if self.right.len() >= RIGHT_IN_ALL {
            self.right.retain(|_, until| *until > now);
        }
        if self.right.len() < RIGHT_IN_ALL {
            self.right.insert(code, until);
        }
    }

    /// The location's limiter turned this address down.
    pub fn trip_address(&mut self, address: &str, now: Millis) {
        self.address(address, now).places.tripped = now + TRIP;
    }

    /// The location's limiter turned all down.
    pub fn trip_all(&mut self, now: Millis) {
        self.all.tripped = now + TRIP;
    }

    fn address(&mut self, address: &str, now: Millis) -> &mut Address {
        let mut name = address;
        if !self.addresses.contains_key(name) && self.addresses.len() >= ADDRESSES {
            if now - self.swept >= SWEEP {
                self.addresses.retain(|_, of| !of.places.is_idle(now));
                self.swept = now;
            }
            if self.addresses.len() >= ADDRESSES {
                // No address is called so.
                name = "";
            }
        }
        self.addresses.entry(name.to_owned()).or_default()
    }
}

/// Places that codes hold: `FREE` of them for a minute, or while tripped `SLOTS` for two seconds.
#[derive(Debug, Default)]
struct Places<const FREE: usize, const SLOTS: usize> {
    free: Vec<(u32, Millis)>,
    slots: Vec<(u32, Millis)>,
    tripped: Millis,
}

impl<const FREE: usize, const SLOTS: usize> Places<FREE, SLOTS> {
    fn take(&mut self, code: u32, now: Millis) -> Entry {
        self.forget(now);
        if self
            .free
            .iter()
            .chain(&self.slots)
            .any(|held| held.0 == code)
        {
            return Entry::Pass;
        }
        if self.free.len() >= FREE && self.free.iter().all(|held| held.1 - now <= WINDOW - SLOT) {
            // None of them is still under way: they were wrong, or nobody waited for the answer.
            self.tripped = now + TRIP;
        }
        if now >= self.tripped && self.free.len() < FREE {
            self.free.push((code, now + WINDOW));
            return Entry::Pass;
        }
        if self.slots.len() < SLOTS {
            self.slots.push((code, now + SLOT));
            return Entry::Pass;
        }
        let until = self.slots.iter().map(|held| held.1).min();
        Entry::Full {
            until: until.unwrap_or(now),
        }
    }

    fn give_back(&mut self, code: u32) {
        self.free.retain(|held| held.0 != code);
        self.slots.retain(|held| held.0 != code);
    }

    /// Guesses that count.
    fn count(&mut self, now: Millis) -> usize {
        self.forget(now);
        self.free.len() + self.slots.len()
    }

    fn forget(&mut self, now: Millis) {
        self.free.retain(|held| held.1 > now);
        self.slots.retain(|held| held.1 > now);
    }

    fn is_idle(&mut self, now: Millis) -> bool {
        self.count(now) == 0 && now >= self.tripped
    }
}

#[cfg(test)]
mod tests;
