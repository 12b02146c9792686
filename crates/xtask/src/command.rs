//! The list of commands; each has a file of its own.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{build, forward, generate, mutate, play, ready, scaffold, test, trunk};

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
    Test(test::Test),
    Ready(ready::Ready),
    Build(build::Build),
    Gen(generate::Generate),
    New(scaffold::New),
    Trunk(trunk::Trunk),
    Corpus(forward::Corpus),
    Record(forward::Record),
    Load(forward::Load),
    Mutate(mutate::Mutate),
}

impl Xtask {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Play(play) => play.run(),
            Command::Test(test) => test.run(),
            Command::Ready(ready) => ready.run(),
            Command::Build(build) => build.run(),
            Command::Gen(generate) => generate.run(),
            Command::New(new) => new.run(),
            Command::Trunk(trunk) => trunk.run(),
            Command::Corpus(corpus) => corpus.run(),
            Command::Record(record) => record.run(),
            Command::Load(load) => load.run(),
            Command::Mutate(mutate) => mutate.run(),
        }
    }
}

/// What this process was started for.
pub(crate) fn run() -> Result<ExitCode> {
    if trunk::is_wasm_bindgen() { trunk::WasmBindgen::parse().run() } else { Xtask::parse().run() }
}
