//! A run as a class plays it: people come one by one, think before they answer, some lose their connection.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::time::sleep;

use super::Options;
use crate::http::{Call, Http};
use crate::server::Server;
use crate::speedrun::client::Client;
use crate::speedrun::script::{Pace, command};
use crate::speedrun::side::Side;
use crate::speedrun::watch::Watch;

/// How long the report may take to be stored after the end.
const REPORT: Duration = Duration::from_secs(120);

/// Plays from the upload of the set until the report is stored.
pub(super) async fn play(options: &Options, server: &Server, client: &Value) -> Result<()> {
    let side = Side::lectern(server, client).await?;
    side.make_run(options.questions, Pace::Host).await?;
    let watch = Rc::new(Watch::new());
    let seat = |index| Client::new(index, true, Rc::clone(&watch));
    let clients: Vec<Rc<Client>> = (0..options.participants).map(seat).collect();
    let host = seat(usize::MAX);
    host.connect(&side, side.host().await?).await?;
    spread(&clients, options.joining, async |_, client| {
        client.join(&side).await
    })
    .await?;
    for question in 0..options.questions {
        eprintln!("  question {} of {}", question + 1, options.questions);
        let next = if question == 0 { "start" } else { "next" };
        tell(&watch, &host, &clients, next, "opened").await?;
        if question == options.questions / 2 {
            lose_some(options, &clients, &side).await?;
        }
        let answer = async |index: usize, client: &Rc<Client>| {
            client.command(&command::answer(question, index)).await
        };
        watch.begin("ack", clients.len());
        spread(&clients, options.answering, answer).await?;
        watch.end().await;
        tell(&watch, &host, &clients, "reveal", "judged").await?;
        sleep(Duration::from_secs_f64(options.between)).await;
    }
    tell(&watch, &host, &clients, "end", "finished").await?;
    if let Some(first) = watch.troubles().first() {
        bail!("the run was not played as written: {first}");
    }
    stored(server).await
}

/// Has each client do something, evenly spread over some seconds.
async fn spread(
    clients: &[Rc<Client>],
    seconds: f64,
    work: impl AsyncFn(usize, &Rc<Client>) -> Result<()>,
) -> Result<()> {
    let work = &work;
    let all = clients.iter().enumerate().map(|(index, client)| {
        // Some thousands.
        #[allow(clippy::cast_precision_loss)]
        let share = index as f64 / clients.len() as f64;
        async move {
            sleep(Duration::from_secs_f64(seconds * share)).await;
            work(index, client).await
        }
    });
    try_join_all(all).await.map(drop)
}

/// The host's command, until everybody has heard what follows.
async fn tell(
    watch: &Watch,
    host: &Client,
    clients: &[Rc<Client>],
    name: &str,
    heard: &'static str,
) -> Result<()> {
    watch.begin(heard, clients.len());
    host.command(&command::host(name, host.step())).await?;
    watch.end().await;
    Ok(())
}

/// Some lose their connection at the same time and come back.
async fn lose_some(options: &Options, clients: &[Rc<Client>], side: &Side) -> Result<()> {
    let some = clients.len() * options.lost / 100;
    let unlucky = clients.get(..some).unwrap_or_default();
    for client in unlucky {
        client.drop_socket().await;
    }
    spread(unlucky, 2.0, async |_, client| client.come_back(side).await).await
}

/// Waits until the queue's message is worked off.
async fn stored(server: &Server) -> Result<()> {
    let jobs = Http::new(server.port("lectern-jobs")?);
    let since = Instant::now();
    while since.elapsed() < REPORT {
        let told = jobs.send(Call::get("/__counted")).await?.json()?;
        let done = told["counts"]["queue_deletes"].as_f64().unwrap_or(0.0);
        if done >= 1.0 && done >= told["counts"]["queue_reads"].as_f64().unwrap_or(0.0) {
            // The object hears of it within the same moment.
            sleep(Duration::from_secs(1)).await;
            return Ok(());
        }
        sleep(Duration::from_millis(500)).await;
    }
    bail!(
        "the report was not stored within {REPORT:?}\n{}",
        server.log()
    )
}
