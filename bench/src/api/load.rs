//! A steady load of one kind of request: so many connections, each sending the next request when the last is
//! answered.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use futures_util::future::try_join_all;

use crate::http::{Call, Http};
use crate::process::{Cost, Meter, Process};
use crate::stats::Samples;

/// What a steady load found.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// Requests answered a second.
    pub(crate) rate: f64,
    /// Milliseconds of each.
    pub(crate) each: Samples,
    /// What it cost.
    pub(crate) cost: Cost,
}

/// How it is put on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steady {
    /// Requests on their way at the same time.
    pub(crate) connections: usize,
    /// For how long.
    pub(crate) time: Duration,
}

/// Sends requests made by `call` and wants each answered with `status`.
pub(crate) async fn put_on(
    http: &Http,
    server: Option<Process>,
    steady: Steady,
    status: u16,
    call: &dyn Fn() -> Result<Call>,
) -> Result<Load> {
    let meter = Meter::start(server);
    let start = Instant::now();
    let one = || async move {
        let mut times = Samples::default();
        while start.elapsed() < steady.time {
            let asked = Instant::now();
            let answer = http.send(call()?).await?;
            times.push(asked.elapsed().as_secs_f64() * 1e3);
            if answer.status != status {
                let body = String::from_utf8_lossy(&answer.body);
                bail!("answered {} instead of {status}: {body}", answer.status);
            }
        }
        Ok(times)
    };
    let all = try_join_all((0..steady.connections).map(|_| one())).await?;
    let seconds = start.elapsed().as_secs_f64();
    let mut each = Samples::default();
    all.iter().for_each(|times| each.extend(times));
    // Fewer than 2^52 requests.
    #[allow(clippy::cast_precision_loss)]
    let rate = each.len() as f64 / seconds;
    Ok(Load {
        rate,
        each,
        cost: meter.stop(),
    })
}
