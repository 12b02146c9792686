//! `lockstep failure`: the report of a migration that failed, or would.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::ValueEnum;
use lockstep_core::report::failure::markdown::{markdown, plain};
use lockstep_core::report::failure::{Given, Nothing};
use lockstep_core::report::words;

use crate::args::{Destination, Plan};
use crate::trouble::Usage;
use crate::{engine, output, trouble};

const EXAMPLES: &str = "\
Examples:
  lockstep failure --schema schema.sql migrations/
      the first step that is sure to fail: what failed, and SQL that tells more or mends it
  lockstep failure --step 4 --sqlstate 23503 --schema schema.sql migrations/
      after step 4 has failed with 23503, as the runner's log says
  lockstep failure --sqlstate 55P03 --message \"canceling statement due to lock timeout\" --step 1 up.sql
      with the server's own message, which names what it is about
  lockstep failure --task-id T003 --format json --schema schema.sql up.sql | jq -r '.resolution[]'
      for scripts: every item of `resolution` is SQL that runs

Exit status: 1 there is a failure to report; 2 wrong usage, or no step fails; 3 could not run.";

/// Report a failed migration: what failed, the state it left, SQL for what to do next
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    /// The step that failed, as `lockstep simulate` numbers them [default: the first that is sure to fail]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    step: Option<u32>,

    /// What it failed with, five characters [default: what is predicted]
    #[arg(long, value_name = "CODE", value_parser = sqlstate)]
    sqlstate: Option<String>,

    /// The server's message, without `ERROR:`
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,

    /// How the team calls the task [default: the file's name]
    #[arg(long, value_name = "ID")]
    task_id: Option<String>,

    /// JSON for scripts and tickets, Markdown or text for people
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

fn sqlstate(text: &str) -> Result<String, String> {
    match text.len() == 5 && text.bytes().all(|it| it.is_ascii_digit() || it.is_ascii_uppercase()) {
        true => Ok(text.to_owned()),
        false => Err("a SQLSTATE has five digits and capital letters, like 23503".into()),
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let request = args.plan.request()?;
    let given = Given {
        task_id: args.task_id.clone(),
        step: args.step.map(|it| it as usize),
        sqlstate: args.sqlstate.clone(),
        message: args.message.clone(),
    };
    let failure = match engine::failure(&request, &given)? {
        Ok(failure) => failure,
        Err(nothing) => bail!(Usage(why(nothing))),
    };
    let text = match args.format {
        Format::Text => plain(&failure),
        Format::Json => serde_json::to_string_pretty(&failure)? + "\n",
        Format::Markdown => markdown(&failure),
    };
    output::write(&text, args.destination.output.as_deref())?;
    Ok(ExitCode::from(trouble::FINDINGS))
}

fn why(nothing: Nothing) -> String {
    match nothing {
        Nothing::NoFailure(None) => {
            "no step is sure to fail; say which one did, and with what: --step NUMBER --sqlstate CODE".into()
        }
        Nothing::NoFailure(Some(step)) => format!(
            "no step is sure to fail, but its rows may keep step {step} from succeeding: --step {step} reports that"
        ),
        Nothing::NoStep(steps) => format!(
            "there is no such step: the migration has {}; `lockstep simulate` numbers them",
            words::count(steps, "step")
        ),
        Nothing::NoSqlState => "this step is not predicted to fail; say what it failed with: --sqlstate CODE".into(),
    }
}
