//! Commands that live beside the tests, where the engine and the server are linked: xtask itself stays quick
//! to build.

use std::{ffi::OsString, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use crate::process::cargo;

/// Run real migration histories, or PostgreSQL's own tests, beside a server (`corpus --help`)
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Corpus {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Corpus {
    pub(crate) fn run(self) -> Result<ExitCode> {
        forward("corpus", &self.arguments)
    }
}

/// Ask servers what they do with the cases of tests/facts, and write or check it (`record --help`)
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Record {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Record {
    pub(crate) fn run(self) -> Result<ExitCode> {
        forward("record", &self.arguments)
    }
}

/// Migrations and their safe plans while an application uses the tables (`load --help`)
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Load {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Load {
    pub(crate) fn run(self) -> Result<ExitCode> {
        forward("load", &self.arguments)
    }
}

/// Builds the program and runs it here, so that paths mean what they mean on the command line.
fn forward(program: &str, arguments: &[OsString]) -> Result<ExitCode> {
    let mut command = cargo();
    command.current_dir(std::env::current_dir()?);
    command.arg("run").arg("--quiet").arg("--manifest-path").arg(crate::project::root().join("tests/Cargo.toml"));
    command.args(["--bin", program, "--"]).args(arguments);
    let status = command.status().with_context(|| format!("`{program}` cannot be started"))?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}
