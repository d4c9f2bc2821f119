//! Large runs fit.

use crate::stage::*;
use lectern_live::Engine;
use lectern_quiz::speedrun::{Choice, Command, MAX_ANSWERS, Phase};

/// 2,000 participants, 125 questions: 250,000 answers, and then no more.
#[test]
fn a_run_holds_a_quarter_of_a_million_answers_and_no_more() {
    let mut run = (0..126)
        .fold(a_run(), |run, _| run.with(single_choice()))
        .waiting();
    let names: Vec<String> = (0..2_000).map(|n| format!("n{n}")).collect();
    names.iter().for_each(|name| drop(run.joins(name).unwrap()));
    run.host(|seen| Command::Start { seen }).unwrap();
    run.log.clear();
    for index in 0..125 {
        for name in &names {
            run.answers(name, index, Choice::Option(1)).unwrap();
        }
        run.reveal();
        run.next();
        run.heard.clear();
        run.log.clear();
    }
    assert_eq!(125 * 2_000, MAX_ANSWERS);
    assert_eq!(run.answers("n0", 125, right()), refused("answers_full"));
    run.end();
    let pages = run.report();
    assert!(
        pages
            .iter()
            .all(|page| serde_json::to_vec(page).unwrap().len() < 1_000_000)
    );
    let json = run.json();
    let back: lectern_quiz::speedrun::Speedrun = serde_json::from_str(&json).unwrap();
    assert_eq!(back, run.engine);
    assert!(json.len() < 20_000_000, "{}", json.len());
}

/// All 2,000 at once in a self-paced run, all timed out by one tick.
#[test]
fn one_tick_closes_two_thousand_questions() {
    let mut run = a_run().self_paced().with(single_choice()).waiting();
    let names: Vec<String> = (0..2_000).map(|n| format!("n{n}")).collect();
    names.iter().for_each(|name| drop(run.joins(name).unwrap()));
    run.host(|seen| Command::Start { seen }).unwrap();
    names
        .iter()
        .for_each(|name| drop(run.advances(name).unwrap()));
    let before = run.log.len();
    run.at(21.0);
    assert_eq!(run.log.len() - before, 3, "expired, through, finished");
    assert_eq!(run.phase(), Phase::Finished);
    assert_eq!(run.engine.wake_at(), None);
    assert!(
        run.log
            .iter()
            .all(|(_, event)| serde_json::to_vec(event).unwrap().len() < 1_000_000)
    );
}
