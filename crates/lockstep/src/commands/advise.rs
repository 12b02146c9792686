//! `lockstep advise`: names, indexes and queries that could be better.

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use lockstep_core::report::advice::markdown::markdown;

use crate::args::{Application, Destination, Plan};
use crate::{engine, output};

const EXAMPLES: &str = "\
Examples:
  lockstep advise --schema schema.sql add_orders.sql
      names and indexes of what the migration makes
  lockstep advise --app-new queries.sql --schema schema.sql add_orders.sql
      the index that each query of the application wants, or the one that serves it
  lockstep advise --format json --schema schema.sql add_orders.sql | jq -r .unused_indexes
      the query that finds indexes nobody uses

Advice is no finding: it never makes a check fail.

Exit status: 0 fine; 2 wrong usage; 3 could not run.";

/// Advise on names, on indexes, and on the application's queries
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    #[command(flatten)]
    application: Application,

    /// Markdown to read, or JSON for scripts
    #[arg(long, value_enum, default_value = "markdown")]
    format: Format,

    #[command(flatten)]
    destination: Destination,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Markdown,
    Json,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut request = args.plan.request()?;
    args.application.add_to(&mut request)?;
    let advice = engine::advice(&request)?;
    let text = match args.format {
        Format::Markdown => markdown(&advice),
        Format::Json => serde_json::to_string_pretty(&advice)? + "\n",
    };
    output::write(&text, args.destination.output.as_deref())?;
    Ok(ExitCode::SUCCESS)
}
