//! The quiz: question sets, and the speed-run that plays them.

pub mod model;
pub mod report;
pub mod speedrun;
