//! `cargo xtask test`: every test there is, and a plain word about those that could not run.

mod binaries;
mod browser;
mod count;
mod postgres;

use std::{env, process::ExitCode};

use anyhow::Result;
use clap::{Args, ValueEnum};

use self::count::Count;
use crate::process::say;

/// Run every test: native, in a real browser, on a real PostgreSQL
#[derive(Args, Default)]
#[command(after_help = "Examples:
  cargo xtask test                    everything
  cargo xtask test --only unit        what needs nothing but cargo
  cargo xtask test --only browser --dev
  CI=true cargo xtask test            … and fail where something could not run")]
pub(crate) struct Test {
    /// Run one kind only; may be given more than once
    #[arg(long, value_enum, value_name = "KIND")]
    only: Vec<Kind>,
    /// Fail where a browser, Node.js or PostgreSQL is missing (as CI=true does)
    #[arg(long)]
    require_all: bool,
    /// Test the page as `play` builds it, instead of as published
    #[arg(long)]
    dev: bool,
    /// Show each test, not only those that fail
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Kind {
    /// Everything that needs nothing but cargo
    Unit,
    /// The page, in Chromium
    Browser,
    /// What is proved on a real server
    Postgres,
}

/// Tests that could not run, and what to install for them.
struct NotRun {
    what: &'static str,
    why: String,
}

impl Test {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let require_all =
            self.require_all || env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        let wanted = |kind| self.only.is_empty() || self.only.contains(&kind);
        let mut not_run = Vec::new();
        let mut total = Count::default();

        let server = wanted(Kind::Postgres).then(postgres::missing).flatten();
        let with_server = wanted(Kind::Postgres) && server.is_none();
        not_run.extend(server.map(|why| NotRun { what: "PostgreSQL tests", why }));
        let tools = wanted(Kind::Browser).then(browser::missing).flatten();
        let with_browser = wanted(Kind::Browser) && tools.is_none();
        not_run.extend(tools.map(|why| NotRun { what: "browser tests", why }));
        not_run.iter().for_each(NotRun::tell);

        if wanted(Kind::Unit) || with_server {
            let choice = binaries::Choice { unit: wanted(Kind::Unit), server: with_server };
            total += counted(binaries::run(choice, self.verbose, require_all));
        }
        if with_browser {
            total += counted(browser::run(self.dev));
        }

        eprintln!();
        not_run.iter().for_each(NotRun::tell);
        println!("{total}");
        Ok(if total.good() && (not_run.is_empty() || !require_all) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Tests that cannot even be built or started count as one that failed; the others still run.
fn counted(result: Result<Count>) -> Count {
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        Count::failure()
    })
}

impl NotRun {
    fn tell(&self) {
        say("NOT RUN", format_args!("{}: {}", self.what, self.why));
    }
}
