#![no_main]
//! Rich text with formulas.

libfuzzer_sys::fuzz_target!(|text: &str| lectern_fuzz::rich(text));
