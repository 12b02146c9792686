//! `cargo xtask ready`: everything that must hold before a commit.

use std::{process::ExitCode, time::Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    generate, process,
    process::{cargo, say},
    project,
    test::Test,
    wasm::{self, PACKAGE, TARGET},
};

/// Check everything that must hold before a commit
#[derive(Args)]
#[command(after_help = "Runs, and stops at the first that fails:
  cargo fmt --check, clippy without warnings (native, and the page for wasm32),
  cargo xtask gen --check, cargo xtask test (which builds the page as published)

Examples:
  cargo xtask ready --quick    all but the tests")]
pub(crate) struct Ready {
    /// Leave out the tests
    #[arg(long)]
    quick: bool,
}

impl Ready {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let start = Instant::now();
        say("Checking", "format");
        run(&["fmt", "--all", "--check"]).context("`cargo fmt` mends this")?;
        say("Checking", "lints");
        run(&["clippy", "--workspace", "--exclude", "xtask", "--all-targets", "--", "-D", "warnings"])?;
        run(&["clippy", "--package", "xtask", "--all-targets", "--", "-D", "warnings"])?;
        wasm::add_target()?;
        run(&["clippy", "--package", PACKAGE, "--target", TARGET, "--", "-D", "warnings"])?;
        say("Checking", "generated files");
        generate::check()?;
        if self.quick {
            crate::page::build(wasm::Profile::Dev, &project::scratch("ready-page"))?;
        } else if Test::default().run()? != ExitCode::SUCCESS {
            bail!("tests failed, or could not run");
        }
        say("Ready", format!("after {:.0} s", start.elapsed().as_secs_f32()));
        Ok(ExitCode::SUCCESS)
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    process::run(cargo().args(arguments))
}
