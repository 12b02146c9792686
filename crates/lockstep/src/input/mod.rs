//! Reads what the command line names into a request: which files, in which order, which parts of them.

mod down;
mod facts;
mod layout;
mod order;
mod read;

use anyhow::{Result, bail};
use lockstep_core::report::wire;

use crate::args::Plan;
use crate::output;

impl Plan {
    /// Notes about what is left out go to standard error.
    pub(crate) fn request(&self) -> Result<wire::Request> {
        let stdin =
            self.inputs.iter().chain(&self.schema).chain(&self.facts).filter(|path| path.as_os_str() == "-").count();
        if stdin > 1 {
            bail!(crate::trouble::Usage("standard input (-) can be read only once".into()));
        }
        let runner = self.runner.as_deref();
        let mut left_out = read::LeftOut::default();
        let schema = read::files(&self.schema, runner, &mut left_out)?;
        let files = read::files(&self.inputs, runner, &mut left_out)?;
        mention(&left_out.back, "way back", "ways back");
        mention(&left_out.other_database, "file for another database", "files for other databases");
        mention(&left_out.stray, "file beside the migration folders", "files beside the migration folders");
        Ok(wire::Request {
            files,
            schema,
            postgres: self.postgres.unwrap_or(18),
            runner: self.runner.clone(),
            transaction: self.transaction.clone(),
            step: None,
            facts: self.facts.as_deref().map(facts::read).transpose()?,
        })
    }
}

/// One note for all of a kind, with an example.
fn mention(left_out: &[String], one: &str, many: &str) {
    match left_out {
        [] => {}
        [only] => output::note(&format!("left out: {only} ({one})")),
        [first, ..] => output::note(&format!("left out: {} {many}, such as {first}", left_out.len())),
    }
}
