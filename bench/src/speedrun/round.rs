//! One round of one side: a fresh server, a run played to its end, everything measured.
//!
//! 1. Everybody joins, so many at a time.
//! 2. Question by question: the host's command reaches everybody; all answer (the first question within a
//!    second, each at a moment of its own; the others at once); the host reveals.
//! 3. All lose their connection at once and come back.
//! 4. The run ends; everybody leaves; the server rests.
//!
//! Between the steps the server is let become quiet.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail};
use futures_util::future::{join_all, try_join_all};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::time::sleep;

use super::client::Client;
use super::script::{Pace, Script, command};
use super::side::Side;
use super::watch::{Outcome, Watch};
use crate::process::{Cost, Memory, Meter, Process};
use crate::stats::Samples;

/// The step in which all answer within a second.
const WITHIN: &str = "answers within 1 s";

/// What a round found.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// Seats taken a second, each with its socket open and welcomed.
    pub(crate) joins_per_second: f64,
    /// Milliseconds from the request to the welcome.
    pub(crate) join: Samples,
    /// Milliseconds from the host's command until each participant has it, over all questions opened.
    pub(crate) fanout: Samples,
    /// Milliseconds until the last participant has it, of each command.
    pub(crate) fanout_last: Samples,
    /// The same as `fanout` for reveals, after which each also gets a message of its own.
    pub(crate) reveal: Samples,
    /// Milliseconds from the first answer to the last acknowledgement, when all answer at once.
    pub(crate) burst: Samples,
    /// Answers acknowledged a second in them.
    pub(crate) burst_rate: Samples,
    /// Milliseconds from an answer to its acknowledgement, when all answer within a second.
    pub(crate) answer: Samples,
    /// Milliseconds from the loss of all connections until the last is welcomed again.
    pub(crate) back: f64,
    /// Of the server: before anything, and after everybody has left.
    pub(crate) memory: Option<(Memory, Memory)>,
    /// The largest PSS between the steps.
    pub(crate) pss: u64,
    /// The largest resident set after each step, by name.
    pub(crate) resident: BTreeMap<&'static str, u64>,
    /// Bytes of messages that a participant received, on average.
    pub(crate) bytes: f64,
    /// Messages that did not come.
    pub(crate) lost: u64,
    /// Messages that came twice.
    pub(crate) doubled: u64,
    /// What the steps cost, by name.
    pub(crate) costs: BTreeMap<&'static str, Cost>,
    /// The frames that the first participant got, by kind.
    pub(crate) samples: BTreeMap<String, String>,
}

/// A run that is being played.
struct Play<'a> {
    side: &'a Side,
    script: Script,
    server: Option<Process>,
    watch: Rc<Watch>,
    clients: Vec<Rc<Client>>,
    host: Rc<Client>,
    round: Round,
}

/// Plays a run on a server that is ready.
pub(crate) async fn play(side: &Side, server: Option<Process>, script: Script) -> Result<Round> {
    side.make_run(script.questions(), script.pace).await?;
    let watch = Rc::new(Watch::new());
    let client = |index| Client::new(index, side.numbers(), Rc::clone(&watch));
    let clients: Vec<Rc<Client>> = (0..script.participants).map(client).collect();
    // Beyond the clients' places: nobody waits for what the host hears.
    let host = client(usize::MAX);
    if let Some(first) = clients.first().filter(|_| script.sampled) {
        first.keep_samples();
    }
    let mut play = Play {
        side,
        script,
        server,
        watch,
        clients,
        host,
        round: Round::default(),
    };
    play.everything().await?;
    Ok(play.round)
}

