//! Random commands, clocks and presence: what holds whatever happens.

use crate::stage::*;
use lectern_identity::Millis;
use lectern_live::{Channel, Engine, Role};
use lectern_quiz::model::Credit;
use lectern_quiz::report::Report;
use lectern_quiz::speedrun::message::{Ask, Message};
use lectern_quiz::speedrun::{Choice, Command, Event, Phase, Settings, Speedrun};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NAMES: [&str; 5] = ["Ada", "Bob", "Cyd", "Dan", "Eve"];

#[derive(Debug, Clone)]
enum Step {
    Join(usize),
    Participant(usize, Command),
    /// As a host; the step seen is put in unless `stale`.
    Host(Command, bool),
    Wait(i64),
    /// Time passes without a tick, then the object comes back.
    Down(i64),
    Presence(bool),
    /// The state is written and read again.
    Restart,
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        4 => (0..4_u32).prop_map(Choice::Option),
        2 => proptest::collection::btree_set(0..5_u32, 0..4).prop_map(|set| Choice::Options(set.into_iter().collect())),
        2 => any::<bool>().prop_map(Choice::Bool),
        1 => prop_oneof![Just(42.0), Just(41.9), -1e9..1e9_f64].prop_map(Choice::Number),
        1 => prop_oneof![Just("secret-one".to_owned()), "\\PC{0,8}"].prop_map(Choice::Text),
        2 => Just(vec![0, 1, 2]).prop_shuffle().prop_map(Choice::Order),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..NAMES.len();
    let host = prop_oneof![
        3 => Just(Command::Start { seen: 0 }),
        8 => Just(Command::Next { seen: 0 }),
        5 => Just(Command::Reveal { seen: 0 }),
        2 => Just(Command::Pause { seen: 0 }),
        4 => Just(Command::Resume { seen: 0 }),
        1 => (0..700_u32).prop_map(|seconds| Command::MoreTime { seen: 0, seconds }),
        1 => Just(Command::End { seen: 0 }),
        1 => any::<bool>().prop_map(|locked| Command::Lock { locked }),
        1 => any::<bool>().prop_map(|shown| Command::Leaderboard { shown }),
        1 => who.clone().prop_map(|who| Command::Remove { seat: seat(NAMES[who]) }),
        1 => (who.clone(), "\\PC{0,6}").prop_map(|(who, name)| Command::Rename { seat: seat(NAMES[who]), name }),
        1 => (who.clone(), 0..450_u32).prop_map(|(who, percent)| Command::ExtraTime { seat: seat(NAMES[who]), percent }),
    ];
    let answer = (0..9_u32, choice()).prop_map(|(index, choice)| Command::Answer { index, choice });
    prop_oneof![
        4 => who.clone().prop_map(Step::Join),
        20 => (who.clone(), answer).prop_map(|(who, command)| Step::Participant(who, command)),
        8 => (who, 0..9_u32).prop_map(|(who, opened)| Step::Participant(who, Command::Advance { opened })),
        10 => (host, proptest::bool::weighted(0.1)).prop_map(|(command, stale)| Step::Host(command, stale)),
        8 => prop_oneof![0..30_000_i64, 0..2_000_000_i64].prop_map(Step::Wait),
        1 => (0..200_000_i64).prop_map(Step::Down),
        2 => any::<bool>().prop_map(Step::Presence),
        1 => Just(Step::Restart),
    ]
}

fn plan() -> impl Strategy<Value = (u8, bool, u64)> {
    (any::<u8>(), any::<bool>(), any::<u64>())
}

fn begin((bits, own, seed): (u8, bool, u64)) -> Stage {
    let flag = |bit: u8| bits & (1 << bit) != 0;
    let all = [
        single_choice().costing(400),
        slide(),
        multiple_choice(Credit::Partial),
        true_false(),
        ordering(Credit::Partial),
        number(),
        short_text(),
        poll(),
    ];
    // One to four of them, so that runs come to their end.
    let (first, count) = (seed as usize % all.len(), 1 + (seed >> 8) as usize % 4);
    let chosen = all.iter().cycle().skip(first).take(count);
    let run = chosen.fold(a_run(), |run, question| run.with(question.clone()));
    let run = if own { run.self_paced() } else { run };
    let run = run.set(|settings| {
        *settings = Settings {
            shuffle_options: flag(0),
            shuffle_questions: flag(1),
            speed: flag(2),
            streak: flag(3),
            close_when_all_answered: flag(4),
            advance_after: flag(5).then_some(4),
            leaderboard: flag(6),
            abandon_after: 600,
            ..settings.clone()
        };
    });
    let mut run = run.seating(&["Ada", "Bob"]).waiting();
    run.seed = seed >> 1;
    run
}

