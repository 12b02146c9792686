//! `lockstep checklist`: what is proved, and what is still to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use lockstep_core::report::checklist::markdown::markdown;
use lockstep_core::report::checklist::wire::Evidence;
use lockstep_core::report::validation::wire::REPORT_FORMAT;
use serde_json::Value;

use crate::args::{Application, Destination, Plan};
use crate::{engine, output};

const EXAMPLES: &str = "\
Examples:
  lockstep checklist --schema schema.sql add_email.sql
      what the simulation alone proves, and what would prove the rest
  lockstep rehearse --format json --schema schema.sql add_email.sql > rehearsal.json
  lockstep validate --url postgres:///shop --format json --schema schema.sql add_email.sql > before.json
  lockstep checklist --evidence rehearsal.json --evidence before.json --schema schema.sql add_email.sql
      with what was done so far
  echo '{\"statements\": {\"backup\": \"restored on staging, 2 May, Ada\"}}' > people.json
      what no program sees; --evidence people.json

Exit status: 0 fine; 2 wrong usage; 3 could not run.";

/// Write checklists of design, pre-deployment, staging and production, ticked by evidence alone
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    #[command(flatten)]
    application: Application,

    /// JSON that `rehearse` or `validate --url` wrote, or {"statements": {…}}; can be repeated
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,

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
    let mut evidence = Evidence::default();
    for path in &args.evidence {
        add(&mut evidence, path)?;
    }
    let checklist = engine::checklist(&request, &evidence)?;
    let text = match args.format {
        Format::Markdown => markdown(&checklist),
        Format::Json => serde_json::to_string_pretty(&checklist)? + "\n",
    };
    output::write(&text, args.destination.output.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

/// Each kind of report says what it is.
fn add(evidence: &mut Evidence, path: &Path) -> Result<()> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let value: Value = serde_json::from_str(&text).with_context(|| format!("{name} is no JSON"))?;
    match value["format"].as_str() {
        Some("lockstep-rehearsal/1") => evidence.rehearsals.push(value),
        Some(REPORT_FORMAT) => {
            evidence.validations.push(serde_json::from_value(value).with_context(|| format!("in {name}"))?)
        }
        None if value["statements"].is_object() => {
            let given: Evidence = serde_json::from_value(value).with_context(|| format!("in {name}"))?;
            evidence.statements.extend(given.statements);
        }
        _ => bail!(
            "{name} proves nothing: evidence is what `rehearse --format json` or `validate --url … --format json` writes, \
             or {{\"statements\": {{…}}}}"
        ),
    }
    Ok(())
}
