#![no_main]
//! Files named `a.xml`, beginning with the golden files of `moodle`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lectern_fuzz::imports(bytes, "a.xml"));
