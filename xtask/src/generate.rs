#[derive(clap::Args)]
pub(crate) struct Options {}
pub(crate) fn types(_: &Options) -> anyhow::Result<()> { anyhow::bail!("not yet") }
pub(crate) fn openapi(_: &Options) -> anyhow::Result<()> { anyhow::bail!("not yet") }
