//! Reads what the command line names into a request: which files, in which order, which parts of them.

mod down;
mod facts;
mod layout;
mod order;
mod read;

use anyhow::{Result, bail};
use lockstep_core::report::wire;

use crate::args::Plan;
use crate::configuration::Configuration;
use crate::output;

impl Plan {
    /// Notes about what is left out go to standard error.
    pub(crate) fn request(&self) -> Result<wire::Request> {
        self.request_beside(&self.configuration()?)
    }

    /// What the team has settled.
    pub(crate) fn configuration(&self) -> Result<Configuration> {
        match (&self.config, self.inputs.first()) {
            (Some(path), _) => Configuration::read(path),
            (None, Some(input)) if !self.no_config => Configuration::find(input),
            _ => Ok(Configuration::default()),
        }
    }

    pub(crate) fn request_beside(&self, settled: &Configuration) -> Result<wire::Request> {
        let schema = if self.schema.is_empty() { &settled.schema } else { &self.schema };
        let facts = self.facts.as_ref().or(settled.facts.as_ref());
        let stdin = self.inputs.iter().chain(schema).chain(facts).filter(|path| path.as_os_str() == "-").count();
        if stdin > 1 {
            bail!(crate::trouble::Usage("standard input (-) can be read only once".into()));
        }
        let runner = self.runner.as_ref().or(settled.runner.as_ref());
        let transaction = self.transaction.as_ref().or(settled.transaction.as_ref());
        let mut left_out = read::LeftOut::default();
        let schema = read::files(schema, runner.map(String::as_str), &mut left_out)?;
        let files = read::files(&self.inputs, runner.map(String::as_str), &mut left_out)?;
        mention(&left_out.back, "way back", "ways back");
        mention(&left_out.other_database, "file for another database", "files for other databases");
        mention(&left_out.stray, "file beside the migration folders", "files beside the migration folders");
        Ok(wire::Request {
            files,
            schema,
            postgres: self.postgres.or(settled.postgres).unwrap_or(18),
            runner: runner.cloned(),
            transaction: transaction.cloned(),
            step: None,
            facts: facts.map(|it| facts::read(it)).transpose()?,
            config: settled.core.clone(),
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