fn with_seen(command: Command, seen: u32) -> Command {
    match command {
        Command::Start { .. } => Command::Start { seen },
        Command::Next { .. } => Command::Next { seen },
        Command::Reveal { .. } => Command::Reveal { seen },
        Command::Pause { .. } => Command::Pause { seen },
        Command::Resume { .. } => Command::Resume { seen },
        Command::End { .. } => Command::End { seen },
        Command::MoreTime { seconds, .. } => Command::MoreTime { seen, seconds },
        other => other,
    }
}

/// A client that mostly answers what is open for it, in the way that is wanted.
fn fitting(run: &Stage, name: &str, command: Command) -> Command {
    let view = run.view(name);
    match (command, view.current, view.me) {
        (Command::Answer { index, choice }, Some(current), _) if index > 1 => Command::Answer {
            index: current.question.index,
            choice: if index > 2 {
                wanted(&current.question.ask, index, choice)
            } else {
                choice
            },
        },
        (Command::Advance { opened }, _, Some(me)) if opened > 1 => {
            Command::Advance { opened: me.opened }
        }
        (command, ..) => command,
    }
}

/// An answer of the wanted kind.
fn wanted(ask: &Ask, index: u32, choice: Choice) -> Choice {
    match ask {
        Ask::SingleChoice { .. } => Choice::Option(index % 3),
        Ask::Poll { .. } => Choice::Option(index % 2),
        Ask::MultipleChoice { .. } => Choice::Options(vec![0, 1 + index % 3]),
        Ask::TrueFalse => Choice::Bool(index.is_multiple_of(2)),
        Ask::Number { .. } => Choice::Number(f64::from(37 + index)),
        Ask::ShortText => Choice::Text(["secret-one", "dunno"][index as usize % 2].to_owned()),
        Ask::Ordering { .. } => Choice::Order(vec![index % 3, (index + 1) % 3, (index + 2) % 3]),
        Ask::Slide => choice,
    }
}

fn play(run: &mut Stage, step: Step) {
    match step {
        Step::Join(who) => drop(run.joins(NAMES[who])),
        Step::Participant(who, command) => {
            let command = fitting(run, NAMES[who], command);
            let _ = run.command(seat(NAMES[who]), Role::Participant, command);
        }
        Step::Host(command, stale) => {
            let seen = run.host_view().step;
            let seen = if stale { seen.wrapping_sub(1) } else { seen };
            let _ = run.hosts(with_seen(command, seen));
        }
        Step::Wait(by) => drop(run.until(run.now + Millis(by))),
        Step::Down(down) => {
            run.now = run.now + Millis(down);
            run.tick(Millis(down));
        }
        Step::Presence(anyone) => run.presence(anyone),
        Step::Restart => run.engine = restored(&run.json()),
    }
}

/// What must hold at every moment.
fn check(run: &Stage) {
    let people = run.host_view().people.unwrap();
    let counts = run.counts();
    assert_eq!(counts.participants as usize, people.len());
    assert!(counts.answered <= counts.participants);
    assert_eq!(
        restored(&run.json()),
        run.engine,
        "the state survives being stored"
    );
    assert!(run.engine.wake_at().is_some() != (run.phase() == Phase::Finished));
    assert_eq!(
        run.engine.report(0).is_some(),
        run.phase() == Phase::Finished
    );
    let standings = run.standings();
    assert!(standings.is_sorted_by(|a, b| a.score >= b.score && a.rank <= b.rank));
    check_secrets(run);
}

