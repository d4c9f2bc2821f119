//! The two sides: ours and the control. What a phone asks of each over HTTP before and besides its socket.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};

use super::script::Pace;
use crate::http::{Call, Http};
use crate::server::Server;
use crate::sets::question_set;
use crate::tenant::{Run, Tenant, random_key, text};

/// A seat that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    id: String,
    token: String,
    /// The ticket of its next socket.
    pub(crate) ticket: String,
}

/// Who is measured.
pub(crate) enum Side {
    /// The three Workers.
    Lectern(Lectern),
    /// The JavaScript control.
    Control(Control),
}

/// Ours: REST on the front door, sockets on `live`, each on a port of its own as their routes are in production.
pub(crate) struct Lectern {
    tenant: Tenant,
    live: u16,
    run: RefCell<Run>,
}

/// The control: everything on one port.
pub(crate) struct Control {
    http: Http,
    port: u16,
    frames: BTreeMap<String, String>,
    run: RefCell<Run>,
}

impl Side {
    /// Ours, signed on with a client's credentials.
    pub(crate) async fn lectern(server: &Server, client: &Value) -> Result<Self> {
        let http = Http::new(server.port("lectern-api")?);
        Ok(Self::Lectern(Lectern {
            tenant: Tenant::sign_on(http, client).await?,
            live: server.port("lectern-live")?,
            run: RefCell::default(),
        }))
    }

    /// The control, which sends these frames.
    pub(crate) fn control(server: &Server, frames: BTreeMap<String, String>) -> Result<Self> {
        let port = server.port("control")?;
        Ok(Self::Control(Control {
            http: Http::new(port),
            port,
            frames,
            run: RefCell::default(),
        }))
    }

    /// Makes a run for what follows.
    pub(crate) async fn make_run(&self, questions: usize, pace: Pace) -> Result<()> {
        match self {
            Self::Lectern(side) => side.make_run(questions, pace).await,
            Self::Control(side) => side.make_run().await,
        }
    }

    /// The host's seat.
    pub(crate) async fn host(&self) -> Result<Seat> {
        match self {
            Self::Lectern(side) => side.host().await,
            Self::Control(_) => self.join(usize::MAX).await,
        }
    }

    /// Joins by code, with a name.
    pub(crate) async fn join(&self, index: usize) -> Result<Seat> {
        let (http, path, run) = match self {
            Self::Lectern(side) => (&side.tenant.http, "/v1/sign-on/join", &side.run),
            Self::Control(side) => (&side.http, "/join", &side.run),
        };
        let code = run.borrow().code.clone();
        let body =
            json!({ "code": code, "name": format!("Student {index}"), "key": random_key()? });
        seat(&http.send(Call::post(path, &body)).await?.json()?)
    }

    /// A further ticket for a seat.
    pub(crate) async fn ticket(&self, seat: Seat) -> Result<Seat> {
        let answer = match self {
            Self::Lectern(side) => {
                let path = format!("/v1/speedruns/{}/tickets", side.run.borrow().id);
                let call = Call::post(path, &json!({})).bearer(&seat.token);
                side.tenant.http.send(call).await?.json()?
            }
            Self::Control(side) => {
                let call = Call::post("/ticket", &json!({ "seat": seat.id }));
                side.http.send(call).await?.json()?
            }
        };
        let ticket = text(&answer, "ticket")?;
        Ok(Seat { ticket, ..seat })
    }

    /// Port and path of sockets.
    pub(crate) fn socket(&self) -> (u16, String) {
        match self {
            Self::Lectern(side) => (
                side.live,
                format!("/v1/live/speedruns/{}", side.run.borrow().id),
            ),
            Self::Control(side) => (side.port, format!("/live/{}", side.run.borrow().id)),
        }
    }

    /// Whether the numbers of its events mean something.
    pub(crate) fn numbers(&self) -> bool {
        matches!(self, Self::Lectern(_))
    }
}

impl Lectern {
    async fn make_run(&self, questions: usize, pace: Pace) -> Result<()> {
        let set = self.tenant.upload(&question_set(questions)).await?;
        // The host closes each question: so both sides wait for the same command.
        let settings = json!({ "pace": pace.word(), "close_when_all_answered": false });
        *self.run.borrow_mut() = self.tenant.make_run(&set, &settings).await?;
        Ok(())
    }

    async fn host(&self) -> Result<Seat> {
        let path = format!("/v1/speedruns/{}/tickets", self.run.borrow().id);
        let body = json!({ "role": "host", "screen": random_key()? });
        let call = Call::post(path, &body).bearer(&self.tenant.token);
        seat(&self.tenant.http.send(call).await?.json()?)
    }
}

impl Control {
    async fn make_run(&self) -> Result<()> {
        let run = Run {
            id: random_key()?,
            code: random_key()?,
        };
        let body = json!({ "run": run.id, "code": run.code, "frames": self.frames });
        self.http.send(Call::post("/setup", &body)).await?.json()?;
        *self.run.borrow_mut() = run;
        Ok(())
    }
}

fn seat(answer: &Value) -> Result<Seat> {
    Ok(Seat {
        id: text(answer, "seat")?,
        token: text(answer, "token").unwrap_or_default(),
        ticket: text(answer, "ticket")?,
    })
}
