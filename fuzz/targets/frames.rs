#![no_main]
//! A live run.

libfuzzer_sys::fuzz_target!(|text: &str| lectern_fuzz::frames(text));
