//! `lockstep check`: only what is wrong or dangerous, for people and for continuous integration.

mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod place;
mod sarif;
mod text;

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use lockstep_core::report::wire;

use self::place::Text;
use crate::args::{Destination, Plan};
use crate::problem::{Problem, Severity, counts, problems};
use crate::{engine, output, trouble};

const EXAMPLES: &str = "\
Examples:
  lockstep check --schema schema.sql add_email.sql
      the findings, each with the statement it is about
  lockstep check --fail-on warning --runner alembic migration.sql
      stricter: exit status 1 on warnings, too
  lockstep check --format github --schema schema.sql migrations/
      annotations in a pull request on GitHub
  lockstep check --format sarif --output lockstep.sarif migrations/
      for code scanning; gitlab and junit make the reports of those names
  lockstep explain blocking_index_build
      what a finding means and how to avoid it

A comment accepts a finding of the statement that follows, if it says why; `ignore-file` is about the file:
  -- lockstep: ignore blocking_index_build only a nightly job writes to this table

A step that would fail counts as an error. A step whose outcome depends on the rows, or that is not
modelled, is a note.

Exit status: 0 nothing at or above --fail-on; 1 something; 2 wrong usage; 3 could not run.";

/// List only what is dangerous or would fail; exit status 1 where there is something
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    /// The least severity that makes the exit status 1 [default: error, or what lockstep.toml says]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<Severity>,

    /// How to write the findings
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    #[command(flatten)]
    destination: Destination,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the statement and a caret, for people
    Text,
    /// For scripts: format lockstep-check/1
    Json,
    /// A list for a ticket or a comment
    Markdown,
    /// Workflow commands that annotate the files of a pull request
    Github,
    /// SARIF 2.1.0, for code scanning on GitHub, Azure DevOps and in editors
    Sarif,
    /// A Code Quality report for GitLab
    Gitlab,
    /// JUnit XML: a suite for each file, a case for each statement
    Junit,
}

/// What the renderings share.
struct Report<'a> {
    trace: &'a wire::Trace,
    request: &'a wire::Request,
    problems: &'a [Problem],
    /// What is no less counts as a failure.
    fail_on: Severity,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let settled = args.plan.configuration()?;
    let request = args.plan.request_beside(&settled)?;
    let trace = engine::simulate(&request)?;
    let problems = problems(&trace);
    let fail_on = args.fail_on.or(settled.fail_on).unwrap_or(Severity::Error);
    let report = Report { trace: &trace, request: &request, problems: &problems, fail_on };
    let path = args.destination.output.as_deref();
    let text = match args.format {
        Format::Text => text::render(&report, output::width(path), output::result_is_colored(path)),
        Format::Json => json::render(&report)?,
        Format::Markdown => markdown::render(&report),
        Format::Github => github::render(&report),
        Format::Sarif => sarif::render(&report)?,
        Format::Gitlab => gitlab::render(&report)?,
        Format::Junit => junit::render(&report)?,
    };
    output::write(&text, path)?;
    let failing = problems.iter().any(|problem| problem.severity >= fail_on);
    Ok(if failing { ExitCode::from(trouble::FINDINGS) } else { ExitCode::SUCCESS })
}

impl<'a> Report<'a> {
    /// Those of all files, by name.
    fn texts(&self) -> BTreeMap<&'a str, Text<'a>> {
        let files = self.request.files.iter().chain(&self.request.schema);
        files.map(|file| (file.name.as_str(), Text::new(&file.text))).collect()
    }

    /// Findings that the files accept, each with its step.
    fn ignored(&self) -> impl Iterator<Item = (&wire::Step, &wire::Ignored)> {
        self.trace.steps.iter().flat_map(|step| step.ignored.iter().map(move |it| (step, it)))
    }

    /// `2 errors, 1 warning in 4 steps on PostgreSQL 18, run by psql`.
    fn conclusion(&self) -> String {
        let counts = counts(self.problems);
        let mut counts = if counts.is_empty() { "No findings".to_owned() } else { counts };
        match self.ignored().count() {
            0 => {}
            ignored => counts += &format!(", {ignored} ignored"),
        }
        let steps = lockstep_core::report::words::count(self.trace.steps.len(), "step");
        format!("{counts} in {steps} on PostgreSQL {}, run by {}", self.trace.postgres, self.trace.runner)
    }
}
