//! `cargo xtask dev`: everything on this machine, rebuilt as it changes.

use std::net::UdpSocket;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http::free_port;
use crate::project::{self, WORKERS};
use crate::step::{seconds, step};
use crate::tree::{Tree, listen, stopping};
use crate::watch::Watch;
use crate::workers::Profile;
use crate::{build, d1, demo, secrets, serve, wrangler};

/// How often the sources are looked at.
const TICK: Duration = Duration::from_millis(500);

/// `cargo xtask dev`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The port of the front door.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Let other devices of this network in, so that phones can join. Anybody in it can then reach this server.
    #[arg(long)]
    lan: bool,
    /// The storage folder (default: .wrangler/state).
    #[arg(long)]
    persist_to: Option<PathBuf>,
    /// Build for release: what is deployed, slower to compile.
    #[arg(long)]
    release: bool,
}

/// Runs until Ctrl-C.
pub(crate) fn run(options: &Options) -> Result<()> {
    let begin = Instant::now();
    listen()?;
    let port = free_port(options.port)?;
    let profile = if options.release {
        Profile::Release
    } else {
        Profile::Dev
    };
    let state = options
        .persist_to
        .clone()
        .unwrap_or_else(project::local_state);
    let watch = Watch::new();
    build::everything(profile)?;
    secrets::local()?;
    std::fs::create_dir_all(&state)?;
    let state = state.canonicalize()?;
    step("database", || d1::migrate_local(&state))?;
    let client = demo::tenant(&state)?;
    let ip = if options.lan { "0.0.0.0" } else { "127.0.0.1" };
    let mut command = wrangler::dev(ip, port, &state);
    for name in ["api", "live", "jobs"] {
        let config = WORKERS
            .iter()
            .find(|worker| worker.name == name)
            .map(|worker| worker.config);
        command.arg("--config").args(config);
    }
    let mut tree = step("start", || serve::start(&mut command, port))?;
    let address = format!("http://localhost:{port}");
    if let Err(error) = demo::question_set(&state, &address, &client) {
        eprintln!("  the sample question set was not uploaded: {error:#}");
    }
    welcome(&address, &seconds(begin));
    if options.lan {
        println!("  phones     {}\n", lan_address(port)?);
    }
    attend(&mut tree, watch, profile)?;
    eprintln!("\nstopping");
    Ok(())
}

/// Where other devices find this one: the address from which it would speak to the outside. Nothing is sent.
fn lan_address(port: u16) -> Result<String> {
    let socket = UdpSocket::bind(("0.0.0.0", 0))?;
    socket
        .connect(("192.0.2.1", 9))
        .context("this machine is in no network that phones could share")?;
    Ok(format!("http://{}:{port}/", socket.local_addr()?.ip()))
}

fn welcome(address: &str, time: &str) {
    println!("\n  Lectern runs (ready after {time}; Ctrl-C ends it)\n");
    println!("  teacher    {address}/host/demo");
    println!("  students   {address}/");
    println!("  API        {address}/openapi.json");
    println!("  client     {}", demo::client_file().display());
    println!(
        "  operator   {}\n",
        secrets::operator_token_file().display()
    );
}

/// Rebuilds what changes until somebody stops us.
fn attend(tree: &mut Tree, mut watch: Watch, profile: Profile) -> Result<()> {
    while !stopping() {
        if !tree.alive() {
            bail!("wrangler ended by itself; its last lines say why");
        }
        if watch.migrations_changed() {
            eprintln!("  migrations changed: start `cargo xtask dev` again to apply them");
        }
        if watch.changed() {
            // wrangler sees the new output and reloads; a failure has been printed and can be mended.
            match build::everything(profile) {
                Ok(true) => eprintln!("  rebuilt"),
                Ok(false) => {}
                Err(error) => eprintln!("\nerror: {error:#}\n  waiting for the next change"),
            }
        }
        sleep(TICK);
    }
    Ok(())
}
