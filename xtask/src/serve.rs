//! `cargo xtask serve`: the three Workers for a test harness.
//!
//! It runs a copy of what was built, kept in the storage folder: a rebuild beside it changes nothing, so
//! many can run side by side. Killing the process group at any time is fine; the same folder goes on.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::http::{answers, free_port};
use crate::project::{self, WORKERS, Worker};
use crate::tree::{Tree, listen, stopping};
use crate::workers::Profile;
use crate::{build, d1, secrets, wrangler};

/// A path that only the front door's code answers.
const HEALTH: &str = "/openapi.json";

/// How long three Workers may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// `cargo xtask serve`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The port of the front door; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The storage folder; a new one is made ready, an old one goes on.
    #[arg(long)]
    persist_to: PathBuf,
    /// Take what is built, whatever has changed since; a folder that was served before keeps its copy.
    #[arg(long)]
    no_build: bool,
    /// Build for release.
    #[arg(long)]
    release: bool,
    /// A tenant (slug, with guests) in a new folder; may be given several times. Their clients stand in
    /// `tenants.json` of the folder.
    #[arg(long = "tenant")]
    tenants: Vec<String>,
    /// A variable for all three Workers, NAME=VALUE; may be given several times.
    #[arg(long = "var")]
    vars: Vec<String>,
}

/// Serves until it is told to stop.
pub(crate) fn run(options: &Options) -> Result<()> {
    listen()?;
    let (mut tree, port, _owner) = begin(options)?;
    println!("ready http://127.0.0.1:{port}");
    io::stdout().flush()?;
    while !stopping() {
        if !tree.alive() {
            bail!("wrangler ended by itself; its last lines say why");
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Serves what is built on a storage of its own, calls `work` with the address, and ends.
pub(crate) fn during<T>(state: &Path, work: impl FnOnce(&str) -> Result<T>) -> Result<T> {
    let options = Options {
        port: 0,
        persist_to: state.to_path_buf(),
        no_build: true,
        release: false,
        tenants: Vec::new(),
        vars: Vec::new(),
    };
    let (_tree, port, _owner) = begin(&options)?;
    work(&format!("http://127.0.0.1:{port}"))
}

fn begin(options: &Options) -> Result<(Tree, u16, File)> {
    let port = free_port(options.port)?;
    if !options.no_build {
        build::everything(if options.release {
            Profile::Release
        } else {
            Profile::Dev
        })?;
    }
    secrets::local()?;
    fs::create_dir_all(&options.persist_to)?;
    let state = options.persist_to.canonicalize()?;
    let owner = own(&state)?;
    d1::prepare(&state, &options.tenants)?;
    let copy = state.join("workers");
    if !(options.no_build && copy.join("complete").is_file()) {
        take_copy(&copy)?;
    }
    let mut command = wrangler::dev("127.0.0.1", port, &state);
    for worker in ["api", "live", "jobs"] {
        command
            .arg("--config")
            .arg(configure(&copy, worker, &options.vars)?);
    }
    Ok((start(&mut command, port)?, port, owner))
}

/// Held as long as a folder is served: two runtimes on one storage would destroy it.
fn own(state: &Path) -> Result<File> {
    let file = File::create(state.join("lock"))?;
    if file.try_lock().is_err() {
        bail!(
            "{} is being served already; end that, or choose another --persist-to",
            state.display()
        );
    }
    Ok(file)
}

/// Starts wrangler and waits until the front door answers.
pub(crate) fn start(command: &mut Command, port: u16) -> Result<Tree> {
    // Standard output is ours: a harness waits for a line there.
    let mut tree = Tree::start(command.stdout(Stdio::from(io::stderr())))?;
    let deadline = Instant::now() + PATIENCE;
    while !answers(port, HEALTH) {
        if stopping() {
            bail!("stopped while starting");
        }
        if !tree.alive() {
            bail!("wrangler ended while starting; its last lines say why");
        }
        if Instant::now() > deadline {
            bail!(
                "the Workers did not answer on port {port} within {} s",
                PATIENCE.as_secs()
            );
        }
        sleep(Duration::from_millis(50));
    }
    Ok(tree)
}

/// Copies what is built, so that a rebuild beside it changes nothing.
pub(crate) fn take_copy(copy: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(copy);
    for worker in WORKERS {
        d1::copy(&worker.output(), &copy.join(worker.name))
            .with_context(|| format!("{} is not built; leave out --no-build", worker.name))?;
        if worker.dev_vars().is_file() {
            fs::copy(worker.dev_vars(), copy.join(worker.name).join(".dev.vars"))?;
        }
    }
    d1::copy(&project::pages().join("dist"), &copy.join("pages"))?;
    fs::write(copy.join("complete"), "")?;
    Ok(())
}

/// Writes the Worker's configuration for its copy and gives the file's path.
pub(crate) fn configure(copy: &Path, name: &str, vars: &[String]) -> Result<PathBuf> {
    let worker = WORKERS
        .into_iter()
        .find(|worker| worker.name == name)
        .context("a Worker of that name")?;
    let mut config = local_config(&worker)?;
    config.insert("main".into(), "index.js".into());
    if let Some(assets) = config.get_mut("assets") {
        assets["directory"] = copy.join("pages").display().to_string().into();
    }
    let all = config.entry("vars").or_insert_with(|| json!({}));
    for var in vars {
        let (key, value) = var
            .split_once('=')
            .with_context(|| format!("--var takes NAME=VALUE, not “{var}”"))?;
        all[key] = value.into();
    }
    let path = copy.join(name).join("wrangler.json");
    fs::write(&path, serde_json::to_string_pretty(&config)?)?;
    Ok(path)
}

/// The top level of the Worker's configuration, without the deployed environments.
fn local_config(worker: &Worker) -> Result<serde_json::Map<String, Value>> {
    let text = fs::read_to_string(project::root().join(worker.config))?;
    let mut config: serde_json::Map<String, Value> =
        toml::from_str(&text).context(worker.config)?;
    config.remove("env");
    Ok(config)
}
