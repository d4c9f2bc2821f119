//! Large runs fit.

use crate::stage::*;
use lectern_live::Engine;
use lectern_quiz::speedrun::{Choice, Command, MAX_ANSWERS, MAX_WRITTEN_BYTES, Phase};

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
    assert_eq!(restored(&json), run.engine);
    assert!(json.len() < 10_000_000, "{}", json.len());
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

/// 8 MB of what is written, whoever wrote it; other answers still fit.
#[test]
fn a_run_holds_eight_megabytes_of_short_texts_and_no_more() {
    let longest = "\u{1f600}".repeat(200);
    let count = MAX_WRITTEN_BYTES / longest.len();
    let (names, questions) = (200, count / 200 + 1);
    let mut run = (0..questions)
        .fold(a_run(), |run, _| run.with(short_text()))
        .with(single_choice())
        .waiting();
    let names: Vec<String> = (0..names).map(|n| format!("n{n}")).collect();
    names.iter().for_each(|name| drop(run.joins(name).unwrap()));
    run.host(|seen| Command::Start { seen }).unwrap();
    let mut written = 0;
    for index in 0..questions as u32 {
        for name in &names {
            let answer = run.answers(name, index, Choice::Text(longest.clone()));
            if written == count {
                assert_eq!(answer, refused("answers_full"));
            } else {
                answer.unwrap();
                written += 1;
            }
        }
        run.reveal();
        run.next();
    }
    assert_eq!(written, count);
    run.answers("n0", questions as u32, right()).unwrap();
}
