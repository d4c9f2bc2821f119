//! `cost speedrun`: what the platform would bill for one run, counted while it is played.
//!
//! The Workers are those that are deployed; `count.js` stands around them and counts. The run takes the time
//! that a class takes: what objects are billed for depends on when they rest.

mod play;
mod prices;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::figure::{Figure, Figures, Goal, Told, columns};
use crate::http::{Call, Http};
use crate::process::Meter;
use crate::server::Server;
use crate::stage::Stage;
use crate::stats::readable;
use play::play;
use prices::{MESSAGES_A_REQUEST, OBJECT_GIGABYTES, PRICES, Price};

/// The run that is counted.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Options {
    /// How many participants.
    #[arg(long, default_value_t = 1_000)]
    participants: usize,
    /// How many questions.
    #[arg(long, default_value_t = 20)]
    questions: usize,
    /// Seconds within which everybody joins.
    #[arg(long, default_value_t = 60.0)]
    joining: f64,
    /// Seconds within which everybody answers a question.
    #[arg(long, default_value_t = 15.0)]
    answering: f64,
    /// Seconds between a reveal and the next question.
    #[arg(long, default_value_t = 8.0)]
    between: f64,
    /// Participants of a hundred who lose their connection once, and come back.
    #[arg(long, default_value_t = 5)]
    lost: usize,
}

/// What was counted: by what, over all Workers.
type Counts = BTreeMap<String, f64>;

/// Plays the run and counts.
pub(crate) async fn run(options: &Options, stage: &Stage) -> Result<Told> {
    let plan = stage.counted();
    let server = Server::start(&plan)?;
    let meter = Meter::start(server.process());
    play(options, &server, &stage.client).await?;
    let cost = meter.stop();
    let (mut counts, statements) = gather(&server).await?;
    counts.insert("cpu_ms".into(), cost.server * 1e3);
    eprintln!("\n{}\n", by_statement(&statements));
    eprintln!("{}\n", details(&counts));
    let billed = billed(&counts);
    Ok(Told {
        table: bill(&billed),
        json: figures(&billed).json(),
    })
}

/// The counts of all Workers together, and the rows of objects by statement.
async fn gather(server: &Server) -> Result<(Counts, Value)> {
    let (mut counts, mut statements) = (Counts::new(), Value::Null);
    for worker in ["api", "live", "jobs"] {
        let http = Http::new(server.port(&format!("lectern-{worker}"))?);
        let told = http.send(Call::get("/__counted")).await?.json()?;
        for (name, number) in told["counts"].as_object().context("no counts")? {
            let number = number.as_f64().unwrap_or(0.0);
            *counts.entry(name.clone()).or_insert(0.0) += number;
            if name == "requests" {
                counts.insert(format!("requests_{worker}"), number);
            }
        }
        if worker == "live" {
            statements = told["statements"].clone();
        }
    }
    Ok((counts, statements))
}

/// What is billed of it, in the units of the price list.
fn billed(counts: &Counts) -> Vec<(Price, f64)> {
    let of = |names: &[&str]| {
        names
            .iter()
            .map(|name| counts.get(*name).copied().unwrap_or(0.0))
            .sum::<f64>()
    };
    let amount = |key: &str| match key {
        "object_requests" => of(&["object_requests", "object_sockets", "object_alarms"]),
        "object_messages" => of(&["object_messages"]) / MESSAGES_A_REQUEST,
        "object_gb_seconds" => of(&["object_active_ms"]) / 1e3 * OBJECT_GIGABYTES,
        // Setting an alarm is billed as a row written, and deletes are.
        "object_rows_written" => of(&["object_rows_written", "alarms_set", "alarms_deleted"]),
        "queue_operations" => of(&["queue_writes", "queue_reads", "queue_deletes"]),
        key => of(&[key]),
    };
    PRICES
        .iter()
        .map(|price| (*price, amount(price.key)))
        .collect()
}

fn dollars(price: &Price, amount: f64) -> f64 {
    price.per_million * amount / 1e6
}

