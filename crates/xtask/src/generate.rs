//! `cargo xtask gen`: the tables that PostgreSQL itself knows best, written into the sources.

mod catalog;

use std::{fs, process::Command, process::ExitCode};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::{
    process::{self, say},
    project,
};

/// Generate committed tables from their sources, or check them
#[derive(Args)]
#[command(after_help = "Examples:
  cargo xtask gen --url postgres://localhost/postgres            all, from a PostgreSQL 18
  cargo xtask gen --check                                        what can be checked here
  cargo xtask gen keywords --url 'host=/tmp user=postgres'       one
  cargo xtask gen catalog --url 'host=/tmp port=5415' --url 'host=/tmp port=5418'
                                                                 the system catalogs, one server a major")]
pub(crate) struct Generate {
    /// Which; all where none is named
    names: Vec<String>,
    /// Write nothing; fail where a file is not what would be generated
    #[arg(long)]
    check: bool,
    /// A PostgreSQL 18 to ask, for those that need one (psql is used); for the catalog one of each major
    #[arg(long, value_name = "URL")]
    url: Vec<String>,
}

/// Adding a generated file means adding a line here.
const GENERATORS: &[Generator] =
    &[Generator { name: "keywords", file: "crates/lockstep-core/src/keywords.txt", make: Source::Query(KEYWORDS) }];

struct Generator {
    name: &'static str,
    file: &'static str,
    make: Source,
}

/// Where a file's text comes from.
enum Source {
    /// The rows of a query on a server of the newest major, one a line.
    Query(&'static str),
}

/// The newest major that the tables are made for.
const MAJOR: u32 = 18;

/// Word, category, and whether it may be a column's label without AS: b(are) or a(s).
const KEYWORDS: &str = "SELECT word || ' ' || upper(catcode::text) || ' ' || CASE WHEN barelabel THEN 'b' ELSE 'a' END \
                        FROM pg_get_keywords() ORDER BY word COLLATE \"C\"";

impl Generate {
    pub(crate) fn run(self) -> Result<ExitCode> {
        if self.names == ["catalog"] {
            catalog::catalog(&self.url, self.check)?;
            return Ok(ExitCode::SUCCESS);
        }
        for name in &self.names {
            let known: Vec<_> = GENERATORS.iter().map(|generator| generator.name).collect();
            ensure!(
                known.contains(&name.as_str()),
                "nothing is generated under the name {name:?}; there is: {}",
                known.join(", ")
            );
        }
        let chosen =
            |generator: &&Generator| self.names.is_empty() || self.names.iter().any(|name| name == generator.name);
        for generator in GENERATORS.iter().filter(chosen) {
            generator.run(self.check, self.url.first().map(String::as_str))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// `gen --check`, for what needs no server.
pub(crate) fn check() -> Result<()> {
    GENERATORS.iter().try_for_each(|generator| generator.run(true, None))
}

impl Generator {
    fn run(&self, check: bool, url: Option<&str>) -> Result<()> {
        let Some(text) = self.make.text(url)? else {
            let reason = format!("{} is made from a PostgreSQL {MAJOR}: name one with --url", self.file);
            ensure!(check, "{reason}");
            say("NOT CHECKED", reason);
            return Ok(());
        };
        let path = project::root().join(self.file);
        let committed = fs::read_to_string(&path).unwrap_or_default();
        if committed == text {
            say("Unchanged", self.file);
        } else if check {
            bail!("{} is not what its source says: run `cargo xtask gen {}`", self.file, self.name);
        } else {
            fs::write(&path, text).with_context(|| self.file.to_owned())?;
            say("Wrote", self.file);
        }
        Ok(())
    }
}

impl Source {
    fn text(&self, url: Option<&str>) -> Result<Option<String>> {
        match (self, url) {
            (Source::Query(_), None) => Ok(None),
            (Source::Query(query), Some(url)) => {
                let major = psql(url, "SHOW server_version_num")?;
                let major: u32 = major.trim().parse().context("the server does not say its version")?;
                ensure!(major / 10_000 == MAJOR, "the server is PostgreSQL {}; {MAJOR} is needed", major / 10_000);
                psql(url, query).map(Some)
            }
        }
    }
}

fn psql(url: &str, query: &str) -> Result<String> {
    ensure!(
        process::find("psql").is_some(),
        "psql is not installed: apt install postgresql-client, brew install libpq"
    );
    let answer = Command::new("psql").args(["-X", "-A", "-t", "-q", "-d", url, "-c", query]).output()?;
    ensure!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr).trim());
    String::from_utf8(answer.stdout).context("psql's answer is not UTF-8")
}
