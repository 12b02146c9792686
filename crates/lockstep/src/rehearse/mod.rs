//! `lockstep rehearse`: proves a trace on a real server.

mod text;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use lockstep_core::report::wire;
use lockstep_pg::rehearse::report::Rehearsal;
use lockstep_pg::rehearse::{Options, rehearse};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::args::{Destination, Plan};
use crate::{output, trouble};

const EXAMPLES: &str = "\
Examples:
  lockstep rehearse --schema schema.sql add_email.sql
      on a throwaway PostgreSQL, the newest that is installed
  lockstep rehearse --pg-bin /usr/lib/postgresql/16/bin --schema schema.sql migrations/
      on that server's version
  createdb scratch && lockstep rehearse --url postgres:///scratch --schema schema.sql add_email.sql
      in an empty database of a server that runs already
  lockstep rehearse --format json --schema schema.sql add_email.sql | jq .summary
      for scripts

The migration runs for real, statement by statement, while a second connection watches its locks. Then
the way back runs, the catalog is compared with the start, and the migration runs once more.

Exit status: 0 the server does what was predicted; 1 it contradicts; 2 wrong usage; 3 could not run.";

/// Run the migration on a throwaway PostgreSQL and set what it does beside what was predicted
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    /// The folder with `initdb` and `postgres` [default: the newest server that is found]
    #[arg(long, value_name = "FOLDER", conflicts_with = "url")]
    pg_bin: Option<PathBuf>,

    /// An empty scratch database to use instead of a throwaway server; it is left as it was
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// Use the database even though it holds objects; those that the migration changes stay changed
    #[arg(long, requires = "url")]
    allow_non_empty: bool,

    /// Seconds after which a statement is cancelled
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,

    /// Only the way up
    #[arg(long)]
    no_rollback: bool,

    /// For people, or everything as JSON
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    #[command(flatten)]
    destination: Destination,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let settled = args.plan.configuration()?;
    let request = args.plan.request_beside(&settled)?;
    let options = Options { postgres: args.plan.postgres.or(settled.postgres), ..options(args)? };
    let rehearsal = with_progress(&request, &options)?;
    let path = args.destination.output.as_deref();
    let text = match args.format {
        Format::Text => output::render(&text::canvas(&rehearsal, output::width(path)), output::result_is_colored(path)),
        Format::Json => serde_json::to_string_pretty(&rehearsal)? + "\n",
    };
    output::write(&text, path)?;
    Ok(if rehearsal.summary.contradicts > 0 { ExitCode::from(trouble::FINDINGS) } else { ExitCode::SUCCESS })
}

fn options(args: &Args) -> Result<Options> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // A second one ends the program at once; the throwaway server goes even then.
        signal_hook::flag::register_conditional_default(signal, Arc::clone(&interrupted))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&interrupted)))
            .context("signals cannot be heard")?;
    }
    Ok(Options {
        pg_bin: args.pg_bin.clone(),
        postgres: args.plan.postgres,
        url: args.url.clone(),
        allow_non_empty: args.allow_non_empty,
        limit: Duration::from_secs(args.timeout),
        rollback: !args.no_rollback,
        interrupted,
    })
}

/// With a sign of life on a terminal.
fn with_progress(request: &wire::Request, options: &Options) -> Result<Rehearsal> {
    if !std::io::stderr().is_terminal() {
        return Ok(rehearse(request, options, &mut |_| {})?);
    }
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    let result = rehearse(request, options, &mut |what| spinner.set_message(what.to_owned()));
    spinner.finish_and_clear();
    Ok(result?)
}
