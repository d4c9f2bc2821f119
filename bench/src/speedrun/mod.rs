//! `speedrun`: a run with many participants, beside a control.

mod book;
pub(crate) mod client;
mod round;
pub(crate) mod script;
pub(crate) mod side;
pub(crate) mod watch;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::figure::{Figure, Figures, Goal, columns};
use crate::process::{Cost, Memory, Process};
use crate::profile::Profiles;
use crate::server::{Plan, Server};
use crate::stage::Stage;
use crate::stats::{Samples, readable};
use round::{Round, play};
use script::{Pace, Script};
use side::Side;

/// The steps in their order.
const STEPS: [&str; 9] = [
    "joins",
    "start",
    "answers within 1 s",
    "advance",
    "fan-out",
    "burst",
    "reveal",
    "reconnect",
    "end",
];

/// What of the two sides is the same.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many participants.
    #[arg(long, default_value_t = 1_000)]
    participants: usize,
    /// Who sets the pace.
    #[arg(long, value_enum, default_value_t = Pace::Host)]
    pace: Pace,
    /// How often each side is measured; the sides take turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How many participants join at the same time.
    #[arg(long, default_value_t = 64)]
    joining: usize,
    /// Questions that all answer at once.
    #[arg(long, default_value_t = 5)]
    bursts: usize,
    /// Participants of the run that warms each server up; 0: none.
    #[arg(long, default_value_t = 100)]
    warm: usize,
    /// Seconds between the last participant's leaving and the last look at the memory. An object without
    /// sockets is let go after ten.
    #[arg(long, default_value_t = 12)]
    settle: u64,
    /// Only one side, for profiling.
    #[arg(long, value_enum)]
    only: Option<Only>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    Lectern,
    Control,
}

/// Measures both sides in turn.
pub(crate) async fn run(options: &Options, stage: &Stage) -> Result<Figures> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut frames = BTreeMap::new();
    for round in 1..=options.rounds {
        if options.only != Some(Only::Control) {
            eprintln!("  round {round} of {}: lectern", options.rounds);
            let played = one_round(options, stage, &stage.lectern(), None).await?;
            frames = control_frames(&played.samples, options.pace);
            ours.push(played);
        }
        if options.only != Some(Only::Lectern) {
            eprintln!("  round {round} of {}: control", options.rounds);
            let plan = stage.control("speedrun");
            theirs.push(one_round(options, stage, &plan, Some(&frames)).await?);
        }
    }
    eprintln!("\n{}\n", costs(&ours, &theirs));
    Ok(figures(&ours, &theirs))
}

/// A fresh server, warmed up, then measured. Frames: those that the control sends; none: it is ours.
async fn one_round(
    options: &Options,
    stage: &Stage,
    plan: &Plan,
    frames: Option<&BTreeMap<String, String>>,
) -> Result<Round> {
    let mut server = Server::start(plan)?;
    let process = server.process();
    let before = process.and_then(Process::memory);
    let side = match frames {
        None => Side::lectern(&server, &stage.client).await?,
        Some(frames) => Side::control(&server, frames.clone())?,
    };
    let script = Script {
        participants: options.participants,
        pace: options.pace,
        joining: options.joining,
        bursts: options.bursts,
        sampled: frames.is_none(),
    };
    if options.warm > 0 {
        let warm = Script {
            participants: options.warm.min(options.participants),
            bursts: 1,
            ..script
        };
        play(&side, process, warm).await?;
    }
    let profiles = Profiles::of(&server).await?;
    let mut round = play(&side, process, script).await?;
    profiles.tell(stage, "speedrun").await?;
    sleep(Duration::from_secs(options.settle)).await;
    server.alive()?;
    let after = process.and_then(Process::memory);
    round.memory = before.zip(after);
    Ok(round)
}

/// What the control sends, by the command that it answers.
fn control_frames(samples: &BTreeMap<String, String>, pace: Pace) -> BTreeMap<String, String> {
    let own_paced = pace == Pace::Own;
    let names = [
        ("welcome", "welcome"),
        ("reply", "reply"),
        ("start", if own_paced { "started" } else { "opened" }),
        ("next", "opened"),
        ("opened", "opened"),
        ("reveal", "revealed"),
        ("judged", "judged"),
        (if own_paced { "judged_alone" } else { "" }, "judged"),
        ("more_time", "more_time"),
        ("end", "finished"),
    ];
    let found = names.into_iter().filter_map(|(command, kind)| {
        let text = samples.get(kind).filter(|_| !command.is_empty())?;
        Some((command.to_owned(), text.clone()))
    });
    found.collect()
}

