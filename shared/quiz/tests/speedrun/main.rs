//! The speed-run engine, played as a person would see it.

mod answering;
mod clock;
mod guards;
mod hosting;
mod joining;
mod own_pace;
mod random;
mod reporting;
mod scoring;
mod secrecy;
mod shell;
mod size;
mod stage;
mod stored;
