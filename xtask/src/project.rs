//! Where things are. Every path of the project that a command uses is formed here.

use std::path::PathBuf;

/// The compiler of `rust-toolchain.toml`.
pub(crate) const TOOLCHAIN: &str = "1.95.0";

/// The target of the Workers.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The three Workers, in the order in which they are deployed: what is called comes first.
pub(crate) const WORKERS: [Worker; 3] = [
    Worker {
        name: "live",
        package: "lectern-live-worker",
        config: "workers/live/wrangler.toml",
        budget: 400_000,
    },
    Worker {
        name: "jobs",
        package: "lectern-jobs-worker",
        config: "workers/jobs/wrangler.toml",
        budget: 1_000_000,
    },
    Worker {
        name: "api",
        package: "lectern-api-worker",
        config: "wrangler.toml",
        budget: 900_000,
    },
];

/// One of the three Workers.
#[derive(Clone, Copy)]
pub(crate) struct Worker {
    /// Its folder under `workers/`.
    pub(crate) name: &'static str,
    /// Its cargo package.
    pub(crate) package: &'static str,
    /// Its wrangler configuration, from the project's root.
    pub(crate) config: &'static str,
    /// What its WebAssembly may weigh, gzipped, in bytes.
    pub(crate) budget: u64,
}

impl Worker {
    /// The crate's folder.
    pub(crate) fn dir(&self) -> PathBuf {
        root().join("workers").join(self.name)
    }

    /// The folder that wrangler serves.
    pub(crate) fn output(&self) -> PathBuf {
        self.dir().join("build")
    }

    /// Where wrangler reads local secrets: beside its configuration.
    pub(crate) fn dev_vars(&self) -> PathBuf {
        root().join(self.config).with_file_name(".dev.vars")
    }
}

/// The project's root.
pub(crate) fn root() -> PathBuf {
    // xtask is a folder of the root, so the parent exists.
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, PathBuf::from)
}

/// Tools and stamps; git ignores it.
pub(crate) fn tools() -> PathBuf {
    root().join(".tools")
}

/// A program of an npm package.
pub(crate) fn npm_bin(name: &str) -> PathBuf {
    root().join("node_modules/.bin").join(name)
}

/// What belongs to this machine's demo: its client, the operator's token. Git ignores it.
pub(crate) fn local() -> PathBuf {
    root().join(".lectern")
}

/// The pages' sources.
pub(crate) fn pages() -> PathBuf {
    root().join("workers/web")
}

/// The D1 migrations.
pub(crate) fn migrations() -> PathBuf {
    root().join("migrations")
}

/// The default storage of a local run.
pub(crate) fn local_state() -> PathBuf {
    root().join(".wrangler/state")
}
