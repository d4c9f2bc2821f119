//! A run whose memory is thrown away and rebuilt from storage after every single message is, word for word,
//! the run that was never disturbed.

// The shell's own tests keep their sessions on it, too, and make it fail.
#[allow(dead_code)]
#[path = "../../../live/tests/session/support/disk.rs"]
mod disk;
mod object;
mod script;

use object::Object;
use script::{Act, host_paced, self_paced};

/// Plays the same acts on an object that stays awake and on one that sleeps after each of them.
fn side_by_side(acts: &[Act]) {
    let (mut awake, mut sleeper) = (Object::new(), Object::new());
    for (number, act) in acts.iter().enumerate() {
        awake.play(act);
        sleeper.play(act);
        let before = sleeper.session.remembered();
        sleeper.sleep();
        assert_eq!(
            sleeper.session.remembered(),
            before,
            "after {number}: {act:?}"
        );
        assert_eq!(
            before,
            awake.session.remembered(),
            "after {number}: {act:?}"
        );
        for (socket, heard) in &awake.heard {
            assert_eq!(
                &sleeper.heard[socket], heard,
                "{socket} after {number}: {act:?}"
            );
        }
        assert_eq!(sleeper.closed, awake.closed, "after {number}: {act:?}");
    }
    assert_eq!(
        sleeper.totals, awake.totals,
        "everybody knows the newest totals"
    );
    let rows = |object: &Object| object.disk.0.borrow().rows.clone();
    assert_eq!(rows(&sleeper), rows(&awake));
    let stored = |object: &Object| object.disk.0.borrow().stored.clone();
    assert_eq!(stored(&sleeper), stored(&awake));
    assert!(awake.queue > 0, "the end is told to the queue");
    assert_eq!(sleeper.queue, awake.queue);
    let report = sleeper.report();
    assert!(report.concat().contains("Ada"), "{report:?}");
    assert_eq!(report, awake.report());
    assert_eq!(sleeper.faults, 0);
}

#[test]
fn a_host_paced_run_is_rebuilt_between_any_two_messages() {
    let acts = host_paced();
    assert!(acts.len() > 60, "{}", acts.len());
    side_by_side(&acts);
}

#[test]
fn a_self_paced_run_is_rebuilt_between_any_two_messages() {
    let acts = self_paced();
    assert!(acts.len() > 50, "{}", acts.len());
    side_by_side(&acts);
}
