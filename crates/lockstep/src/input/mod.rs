//! Reads what the command line names into a request: which files, in which order, which parts of them.

mod down;
mod facts;
mod layout;
mod order;
mod read;
mod setting;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use lockstep_core::input::annotated;
use lockstep_core::report::wire;

use crate::args::{Application, Plan};
use crate::configuration::Configuration;
use crate::output;
use crate::trouble::Usage;

impl Plan {
    /// Notes about what does not run go to standard error. Ways back in files of their own are read where a folder
    /// holds them.
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
        self.read(settled, &[])
    }

    /// The same with the ways back that lie beside files that are named one by one, or, where it is named, the one
    /// of the only file.
    pub(crate) fn request_with_ways_back(&self, named: Option<&Path>) -> Result<wire::Request> {
        let settled = self.configuration()?;
        let Some(named) = named else {
            let files = self.inputs.iter().filter(|path| path.is_file());
            return self.read(&settled, &files.flat_map(|path| down::beside(path)).collect::<Vec<_>>());
        };
        let mut request = self.read(&settled, &[])?;
        let [file] = &request.files[..] else {
            let count = request.files.len();
            bail!(Usage(format!("one way back is named for {count} files: name the one that it undoes")));
        };
        request.ways_back = vec![way_back(&file.name, named)?];
        Ok(request)
    }

    fn read(&self, settled: &Configuration, beside: &[PathBuf]) -> Result<wire::Request> {
        let schema = if self.schema.is_empty() { &settled.schema } else { &self.schema };
        let facts = self.facts.as_ref().or(settled.facts.as_ref());
        let stdin = self.inputs.iter().chain(schema).chain(facts).filter(|path| path.as_os_str() == "-").count();
        if stdin > 1 {
            bail!(Usage("standard input (-) can be read only once".into()));
        }
        let runner = self.runner.as_ref().or(settled.runner.as_ref());
        let transaction = self.transaction.as_ref().or(settled.transaction.as_ref());
        let runs = runner.map(String::as_str);
        let (mut of_schema, mut left_out) = (read::LeftOut::default(), read::LeftOut::default());
        let schema = read::files(schema, runs, &mut of_schema)?;
        let files = read::files(&self.inputs, runs, &mut left_out)?;
        let paths: Vec<PathBuf> = files.iter().map(|it| PathBuf::from(&it.name)).collect();
        let mut backs = left_out.back.clone();
        backs.extend(beside.iter().filter(|it| !left_out.back.contains(it) && !paths.contains(it)).cloned());
        let pairs = down::pair(&paths, &backs);
        let ways_back = pairs.iter().map(|(of, back)| way_back(&of.display().to_string(), back));
        let ways_back: Vec<wire::WayBackText> = ways_back.collect::<Result<_>>()?;
        let unwrapped = files.iter().filter(|it| setting::opts_out(Path::new(&it.name), runs));
        let unwrapped = unwrapped.map(|it| it.name.clone()).collect();
        let names = |paths: Vec<PathBuf>| paths.into_iter().map(|it| it.display().to_string()).collect::<Vec<_>>();
        let sections =
            |names: &[String]| names.iter().map(|it| format!("the down section of {it}")).collect::<Vec<_>>();
        let (checked, strays): (Vec<_>, Vec<_>) =
            left_out.back.into_iter().partition(|path| pairs.iter().any(|(_, back)| back == path));
        mention(
            "checked, but not run",
            &[names(checked), sections(&left_out.sections)].concat(),
            "way back",
            "ways back",
        );
        let back = [names(strays), names(of_schema.back), sections(&of_schema.sections)].concat();
        mention("left out", &back, "way back", "ways back");
        let other = [of_schema.other_database, left_out.other_database].concat();
        mention("left out", &other, "file for another database", "files for other databases");
        let stray = [of_schema.stray, left_out.stray].concat();
        mention("left out", &stray, "file beside the migration folders", "files beside the migration folders");
        Ok(wire::Request {
            files,
            schema,
            postgres: self.postgres.or(settled.postgres).unwrap_or(18),
            runner: runner.cloned(),
            transaction: transaction.cloned(),
            step: None,
            facts: facts.map(|it| facts::read(it)).transpose()?,
            config: settled.core.clone(),
            ways_back,
            unwrapped,
            ..wire::Request::default()
        })
    }
}

fn way_back(of: &str, path: &Path) -> Result<wire::WayBackText> {
    let wire::File { name, text } = read::open(path, &mut read::LeftOut::default())?;
    Ok(wire::WayBackText { of: of.to_owned(), name, text })
}

impl Application {
    /// Adds the queries to the request.
    pub(crate) fn add_to(&self, request: &mut wire::Request) -> Result<()> {
        let read = |path: &Option<PathBuf>| -> Result<Option<wire::File>> {
            let Some(path) = path else { return Ok(None) };
            let file = read::text(path)?;
            if annotated::read(&file.text).is_empty() {
                bail!(Usage(format!("{} has no query: a line `-- name: GetUser :one` stands above each", file.name)));
            }
            Ok(Some(file))
        };
        request.app_old = read(&self.app_old)?;
        request.app_new = read(&self.app_new)?;
        Ok(())
    }
}

/// One note for all of a kind, with an example.
fn mention(what: &str, names: &[String], one: &str, many: &str) {
    match names {
        [] => {}
        [only] => output::note(&format!("{what}: {only} ({one})")),
        [first, ..] => output::note(&format!("{what}: {} {many}, such as {first}", names.len())),
    }
}
