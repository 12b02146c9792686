//! The server beside a simulation: runs a statement, and sets what it did against what was said of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lockstep_core::name::quote_literal;
use lockstep_core::report::wire;
use lockstep_pg::catalog;
use lockstep_pg::observe::{Observer, Place};
use lockstep_pg::rehearse::compare;
use lockstep_pg::rehearse::report::Agreement;
use lockstep_pg::session::{Failure, Session, Target};
use lockstep_pg::{Error, Result};
use serde_json::Value;

use crate::proof::script::Statement;

pub struct Beside {
    target: Target,
    /// Where the server may read files.
    folder: PathBuf,
    observer: Observer,
    /// Whether roles that are missing may be made: a history takes those of its own server for granted.
    makes_roles: bool,
    failed_in_block: bool,
}

/// What the server did with a statement.
pub enum Measured {
    /// What it needs is not there, or it took too long.
    Not { accepted: bool },
    /// (aspect, difference), none where all claims hold.
    /// `read_only`: the server wrote nothing.
    Compared { accepted: bool, read_only: bool, contradictions: Vec<(&'static str, String)> },
}

const LIMIT: Duration = Duration::from_secs(20);

impl Beside {
    pub fn open(target: &Target, folder: &Path, makes_roles: bool) -> Result<Self> {
        let observer = open(target)?;
        Ok(Beside {
            target: target.clone(),
            folder: folder.to_path_buf(),
            observer,
            makes_roles,
            failed_in_block: false,
        })
    }

    pub fn reconnect(&mut self) -> Result<()> {
        self.observer = open(&self.target)?;
        Ok(())
    }

    pub fn begin(&mut self) -> Result<()> {
        self.failed_in_block = false;
        self.observer.session.client().batch_execute("BEGIN")?;
        Ok(())
    }

    /// As a runner would: COMMIT, or ROLLBACK after a failure. Whether it was committed.
    pub fn end_transaction(&mut self) -> Result<bool> {
        let end = if self.failed_in_block { "ROLLBACK" } else { "COMMIT" };
        let ended = self.observer.session.quietly(end).is_ok();
        Ok(ended && !self.failed_in_block)
    }

    pub fn catalog(&mut self) -> Result<Value> {
        catalog::normal_form(self.observer.watcher())
    }

    /// The connection that the history runs on.
    pub fn session(&mut self) -> &mut Session {
        &mut self.observer.session
    }

    pub fn run(&mut self, statement: &Statement, claims: &wire::Step, in_block: bool) -> Result<Measured> {
        let sql = match &statement.rows {
            Some(rows) => self.rows_in_a_file(&claims.sql, rows)?,
            None => claims.sql.clone(),
        };
        let upper = sql.to_ascii_uppercase();
        if upper.trim_start().starts_with("COPY") && (upper.contains("STDOUT") || upper.contains("STDIN")) {
            return Ok(Measured::Not { accepted: claims.outcome != "failed" });
        }
        let place = if in_block { Place::InTransaction } else { Place::Alone };
        let mut observation = match self.observer.run(&sql, place, &[]) {
            Ok(observation) => observation,
            // The connection is of no use any more: a copy in a mode that the client does not speak, a crash.
            Err(error) => {
                eprintln!("{}:{}: {error}", statement.file, statement.line);
                self.reconnect()?;
                return Ok(Measured::Not { accepted: false });
            }
        };
        while let Some(role) = observation.outcome.as_ref().err().and_then(missing_role)
            && self.makes_roles
            && !in_block
            && self.make_role(&role)
        {
            observation = self.observer.run(&sql, place, &[])?;
        }
        let accepted = observation.outcome.is_ok();
        self.failed_in_block |= !accepted;
        if observation.outcome.as_ref().err().is_some_and(|it| is_surroundings(it, self.makes_roles)) {
            return Ok(Measured::Not { accepted });
        }
        // TOAST belongs to its table and is not watched.
        let mut claims = claims.clone();
        claims.locks.retain(|it| !it.toast);
        let aspects = compare::step(&claims, &observation, true);
        let refuted = aspects.all().filter(|(_, verdict)| verdict.agreement == Agreement::Contradicts);
        let contradictions = refuted.map(|(aspect, verdict)| (aspect, verdict.differences.join("; "))).collect();
        Ok(Measured::Compared { accepted, read_only: observation.read_only, contradictions })
    }

    /// COPY's rows from a file beside the server: the statement then runs as any other.
    fn rows_in_a_file(&self, sql: &str, rows: &str) -> Result<String> {
        let file = self.folder.join("rows");
        std::fs::write(&file, rows).map_err(|source| Error::Io { what: file.display().to_string(), source })?;
        Ok(with_file(sql, &file.display().to_string()))
    }

    fn make_role(&mut self, role: &str) -> bool {
        let name = role.replace('"', "\"\"");
        self.observer.watcher().batch_execute(&format!("CREATE ROLE \"{name}\"")).is_ok()
    }
}

/// `COPY … FROM stdin` reading a file instead.
fn with_file(sql: &str, file: &str) -> String {
    let lower = sql.to_ascii_lowercase();
    match lower.rfind("stdin") {
        Some(at) => format!("{}{}{}", &sql[..at], quote_literal(file), &sql[at + "stdin".len()..]),
        None => sql.to_owned(),
    }
}

fn open(target: &Target) -> Result<Observer> {
    let mut observer = Observer::open(target)?;
    observer.session.limit = LIMIT;
    Ok(observer)
}

fn missing_role(failure: &Failure) -> Option<String> {
    let role = failure.message.strip_prefix("role \"")?.strip_suffix("\" does not exist")?;
    (failure.sqlstate == "42704").then(|| role.to_owned())
}

/// Whether a failure tells of this machine rather than of the statement: an extension that is not installed, a
/// file that is not there, a limit of time or space, a role of the history's own server.
fn is_surroundings(failure: &Failure, makes_roles: bool) -> bool {
    let extension = failure.message.starts_with("extension \"") && failure.message.ends_with("is not available")
        || failure.message.contains("could not open extension control file");
    let class = failure.sqlstate.get(..2).unwrap_or("");
    extension
        || failure.sqlstate.is_empty()
        || failure.sqlstate == "57014"
        || ["58", "53"].contains(&class)
        || makes_roles && missing_role(failure).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_copied_from_a_file() {
        assert_eq!(
            with_file("COPY t (a) FROM stdin WITH (FORMAT csv)", "/f"),
            "COPY t (a) FROM '/f' WITH (FORMAT csv)"
        );
    }

    #[test]
    fn what_this_machine_lacks_is_no_contradiction() {
        let failure = |sqlstate: &str, message: &str| Failure {
            sqlstate: sqlstate.into(),
            message: message.into(),
            ..Failure::default()
        };
        assert!(is_surroundings(&failure("0A000", "extension \"vector\" is not available"), false));
        assert!(is_surroundings(&failure("58P01", "could not access file \"regress\""), false));
        assert!(!is_surroundings(&failure("42P01", "relation \"t\" does not exist"), false));
        assert!(!is_surroundings(&failure("42704", "role \"app\" does not exist"), false));
        assert!(is_surroundings(&failure("42704", "role \"app\" does not exist"), true));
    }
}
