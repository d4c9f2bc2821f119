#![no_main]
//! Files named `a.csv`, beginning with the golden files of `csv`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lectern_fuzz::imports(bytes, "a.csv"));
