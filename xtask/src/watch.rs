//! Noticing changes by looking at times and sizes: some hundred files cost a millisecond.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::stamp::files;
use crate::{project, workers};

type State = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// What the sources looked like when they were last looked at.
pub(crate) struct Watch {
    sources: State,
    migrations: State,
}

impl Watch {
    /// Remembers the present state; made before a build, so that changes during it count.
    pub(crate) fn new() -> Self {
        Self {
            sources: sources(),
            migrations: look(&[project::migrations()]),
        }
    }

    /// Whether code or pages changed since the last look.
    pub(crate) fn changed(&mut self) -> bool {
        replace(&mut self.sources, sources())
    }

    /// Whether migrations changed since the last look.
    pub(crate) fn migrations_changed(&mut self) -> bool {
        replace(&mut self.migrations, look(&[project::migrations()]))
    }
}

fn replace(old: &mut State, new: State) -> bool {
    let differs = *old != new;
    *old = new;
    differs
}

fn sources() -> State {
    let root = project::root();
    let mut paths = workers::sources();
    paths.extend([
        project::pages(),
        root.join("package.json"),
        root.join("package-lock.json"),
    ]);
    look(&paths)
}

fn look(paths: &[PathBuf]) -> State {
    let with_state = |path: PathBuf| {
        let meta = path.metadata().ok();
        let time = meta.as_ref().and_then(|meta| meta.modified().ok());
        (path, time, meta.map_or(0, |meta| meta.len()))
    };
    files(paths).into_iter().map(with_state).collect()
}
