//! Reads what the command line names into a request: which files, in which order, which parts of them.

mod down;
mod order;
mod read;

use anyhow::{Result, bail};
use lockstep_core::report::{wire, words};

use crate::args::Plan;
use crate::output;

impl Plan {
    /// Notes about what is left out go to standard error.
    pub(crate) fn request(&self) -> Result<wire::Request> {
        let stdin = self.inputs.iter().chain(&self.schema).filter(|path| path.as_os_str() == "-").count();
        if stdin > 1 {
            bail!(crate::trouble::Usage("standard input (-) can be read only once".into()));
        }
        let flyway = self.runner.as_deref() == Some("flyway");
        let mut notes = vec![];
        let schema = read::files(&self.schema, flyway, &mut notes)?;
        let files = read::files(&self.inputs, flyway, &mut notes)?;
        if !notes.is_empty() {
            let shown = notes.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = if notes.len() > 3 { format!(" and {} more", notes.len() - 3) } else { String::new() };
            let sections = words::count(notes.len(), "way");
            output::note(&format!("{sections} back left out: {shown}{more}"));
        }
        Ok(wire::Request {
            files,
            schema,
            postgres: self.postgres.unwrap_or(18),
            runner: self.runner.clone(),
            transaction: self.transaction.clone(),
            step: None,
        })
    }
}
