//! The list of commands; each has a file of its own.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{build, play};

/// Builds, shows and tests Lockstep. Needs cargo alone; what else a command wants, it says.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
pub(crate) struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Play(play::Play),
    Build(build::Build),
}

impl Xtask {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Play(play) => play.run(),
            Command::Build(build) => build.run(),
        }
    }
}
