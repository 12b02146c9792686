//! The command `lockstep`.

mod args;
mod commands;
mod configuration;
mod engine;
mod input;
mod output;
mod problem;
mod rehearse;
mod trouble;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// A trace is many small strings and lists.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    output::COLOR.set(cli.color).ok();
    commands::run(cli.command).unwrap_or_else(|error| trouble::report(&error))
}
