#![no_main]
//! Files named `a.gift`, beginning with the golden files of `gift`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lectern_fuzz::imports(bytes, "a.gift"));
