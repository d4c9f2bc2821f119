//! `api`: four kinds of requests to the front door, each beside a control that does the same bare work.

mod load;
mod side;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;

use crate::figure::{Figure, Figures, Goal, columns};
use crate::http::Http;
use crate::process::Cost;
use crate::profile::Profiles;
use crate::server::Server;
use crate::sets::{megabyte, multipart};
use crate::stage::Stage;
use crate::stats::readable;
use crate::tenant::Tenant;
use load::{Load, Steady, put_on};
use side::{Kind, Seeded, seed};

/// How it is measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often each side is measured; the sides take turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each kind of request in a round.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Seconds of each before that, which are not counted.
    #[arg(long, default_value_t = 1.0)]
    warm: f64,
    /// Requests on their way at the same time.
    #[arg(long, default_value_t = 32)]
    connections: usize,
}

type Round = BTreeMap<Kind, Load>;

/// Measures both sides in turn.
pub(crate) async fn run(options: &Options, stage: &Stage) -> Result<Figures> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        eprintln!("  round {round} of {}: lectern", options.rounds);
        let (played, seeded) = lectern(options, stage).await?;
        ours.push(played);
        eprintln!("  round {round} of {}: control", options.rounds);
        theirs.push(control(options, stage, &seeded).await?);
    }
    eprintln!("\n{}\n", costs(&ours, &theirs));
    Ok(figures(&ours, &theirs))
}

async fn lectern(options: &Options, stage: &Stage) -> Result<(Round, Seeded)> {
    let server = Server::start(&stage.lectern())?;
    let port = server.port("lectern-api")?;
    let tenant = Tenant::sign_on(Http::new(port), &stage.client).await?;
    let seeded = seed(&tenant, format!("http://127.0.0.1:{port}"), &stage.client).await?;
    let round = every_kind(options, stage, &server, &tenant.http, &seeded).await?;
    Ok((round, seeded))
}

async fn control(options: &Options, stage: &Stage, seeded: &Seeded) -> Result<Round> {
    let server = Server::start(&stage.control("api"))?;
    let http = Http::new(server.port("control")?);
    seeded.copy_to(&http).await?;
    every_kind(options, stage, &server, &http, seeded).await
}

async fn every_kind(
    options: &Options,
    stage: &Stage,
    server: &Server,
    http: &Http,
    seeded: &Seeded,
) -> Result<Round> {
    let megabyte = multipart(&megabyte());
    let mut round = Round::new();
    for kind in Kind::ALL {
        let call = || kind.call(seeded, &megabyte);
        let put_on_for = async |seconds: f64| {
            let steady = Steady {
                connections: options.connections,
                time: Duration::from_secs_f64(seconds),
            };
            put_on(http, server.process(), steady, kind.status(), &call).await
        };
        put_on_for(options.warm).await?;
        let profiles = Profiles::of(server).await?;
        round.insert(kind, put_on_for(options.seconds).await?);
        profiles.tell(stage, kind.key()).await?;
    }
    Ok(round)
}

fn figures(ours: &[Round], theirs: &[Round]) -> Figures {
    let mut figures = Vec::new();
    for kind in Kind::ALL {
        let of = |rounds: &[Round], value: &dyn Fn(&Load) -> Option<f64>| {
            let loads = rounds.iter().filter_map(|round| round.get(&kind));
            loads.filter_map(value).collect()
        };
        let figure = |key, what, unit, goal, value: &dyn Fn(&Load) -> Option<f64>| Figure {
            key,
            what,
            unit,
            goal,
            ours: of(ours, value),
            control: of(theirs, value),
        };
        let [rate, p50, p99] = kind.figures();
        let goal = Goal::AtLeast(kind.goal());
        figures.extend([
            figure(rate.0, rate.1, "1/s", goal, &|load| Some(load.rate)),
            figure(p50.0, p50.1, "ms", Goal::None, &|load| {
                load.each.quantile(0.5)
            }),
            figure(p99.0, p99.1, "ms", Goal::None, &|load| {
                load.each.quantile(0.99)
            }),
        ]);
    }
    Figures(figures)
}

/// What each kind cost the generator and the server, a request.
fn costs(ours: &[Round], theirs: &[Round]) -> String {
    let mut rows =
        vec![["", "", "generator", "workerd", "workerd, a request", ""].map(str::to_owned)];
    for kind in Kind::ALL {
        for (side, rounds) in [("lectern", ours), ("control", theirs)] {
            let (mut cost, mut requests) = (Cost::default(), 0);
            for load in rounds.iter().filter_map(|round| round.get(&kind)) {
                cost.add(load.cost);
                requests += load.each.len();
            }
            // Fewer than 2^52 requests.
            #[allow(clippy::cast_precision_loss)]
            let each = cost.server * 1e6 / requests.max(1) as f64;
            rows.push([
                kind.key().to_owned(),
                side.to_owned(),
                format!("{} core", readable(cost.generator_share())),
                format!("{} core", readable(cost.server_share())),
                format!("{} µs", readable(each)),
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
