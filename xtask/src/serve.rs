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
use crate::variants::Variant;
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
    /// Serve this build of `live` instead of the plain one.
    #[arg(long)]
    variant: Option<Variant>,
    /// Serve this Worker only; may be given several times, the first gets the port. The others are found if
    /// they are served on the same folder. `live` and `jobs` stay together: a queue crosses no process.
    #[arg(long = "only")]
    only: Vec<String>,
}

/// Serves until it is told to stop.
pub(crate) fn run(options: &Options) -> Result<()> {
    listen()?;
    let (mut tree, port, _owners) = begin(options)?;
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
        variant: None,
        only: Vec::new(),
    };
    let (_tree, port, _owners) = begin(&options)?;
    work(&format!("http://127.0.0.1:{port}"))
}

fn begin(options: &Options) -> Result<(Tree, u16, Vec<File>)> {
    let port = free_port(options.port)?;
    if !options.no_build {
        let profile = if options.release {
            Profile::Release
        } else {
            Profile::Dev
        };
        build::everything(profile)?;
        options
            .variant
            .map_or(Ok(()), |variant| variant.build(profile))?;
    }
    secrets::local()?;
    fs::create_dir_all(&options.persist_to)?;
    let state = options.persist_to.canonicalize()?;
    let workers = chosen(&options.only)?;
    let owners: Result<Vec<File>> = workers.iter().map(|worker| own(&state, worker)).collect();
    let owners = owners?;
    d1::prepare(&state, &options.tenants)?;
    let mut command = wrangler::dev("127.0.0.1", port, &state);
    for worker in &workers {
        let copy = Copy::of(worker, options.variant, &state.join("workers"));
        if !(options.no_build && copy.is_complete()) {
            copy.take()?;
        }
        command.arg("--config").arg(copy.configure(&options.vars)?);
    }
    Ok((start(&mut command, port)?, port, owners))
}

/// The Workers to serve: those named, or all; the first gets the port.
fn chosen(names: &[String]) -> Result<Vec<Worker>> {
    let find = |name: &str| {
        let found = WORKERS.into_iter().find(|worker| worker.name == name);
        found.with_context(|| format!("there is no Worker “{name}”"))
    };
    if names.is_empty() {
        return ["api", "live", "jobs"].into_iter().map(find).collect();
    }
    names.iter().map(|name| find(name)).collect()
}

/// Held as long as a Worker of a folder is served: two runtimes on one storage would destroy it.
fn own(state: &Path, worker: &Worker) -> Result<File> {
    let file = File::create(state.join(format!("lock-{}", worker.name)))?;
    if file.try_lock().is_err() {
        bail!(
            "{} of {} is being served already; end that, or choose another --persist-to",
            worker.name,
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

/// What is served of a Worker: a copy of its build, with a configuration of its own.
pub(crate) struct Copy<'a> {
    worker: &'a Worker,
    /// The build of `live`.
    variant: Option<Variant>,
    /// Where the copies of all Workers lie.
    folder: PathBuf,
}

impl<'a> Copy<'a> {
    pub(crate) fn of(worker: &'a Worker, variant: Option<Variant>, folder: &Path) -> Self {
        Self {
            worker,
            variant: variant.filter(|_| worker.name == "live"),
            folder: folder.to_path_buf(),
        }
    }

    /// Where it lies.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.join(self.worker.name)
    }

    /// Written last, and says which build it is.
    fn mark(&self) -> PathBuf {
        self.home().join("complete")
    }

    fn build_name(&self) -> &'static str {
        self.variant.map_or("plain", Variant::name)
    }

    fn is_complete(&self) -> bool {
        fs::read_to_string(self.mark()).is_ok_and(|build| build == self.build_name())
    }

    /// Copies what is built, so that a rebuild beside it changes nothing.
    pub(crate) fn take(&self) -> Result<()> {
        let name = self.worker.name;
        let built = self
            .variant
            .map_or_else(|| self.worker.output(), Variant::output);
        let _ = fs::remove_dir_all(self.home());
        d1::copy(&built, &self.home())
            .with_context(|| format!("{name} is not built; leave out --no-build"))?;
        if self.worker.dev_vars().is_file() {
            fs::copy(self.worker.dev_vars(), self.home().join(".dev.vars"))?;
        }
        if local_config(self.worker)?.contains_key("assets") {
            let _ = fs::remove_dir_all(self.pages());
            d1::copy(&project::pages().join("dist"), &self.pages())?;
        }
        Ok(fs::write(self.mark(), self.build_name())?)
    }

    fn pages(&self) -> PathBuf {
        self.folder.join("pages")
    }

    /// Writes the Worker's configuration for its copy and gives the file's path.
    pub(crate) fn configure(&self, vars: &[String]) -> Result<PathBuf> {
        let mut config = local_config(self.worker)?;
        config.insert("main".into(), "index.js".into());
        if let Some(assets) = config.get_mut("assets") {
            assets["directory"] = self.pages().display().to_string().into();
        }
        let all = config.entry("vars").or_insert_with(|| json!({}));
        for var in vars {
            let (key, value) = var
                .split_once('=')
                .with_context(|| format!("--var takes NAME=VALUE, not “{var}”"))?;
            all[key] = value.into();
        }
        let path = self.home().join("wrangler.json");
        fs::write(&path, serde_json::to_string_pretty(&config)?)?;
        Ok(path)
    }
}

/// The top level of the Worker's configuration, without the deployed environments.
fn local_config(worker: &Worker) -> Result<serde_json::Map<String, Value>> {
    let text = fs::read_to_string(project::root().join(worker.config))?;
    let mut config: serde_json::Map<String, Value> =
        toml::from_str(&text).context(worker.config)?;
    config.remove("env");
    Ok(config)
}
