#![no_main]
//! Tickets, pairings, cursors, codes and keys.

libfuzzer_sys::fuzz_target!(|text: &str| lectern_fuzz::sealed(text));
