//! `lockstep validate`: the queries that check the rows, and what a server answers to them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use lockstep_core::report::styled::{Canvas, Line, Tone};
use lockstep_core::report::validation::markdown::{self, markdown, sign};
use lockstep_core::report::validation::script::script;
use lockstep_core::report::validation::wire::{Answer, REPORT_FORMAT, Report, Validation};
use lockstep_pg::session::Target;
use lockstep_pg::validate::{self, Options};

use crate::args::{Application, Destination, Plan};
use crate::trouble::{self, Usage};
use crate::{engine, output};

const EXAMPLES: &str = "\
Examples:
  lockstep validate --schema schema.sql add_email.sql > validate.sql
      a script for psql: psql -X -v at=0 -f validate.sql before, with another at later
  lockstep validate --format markdown --schema schema.sql add_email.sql
      the queries to read, each with what it must answer, and when
  lockstep validate --url postgres:///shop --schema schema.sql add_email.sql
      asks the database what can be asked before the migration
  lockstep validate --url postgres:///shop --at end --before before.json --schema schema.sql add_email.sql
      asks at its end; before.json is what --format json wrote before
  lockstep validate --app-new queries.sql --schema schema.sql add_email.sql
      looks at the plans of the application's queries as well

With --url the queries run in read-only transactions with a time limit.

Exit status: 0 fine; 1 a query answers something else than expected; 2 wrong usage; 3 could not run.";

/// Write the queries that check the rows before and after, or ask a database
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    #[command(flatten)]
    application: Application,

    /// Ask this database, which is only read
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// The last step that is done where the queries are asked: 0 for none, `end` for all
    #[arg(long, value_name = "STEP|end", default_value = "0", requires = "url")]
    at: String,

    /// What --format json wrote before the migration: row counts are compared with it
    #[arg(long, value_name = "FILE", requires = "url")]
    before: Option<PathBuf>,

    /// Ask a part of large tables only: what is found is wrong, finding nothing proves nothing
    #[arg(long, requires = "url")]
    sample: bool,

    /// Seconds after which a query is cancelled
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86400))]
    timeout: u64,

    /// A script for psql, JSON, or Markdown [default: sql; with --url: text]
    #[arg(long, value_enum)]
    format: Option<Format>,

    #[command(flatten)]
    destination: Destination,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Sql,
    Text,
    Json,
    Markdown,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut request = args.plan.request()?;
    args.application.add_to(&mut request)?;
    let validation = engine::validation(&request)?;
    let path = args.destination.output.as_deref();
    let Some(url) = &args.url else {
        let text = match args.format {
            None | Some(Format::Sql) => script(&validation),
            Some(Format::Json) => serde_json::to_string_pretty(&validation)? + "\n",
            Some(Format::Markdown) => markdown(&validation),
            Some(Format::Text) => bail!(Usage("--format text shows answers: say which --url to ask".into())),
        };
        output::write(&text, path)?;
        return Ok(ExitCode::SUCCESS);
    };
    if args.format == Some(Format::Sql) {
        bail!(Usage("--format sql writes a script and asks nobody: leave out --url".into()));
    }
    let report = ask(args, &validation, url)?;
    let text = match args.format {
        None | Some(Format::Text | Format::Sql) => {
            output::render(&canvas(&report, output::width(path)), output::result_is_colored(path))
        }
        Some(Format::Json) => serde_json::to_string_pretty(&report)? + "\n",
        Some(Format::Markdown) => markdown::report(&report),
    };
    output::write(&text, path)?;
    Ok(if report.failed > 0 { ExitCode::from(trouble::FINDINGS) } else { ExitCode::SUCCESS })
}

fn ask(args: &Args, validation: &Validation, url: &str) -> Result<Report> {
    let at = match args.at.as_str() {
        "end" => validation.steps,
        number => match number.parse() {
            Ok(at) if at <= validation.steps => at,
            _ => bail!(Usage(format!("--at takes 0 to {} or end, not {number}", validation.steps))),
        },
    };
    let kept = args.before.as_deref().map(answers_before).transpose()?.unwrap_or_default();
    let options = Options { at, sample: args.sample, limit: Duration::from_secs(args.timeout), kept };
    Ok(validate::validate(validation, &Target::url(url)?, &options, &mut |_| {})?)
}

/// What an earlier run kept.
fn answers_before(path: &Path) -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let report: Report = serde_json::from_str(&text)
        .ok()
        .filter(|it: &Report| it.format == REPORT_FORMAT)
        .with_context(|| format!("{} is not what `validate --url … --format json` writes", path.display()))?;
    Ok(report.answers.into_iter().filter_map(|it| Some((it.id, it.found?))).collect())
}

fn canvas(report: &Report, width: usize) -> Canvas {
    let mut canvas = Canvas::new(width);
    for answer in &report.answers {
        let tone = match answer.status.as_str() {
            "passed" => Tone::Good,
            "failed" | "error" => Tone::Danger,
            _ => Tone::Muted,
        };
        let title = if tone == Tone::Muted { Tone::Muted } else { Tone::Plain };
        let sign = Line::new().with(tone, format!("{} ", sign(&answer.status)));
        canvas.flow(sign, 2, Line::new().with(title, &answer.title));
        canvas.flow(Line::new().with(Tone::Muted, "    "), 4, Line::new().with(Tone::Muted, detail(answer)));
    }
    let place = match report.at {
        0 => "before the migration".into(),
        at if at == report.steps => "at the end of the migration".into(),
        at => format!("after step {at}"),
    };
    let summary = format!(
        "PostgreSQL {}, {place}: {} passed, {} failed, {} not asked",
        report.server, report.passed, report.failed, report.not_asked
    );
    canvas.blank();
    let tone = if report.failed > 0 { Tone::Danger } else { Tone::Strong };
    canvas.line(Line::new().with(tone, summary));
    canvas
}

/// What was found, in a line.
fn detail(answer: &Answer) -> String {
    let found = answer.found.as_deref().unwrap_or("");
    let sampled = if answer.sampled { " (in a part of the rows)" } else { "" };
    match answer.status.as_str() {
        "passed" => format!("{found}, as expected{sampled}"),
        "failed" if answer.prevents.is_empty() => format!("found {found}, expected {}{sampled}", answer.expected),
        "failed" => {
            let states = answer.prevents.join(", ");
            format!("found {found}, expected {}{sampled}; otherwise {states}", answer.expected)
        }
        "kept" => format!("{found}, kept for the end"),
        _ => {
            let state = answer.sqlstate.as_deref().filter(|it| !it.is_empty());
            let state = state.map(|it| format!(" ({it})")).unwrap_or_default();
            format!("{}{state}", answer.message.as_deref().unwrap_or(""))
        }
    }
}
