//! `cargo xtask tenant create`: a tenant with its first API client.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use crate::d1::{execute, literal, migrate_local};
use crate::environment::Environment;
use crate::project;
use crate::secrets::{random, sha256_hex};
use crate::setup;

/// What can be done with tenants.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create a tenant and its first API client; prints the client's secret once.
    Create(Create),
}

/// A new tenant.
#[derive(clap::Args)]
pub(crate) struct Create {
    /// Its name in addresses: `/host/{slug}`.
    #[arg(long)]
    pub(crate) slug: String,
    /// Its name for people.
    #[arg(long)]
    pub(crate) name: String,
    /// Let people host without an account.
    #[arg(long)]
    pub(crate) guests: bool,
    /// A web origin whose pages may call the API; may be given several times.
    #[arg(long = "origin")]
    pub(crate) origins: Vec<String>,
    /// Where.
    #[arg(long, default_value = "local")]
    pub(crate) env: Environment,
    /// The storage of a local run, if it is not the usual one.
    #[arg(long)]
    pub(crate) persist_to: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A tenant that now exists.
pub(crate) struct Created {
    tenant: String,
    /// The API client's id.
    pub(crate) client: String,
    /// The API client's secret.
    pub(crate) secret: String,
}

impl Created {
    fn new() -> Result<Self> {
        Ok(Self {
            tenant: id("ten")?,
            client: id("cli")?,
            secret: format!("lsk_{}", random(32)?),
        })
    }

    /// For machines.
    pub(crate) fn json(&self) -> Value {
        json!({ "tenant_id": self.tenant, "client_id": self.client, "client_secret": self.secret })
    }
}

/// `cargo xtask tenant …`.
pub(crate) fn run(command: &Command) -> Result<()> {
    let Command::Create(new) = command;
    let state = new.persist_to.clone().unwrap_or_else(project::local_state);
    setup::npm_only()?;
    if new.env == Environment::Local {
        migrate_local(&state)?;
    }
    let created = create(new, &state)?;
    if new.json {
        println!("{}", created.json());
        return Ok(());
    }
    println!(
        "Tenant “{}” ({}) in {}",
        new.name,
        created.tenant,
        new.env.name()
    );
    println!("  client id      {}", created.client);
    println!("  client secret  {}", created.secret);
    println!("The secret is shown only this once: only its hash is stored.");
    Ok(())
}

/// Stores the tenant and its client.
pub(crate) fn create(new: &Create, state: &Path) -> Result<Created> {
    check(new)?;
    let created = Created::new()?;
    let sql = statements(new, &created)?;
    execute(new.env, state, &sql).map_err(|error| taken(error, &new.slug))?;
    Ok(created)
}

/// Stores tenants with guests for a test, in one call; gives their clients by slug.
pub(crate) fn create_all(slugs: &[String], state: &Path) -> Result<Value> {
    let (mut sql, mut clients) = (String::new(), serde_json::Map::new());
    for slug in slugs {
        let new = Create {
            slug: slug.clone(),
            name: format!("Tenant {slug}"),
            guests: true,
            origins: Vec::new(),
            env: Environment::Local,
            persist_to: None,
            json: false,
        };
        check(&new)?;
        let created = Created::new()?;
        sql += &statements(&new, &created)?;
        clients.insert(slug.clone(), created.json());
    }
    if !sql.is_empty() {
        execute(Environment::Local, state, &sql)?;
    }
    Ok(Value::Object(clients))
}

/// Whether a tenant has this slug.
pub(crate) fn exists(environment: Environment, state: &Path, slug: &str) -> Result<bool> {
    let sql = format!("SELECT id FROM tenants WHERE slug = {}", literal(slug)?);
    Ok(!execute(environment, state, &sql)?.is_empty())
}

fn taken(error: anyhow::Error, slug: &str) -> anyhow::Error {
    if format!("{error:#}").contains("tenants.slug") {
        return anyhow!("there is a tenant “{slug}” already; choose another --slug");
    }
    error.context("the tenant was not stored")
}

fn check(new: &Create) -> Result<()> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !(2..=40).contains(&new.slug.len())
        || !new.slug.chars().all(word)
        || new.slug.starts_with('-')
    {
        bail!(
            "--slug takes 2 to 40 of a–z, 0–9 and -, not beginning with -; “{}” is not that",
            new.slug
        );
    }
    if new.name.trim().is_empty() || new.name.chars().count() > 100 {
        bail!("--name takes 1 to 100 characters");
    }
    for origin in &new.origins {
        let host = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.contains('/')) {
            bail!("--origin takes an origin such as https://school.example; “{origin}” is not one");
        }
    }
    Ok(())
}

