//! The command line: what can be said, and what the help says about it.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Parser, Subcommand, ValueEnum};
use lockstep_core::plan::runner::RUNNERS;

use crate::{commands, rehearse};

const EXAMPLES: &str = "\
Examples:
  lockstep simulate --schema schema.sql add_email.sql
      what happens, step by step
  lockstep check --schema schema.sql migrations/
      only what is dangerous; exit status 1 on errors
  lockstep plan --schema schema.sql add_email.sql
      the same change in steps that hold nobody up
  lockstep rollback --schema schema.sql add_email.sql
      the script that goes back
  lockstep validate --schema schema.sql add_email.sql
      the queries that check the rows before and after
  lockstep package --output shipping --schema schema.sql add_email.sql
      all of it in one folder
  lockstep explain --list
      every hazard that is looked for

Exit status: 0 fine; 1 findings or a predicted failure; 2 wrong usage; 3 could not run.
`lockstep COMMAND --help` has examples for each command.";

/// Shows what a PostgreSQL migration does to a live database, before it runs
///
/// Each statement is simulated on the starting schema: which locks it takes and whom they block,
/// which tables it rewrites or reads, how it can fail, and how to get back.
#[derive(Debug, Parser)]
#[command(name = "lockstep", version, after_help = EXAMPLES, max_term_width = 100, infer_subcommands = false)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colours; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Simulate(commands::simulate::Args),
    Check(commands::check::Args),
    Plan(commands::plan::Args),
    Rollback(commands::rollback::Args),
    Rehearse(rehearse::Args),
    Failure(commands::failure::Args),
    Validate(commands::validate::Args),
    Handoff(commands::handoff::Args),
    Checklist(commands::checklist::Args),
    Advise(commands::advise::Args),
    Package(commands::package::Args),
    Explain(commands::explain::Args),
    Completions(commands::completions::Args),
    #[command(hide = true)]
    Man(commands::man::Args),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// The migration and where it would run: the arguments that commands share.
#[derive(Debug, clap::Args)]
pub(crate) struct Plan {
    /// SQL files, folders (all *.sql below them, in natural order), or - for standard input
    #[arg(value_name = "FILE|FOLDER|-", required = true)]
    pub(crate) inputs: Vec<PathBuf>,

    /// SQL that has already run: the starting schema, for example from pg_dump --schema-only; can be repeated
    #[arg(long, value_name = "FILE|FOLDER|-")]
    pub(crate) schema: Vec<PathBuf>,

    /// JSON with the size of tables, so that times can be estimated: {"tables": {"users": {"rows": 10000000,
    /// "bytes": 4294967296}}}; a comment in the SQL can say it too: -- lockstep: table users rows=10M size=4GB
    #[arg(long, value_name = "FILE|-")]
    pub(crate) facts: Option<PathBuf>,

    /// PostgreSQL's major version, 14 to 18 [default: 18, or that of the server where there is one]
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u8).range(14..=18))]
    pub(crate) postgres: Option<u8>,

    /// The tool that executes the files; it decides which statements share a transaction [default: psql]
    #[arg(long, value_name = "NAME", value_parser = runners())]
    pub(crate) runner: Option<String>,

    /// One transaction for each file or for each statement, whatever the runner would do
    #[arg(long, value_name = "SCOPE", value_parser = ["per-file", "per-statement"])]
    pub(crate) transaction: Option<String>,

    /// What the team has settled [default: lockstep.toml in the first file's folder or above it]; what the command
    /// line says goes before it
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,

    /// Look for no lockstep.toml
    #[arg(long)]
    pub(crate) no_config: bool,

    /// Format of the input; only plain SQL is read so far
    #[arg(long, value_name = "FORMAT", default_value = "sql", value_parser = source_format)]
    pub(crate) from: String,
}

/// The application's queries.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Application {
    /// The application's queries as they are, in sqlc's form: `-- name: GetUser :one` above each
    #[arg(long, value_name = "FILE|-")]
    pub(crate) app_old: Option<PathBuf>,

    /// The application's queries as they will be, in the same form
    #[arg(long, value_name = "FILE|-")]
    pub(crate) app_new: Option<PathBuf>,
}

/// Where a command's result goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Destination {
    /// Write the result to this file instead of standard output
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
}

/// The tools that the core knows, each with what it wraps in one transaction.
fn runners() -> PossibleValuesParser {
    PossibleValuesParser::new(RUNNERS.iter().map(|runner| PossibleValue::new(runner.id).help(runner.about)))
}

fn source_format(name: &str) -> Result<String, String> {
    match name {
        "sql" => Ok(name.into()),
        "alembic" => Err("Alembic's Python is not read yet; `alembic upgrade START:END --sql` writes the SQL, \
                          which is (add --runner alembic)"
            .into()),
        "flyway" | "prisma" | "diesel" | "sqlx" | "goose" | "dbmate" | "golang-migrate" | "refinery"
        | "sql-migrate" | "supabase" | "drizzle" | "hasura" | "popx" | "node-pg-migrate" => {
            Err(format!("its SQL files are read as plain SQL: leave out --from and say --runner {name}"))
        }
        _ => Err("the only format read so far is `sql`".into()),
    }
}
