//! What we may depend on: licences, sources and banned crates, by the rules in `deny.toml`.
//!
//! The file is cargo-deny's, and `cargo deny check bans licenses sources` reads it too. cargo-deny itself
//! compiles for longer than all our tests run, so these three checks are made here from cargo's metadata.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::project;
use crate::run::{command, output};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// An error that names every crate which breaks a rule.
pub(crate) fn check() -> Result<()> {
    let text = fs::read_to_string(project::root().join("deny.toml")).context("deny.toml")?;
    let rules: Value = toml::from_str(&text).context("deny.toml")?;
    let metadata = output(command("cargo").args([
        "metadata",
        "--format-version=1",
        "--all-features",
        "--locked",
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let packages = list(&metadata, "/packages");
    let faults: Vec<String> = packages
        .iter()
        .filter_map(|package| fault(package, &rules))
        .collect();
    if !faults.is_empty() {
        bail!(
            "{} crates break the rules of deny.toml\n  {}",
            faults.len(),
            faults.join("\n  ")
        );
    }
    println!("{} crates keep the rules of deny.toml", packages.len());
    Ok(())
}

fn fault(package: &Value, rules: &Value) -> Option<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let reason = banned(name, rules)
        .or_else(|| foreign(package))
        .or_else(|| unlicensed(package, rules))
        .or_else(|| wildcard(package))?;
    Some(format!(
        "{name} {}: {reason}",
        package["version"].as_str().unwrap_or_default()
    ))
}

fn banned(name: &str, rules: &Value) -> Option<String> {
    let ban = list(rules, "/bans/deny")
        .iter()
        .find(|ban| ban["crate"] == name)?;
    Some(format!(
        "is banned: {}",
        ban["reason"].as_str().unwrap_or("no reason given")
    ))
}

/// Ours have no source; every other crate comes from crates.io.
fn foreign(package: &Value) -> Option<String> {
    let source = package["source"].as_str()?;
    (source != CRATES_IO).then(|| format!("comes from {source}"))
}

fn unlicensed(package: &Value, rules: &Value) -> Option<String> {
    let Some(text) = package["license"].as_str() else {
        return Some("names no licence".to_owned());
    };
    let own = list(rules, "/licenses/exceptions")
        .iter()
        .filter(|entry| entry["crate"] == package["name"]);
    let allowed: Vec<&str> = own
        .flat_map(|entry| list(entry, "/allow"))
        .chain(list(rules, "/licenses/allow"))
        .filter_map(Value::as_str)
        .collect();
    let good = Expression::parse_mode(text, ParseMode::LAX)
        .is_ok_and(|terms| terms.evaluate(|term| allowed.contains(&term.to_string().as_str())));
    (!good).then(|| format!("licence “{text}” is not allowed"))
}

fn wildcard(package: &Value) -> Option<String> {
    let ours = package["source"].is_null();
    let loose = |dependency: &&Value| dependency["req"] == "*" && dependency["path"].is_null();
    let found = list(package, "/dependencies")
        .iter()
        .find(loose)
        .filter(|_| ours)?;
    Some(format!("takes any version of {}", found["name"]))
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
