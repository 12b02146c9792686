//! `lockstep plan`: the safe way to the same schema.

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use lockstep_core::report::safe_plan::markdown;
use lockstep_core::report::safe_plan::wire::SafePlan;
use lockstep_core::report::words;

use crate::args::{Destination, Plan};
use crate::{engine, output, trouble};

const EXAMPLES: &str = "\
Examples:
  lockstep plan --schema schema.sql add_email.sql
      the steps that hold nobody up, as a script for psql
  lockstep plan --schema schema.sql --format markdown add_email.sql
      the same for a pull request, with the reason for each step
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

    /// A script for psql, Markdown for a pull request, or JSON for scripts
    #[arg(long, value_enum, default_value = "sql")]
    format: Format,

    #[command(flatten)]
    destination: Destination,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Sql,
    Markdown,
    Json,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let request = args.plan.request()?;
    let plan = engine::plan(&request)?;
    let text = match args.format {
        Format::Sql => plan.sql.clone(),
        Format::Markdown => markdown(&plan),
        Format::Json => serde_json::to_string_pretty(&plan)? + "\n",
    };
    output::write(&text, args.destination.output.as_deref())?;
    announce(&plan);
    Ok(if is_complete(&plan) { ExitCode::SUCCESS } else { ExitCode::from(trouble::FINDINGS) })
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