fn check_secrets(run: &Stage) {
    let open: Option<u32> = match run.host_view().current {
        Some(current)
            if run
                .told_group(0)
                .iter()
                .all(|told| !reveals(told, current.question.index)) =>
        {
            Some(current.question.index)
        }
        _ => None,
    };
    for name in NAMES {
        let Some(current) = run.view(name).current else {
            continue;
        };
        let judged = run.told(name).iter().any(|told| {
            matches!(told, Message::Judged { judgement, .. } if judgement.index == current.question.index)
        });
        let revealed = run
            .told_group(0)
            .iter()
            .any(|told| reveals(told, current.question.index));
        let left_slide = run.host_view().current.is_none();
        assert!(
            current.solution.is_none() || judged || revealed || left_slide,
            "{name} knows {current:?}"
        );
        assert!(Some(current.question.index) != open || current.solution.is_none());
    }
    let wall = run.wall_view().current;
    assert!(wall.is_none_or(|wall| wall.solution.is_none() || Some(wall.question.index) != open));
}

fn reveals(message: &Message, index: u32) -> bool {
    matches!(message, Message::Revealed { index: revealed, .. } if *revealed == index)
}

/// What must hold of the whole story.
fn check_story(run: &Stage) {
    assert_eq!(
        stored(&run.replayed()),
        run.json(),
        "replay gives the same state, byte for byte"
    );
    let mut answered = BTreeSet::new();
    let mut told: BTreeMap<Channel, Vec<Message>> = BTreeMap::new();
    for (_, event) in &run.log {
        let heard: BTreeSet<Channel> = Speedrun::channels(event).into_iter().collect();
        for channel in (0..3)
            .map(Channel::Group)
            .chain(NAMES.map(|name| Channel::Seat(seat(name))))
        {
            let message = run.engine.project(event, channel);
            assert_eq!(
                message.is_some(),
                heard.contains(&channel),
                "{channel:?} {event:?}"
            );
            if let Some(message) = message {
                told.entry(channel).or_default().push(message);
            }
        }
        if let Event::Answered { seat, index, .. } = event {
            assert!(answered.insert((*seat, *index)), "an answer counts once");
        }
    }
    assert_eq!(
        told, run.heard,
        "who asks at the end is told what was told at the time"
    );
    assert!(run.log.is_sorted_by_key(|(at, _)| *at));
    check_steps(run);
    check_scores(run);
}

/// Each step is one above the one before.
fn check_steps(run: &Stage) {
    let steps = run
        .log
        .iter()
        .filter_map(|(_, event)| serde_json::to_value(event).unwrap()["step"].as_u64());
    assert!(steps.zip(1..).all(|(step, expected)| step == expected));
}

/// A score is the sum of what was told, floored at 0 at every step; the report says the same.
fn check_scores(run: &Stage) {
    let mut scores: BTreeMap<&str, u32> = BTreeMap::new();
    for name in NAMES {
        let score = scores.entry(name).or_default();
        let mut judged = BTreeSet::new();
        for message in run.told(name) {
            if let Message::Judged { judgement, .. } = message {
                *score = score.saturating_add_signed(judgement.points);
                assert_eq!(judgement.score, *score);
                assert!(judged.insert(judgement.index), "a question is judged once");
            }
        }
        assert!(run.view(name).me.is_none_or(|me| me.score == *score));
    }
    for page in run.report() {
        if let Report::Participants { participants } = page {
            for participant in participants
                .iter()
                .filter(|participant| !participant.removed)
            {
                let name = NAMES
                    .into_iter()
                    .find(|&name| seat(name) == participant.seat)
                    .unwrap();
                assert_eq!(participant.score, scores[name]);
                let mut sum = 0_u32;
                participant
                    .answers
                    .iter()
                    .for_each(|answer| sum = sum.saturating_add_signed(answer.points));
                assert_eq!(sum, participant.score, "the answers of the report add up");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold(plan in plan(), steps in proptest::collection::vec(step(), 1..120)) {
        let mut run = begin(plan);
        for step in steps {
            let before = run.json();
            let events = run.log.len();
            play(&mut run, step);
            if run.log.len() == events {
                assert_eq!(run.json(), before, "what was refused changes nothing");
            }
            check(&run);
        }
        // Everybody goes, and the run comes to its end alone.
        run.presence(false);
        run.until(run.now + Millis::hours(24));
        check(&run);
        prop_assert_eq!(run.phase(), Phase::Finished);
        check_story(&run);
    }
}
