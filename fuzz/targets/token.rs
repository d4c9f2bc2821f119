#![no_main]
//! Tokens.

libfuzzer_sys::fuzz_target!(|text: &str| lectern_fuzz::token(text));
