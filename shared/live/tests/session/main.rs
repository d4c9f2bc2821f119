//! A session as its clients see it, over a log in memory and a toy engine.

mod alarms;
mod batches;
mod faults;
mod limits;
mod outbox;
mod properties;
mod requests;
mod resume;
mod seats;
mod sockets;
mod support;
mod timers;
mod totals;
