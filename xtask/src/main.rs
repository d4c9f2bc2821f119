//! `cargo xtask …`: everything that is done to this project, the same for people and for CI.
//!
//! One module for each command or topic. Whatever a command needs, it sets up by itself.

// Here a clock is the machine's own; clippy.toml bans it for everything else.
#![allow(clippy::disallowed_methods)]

mod apt;
mod audit;
mod bench;
mod build;
mod chromium;
mod cost;
mod d1;
mod dead_letters;
mod demo;
mod deploy;
mod dev;
mod environment;
mod faults;
mod fuzz;
mod generate;
mod http;
mod licences;
#[cfg(test)]
mod operations;
mod pack;
mod pages;
mod project;
mod python;
mod run;
mod secrets;
mod serve;
mod setup;
mod sizes;
mod stamp;
mod step;
mod tenant;
mod test;
mod tree;
mod variants;
mod watch;
mod workers;
mod wrangler;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Set up, build, develop, test and deploy Lectern"
)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install the pinned tools into `.tools/` and `node_modules/` (every other command does it too).
    Setup,
    /// Run everything locally, rebuild what changes, with a demo tenant.
    Dev(dev::Options),
    /// Run the three Workers for a test harness: no watching, no demo.
    Serve(serve::Options),
    /// Build pages and Workers for release and hold their sizes to their budgets.
    Build,
    /// Run all tests, or one part: fmt, clippy, deny, unused, native, types, pages, sizes, openapi, e2e, faults,
    /// browser.
    Test(test::Options),
    /// Measure beside a control, on workerd without a proxy.
    #[command(subcommand)]
    Bench(bench::Benchmark),
    /// Count what the platform would bill for a run, with the list prices.
    #[command(subcommand)]
    Cost(cost::Subject),
    /// Break things on purpose: crashes in the middle of runs, and builds that must be caught.
    Faults(faults::Options),
    /// Tenants.
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// Build, migrate and deploy the three Workers to an environment.
    Deploy(deploy::Options),
    /// Make the secrets of an environment and upload them.
    Secrets(secrets::Options),
    /// Queue messages that no consumer could work off.
    #[command(subcommand)]
    DeadLetters(dead_letters::Command),
    /// Ask the advisory database about the dependencies (needs a network).
    Audit,
    /// Fuzz everything that reads what strangers send (compiles for minutes, runs for ten a target).
    Fuzz(fuzz::Options),
    /// Regenerate the TypeScript types and the protocol reference from the Rust messages.
    Types(generate::Options),
    /// Regenerate the snapshot of the OpenAPI document.
    Openapi(generate::Options),
}

fn main() -> std::process::ExitCode {
    let outcome = match Cli::parse().command {
        Task::Setup => setup::everything(),
        Task::Dev(options) => dev::run(&options),
        Task::Serve(options) => serve::run(&options),
        Task::Build => build::run(),
        Task::Test(options) => test::run(&options),
        Task::Bench(benchmark) => bench::run(&benchmark),
        Task::Cost(subject) => cost::run(&subject),
        Task::Faults(options) => faults::run(&options),
        Task::Tenant(command) => tenant::run(&command),
        Task::Deploy(options) => deploy::run(&options),
        Task::Secrets(options) => secrets::run(&options),
        Task::DeadLetters(command) => dead_letters::run(&command),
        Task::Audit => audit::run(),
        Task::Fuzz(options) => fuzz::run_targets(&options),
        Task::Types(options) => generate::types(&options),
        Task::Openapi(options) => generate::openapi(&options),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
