//! Client credentials: a tenant's program gets an access token (RFC 6749, section 4.4).

use crate::app;
use crate::auth::{budget, check_origin};
use crate::context::Ctx;
use crate::fault::Refused;
use crate::reply::Reply;
use crate::request::query::pairs;
use crate::request::{Fields, FromFields, json};
use axum::extract::{FromRequest, Request};
use base64ct::{Base64, Encoding};
use http::HeaderMap;
use lectern_edge::store::{Database, TenantStore, directories};
use lectern_identity::budget::Rate;
use lectern_identity::token::{CLIENT_LIFETIME, Claims, Principal};
use lectern_identity::{ClientId, secret};
use lectern_problem::{Code, Problem};
use serde::Serialize;
use serde_json::Map;
use std::cell::RefCell;
use std::collections::HashMap;
use utoipa::ToSchema;

/// Wrong secrets of one client from one address. Nobody elsewhere can use them up.
const GUESSES: Rate = Rate::per_minute(20);

/// Clients whose secret's hash an isolate remembers.
const CLIENTS: usize = 1_000;

thread_local! {
    /// Hashes of secrets that were right. They only lead past [`GUESSES`], so that strangers behind the
    /// client's own address do not lock it out; the client's row is asked all the same.
    static PROVEN: RefCell<HashMap<ClientId, String>> = RefCell::default();
}

/// Which grant, and the client's credentials where they do not come as HTTP Basic.
#[derive(ToSchema)]
pub(crate) struct TokenRequest {
    /// `client_credentials`.
    grant_type: String,
    /// The client's id.
    client_id: Option<String>,
    /// Its secret.
    client_secret: Option<String>,
}

impl FromFields for TokenRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let grant_type = fields.required("grant_type");
        let client_id = fields.optional("client_id");
        let client_secret = fields.optional("client_secret");
        Some(Self {
            grant_type: grant_type?,
            client_id,
            client_secret,
        })
    }
}

/// An access token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    #[schema(value_type = String)]
    token_type: &'static str,
    /// Seconds for which it can be used.
    expires_in: i64,
}

/// The request, and the credentials that came with it.
pub(crate) struct Credentials {
    request: TokenRequest,
    basic: Option<(String, String)>,
}

impl<S: Sync> FromRequest<S> for Credentials {
    type Rejection = Refused;

    #[worker::send]
    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let headers = request.headers().clone();
        let bytes = json::read(request, 16 * 1024).await?;
        let map = match json::media_type(&headers).as_str() {
            "application/x-www-form-urlencoded" => pairs(&String::from_utf8_lossy(&bytes))?,
            "application/json" => json::parse(&bytes)?,
            _ if bytes.is_empty() => Map::new(),
            _ => {
                let detail = "Send `application/x-www-form-urlencoded` or `application/json`.";
                return Err(Problem::new(Code::UnsupportedMediaType, detail).into());
            }
        };
        Ok(Self {
            request: Fields::read(map, "")?,
            basic: basic(&headers),
        })
    }
}

/// Id and secret of HTTP Basic.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, value) = value.split_once(' ')?;
    let text = String::from_utf8(Base64::decode_vec(value.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    scheme
        .eq_ignore_ascii_case("basic")
        .then(|| (id.to_owned(), secret.to_owned()))
}

/// Signs a client on.
///
/// 1. Refuses an address that gave this client's secret wrong too often; a secret that was right lately passes.
/// 2. Finds the client by its id; one that is absent or disabled answers as a wrong secret does.
/// 3. Compares the secret's hash in constant time.
/// 4. Signs a token of 15 minutes.
#[utoipa::path(post, path = "/v1/token", tag = "sign-on", security((), ("basic" = [])),
    request_body(content((TokenRequest = "application/x-www-form-urlencoded"), (TokenRequest = "application/json"))),
    responses((status = 200, description = "A token.", body = Token)))]
#[worker::send]
pub(crate) async fn token(ctx: Ctx, credentials: Credentials) -> Result<Reply, Refused> {
    let Credentials { request, basic } = credentials;
    if request.grant_type != "client_credentials" {
        return Err(Problem::new(
            Code::UnsupportedGrant,
            "Only `client_credentials` is supported.",
        )
        .into());
    }
    let given = basic.or_else(|| request.client_id.zip(request.client_secret));
    let (id, given) = given.ok_or_else(invalid)?;
    let id: ClientId = id.parse().map_err(|_| invalid())?;
    let guesses = format!("secret {id} {}", ctx.address());
    if let Err(refused) = budget::look(&ctx, &guesses, GUESSES)
        && !is_proven(&id, &given)
    {
        return Err(refused);
    }
    let client = directories::client_by_id(&Database::of(ctx.env())?, &id)
        .await?
        .filter(|client| secret::matches(&given, &client.secret_hash));
    let Some(client) = client.filter(|client| client.disabled_at.is_none()) else {
        // Counted before anything is awaited: whoever hears that it was wrong has paid for it.
        budget::take(&ctx, &guesses, GUESSES)?;
        return Err(invalid());
    };
    prove(id, client.secret_hash);
    let store = TenantStore::of(ctx.env(), client.tenant_id)?;
    let tenant = app::tenant(&store, ctx.now()).await?.ok_or_else(invalid)?;
    ctx.facts().tenant = Some(client.tenant_id);
    ctx.facts().principal = Some("client");
    check_origin(&ctx, &tenant.settings)?;
    let claims = Claims {
        tenant: client.tenant_id,
        principal: Principal::Client(id),
        expires: ctx.now() + CLIENT_LIFETIME,
    };
    let access_token = app::keys(ctx.env())?
        .signing
        .issue(&claims, &ctx.issuer(), ctx.now())
        .map_err(Problem::internal)?;
    Ok(Reply::ok(&Token {
        access_token,
        token_type: "Bearer",
        expires_in: CLIENT_LIFETIME.0 / 1_000,
    })?
    .secret())
}

/// Whether this secret was right lately, in this isolate.
fn is_proven(id: &ClientId, given: &str) -> bool {
    PROVEN.with_borrow(|proven| {
        proven
            .get(id)
            .is_some_and(|hash| secret::matches(given, hash))
    })
}

fn prove(id: ClientId, hash: String) {
    PROVEN.with_borrow_mut(|proven| {
        if proven.len() >= CLIENTS {
            proven.clear();
        }
        proven.insert(id, hash);
    });
}

fn invalid() -> Refused {
    Problem::new(Code::InvalidClient, "Client id and secret do not fit.").into()
}
