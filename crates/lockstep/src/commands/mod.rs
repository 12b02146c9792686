//! One file for each command: its arguments, its help, what it does.

pub(crate) mod advise;
pub(crate) mod check;
pub(crate) mod checklist;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod failure;
pub(crate) mod handoff;
pub(crate) mod man;
pub(crate) mod package;
pub(crate) mod plan;
pub(crate) mod rollback;
pub(crate) mod simulate;
pub(crate) mod validate;

use std::process::ExitCode;

use anyhow::Result;

use crate::args::Command;
use crate::rehearse;

pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Simulate(args) => simulate::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Rollback(args) => rollback::run(&args),
        Command::Rehearse(args) => rehearse::run(&args),
        Command::Failure(args) => failure::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Handoff(args) => handoff::run(&args),
        Command::Checklist(args) => checklist::run(&args),
        Command::Advise(args) => advise::run(&args),
        Command::Package(args) => package::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}
