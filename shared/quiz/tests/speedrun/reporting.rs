//! The report of a run that has ended.

use crate::stage::*;
use lectern_identity::Millis;
use lectern_live::Engine;
use lectern_quiz::model::Credit;
use lectern_quiz::report::{ParticipantReport, QuestionReport, Report, Summary};
use lectern_quiz::speedrun::message::{EndReason, Outcome};
use lectern_quiz::speedrun::{Choice, Command};

fn parts(run: &Stage) -> (Summary, Vec<QuestionReport>, Vec<ParticipantReport>) {
    let (mut summary, mut questions, mut participants) = (None, vec![], vec![]);
    for page in run.report() {
        assert!(serde_json::to_vec(&page).unwrap().len() < 1_000_000);
        match page {
            Report::Summary(page) => summary = Some(page),
            Report::Questions { questions: page } => questions.extend(page),
            Report::Participants { participants: page } => participants.extend(page),
        }
    }
    (
        summary.expect("page 0 is the summary"),
        questions,
        participants,
    )
}

#[test]
fn there_is_no_report_before_the_end() {
    let run = a_run().with(single_choice()).seating(&["Ada"]).started();
    assert_eq!(run.engine.report(0), None);
}

#[test]
fn the_report_tells_what_happened() {
    let run = a_run()
        .with(single_choice())
        .with(multiple_choice(Credit::Partial))
        .with(poll())
        .with(slide());
    let mut run = run.seating(&["Ada", "Bob", "Eve"]).started();
    run.at(4.0).answers("Ada", 0, right()).unwrap();
    run.at(8.0).answers("Bob", 0, wrong()).unwrap();
    run.answers("Eve", 0, right()).unwrap();
    run.hosts(Command::Remove { seat: seat("Eve") }).unwrap();
    run.reveal();
    run.joins("Cyd").unwrap();
    run.next();
    run.answers("Cyd", 1, Choice::Options(vec![0])).unwrap();
    run.reveal();
    run.next();
    run.end();

    let (summary, questions, participants) = parts(&run);

    assert_eq!(
        (summary.participants, summary.answers, summary.reason),
        (3, 3, EndReason::EndedByHost)
    );
    assert_eq!((summary.pages, summary.question_pages), (3, 1));
    assert_eq!(
        (summary.started_at, summary.ended_at),
        (Some(DAWN), run.now)
    );
    let counts = |q: &QuestionReport| {
        [
            q.opened,
            q.answered,
            q.right,
            q.partial,
            q.wrong,
            q.timed_out,
            q.missed,
        ]
    };
    assert_eq!(counts(&questions[0]), [2, 2, 1, 0, 1, 0, 1]);
    assert_eq!(counts(&questions[1]), [3, 1, 0, 1, 0, 2, 0]);
    assert_eq!(counts(&questions[2]), [3, 0, 0, 0, 0, 3, 0]);
    assert_eq!(counts(&questions[3]), [0; 7], "never opened");
    assert_eq!(questions[0].mean_ms, Some(6_000));
    assert_eq!(
        questions[0].distribution,
        [
            ("0".to_owned(), 1),
            ("1".to_owned(), 1),
            ("2".to_owned(), 0)
        ]
    );
    assert_eq!(
        (questions[0].correct.clone(), questions[0].options.len()),
        (Some(right()), 3)
    );

    let names: Vec<_> = participants
        .iter()
        .map(|p| (p.name.as_str(), p.removed, p.rank))
        .collect();
    assert_eq!(
        names,
        [
            ("Ada", false, Some(1)),
            ("Bob", false, Some(3)),
            ("Eve", true, None),
            ("Cyd", false, Some(2))
        ]
    );
    let ada = &participants[0];
    assert_eq!(
        (ada.score, ada.right, ada.timed_out.clone()),
        (900, 1, vec![1, 2])
    );
    assert_eq!(
        (
            ada.answers[0].outcome,
            ada.answers[0].points,
            ada.answers[0].used
        ),
        (Outcome::Right, 900, Millis(4_000))
    );
    let cyd = &participants[3];
    assert_eq!(
        (
            cyd.missed.clone(),
            cyd.timed_out.clone(),
            cyd.answers[0].outcome
        ),
        (vec![0], vec![2], Outcome::Partial)
    );
}

#[test]
fn answers_are_reported_in_the_authors_terms() {
    let run = (0..30)
        .fold(a_run(), |run, _| run.with(single_choice()))
        .with(ordering(Credit::Partial))
        .seating(&["Ada"]);
    let mut run = run
        .set(|settings| settings.shuffle_options = true)
        .started();
    for index in 0..31 {
        let solution = run
            .host_view()
            .current
            .unwrap()
            .solution
            .unwrap()
            .correct
            .unwrap();
        run.answers("Ada", index, solution).unwrap();
        run.reveal();
        run.next();
    }
    let (_, questions, participants) = parts(&run);
    assert!(
        questions[..30]
            .iter()
            .all(|question| question.correct == Some(right()))
    );
    assert!(
        questions[..30]
            .iter()
            .all(|question| question.distribution[1].1 == 1)
    );
    assert!(
        participants[0].answers[..30]
            .iter()
            .all(|answer| answer.choice == right())
    );
    assert_eq!(
        participants[0].answers[30].choice,
        Choice::Order(vec![0, 1, 2])
    );
}

#[test]
fn a_self_paced_report_tells_what_was_timed_out_and_what_was_not_reached() {
    let run = a_run()
        .self_paced()
        .with(single_choice())
        .with(slide())
        .with(single_choice())
        .with(single_choice());
    let mut run = run.seating(&["Ada", "Bob"]).started();
    run.advances("Ada").unwrap();
    run.at(21.0).advances("Ada").unwrap();
    run.advances("Ada").unwrap();
    run.answers("Ada", 2, right()).unwrap();
    run.end();
    let (_, questions, participants) = parts(&run);
    assert_eq!(
        (
            participants[0].timed_out.clone(),
            participants[0].missed.clone()
        ),
        (vec![0], vec![])
    );
    assert!(participants[1].timed_out.is_empty() && !participants[1].done);
    let opened: Vec<_> = questions
        .iter()
        .map(|q| (q.opened, q.timed_out, q.missed))
        .collect();
    assert_eq!(opened, [(1, 1, 0), (1, 0, 0), (1, 0, 0), (0, 0, 0)]);
}

#[test]
fn a_run_that_never_started_has_a_report_too() {
    let mut run = a_run().with(single_choice()).seating(&["Ada"]).waiting();
    run.end();
    let (summary, questions, participants) = parts(&run);
    assert_eq!(
        (summary.started_at, questions.len(), participants.len()),
        (None, 1, 1)
    );
    assert_eq!(participants[0].answers, []);
}
