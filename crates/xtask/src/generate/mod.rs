//! `cargo xtask gen`: the tables that PostgreSQL itself knows best, written into the sources.

mod catalog;
mod extensions;
mod keywords;
mod server;

use std::{fs, process::ExitCode};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use self::server::Server;
use crate::{process::say, project};

/// Generate committed tables from PostgreSQL, or check them
#[derive(Args)]
#[command(after_help = "Examples:
  cargo xtask gen keywords --url 'host=/tmp port=5418'     one table, from a PostgreSQL 18
  cargo xtask gen --url postgres://localhost:5414/postgres --url …
                                                           all, from one server of each major
  cargo xtask gen --check                                  what can be checked here")]
pub(crate) struct Generate {
    /// Which; all where none is named
    names: Vec<String>,
    /// Write nothing; fail where a file is not what would be generated
    #[arg(long)]
    check: bool,
    /// A server to ask, through psql; may be given once for each major
    #[arg(long, value_name = "URL")]
    url: Vec<String>,
}

/// Adding a generator means a file beside this one and a line here.
const GENERATORS: &[Generator] = &[
    Generator { name: "keywords", majors: &[18], make: keywords::make },
    Generator { name: "catalog", majors: &[14, 15, 16, 17, 18], make: catalog::make },
    Generator { name: "extensions", majors: &[14, 15, 16, 17, 18], make: extensions::make },
];

struct Generator {
    name: &'static str,
    /// What it has to ask, all of them.
    majors: &'static [u32],
    /// The files for these servers, which come in the order of `majors`.
    make: fn(&[&Server]) -> Result<Vec<Table>>,
}

/// A committed file: its path from the root, and its text.
struct Table {
    file: String,
    text: String,
}

impl Generate {
    pub(crate) fn run(self) -> Result<ExitCode> {
        for name in &self.names {
            let known: Vec<_> = GENERATORS.iter().map(|generator| generator.name).collect();
            let names = known.join(", ");
            ensure!(known.contains(&name.as_str()), "nothing is generated under the name {name:?}; there is: {names}");
        }
        let servers = self.url.iter().map(|url| Server::connect(url)).collect::<Result<Vec<_>>>()?;
        let chosen = |generator: &&Generator| self.names.is_empty() || self.names.iter().any(|it| it == generator.name);
        for generator in GENERATORS.iter().filter(chosen) {
            generator.run(self.check, &servers)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// `gen --check`, for what needs no server.
pub(crate) fn check() -> Result<()> {
    GENERATORS.iter().try_for_each(|generator| generator.run(true, &[]))
}

impl Generator {
    fn run(&self, check: bool, servers: &[Server]) -> Result<()> {
        let found = self.majors.iter().map(|&major| servers.iter().find(|server| server.major == major));
        let Some(asked) = found.collect::<Option<Vec<_>>>() else {
            let majors: Vec<_> = self.majors.iter().map(u32::to_string).collect();
            let reason = format!("{} is made from PostgreSQL {}: name each with --url", self.name, majors.join(", "));
            ensure!(check, "{reason}");
            say("NOT CHECKED", reason);
            return Ok(());
        };
        for Table { file, text } in (self.make)(&asked)? {
            let path = project::root().join(&file);
            if fs::read_to_string(&path).is_ok_and(|committed| committed == text) {
                say("Unchanged", file);
            } else if check {
                bail!("{file} is not what the servers say: run `cargo xtask gen {}`", self.name);
            } else {
                fs::write(&path, text).with_context(|| file.clone())?;
                say("Wrote", file);
            }
        }
        Ok(())
    }
}
