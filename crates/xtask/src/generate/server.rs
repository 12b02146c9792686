//! A PostgreSQL server that tables are read from, through psql: a driver would be compiled by everyone.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process;

pub(super) struct Server {
    connection: String,
    pub(super) major: u32,
}

impl Server {
    /// By a URL or a libpq connection string.
    pub(super) fn connect(connection: &str) -> Result<Self> {
        let install = "psql is not installed: apt install postgresql-client, or brew install libpq";
        ensure!(process::find("psql").is_some(), install);
        let mut server = Server { connection: connection.to_owned(), major: 0 };
        let version = server.query("SHOW server_version_num")?;
        server.major = version.trim().parse::<u32>().context("the server does not say its version")? / 10_000;
        Ok(server)
    }

    /// The rows, one a line, their columns parted by spaces.
    pub(super) fn query(&self, sql: &str) -> Result<String> {
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--field-separator= "]);
        let answer = psql.args(["--dbname", &self.connection, "--command", sql]).output()?;
        ensure!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr).trim());
        String::from_utf8(answer.stdout).context("psql's answer is not UTF-8")
    }
}
