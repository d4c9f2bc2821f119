#![no_main]
//! Files named `a.json`, beginning with the golden files of `lectern`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lectern_fuzz::imports(bytes, "a.json"));
