//! `lockstep package`: everything about a migration in one folder.

mod folder;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use lockstep_core::report::words;

use crate::args::{Application, Plan};
use crate::{engine, output};

const EXAMPLES: &str = "\
Examples:
  lockstep package --output shipping --schema schema.sql add_email.sql
      writes shipping/index.md, and beside it the safe plan, the way back, the validation queries, the
      handoff note, checklists, findings, advice and the timeline, for people and for programs
  lockstep package --output shipping --app-old queries.sql --schema schema.sql add_email.sql
      with the application's queries that the change concerns
  lockstep package --output shipping --force --schema schema.sql add_email.sql
      even where files are in the way that it did not write

A folder that it has written is renewed; files that were edited since, or are not its own, are not
overwritten without --force. Nothing outside of the folder is touched.

Exit status: 0 written; 2 wrong usage; 3 could not run.";

/// Write everything that a team needs to ship the change into one folder, with an index
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    #[command(flatten)]
    application: Application,

    /// The folder to write; it is made where it is not there
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,

    /// Overwrite files that were edited, or that something else wrote
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut request = args.plan.request()?;
    args.application.add_to(&mut request)?;
    let package = engine::package(&request)?;
    let written = folder::write(&package, &args.output, args.force)?;
    for name in &written.removed {
        output::note(&format!("removed, since it is no part any more: {name}"));
    }
    let count = words::count(package.documents.len(), "document");
    let start = args.output.join("index.md");
    output::write(&format!("{count} written; begin with {}\n", start.display()), None)?;
    Ok(ExitCode::SUCCESS)
}
