//! Calling wrangler: quiet, without questions, without calls home.

use std::path::Path;
use std::process::Command;

use crate::environment::Environment;
use crate::project;
use crate::run::command;

/// A wrangler command in the project's root.
pub(crate) fn wrangler() -> Command {
    let mut wrangler = command(project::npm_bin("wrangler"));
    wrangler
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_SEND_ERROR_REPORTS", "false")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("WRANGLER_LOG_PATH", project::root().join(".wrangler/logs"))
        // Miniflare would fetch an example of `request.cf` from the web.
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    wrangler
}

/// `wrangler dev` on `port` of the address `ip` with storage in `state`; the caller adds the configurations.
pub(crate) fn dev(ip: &str, port: u16, state: &Path) -> Command {
    let mut dev = wrangler();
    dev.args(["dev", "--ip", ip, "--show-interactive-dev-session=false"])
        .args(["--port", &port.to_string()])
        // Any free one: two runs side by side would fight for the default.
        .args(["--inspector-port", "0"])
        .arg("--persist-to")
        .arg(state)
        // Workers of another run must not be found under the same names.
        .env("WRANGLER_REGISTRY_PATH", state.join("registry"));
    dev
}

/// The arguments that say which database a `wrangler d1` command works on.
pub(crate) fn database(environment: Environment, state: &Path) -> Vec<String> {
    match environment {
        Environment::Local => {
            vec![
                "--local".into(),
                "--persist-to".into(),
                state.display().to_string(),
            ]
        }
        deployed => vec!["--remote".into(), "--env".into(), deployed.name().into()],
    }
}
