//! `lockstep plan`: the safe way to the same schema, as a script, to read, or as a tool's files.

mod files;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser};
use lockstep_core::report::plan_form::{TOOLS, Tool};
use lockstep_core::report::safe_plan::markdown;
use lockstep_core::report::safe_plan::wire::SafePlan;
use lockstep_core::report::words;

use crate::args::Plan;
use crate::trouble::Usage;
use crate::{engine, output, trouble};

const EXAMPLES: &str = "\
Examples:
  lockstep plan --schema schema.sql add_email.sql
      the steps that hold nobody up, as a script for psql
  lockstep plan --schema schema.sql --format markdown add_email.sql
      the same for a pull request, with the reason for each step
  lockstep plan --schema schema.sql --output stages add_email.sql
      a script for each stage: stages/stage-1-expand.sql and so on
  lockstep plan --schema schema.sql --format flyway --output plan V7__add_email.sql
      migrations of a tool, with their ways back: plan/V7.1__add_email_expand.sql and so on; those to
      run after another deployment are in folders release-1, release-2 …
  lockstep plan --schema schema.sql --format goose 7_add_email.sql
      the same to read
  lockstep plan --postgres 15 --schema schema.sql --format json add_email.sql | jq '.stages[].deploy'
      for scripts; the format is lockstep-plan/1

The plan goes to standard output; what became of each statement to standard error.

Exit status: 0 the plan does all that the migration does; 1 something stays dangerous or is left to do;
2 wrong usage; 3 could not run.";

/// Write the safe plan: steps that end in the same schema and hold up nobody, with what to deploy in between
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    /// A script for psql, Markdown for a pull request, JSON for scripts, or the files of a migration tool
    #[arg(long, value_name = "FORMAT", default_value = "sql", value_parser = formats())]
    format: String,

    /// Write to this file, or into this folder: always with the files of a tool, with sql where the name has no ending
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,
}

fn formats() -> PossibleValuesParser {
    let own = [("sql", "a script for psql"), ("markdown", "to read"), ("json", "format lockstep-plan/1")];
    let tools = TOOLS.iter().map(|tool| (tool.id, tool.about));
    PossibleValuesParser::new(own.into_iter().chain(tools).map(|(id, about)| PossibleValue::new(id).help(about)))
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let request = args.plan.request()?;
    let path = args.output.as_deref();
    if let Some(tool) = Tool::find(&args.format) {
        let made = engine::plan_files(&request, tool)?;
        let all: Vec<_> = made.releases.iter().flat_map(|it| &it.files).collect();
        match path {
            None => output::write(&files::texts(&made), None)?,
            Some(file) if file.is_file() => {
                bail!(Usage(format!("{} is a file; the files of a tool go into a folder", file.display())))
            }
            Some(folder) => files::write(&all, folder)?,
        }
        files::announce(&made);
        return Ok(end(&made.plan));
    }
    let plan = engine::plan(&request)?;
    let text = match args.format.as_str() {
        "markdown" => markdown(&plan),
        "json" => serde_json::to_string_pretty(&plan)? + "\n",
        _ => plan.sql.clone(),
    };
    match path.filter(|it| args.format == "sql" && is_folder(it)) {
        Some(folder) => {
            let stages = files::stages(&plan);
            files::write(&stages.iter().collect::<Vec<_>>(), folder)?;
        }
        None => output::write(&text, path)?,
    }
    Ok(end(&plan))
}

/// One that is there, or a name like that of one.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || !path.exists() && path.extension().is_none()
}

fn end(plan: &SafePlan) -> ExitCode {
    announce(plan);
    if is_complete(plan) { ExitCode::SUCCESS } else { ExitCode::from(trouble::FINDINGS) }
}

fn is_complete(plan: &SafePlan) -> bool {
    plan.stopped.is_none() && plan.end.schema != "differs" && plan.statements.iter().all(|it| it.verdict != "unsolved")
}

fn announce(plan: &SafePlan) {
    let count = |verdict: &str| plan.statements.iter().filter(|it| it.verdict == verdict).count();
    let steps: usize = plan.stages.iter().map(|it| it.steps.len()).sum();
    output::note(&format!(
        "{} of the migration: {} replaced, {} kept; the plan has {} in {}",
        words::count(plan.statements.len(), "statement"),
        count("replaced"),
        count("kept"),
        words::count(steps, "step"),
        words::count(plan.stages.len(), "stage"),
    ));
    for it in plan.statements.iter().filter(|it| it.verdict == "unsolved") {
        output::warn(&format!("step {}: {}", it.step, it.why));
    }
    match (&plan.stopped, plan.end.schema.as_str()) {
        (Some(why), _) => output::complain(why),
        (None, "same") => output::note("it ends in the very schema that the migration ends in"),
        (None, "order_differs") => output::warn(&format!(
            "it ends in the same schema but for the order of columns of {}",
            plan.end.objects.join(", ")
        )),
        (None, _) => output::complain(&format!(
            "it ends in another schema than the migration; please report this: {}",
            plan.end.objects.join(", ")
        )),
    }
}
