//! The two sides of `bench api`, with the same question sets in both: ours are uploaded, the control's copied.

use anyhow::Result;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::http::{Call, Http};
use crate::sets::question_set;
use crate::tenant::{Tenant, random_key, text, upload};

/// Question sets that are there: more than a page of fifty.
const SETS: usize = 60;

/// The `aud` of our tokens.
const AUDIENCE: &str = "lectern";

/// What both sides share: the rows and the tokens of ours.
#[derive(Debug, Clone)]
pub(crate) struct Seeded {
    /// For the control: tenant, rows, public key, issuer.
    setup: Value,
    /// A client's token.
    client: String,
    /// A seat's.
    seat: String,
    /// The set that is read.
    set: String,
}

/// A kind of request that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A token is checked and the request refused by what it says: no D1.
    Check,
    /// One record by its id: one D1 row.
    Read,
    /// A page of fifty.
    List,
    /// A question set of a megabyte.
    Upload,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Check, Self::Read, Self::List, Self::Upload];

    /// Its name for machines.
    pub(crate) fn key(self) -> &'static str {
        self.figures()[0].0
    }

    /// Keys and names of its throughput, p50 and p99.
    pub(crate) fn figures(self) -> [(&'static str, &'static str); 3] {
        match self {
            Self::Check => [
                ("token_check", "token check without D1"),
                ("token_check_p50", "p50"),
                ("token_check_p99", "p99"),
            ],
            Self::Read => [
                ("authorised_read", "authorised read, one D1 query"),
                ("authorised_read_p50", "p50"),
                ("authorised_read_p99", "p99"),
            ],
            Self::List => [
                ("list_of_50", "list of 50"),
                ("list_of_50_p50", "p50"),
                ("list_of_50_p99", "p99"),
            ],
            Self::Upload => [
                ("upload_of_1_mb", "upload of 1 MB"),
                ("upload_of_1_mb_p50", "p50"),
                ("upload_of_1_mb_p99", "p99"),
            ],
        }
    }

    /// The least share of the control's throughput.
    pub(crate) fn goal(self) -> f64 {
        match self {
            Self::Check => 0.7,
            Self::Read | Self::List | Self::Upload => 0.8,
        }
    }

    /// The status of a good answer.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Check => 403,
            Self::Read | Self::List => 200,
            Self::Upload => 201,
        }
    }

    /// A request.
    pub(crate) fn call(self, seeded: &Seeded, megabyte: &Bytes) -> Result<Call> {
        Ok(match self {
            Self::Check => Call::get("/v1/question-sets").bearer(&seeded.seat),
            Self::Read => {
                Call::get(format!("/v1/question-sets/{}", seeded.set)).bearer(&seeded.client)
            }
            Self::List => Call::get("/v1/question-sets?limit=50").bearer(&seeded.client),
            Self::Upload => upload(&seeded.client, megabyte.clone())?,
        })
    }
}

/// Fills ours: sets, a run, a seat in it.
pub(crate) async fn seed(tenant: &Tenant, issuer: String, client: &Value) -> Result<Seeded> {
    for number in 0..SETS {
        tenant.upload(&question_set(10 + number)).await?;
    }
    let get = async |path: &str| {
        let call = Call::get(path).bearer(&tenant.token);
        tenant.http.send(call).await?.json()
    };
    let rows = get("/v1/question-sets?limit=100").await?["data"].take();
    let set = text(&rows[SETS / 2], "id")?;
    let run = tenant.make_run(&set, &json!({})).await?;
    let join = json!({ "code": run.code, "name": "Ada", "key": random_key()? });
    let join = Call::post("/v1/sign-on/join", &join);
    let seat = tenant.http.send(join).await?.json()?;
    let keys = get("/.well-known/jwks.json").await?;
    Ok(Seeded {
        setup: json!({
            "tenant": client["tenant_id"], "rows": rows, "key": keys["keys"][0],
            "issuer": issuer, "audience": AUDIENCE,
        }),
        client: tenant.token.clone(),
        seat: text(&seat, "token")?,
        set,
    })
}

impl Seeded {
    /// Fills the control with the same.
    pub(crate) async fn copy_to(&self, control: &Http) -> Result<()> {
        control
            .send(Call::post("/setup", &self.setup))
            .await?
            .json()
            .map(drop)
    }
}
