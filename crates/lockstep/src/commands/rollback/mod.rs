//! `lockstep rollback`: the script that goes back.

mod check;
mod forms;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::ValueEnum;
use lockstep_core::report::rollback_form::Form;
use lockstep_core::report::wire;
use lockstep_core::report::words;

use crate::args::{Destination, Plan};
use crate::trouble::{self, Usage};
use crate::{engine, output};

const EXAMPLES: &str = "\
Examples:
  lockstep rollback --schema schema.sql add_email.sql
      the way back from the end
  lockstep rollback --step 2 --schema schema.sql add_email.sql
      from after step 2, where the migration stopped
  lockstep rollback --schema schema.sql --output add_email.down.sql add_email.sql
      written to a file
  lockstep rollback --format flyway --output undo --schema schema.sql migrations/
      the way back of every file, with the names and markers of a tool
  lockstep rollback --check --schema schema.sql migrations/
      whether the ways back that are written already lead back (*.down.sql, U*.sql, down sections)
  lockstep rollback --check --down undo_email.sql --schema schema.sql add_email.sql
      the same for a file of any name

The script goes to standard output; its grade (exact, leaves rows, loses data, impossible) and what it loses to
standard error.

Exit status: 0 there is a way back; 1 there is none, or --check finds a wrong one; 2 wrong usage; 3 could not run.";

/// Write the script that goes back to the starting schema, and say honestly what it cannot bring back
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: Plan,

    /// Go back from after this step instead of from the end
    #[arg(long, value_name = "N")]
    step: Option<usize>,

    /// Check the ways back that the files bring along instead, each against the schema before its migration
    #[arg(long)]
    check: bool,

    /// The way back to check, where no name or section tells it
    #[arg(long, value_name = "FILE", requires = "check")]
    down: Option<PathBuf>,

    /// A script for psql, everything that is known about it as JSON, or each file's way back as a tool keeps it
    /// (with --output: the folder that the files go to)
    #[arg(long, value_enum, default_value = "sql")]
    format: Format,

    #[command(flatten)]
    destination: Destination,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A script for psql
    Sql,
    /// For scripts: format lockstep-rollback/1
    Json,
    /// downgrade() with op.execute
    Alembic,
    /// The file's section -- migrate:down
    Dbmate,
    /// down.sql beside up.sql
    Diesel,
    /// U1__x.sql for V1__x.sql
    Flyway,
    /// 1_x.down.sql
    GolangMigrate,
    /// The file's section -- +goose Down
    Goose,
    /// The file's section -- Down Migration
    NodePgMigrate,
    /// down.sql beside migration.sql, for `prisma db execute`
    Prisma,
    /// The file's section -- +migrate Down
    SqlMigrate,
    /// 1_x.down.sql
    Sqlx,
}

impl Format {
    fn form(self) -> Option<Form> {
        Form::find(self.to_possible_value()?.get_name())
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if args.check {
        return check::run(args);
    }
    if let Some(form) = args.format.form() {
        return forms::run(args, form);
    }
    let mut request = args.plan.request()?;
    if let Some(step) = args.step {
        let steps = engine::simulate(&request)?.steps.len();
        if step > steps {
            bail!(Usage(format!(
                "there is no step {step}: the migration has {}; `lockstep simulate` numbers them",
                words::count(steps, "step")
            )));
        }
    }
    request.step = args.step;
    let rollback = engine::rollback(&request)?;
    let path = args.destination.output.as_deref();
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&rollback)? + "\n",
        _ => script(&rollback),
    };
    output::write(&text, path)?;
    announce(&rollback);
    Ok(if rollback.grade == "impossible" { ExitCode::from(trouble::FINDINGS) } else { ExitCode::SUCCESS })
}

/// The core's script, with its line break at the end.
fn script(rollback: &wire::Rollback) -> String {
    let sql = rollback.sql.trim_end();
    if sql.is_empty() { "-- Nothing to undo.\n".into() } else { format!("{sql}\n") }
}

fn announce(rollback: &wire::Rollback) {
    match rollback.grade.as_str() {
        "exact" => output::note("this way back is exact: it restores the starting schema"),
        "leaves_rows" => output::warn("this way back restores the schema and leaves rows that were added:"),
        "loses_data" => output::warn("this way back loses data:"),
        "impossible" => output::complain("there is no complete way back:"),
        other => output::warn(&format!("this way back is graded {other}")),
    }
    let lines = rollback.impossible.iter().chain(&rollback.lost).chain(&rollback.stays).chain(&rollback.notes);
    for line in lines {
        output::detail(line);
    }
}