/// Both rows or none: the statements of one call are one batch.
fn statements(new: &Create, created: &Created) -> Result<String> {
    let now = now()?;
    let settings: Value = json!({ "origins": new.origins });
    Ok(format!(
        "INSERT INTO tenants (id, slug, name, guests, settings, created_at, updated_at) \
         VALUES ({tenant}, {slug}, {name}, {guests}, {settings}, {now}, {now}); \
         INSERT INTO api_clients (tenant_id, id, name, secret_hash, created_at) \
         VALUES ({tenant}, {client}, 'First client', {hash}, {now});",
        tenant = literal(&created.tenant)?,
        slug = literal(&new.slug)?,
        name = literal(new.name.trim())?,
        guests = u8::from(new.guests),
        settings = literal(&settings.to_string())?,
        client = literal(&created.client)?,
        hash = literal(&sha256_hex(&created.secret))?,
    ))
}

fn now() -> Result<u64> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("this machine's clock stands before 1970")?;
    u64::try_from(since.as_millis()).context("this machine's clock")
}

/// A prefixed UUIDv7 in Crockford's base 32.
fn id(prefix: &str) -> Result<String> {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| anyhow!("no random numbers: {error}"))?;
    let mut bits = u128::from_be_bytes(random) & ((1 << 80) - 1);
    bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x7 << 76 | 0x2 << 62;
    bits |= u128::from(now()?) << 80;
    let digits = (0..26)
        .rev()
        .map(|place| (bits >> (place * 5)) as usize & 31);
    Ok(format!(
        "{prefix}_{}",
        digits
            .filter_map(|digit| ALPHABET.get(digit))
            .map(|byte| *byte as char)
            .collect::<String>()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_identity::{ClientId, TenantId, TenantSettings, secret};

    fn school(slug: &str) -> Create {
        Create {
            slug: slug.into(),
            name: "O'Brien'); DROP TABLE tenants;--".into(),
            guests: true,
            origins: vec!["https://school.example".into()],
            env: Environment::Local,
            persist_to: None,
            json: false,
        }
    }

    #[test]
    fn what_is_created_is_understood_by_the_workers() -> Result<()> {
        let created = Created::new()?;
        assert!(created.tenant.parse::<TenantId>().is_ok());
        assert!(created.client.parse::<ClientId>().is_ok());
        assert!(secret::matches(
            &created.secret,
            &sha256_hex(&created.secret)
        ));
        Ok(())
    }

    #[test]
    fn settings_are_understood_by_the_workers() -> Result<()> {
        let sql = statements(&school("a-1"), &Created::new()?)?;
        assert!(sql.contains(r#"'{"origins":["https://school.example"]}'"#));
        let settings = TenantSettings::parse(r#"{"origins":["https://school.example"]}"#);
        assert!(settings.allows_origin("https://school.example"));
        Ok(())
    }

    #[test]
    fn quotes_in_a_name_stay_inside_the_literal() -> Result<()> {
        let sql = statements(&school("a-1"), &Created::new()?)?;
        assert!(sql.contains("'O''Brien''); DROP TABLE tenants;--'"));
        Ok(())
    }

    #[test]
    fn slugs_and_origins_that_could_not_work_are_refused() {
        for slug in ["", "a", "-a", "Demo", "a b", "a/b", &"x".repeat(41)] {
            assert!(check(&school(slug)).is_err(), "{slug}");
        }
        for origin in [
            "school.example",
            "https://",
            "https://school.example/",
            "ftp://school.example",
        ] {
            let new = Create {
                origins: vec![origin.into()],
                ..school("demo")
            };
            assert!(check(&new).is_err(), "{origin}");
        }
        assert!(check(&school("demo-2")).is_ok());
    }
}
