//! CPU profiles of the Workers, by workerd's inspector: who used the processor while a run was played.
//!
//! One profile for each isolate, in the format that Chromium's developer tools open, and its functions by
//! self time for people.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::figure::columns;
use crate::http::{Call, Http};
use crate::server::Server;
use crate::socket::Message;
use crate::stage::Stage;

/// Microseconds between two samples.
const INTERVAL: u32 = 200;

/// Functions that are told of each isolate.
const TOP: usize = 30;

/// Profiles that are being taken; of no isolate where none are wanted.
pub(crate) struct Profiles(Vec<Isolate>);

struct Isolate {
    name: String,
    socket: WebSocketStream<TcpStream>,
    last: u64,
}

#[derive(Deserialize)]
struct Profile {
    nodes: Vec<Node>,
    samples: Vec<u64>,
    #[serde(rename = "timeDeltas")]
    deltas: Vec<f64>,
}

#[derive(Deserialize)]
struct Node {
    id: u64,
    #[serde(rename = "callFrame")]
    frame: CallFrame,
}

#[derive(Deserialize)]
struct CallFrame {
    #[serde(rename = "functionName")]
    function: String,
}

impl Profiles {
    /// Starts taking a profile of each isolate of a server that has an inspector.
    pub(crate) async fn of(server: &Server) -> Result<Self> {
        match server.inspector {
            Some(inspector) => Self::start(inspector).await,
            None => Ok(Self(Vec::new())),
        }
    }

    async fn start(inspector: u16) -> Result<Self> {
        let targets = Http::new(inspector)
            .send(Call::get("/json"))
            .await?
            .json()?;
        let mut isolates = Vec::new();
        for target in targets.as_array().into_iter().flatten() {
            let id = target["id"].as_str().unwrap_or_default();
            let Some(name) = id.strip_prefix("core:user:") else {
                continue;
            };
            let mut isolate = Isolate::open(inspector, id, name).await?;
            isolate.call("Profiler.enable", json!({})).await?;
            isolate
                .call(
                    "Profiler.setSamplingInterval",
                    json!({ "interval": INTERVAL }),
                )
                .await?;
            isolate.call("Profiler.start", json!({})).await?;
            isolates.push(isolate);
        }
        if isolates.is_empty() {
            bail!("the inspector knows no Worker: {targets}");
        }
        Ok(Self(isolates))
    }

    /// Ends them, writes a file of each, `{what}-{isolate}.cpuprofile`, and tells the functions.
    pub(crate) async fn tell(self, stage: &Stage, what: &str) -> Result<()> {
        let Some(folder) = &stage.profile else {
            return Ok(());
        };
        fs::create_dir_all(folder)?;
        for mut isolate in self.0 {
            let answer = isolate.call("Profiler.stop", json!({})).await?;
            let profile = answer.pointer("/result/profile").context("no profile")?;
            let file = folder.join(format!("{what}-{}.cpuprofile", isolate.name));
            fs::write(&file, profile.to_string())?;
            let profile: Profile = serde_json::from_value(profile.clone())?;
            eprintln!("\n{} ({})\n{}", isolate.name, file.display(), top(&profile));
        }
        Ok(())
    }
}

impl Isolate {
    async fn open(inspector: u16, id: &str, name: &str) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", inspector)).await?;
        // A profile comes as one message.
        let limits = WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        let address = format!("ws://127.0.0.1:{inspector}/{id}");
        let (socket, _) = client_async_with_config(address, stream, Some(limits)).await?;
        Ok(Self {
            name: name.to_owned(),
            socket,
            last: 0,
        })
    }

    /// Calls a method and waits for its answer; events in between are passed over.
    async fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        self.last += 1;
        let call = json!({ "id": self.last, "method": method, "params": params });
        self.socket.send(Message::text(call.to_string())).await?;
        while let Some(message) = self.socket.next().await {
            let Message::Text(text) = message? else {
                continue;
            };
            let answer: Value = serde_json::from_str(&text)?;
            if answer["id"] == self.last {
                return Ok(answer);
            }
        }
        bail!("the inspector closed the connection at {method}")
    }
}

/// The functions that used the processor most, with milliseconds and shares of what was not idle.
fn top(profile: &Profile) -> String {
    let times = self_times(profile);
    let busy: f64 = times.values().sum();
    let mut sorted: Vec<(&str, f64)> = times.into_iter().collect();
    sorted.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let rows = sorted.into_iter().take(TOP).map(|(function, time)| {
        [
            function.chars().take(90).collect(),
            format!("{:.1} ms", time / 1e3),
            format!("{:.1} %", 100.0 * time / busy.max(1e-9)),
        ]
    });
    let all = [
        format!("all, {:.1} ms", busy / 1e3),
        String::new(),
        String::new(),
    ];
    columns(std::iter::once(all).chain(rows))
}

/// Microseconds by function, without those in which nothing ran.
fn self_times(profile: &Profile) -> BTreeMap<&str, f64> {
    let names: BTreeMap<u64, &str> = profile
        .nodes
        .iter()
        .map(|node| (node.id, node.frame.function.as_str()))
        .collect();
    let mut times = BTreeMap::new();
    for (sample, delta) in profile.samples.iter().zip(&profile.deltas) {
        let name = names.get(sample).copied().unwrap_or_default();
        let name = if name.is_empty() { "(anonymous)" } else { name };
        // A longer one is no work of the function's: the thread had to wait for a processor.
        *times.entry(name).or_insert(0.0) += delta.min(2.0 * f64::from(INTERVAL));
    }
    times.remove("(idle)");
    times.remove("(root)");
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_s_time_is_that_of_its_samples_and_idle_time_is_nobody_s() {
        let profile: Profile = serde_json::from_value(json!({
            "nodes": [
                { "id": 1, "callFrame": { "functionName": "(idle)" } },
                { "id": 2, "callFrame": { "functionName": "decide" } },
                { "id": 3, "callFrame": { "functionName": "" } },
                { "id": 4, "callFrame": { "functionName": "decide" } },
            ],
            "samples": [1, 2, 3, 4],
            "timeDeltas": [1000.0, 9_000.0, 200.0, 100.0],
        }))
        .unwrap();
        let times = self_times(&profile);
        assert_eq!(times.get("decide"), Some(&500.0));
        assert_eq!(times.get("(anonymous)"), Some(&200.0));
        assert_eq!(times.len(), 2);
        assert!(top(&profile).contains("71.4 %"));
    }
}
