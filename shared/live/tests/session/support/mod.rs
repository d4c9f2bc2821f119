//! A log in memory, a toy engine, and a world of clients around a session.

pub(crate) mod disk;
pub(crate) mod toy;
pub(crate) mod world;

pub(crate) use toy::{Order, Toy, Weak, breaks};
pub(crate) use world::{HOST, World, seat};
