//! The database: migrations and statements, through wrangler.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::environment::Environment;
use crate::project;
use crate::run::{output, run};
use crate::stamp;
use crate::tenant;
use crate::wrangler::{database, wrangler};

/// Where miniflare keeps databases inside a storage folder.
const FILES: &str = "v3/d1";

/// The form of what is stored locally: one higher whenever a migration that was pushed is renamed or
/// changed, or an object's tables are. What is deployed only goes forward and needs no such number.
const FORMAT: &str = "1";

/// Where a folder says its form; one without it is older than the first.
const FORMAT_FILE: &str = "format";

/// The API clients of the tenants that a folder was made with.
const CLIENTS: &str = "tenants.json";

/// Brings the database of `state` to the newest migration.
pub(crate) fn migrate_local(state: &Path) -> Result<()> {
    prepare(state, &[])
}

/// Brings the database of `state` to the newest migration; a new one gets these tenants, with guests.
///
/// A new folder gets a copy of a database that was made ready once and kept: a copy takes milliseconds,
/// wrangler takes seconds, and the tests start dozens of folders.
pub(crate) fn prepare(state: &Path, tenants: &[String]) -> Result<()> {
    if state.join(FILES).is_dir() {
        known_format(state)?;
    }
    let version = stamp::hash(&[project::migrations()], "").to_string();
    let mark = state.join("migrations");
    if fs::read_to_string(&mark).is_ok_and(|text| text == version) {
        return Ok(());
    }
    fs::create_dir_all(state)?;
    if state.join(FILES).is_dir() {
        migrate(Environment::Local, state)?;
    } else {
        let template = template(&version, tenants)?;
        copy(&template.join(FILES), &state.join(FILES))?;
        fs::copy(template.join(CLIENTS), state.join(CLIENTS))?;
        fs::write(state.join(FORMAT_FILE), FORMAT)?;
    }
    fs::write(&mark, version).with_context(|| format!("{}", mark.display()))
}

/// Refuses a folder that was made before what is stored changed its form in a way that nothing reads any more.
fn known_format(state: &Path) -> Result<()> {
    let found = fs::read_to_string(state.join(FORMAT_FILE)).unwrap_or_default();
    if found == FORMAT {
        return Ok(());
    }
    let state = state.display();
    bail!(
        "the storage in {state} is of an older form, which is not read any more: delete that folder and start again"
    )
}

/// Applies the migrations with wrangler.
pub(crate) fn migrate(environment: Environment, state: &Path) -> Result<()> {
    let mut apply = wrangler();
    apply
        .args(["d1", "migrations", "apply", "DB"])
        .args(database(environment, state))
        .env("CI", "true");
    if environment == Environment::Local {
        // Its table of migrations is for people who deploy; here only a failure is news.
        return output(&mut apply).map(drop);
    }
    run(&mut apply)
}

/// Runs statements and gives the rows of the last one. Nothing secret may stand in them: others see
/// the arguments of a running program.
pub(crate) fn execute(environment: Environment, state: &Path, sql: &str) -> Result<Vec<Value>> {
    let mut execute = wrangler();
    execute
        .args(["d1", "execute", "DB", "--json", "--yes"])
        .args(database(environment, state));
    rows(&output(execute.args(["--command", sql]).env("CI", "true"))?)
}

/// A text as an SQL literal.
pub(crate) fn literal(text: &str) -> Result<String> {
    if text.contains('\0') {
        bail!("a NUL character cannot be stored");
    }
    Ok(format!("'{}'", text.replace('\'', "''")))
}

/// wrangler prints an array with one object for each statement, sometimes after lines for people.
fn rows(text: &str) -> Result<Vec<Value>> {
    let start = text.find("[\n").or_else(|| text.find('[')).unwrap_or(0);
    let answer: Value =
        serde_json::from_str(&text[start..]).with_context(|| format!("wrangler said: {text}"))?;
    let last = answer.as_array().and_then(|all| all.last());
    Ok(last
        .and_then(|one| one.get("results"))
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default())
}

/// A database with all migrations and these tenants, made at the first call.
fn template(version: &str, tenants: &[String]) -> Result<PathBuf> {
    let home = project::tools()
        .join("d1")
        .join([version, &tenants.join("+")].join("-"));
    if !home.is_dir() {
        let fresh = home.with_extension(std::process::id().to_string());
        migrate(Environment::Local, &fresh)?;
        let clients = tenant::create_all(tenants, &fresh)?;
        fs::write(fresh.join(CLIENTS), clients.to_string())?;
        // Another command may have been quicker; its template is as good.
        if fs::rename(&fresh, &home).is_err() {
            fs::remove_dir_all(&fresh)?;
        }
    }
    Ok(home)
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_of_an_older_form_is_refused_with_what_to_do() {
        let state = std::env::temp_dir().join(format!("lectern-format-{}", std::process::id()));
        fs::create_dir_all(state.join(FILES)).unwrap();
        let refused = prepare(&state, &[]).unwrap_err().to_string();
        assert!(refused.contains("delete that folder"), "{refused}");
        fs::write(state.join(FORMAT_FILE), FORMAT).unwrap();
        assert!(known_format(&state).is_ok());
        fs::remove_dir_all(&state).unwrap();
    }
}
