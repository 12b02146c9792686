//! `lockstep handoff`: what those who write the application have to know and to do.

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use lockstep_core::report::handoff::markdown::markdown;

use crate::args::{Application, Destination, Plan};
use crate::{engine, output};

const EXAMPLES: &str = "\
Examples:
  lockstep handoff --schema schema.sql add_email.sql
      a note in Markdown: the change in words, the order of deploys, edits of models, errors that can come
  lockstep handoff --app-old queries.sql --schema schema.sql add_email.sql
      names the application's queries that the change concerns
  lockstep handoff --format json --schema schema.sql add_email.sql | jq -r '.edits[] | select(.tool == \"prisma\")'
      for scripts; one tool's edits

Models are written for SQLAlchemy, Pydantic, Django, Prisma, TypeScript, Diesel and sqlx: take those you use.

Exit status: 0 fine; 2 wrong usage; 3 could not run.";

/// Write the note for those who change the application: models, queries, order of deploys, errors
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    #[command(flatten)]
    application: Application,

    /// Only the edits of these tools; can be repeated or parted by commas [default: all]
    #[arg(long, value_name = "TOOL", value_delimiter = ',',
        value_parser = ["sqlalchemy", "pydantic", "django", "prisma", "typescript", "diesel", "sqlx"])]
    tool: Vec<String>,

    /// Markdown to paste into a ticket, or JSON for scripts
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
    let mut handoff = engine::handoff(&request)?;
    handoff.edits.retain(|it| args.tool.is_empty() || args.tool.contains(&it.tool));
    let text = match args.format {
        Format::Markdown => markdown(&handoff),
        Format::Json => serde_json::to_string_pretty(&handoff)? + "\n",
    };
    output::write(&text, args.destination.output.as_deref())?;
    Ok(ExitCode::SUCCESS)
}