/// The bill, for people.
fn bill(billed: &[(Price, f64)]) -> String {
    let head = ["", "counted", "unit", "$ a million", "$", "list price"].map(str::to_owned);
    let rows = billed.iter().map(|(price, amount)| {
        [
            price.what.to_owned(),
            readable(*amount),
            price.unit.to_owned(),
            format!("{:.3}", price.per_million),
            format!("{:.6}", dollars(price, *amount)),
            price.source.to_owned(),
        ]
    });
    let total: f64 = billed
        .iter()
        .map(|(price, amount)| dollars(price, *amount))
        .sum();
    let last = ["all", "", "", "", &format!("{total:.6}"), ""].map(str::to_owned);
    columns(std::iter::once(head).chain(rows).chain([last]))
}

/// Every count as it was made.
fn details(counts: &Counts) -> String {
    columns(
        counts
            .iter()
            .map(|(name, number)| [name.clone(), readable(*number)]),
    )
}

/// Rows of objects by statement, those that write most first.
fn by_statement(statements: &Value) -> String {
    let mut all: Vec<(String, [f64; 3])> = statements
        .as_object()
        .into_iter()
        .flatten()
        .map(|(text, told)| {
            let number = |field: &str| told[field].as_f64().unwrap_or(0.0);
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            (
                text.chars().take(60).collect(),
                [number("written"), number("read"), number("times")],
            )
        })
        .collect();
    all.sort_by(|(_, one), (_, other)| other[0].total_cmp(&one[0]));
    let head = ["rows of objects by statement", "written", "read", "times"].map(str::to_owned);
    let rows = all.into_iter().map(|(text, [written, read, times])| {
        [text, readable(written), readable(read), readable(times)]
    });
    columns(std::iter::once(head).chain(rows))
}

/// The same for machines: amounts, and the sum in dollars.
fn figures(billed: &[(Price, f64)]) -> Figures {
    let figure = |key, what, unit, amount: f64| Figure {
        key,
        what,
        unit,
        goal: Goal::None,
        ours: std::iter::once(amount).collect(),
        control: std::iter::empty().collect(),
    };
    let total = billed
        .iter()
        .map(|(price, amount)| dollars(price, *amount))
        .sum();
    let amounts = billed
        .iter()
        .map(|(price, amount)| figure(price.key, price.what, price.unit, *amount));
    Figures(
        amounts
            .chain([figure("total", "all, by list prices", "USD", total)])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, f64)]) -> Counts {
        pairs
            .iter()
            .map(|(name, number)| ((*name).to_owned(), *number))
            .collect()
    }

    fn amount(counts: &Counts, key: &str) -> f64 {
        let billed = billed(counts);
        billed
            .iter()
            .find(|(price, _)| price.key == key)
            .map_or(f64::NAN, |(_, amount)| *amount)
    }

    #[test]
    fn twenty_incoming_messages_are_a_request() {
        let counts = counts(&[("object_messages", 2_000.0), ("object_sockets", 100.0)]);
        assert!((amount(&counts, "object_messages") - 100.0).abs() < 1e-9);
        assert!((amount(&counts, "object_requests") - 100.0).abs() < 1e-9);
    }

    #[test]
    fn an_alarm_is_a_row_when_it_is_set_and_a_request_when_it_comes() {
        let counts = counts(&[
            ("alarms_set", 3.0),
            ("object_alarms", 2.0),
            ("object_rows_written", 5.0),
        ]);
        assert!((amount(&counts, "object_rows_written") - 8.0).abs() < 1e-9);
        assert!((amount(&counts, "object_requests") - 2.0).abs() < 1e-9);
    }

    #[test]
    fn an_active_object_is_billed_for_128_megabytes() {
        let counts = counts(&[("object_active_ms", 10_000.0)]);
        assert!((amount(&counts, "object_gb_seconds") - 1.28).abs() < 1e-9);
    }

    #[test]
    fn the_sum_is_of_all_prices() {
        let counts = counts(&[
            ("requests", 1e6),
            ("d1_rows_written", 2e6),
            ("queue_writes", 1e6),
        ]);
        let total = figures(&billed(&counts)).json()["total"]["value"].as_f64();
        assert_eq!(total, Some(2.7));
    }

    #[test]
    fn every_price_has_a_key_and_a_source() {
        let keys: std::collections::BTreeSet<&str> = PRICES.iter().map(|price| price.key).collect();
        assert_eq!(keys.len(), PRICES.len());
        assert!(
            PRICES
                .iter()
                .all(|price| price.source.ends_with("/pricing/") && price.per_million > 0.0)
        );
    }
}
