#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| liasse_cards_fuzz::groups(bytes));
