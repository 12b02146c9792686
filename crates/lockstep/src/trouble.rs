//! Errors that end the program, and the exit status that each kind has.

use std::fmt;
use std::process::ExitCode;

use crate::output;

pub(crate) const FINDINGS: u8 = 1;
pub(crate) const USAGE: u8 = 2;
pub(crate) const COULD_NOT_RUN: u8 = 3;

/// The command line asks for something that cannot be: exit status 2.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Says on standard error what went wrong. Everything that is not a [`Usage`] is "could not run".
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    output::complain(&format!("{error:#}"));
    ExitCode::from(if error.is::<Usage>() { USAGE } else { COULD_NOT_RUN })
}
