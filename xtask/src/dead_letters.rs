//! `cargo xtask dead-letters`: queue messages that no consumer could work off, listed and sent again.

use std::{env, fs};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::http::{Body, Call};
use crate::secrets::operator_token_file;

/// Where the operator's token is looked for first.
const TOKEN: &str = "LECTERN_OPERATOR_TOKEN";

/// What can be done with dead letters.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Print them all, oldest first.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Send one, or all, to their queue again. Consumers are idempotent, so twice does no harm.
    Redrive {
        /// Which one.
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// Every one that was not sent again yet.
        #[arg(long, conflicts_with = "id")]
        all: bool,
        #[command(flatten)]
        place: Place,
    },
}

/// Which Lectern is asked.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// Its address. The operator's token comes from LECTERN_OPERATOR_TOKEN, or from this machine's own.
    #[arg(long, default_value = "http://localhost:8787")]
    url: String,
}

/// `cargo xtask dead-letters …`.
pub(crate) fn run(command: &Command) -> Result<()> {
    match command {
        Command::List { place } => {
            let letters = all(place)?;
            letters.iter().for_each(print);
            println!("{} dead letters", letters.len());
            Ok(())
        }
        Command::Redrive {
            id: Some(id),
            place,
            ..
        } => redrive(place, id),
        Command::Redrive { place, .. } => {
            let waiting = all(place)?
                .into_iter()
                .filter(|letter| letter["redriven_at"].is_null());
            waiting
                .filter_map(|letter| letter["id"].as_str().map(str::to_owned))
                .try_for_each(|id| redrive(place, &id))
        }
    }
}

/// All pages of the list.
fn all(place: &Place) -> Result<Vec<Value>> {
    let (mut letters, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = call(place, "GET", &format!("/v1/operator/dead-letters{cursor}"))?;
        letters.extend(
            page["data"]
                .as_array()
                .context("the answer has no data")?
                .iter()
                .cloned(),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => return Ok(letters),
        }
    }
}

fn redrive(place: &Place, id: &str) -> Result<()> {
    call(
        place,
        "POST",
        &format!("/v1/operator/dead-letters/{id}/redrive"),
    )?;
    println!("{id}: sent again");
    Ok(())
}

fn print(letter: &Value) {
    let text = |key: &str| {
        letter[key]
            .as_str()
            .map_or_else(|| letter[key].to_string(), str::to_owned)
    };
    println!(
        "{}  {}  received {}  redriven {}",
        text("id"),
        text("queue"),
        text("received_at"),
        text("redriven_at")
    );
    println!("    {}", text("body"));
}

fn call(place: &Place, method: &str, path: &str) -> Result<Value> {
    let token = env::var(TOKEN)
        .or_else(|_| fs::read_to_string(operator_token_file()))
        .with_context(|| {
            format!("no operator's token: set {TOKEN} (`cargo xtask secrets` printed it once)")
        })?;
    let url = format!("{}{path}", place.url.trim_end_matches('/'));
    Call {
        method,
        url,
        token: Some(token.trim()),
        headers: Vec::new(),
        body: Body::None,
    }
    .send()
    .map(|answer| answer.json)
}
