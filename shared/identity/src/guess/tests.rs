use super::*;

const NOW: Millis = Millis(1_000_000_000);

/// The code of this number: `JoinCode::random` counts through them.
fn code(number: usize) -> JoinCode {
    JoinCode::random((number as u64).to_le_bytes())
}

/// How many of these codes pass at this time.
fn passing(
    guesses: &mut Guesses,
    address: &str,
    codes: std::ops::Range<usize>,
    now: Millis,
) -> usize {
    codes
        .filter(|&number| guesses.enter(address, &code(number), now) == Entry::Pass)
        .count()
}

#[test]
fn an_address_that_is_tripped_gets_its_slots_and_no_more_however_many_ask_at_once() {
    let mut guesses = Guesses::default();
    guesses.trip_address("a", NOW);
    let mut passed = 0;
    // 50 at a time, every 100 ms, for ten seconds; nobody ever waits for an answer.
    for tick in 0..100 {
        let at = NOW + Millis(tick * 100);
        let first = 50 * usize::try_from(tick).unwrap();
        passed += passing(&mut guesses, "a", first..first + 50, at);
    }
    assert_eq!(passed, SLOTS * 5);
}

#[test]
fn who_is_turned_away_hears_when_a_place_is_free() {
    let mut guesses = Guesses::default();
    guesses.trip_address("a", NOW);
    assert_eq!(passing(&mut guesses, "a", 0..SLOTS, NOW), SLOTS);
    let late = NOW + Millis(500);
    let full = Entry::Full { until: NOW + SLOT };
    assert_eq!(guesses.enter("a", &code(99), late), full);
    assert_eq!(guesses.enter("a", &code(99), NOW + SLOT), Entry::Pass);
}

#[test]
fn guesses_that_nobody_waited_for_trip_the_address_too() {
    let mut guesses = Guesses::default();
    assert_eq!(passing(&mut guesses, "a", 0..100, NOW), FREE + SLOTS);
    // Their minute is over, but they were no right ones: the trip stays.
    assert_eq!(passing(&mut guesses, "a", 100..200, NOW + SLOT), SLOTS);
    let later = NOW + WINDOW + Millis(1);
    assert_eq!(passing(&mut guesses, "a", 200..300, later), SLOTS);
    let over = NOW + SLOT + TRIP;
    assert_eq!(passing(&mut guesses, "a", 300..400, over), FREE + SLOTS);
}

#[test]
fn many_right_codes_at_once_trip_nothing() {
    let mut guesses = Guesses::default();
    for number in 0..200 {
        let now = NOW + Millis(10 * i64::try_from(number).unwrap());
        assert_eq!(guesses.enter("school", &code(number), now), Entry::Pass);
        guesses.right("school", &code(number), now);
    }
    let later = NOW + Millis::seconds(10);
    assert_eq!(
        passing(&mut guesses, "school", 500..600, later),
        FREE + SLOTS
    );
}

#[test]
fn a_school_behind_a_tripped_address_gets_in_by_its_code_while_guesses_wait() {
    let mut guesses = Guesses::default();
    guesses.trip_address("school", NOW);
    guesses.trip_all(NOW);
    let theirs = code(7);
    // The first waits for nobody's sake but the guesser's; then the code passes.
    assert_eq!(guesses.enter("school", &theirs, NOW), Entry::Pass);
    assert_eq!(
        guesses.enter("school", &theirs, NOW),
        Entry::Pass,
        "one place"
    );
    guesses.right("school", &theirs, NOW);
    assert_eq!(passing(&mut guesses, "school", 100..200, NOW), SLOTS);
    for pupil in 0..3_000 {
        let now = NOW + Millis(pupil);
        assert_eq!(guesses.enter("school", &theirs, now), Entry::Pass);
    }
    let forgotten = NOW + RIGHT;
    assert_eq!(passing(&mut guesses, "school", 200..250, forgotten), SLOTS);
    let full = guesses.enter("school", &theirs, forgotten);
    assert!(matches!(full, Entry::Full { .. }));
}

#[test]
fn a_right_code_gives_its_place_back() {
    let mut guesses = Guesses::default();
    guesses.trip_address("a", NOW);
    for number in 0..50 {
        assert_eq!(guesses.enter("a", &code(number), NOW), Entry::Pass);
        guesses.right("a", &code(number), NOW);
    }
}

#[test]
fn a_code_that_is_right_elsewhere_is_no_news_to_give_away() {
    let mut guesses = Guesses::default();
    let theirs = code(7);
    assert_eq!(guesses.enter("school", &theirs, NOW), Entry::Pass);
    guesses.right("school", &theirs, NOW);
    guesses.trip_address("thief", NOW);
    assert_eq!(passing(&mut guesses, "thief", 100..200, NOW), SLOTS);
    let full = guesses.enter("thief", &theirs, NOW);
    assert!(matches!(full, Entry::Full { .. }), "a pass would tell");
}

#[test]
fn while_all_are_tripped_a_phone_with_a_known_code_passes_and_one_that_guesses_does_not() {
    let mut guesses = Guesses::default();
    let theirs = code(7);
    guesses.right("teacher", &theirs, NOW);
    guesses.trip_all(NOW);
    assert_eq!(passing(&mut guesses, "x", 100..110, NOW), SLOTS_IN_ALL);
    for phone in 0..1_000 {
        let phone = format!("phone {phone}");
        assert_eq!(guesses.enter(&phone, &theirs, NOW), Entry::Pass);
    }
    let full = guesses.enter("x", &theirs, NOW);
    assert!(
        matches!(full, Entry::Full { .. }),
        "it has guessed too often"
    );
}

#[test]
fn a_search_from_many_addresses_is_held_to_the_slots_of_all() {
    let mut guesses = Guesses::default();
    let mut passed = 0;
    let minutes = 20;
    for second in 0..60 * minutes {
        let now = NOW + Millis::seconds(second);
        for number in 0..100_usize {
            let number = 100 * usize::try_from(second).unwrap() + number;
            let address = format!("bot {number}");
            passed += usize::from(guesses.enter(&address, &code(number), now) == Entry::Pass);
        }
    }
    let minutes = usize::try_from(minutes).unwrap();
    // 600 at the start of every trip of ten minutes, and the slots all the time.
    let most = (minutes / 10 + 1) * FREE_IN_ALL + minutes * 30 * SLOTS_IN_ALL;
    assert!((1..=most).contains(&passed), "{passed} of {most}");
}

#[test]
fn the_memory_is_bounded_and_what_does_not_fit_shares_one_place() {
    let mut guesses = Guesses::default();
    for number in 0..2 * ADDRESSES {
        guesses.trip_address(&format!("bot {number}"), NOW);
    }
    assert!(guesses.addresses.len() <= ADDRESSES + 1);
    let mut passed = 0;
    for number in 0..100 {
        let address = format!("stranger {number}");
        passed += usize::from(guesses.enter(&address, &code(number), NOW) == Entry::Pass);
    }
    assert_eq!(passed, SLOTS);
    let later = NOW + TRIP;
    assert_eq!(guesses.enter("stranger", &code(1), later), Entry::Pass);
    assert!(guesses.addresses.len() <= 2);
    for number in 0..2 * RIGHT_IN_ALL {
        guesses.right("teacher", &code(number), later);
    }
    assert_eq!(guesses.right.len(), RIGHT_IN_ALL);
    assert_eq!(
        guesses.address("teacher", later).right.len(),
        RIGHT_OF_ADDRESS
    );
}
