//! `lockstep simulate`: the whole trace.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use lockstep_core::report::document::Document;
use lockstep_core::report::markdown::markdown;
use lockstep_core::report::timeline::timeline;
use lockstep_core::report::wire::{Request, Step, Trace};

use crate::args::{Destination, Plan};
use crate::problem::{Severity, problems};
use crate::{engine, output, trouble};

const EXAMPLES: &str = "\
Examples:
  lockstep simulate add_email.sql
      on an empty database, each statement by itself, as psql runs it
  lockstep simulate --schema schema.sql --runner flyway migrations/
      a whole folder on a dumped schema, each file in one transaction
  lockstep simulate --postgres 15 --format json add_email.sql | jq '.steps[].locks'
      for scripts; the format is lockstep-trace/1
  pg_dump --schema-only shop | lockstep simulate --schema - add_email.sql
      on the schema of a database

Exit status: 0 fine; 1 a step fails or a finding is an error; 2 wrong usage; 3 could not run.";

/// Show step by step what a migration does: locks, work, outcome, schema, findings
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    /// A timeline to read, JSON for scripts, or Markdown for a pull request
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    #[command(flatten)]
    destination: Destination,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let request = args.plan.request()?;
    let path = args.destination.output.as_deref();
    let trace = match args.format {
        Format::Json => written(&request, path)?,
        Format::Text | Format::Markdown => {
            let trace = engine::simulate(&request)?;
            let text = match args.format {
                Format::Markdown => markdown(&trace),
                _ => output::render(&timeline(&trace, output::width(path)), output::result_is_colored(path)),
            };
            output::write(&text, path)?;
            trace
        }
    };
    let failing = problems(&trace).iter().any(|problem| problem.severity == Severity::Error);
    Ok(if failing { ExitCode::from(trouble::FINDINGS) } else { ExitCode::SUCCESS })
}

/// Writes the JSON while the simulation runs; what is left of the trace is what problems are made of.
fn written(request: &Request, path: Option<&Path>) -> Result<Trace> {
    engine::watched(request, || {
        let mut steps = vec![];
        let document = Document::new(request, |step| {
            if step.outcome != "done" || !step.findings.is_empty() {
                steps.push(Step { changes: vec![], locks: vec![], held: vec![], work: vec![], ..step });
            }
        });
        output::stream(path, |out| {
            serde_json::to_writer_pretty(&mut *out, &document)?;
            out.write_all(b"\n")
        })?;
        let (rest, schema) = document.rest().unwrap_or_default();
        // The process is about to end: a large schema need not be taken apart before.
        std::mem::forget(schema);
        Ok(Trace { steps, ..rest })
    })?
}
