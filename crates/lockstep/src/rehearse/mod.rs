//! Proves a trace on a real server.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::args::Plan;

/// Run the migration on a throwaway PostgreSQL and compare with the prediction
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    args.plan.request()?;
    bail!("this build has no server to rehearse on; `lockstep simulate` predicts without one")
}