fn figures(ours: &[Round], theirs: &[Round]) -> Figures {
    let figure = |key, what, unit, goal, of: &dyn Fn(&Round) -> Option<f64>| Figure {
        key,
        what,
        unit,
        goal,
        ours: ours.iter().filter_map(of).collect(),
        control: theirs.iter().filter_map(of).collect(),
    };
    // Messages: far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    let count = |number: u64| number as f64;
    let memory = |of: fn(&(Memory, Memory)) -> u64| {
        move |round: &Round| round.memory.as_ref().map(|memory| mega(of(memory)))
    };
    let before = memory(|memory| memory.0.rss);
    let peak = memory(|memory| memory.1.peak);
    let after = memory(|memory| memory.1.rss);
    use Goal::{AtLeast, AtMost, Below, None as Told, Within};
    Figures(vec![
        figure("joins_per_second", "joins", "1/s", AtLeast(0.8), &|round| {
            Some(round.joins_per_second)
        }),
        figure("join_p50", "join, p50", "ms", Told, &|round| {
            round.join.quantile(0.5)
        }),
        figure("join_p99", "join, p99", "ms", Told, &|round| {
            round.join.quantile(0.99)
        }),
        figure("fanout_p50", "fan-out, p50", "ms", Told, &|round| {
            round.fanout.quantile(0.5)
        }),
        figure("fanout_p99", "fan-out, p99", "ms", AtMost(1.2), &|round| {
            round.fanout.quantile(0.99)
        }),
        figure(
            "fanout_last",
            "fan-out, last student",
            "ms",
            Told,
            &|round| round.fanout_last.median(),
        ),
        figure(
            "reveal_p99",
            "reveal and own result, p99",
            "ms",
            Told,
            &|round| round.reveal.quantile(0.99),
        ),
        figure(
            "burst_last_ack",
            "burst, last acknowledgement",
            "ms",
            Told,
            &|round| round.burst.median(),
        ),
        figure(
            "burst_answers_per_second",
            "burst, answers",
            "1/s",
            AtLeast(2.0),
            &|round| round.burst_rate.median(),
        ),
        figure(
            "answer_p50",
            "answer within 1 s of all, p50",
            "ms",
            Told,
            &|round| round.answer.quantile(0.5),
        ),
        figure(
            "answer_p99",
            "answer within 1 s of all, p99",
            "ms",
            Told,
            &|round| round.answer.quantile(0.99),
        ),
        figure(
            "reconnect_all",
            "all back after a drop of all",
            "ms",
            AtMost(1.5),
            &|round| Some(round.back),
        ),
        figure("memory_before", "memory before", "MB", Told, &before),
        figure(
            "memory_peak",
            "memory at the peak",
            "MB",
            Within(60.0),
            &peak,
        ),
        figure("memory_after", "memory after", "MB", Within(60.0), &after),
        figure("memory_pss", "largest PSS", "MB", Told, &|round| {
            round.memory.map(|_| mega(round.pss))
        }),
        figure(
            "bytes_received",
            "received by a participant",
            "kB",
            Told,
            &|round| Some(round.bytes / 1e3),
        ),
        figure("lost", "messages lost", "", Below(0.0), &|round| {
            Some(count(round.lost))
        }),
        figure(
            "duplicated",
            "messages duplicated",
            "",
            Below(0.0),
            &|round| Some(count(round.doubled)),
        ),
        figure(
            "generator_busiest",
            "generator at its busiest",
            "core",
            Told,
            &busiest,
        ),
    ])
}

/// The largest share of a core that the generator took in any step.
fn busiest(round: &Round) -> Option<f64> {
    let shares: Samples = round.costs.values().map(Cost::generator_share).collect();
    shares.quantile(1.0)
}

/// What each step cost the generator and the server, what the server had in memory after it, and where the
/// generator was the bottleneck.
fn costs(ours: &[Round], theirs: &[Round]) -> String {
    let head = ["", "", "seconds", "generator", "workerd", "MB after", ""];
    let mut rows = vec![head.map(str::to_owned)];
    for (side, rounds) in [("lectern", ours), ("control", theirs)] {
        for step in STEPS {
            let mut cost = Cost::default();
            let costs = rounds.iter().filter_map(|round| round.costs.get(step));
            costs.for_each(|of_round| cost.add(*of_round));
            if cost == Cost::default() {
                continue;
            }
            let resident = rounds.iter().filter_map(|round| round.resident.get(step));
            let resident: Samples = resident.map(|bytes| mega(*bytes)).collect();
            rows.push([
                step.to_owned(),
                side.to_owned(),
                readable(cost.seconds),
                format!("{} core", readable(cost.generator_share())),
                format!("{} core", readable(cost.server_share())),
                resident.median().map_or_else(String::new, readable),
                if cost.generator_is_bottleneck() {
                    "the generator was the bottleneck".to_owned()
                } else {
                    String::new()
                },
            ]);
        }
    }
    columns(rows.into_iter())
}

fn mega(bytes: u64) -> f64 {
    // Far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    let bytes = bytes as f64;
    bytes / 1e6
}