impl Play<'_> {
    async fn everything(&mut self) -> Result<()> {
        self.host
            .connect(self.side, self.side.host().await?)
            .await?;
        self.watch.settle().await;
        self.joins().await?;
        match self.script.pace {
            Pace::Host => self.host_paced().await?,
            Pace::Own => self.own_paced().await?,
        }
        self.drop_of_all().await?;
        self.tell("end", "finished", "end").await?;
        self.rest("end").await;
        self.close().await
    }

    async fn joins(&mut self) -> Result<()> {
        let (side, joining) = (self.side, self.script.joining);
        self.watch.begin("welcome", self.clients.len());
        let meter = self.meter();
        let joins = stream::iter(&self.clients).map(|client| client.join(side));
        joins.buffer_unordered(joining).try_collect::<()>().await?;
        let outcome = self.watch.end().await;
        self.note("joins", meter);
        self.round.joins_per_second = rate(self.clients.len(), outcome.last);
        self.round.join = outcome.each;
        self.rest("joins").await;
        Ok(())
    }

    async fn host_paced(&mut self) -> Result<()> {
        for question in 0..self.script.answered() {
            if question == 0 {
                self.tell("start", "opened", "start").await?;
            } else {
                let opened = self.tell("next", "opened", "fan-out").await?;
                self.round.fanout.extend(&opened.each);
                self.round.fanout_last.push(opened.last);
            }
            self.rest("fan-out").await;
            self.answers(question).await?;
            let revealed = self.tell("reveal", "judged", "reveal").await?;
            self.round.reveal.extend(&revealed.each);
            self.rest("reveal").await;
        }
        Ok(())
    }

    async fn own_paced(&mut self) -> Result<()> {
        self.tell("start", "started", "start").await?;
        for question in 0..self.script.answered() {
            self.rest("start").await;
            self.watch.begin("opened", self.clients.len());
            self.all_at_once(|_| command::advance(question)).await?;
            self.watch.end().await;
            self.rest("advance").await;
            let more = self.tell("more_time", "more_time", "fan-out").await?;
            self.round.fanout.extend(&more.each);
            self.round.fanout_last.push(more.last);
            self.rest("fan-out").await;
            self.answers(question).await?;
        }
        Ok(())
    }

    /// All answer: the first question within a second, the others at once.
    async fn answers(&mut self, question: usize) -> Result<()> {
        self.watch.begin("ack", self.clients.len());
        let meter = self.meter();
        let answer = |index: usize| command::answer(question, index);
        if question == 0 {
            self.all_within_a_second(answer).await?;
            self.round.answer = self.watch.end().await.each;
            self.note(WITHIN, meter);
            self.rest(WITHIN).await;
        } else {
            self.all_at_once(answer).await?;
            let outcome = self.watch.end().await;
            self.note("burst", meter);
            self.round.burst.push(outcome.last);
            self.round
                .burst_rate
                .push(rate(self.clients.len(), outcome.last));
            self.rest("burst").await;
        }
        Ok(())
    }

    async fn all_at_once(&self, command: impl Fn(usize) -> String) -> Result<()> {
        for (index, client) in self.clients.iter().enumerate() {
            client.command(&command(index)).await?;
        }
        Ok(())
    }

    async fn all_within_a_second(&self, command: impl Fn(usize) -> String) -> Result<()> {
        let count = self.clients.len().max(1) as u64;
        let answers = (0_u64..).zip(&self.clients).map(|(place, client)| {
            let command = command(usize::try_from(place).unwrap_or(0));
            async move {
                sleep(Duration::from_micros(place * 1_000_000 / count)).await;
                client.command(&command).await
            }
        });
        try_join_all(answers).await.map(drop)
    }

    /// The host gives a command; how long it took until everybody has heard what follows from it.
    async fn tell(
        &mut self,
        name: &str,
        heard: &'static str,
        step: &'static str,
    ) -> Result<Outcome> {
        let seen = self.host.step();
        let command = match name {
            "more_time" => command::more_time(seen),
            name => command::host(name, seen),
        };
        let meter = self.meter();
        self.watch.begin(heard, self.clients.len());
        self.host.command(&command).await?;
        let outcome = self.watch.end().await;
        self.note(step, meter);
        Ok(outcome)
    }

    async fn drop_of_all(&mut self) -> Result<()> {
        self.watch.begin("welcome", self.clients.len());
        let meter = self.meter();
        join_all(self.clients.iter().map(|client| client.drop_socket())).await;
        try_join_all(
            self.clients
                .iter()
                .map(|client| client.come_back(self.side)),
        )
        .await?;
        self.round.back = self.watch.end().await.last;
        self.note("reconnect", meter);
        self.rest("reconnect").await;
        Ok(())
    }

    /// Everybody leaves. What was not heard until now never will be.
    async fn close(&mut self) -> Result<()> {
        let (mut lost, mut doubled) = self.watch.faults();
        let newest = self.host.book.borrow().number("all");
        let mut bytes = 0;
        for client in &self.clients {
            let book = client.book.borrow();
            let behind = newest.zip(book.number("all"));
            lost += behind.map_or(0, |(newest, number)| {
                u64::from(newest.saturating_sub(number))
            });
            lost += book.lost + client.unanswered();
            doubled += book.doubled;
            bytes += book.bytes;
        }
        // Fewer than 2^52 bytes.
        #[allow(clippy::cast_precision_loss)]
        let mean = bytes as f64 / self.clients.len().max(1) as f64;
        self.round.bytes = mean;
        self.round.lost = lost;
        self.round.doubled = doubled;
        if let Some(first) = self.clients.first() {
            self.round.samples = first.samples();
        }
        let troubles = self.watch.troubles();
        if let Some(first) = troubles.first() {
            bail!("{} things went wrong, the first: {first}", troubles.len());
        }
        join_all(
            self.clients
                .iter()
                .chain([&self.host])
                .map(|client| client.drop_socket()),
        )
        .await;
        Ok(())
    }

    /// Lets the server become quiet after a step, and looks at its memory.
    async fn rest(&mut self, after: &'static str) {
        self.watch.quiet().await;
        let memory = self.server.and_then(Process::memory).unwrap_or_default();
        self.round.pss = self.round.pss.max(memory.pss);
        let resident = self.round.resident.entry(after).or_default();
        *resident = memory.rss.max(*resident);
    }

    fn meter(&self) -> Meter {
        Meter::start(self.server)
    }

    fn note(&mut self, step: &'static str, meter: Meter) {
        self.round.costs.entry(step).or_default().add(meter.stop());
    }
}

/// So many in so many milliseconds, a second.
fn rate(count: usize, millis: f64) -> f64 {
    // At most some thousands.
    #[allow(clippy::cast_precision_loss)]
    let count = count as f64;
    count / millis.max(1e-6) * 1e3
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn a_rate_is_a_second_s() {
        assert!((rate(1_000, 250.0) - 4_000.0).abs() < 1e-9);
    }
}
