#![no_main]
//! Files named `a.txt`, beginning with the golden files of `aiken`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lectern_fuzz::imports(bytes, "a.txt"));
