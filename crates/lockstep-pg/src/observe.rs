//! Runs statements on one connection and watches from a second one what they lock.
//!
//! Inside a transaction, `pg_locks` directly after a statement is the truth about what it took and still
//! holds. A statement that runs by itself is therefore wrapped in a transaction that is committed after
//! the look. What cannot run in one (`CONCURRENTLY`, `VACUUM`) is polled while it runs: what is seen was
//! taken, but what is not seen may have been too quick.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use lockstep_core::pg::lock_mode::LockMode;
use lockstep_core::report::wire::{WaitsFor, Work};
use postgres::{Client, Statement};
use serde::Serialize;

use crate::error::Result;
use crate::server_messages;
use crate::session::{Failure, Message, Run, Session, Target};

/// From the first OID that is not the system's own (`FirstNormalObjectId`).
const LOCKS: &str = "
SELECT relation::int8, mode FROM pg_catalog.pg_locks
WHERE pid = $1 AND locktype = 'relation' AND relation >= 16384
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())";

/// Names as the server prints them with `search_path = public`, whatever the session's own path is.
const RELATIONS: &str = "
SELECT c.oid::int8,
  CASE WHEN n.nspname = 'public' THEN '' WHEN n.nspname ~ '^pg_temp_' THEN 'pg_temp.'
       ELSE pg_catalog.quote_ident(n.nspname) || '.' END || pg_catalog.quote_ident(c.relname),
  c.relname::text, c.relkind::text, c.relfilenode::int8, n.nspname ~ '^pg_toast'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid >= 16384";

/// How locks were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// All that the statement held when it ended.
    AtEnd,
    /// Those that polling caught.
    WhileRunning,
    /// Nobody looked: the statement failed, or it locks nothing.
    Not,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldLock {
    pub relation: String,
    pub kind: String,
    /// The strongest that the statement added.
    pub mode: String,
    /// The relation did not exist before the statement.
    pub new: bool,
    /// The strongest that earlier statements of the transaction held already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_before: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Observation {
    pub outcome: std::result::Result<(), Failure>,
    /// Notices and warnings.
    pub messages: Vec<Message>,
    pub locks: Vec<HeldLock>,
    /// (relation, mode) that earlier statements of the transaction hold: whether the statement asked for
    /// one of these again does not show.
    pub held: BTreeSet<(String, String)>,
    pub seen: Seen,
    pub work: Vec<Work>,
    /// Relations with new storage.
    pub new_files: Vec<String>,
    /// The transaction has no identifier after it: nothing was written.
    pub read_only: bool,
    /// Whether the statement waited for a transaction that held a lock it is said to wait out.
    pub waited: Option<bool>,
    pub time: Duration,
}

/// Where a statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the transaction that is open, or that it opens or closes itself.
    InTransaction,
    /// By itself, committed at once.
    Alone,
}

#[derive(Debug, Clone)]
struct Relation {
    printed: String,
    bare: String,
    kind: String,
    file: i64,
    toast: bool,
}

type Relations = BTreeMap<i64, Relation>;
type Locks = BTreeSet<(i64, LockMode)>;

pub struct Observer {
    pub session: Session,
    watcher: Client,
    locks: Statement,
    target: Target,
    /// Before the next statement, as the session sees them.
    relations: Option<Relations>,
}

impl Observer {
    pub fn open(target: &Target) -> Result<Self> {
        let session = Session::open(target)?;
        let mut watcher = target.connect()?;
        // A prepared transaction may hold a lock for ever; a question about the catalog must not wait as long.
        watcher.batch_execute("SET lock_timeout = '10s'")?;
        let locks = watcher.prepare(LOCKS)?;
        Ok(Observer { session, watcher, locks, target: target.clone(), relations: None })
    }

    /// The connection that watches: for questions about the database that are no part of the migration.
    pub fn watcher(&mut self) -> &mut Client {
        &mut self.watcher
    }

    /// Runs one statement. `waits_for`: whose lock holders it is said to wait out; that is put to the test.
    pub fn run(&mut self, sql: &str, place: Place, waits_for: &[WaitsFor]) -> Result<Observation> {
        match (place, Kind::of(sql)) {
            (Place::InTransaction, _) | (Place::Alone, Kind::Session) => self.in_transaction(sql),
            (Place::Alone, Kind::OutsideTransaction) => self.polled(sql, waits_for),
            (Place::Alone, Kind::Other) => self.wrapped(sql, waits_for),
        }
    }

    fn in_transaction(&mut self, sql: &str) -> Result<Observation> {
        let before = self.relations()?;
        let held = held_locks(&mut self.watcher, &self.locks, self.session.process)?;
        let run = self.session.run(sql);
        let after = held_locks(&mut self.watcher, &self.locks, self.session.process)?;
        // Before SET TRANSACTION, a transaction must not have run a query: not even one of ours.
        let relations = match first_word(sql).as_str() {
            "BEGIN" | "START" | "SET" => Some(before.clone()),
            _ => relations_of(self.session.client()).ok(),
        };
        let seen = if run.outcome.is_ok() { Seen::AtEnd } else { Seen::Not };
        let added = after.difference(&held).copied().collect();
        let mut observation = describe(run, &before, relations.as_ref(), &added, &held, seen);
        observation.read_only = matches!(Kind::of(sql), Kind::Other) && self.has_no_identifier();
        self.relations = relations;
        Ok(observation)
    }

    fn wrapped(&mut self, sql: &str, waits_for: &[WaitsFor]) -> Result<Observation> {
        self.relations()?;
        self.session.client().batch_execute("BEGIN")?;
        let mut observation = self.in_transaction(sql)?;
        let end = if observation.outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.session.quietly(end);
        if let Err(failure) = &observation.outcome {
            self.relations = None;
            // active_sql_transaction, invalid_transaction_termination: it only runs outside of one.
            if ["25001", "2D000"].contains(&failure.sqlstate.as_str()) {
                return self.polled(sql, waits_for);
            }
        } else if ended.is_err() {
            // A deferred constraint is checked at the end of the transaction, which is this statement's.
            self.relations = None;
            observation.outcome = ended;
            observation.locks.clear();
            observation.seen = Seen::Not;
        }
        Ok(observation)
    }

    fn has_no_identifier(&mut self) -> bool {
        let sql = "SELECT pg_catalog.txid_current_if_assigned() IS NULL";
        self.session.client().query_one(sql, &[]).is_ok_and(|row| row.get(0))
    }

    fn polled(&mut self, sql: &str, waits_for: &[WaitsFor]) -> Result<Observation> {
        let before = self.relations()?;
        let mut blocker = Blocker::over(&self.target, waits_for)?;
        let (watcher, locks, process) = (&mut self.watcher, &self.locks, self.session.process);
        let mut caught = Locks::new();
        let run = self.session.run_watched(sql, Duration::ZERO, || {
            // While the statement waits it cannot end: its locks are looked at before it may go on.
            let is_over = blocker.as_mut().is_some_and(|it| it.is_over(watcher, process));
            // A look that fails shows nothing; what is not seen is not claimed.
            if let Ok(seen) = held_locks(watcher, locks, process) {
                caught.extend(seen);
            }
            if let Some(blocker) = blocker.as_mut().filter(|_| is_over) {
                blocker.release();
            }
        });
        let waited = blocker.and_then(Blocker::verdict);
        let after = relations_of(self.session.client()).ok();
        let mut observation = describe(run, &before, after.as_ref(), &caught, &Locks::new(), Seen::WhileRunning);
        observation.waited = waited;
        self.relations = after;
        Ok(observation)
    }

    fn relations(&mut self) -> Result<Relations> {
        if let Some(relations) = &self.relations {
            return Ok(relations.clone());
        }
        // In a failed transaction the session answers nothing; then nothing will be observed either.
        let relations = relations_of(self.session.client()).or_else(|_| relations_of(&mut self.watcher))?;
        self.relations = Some(relations.clone());
        Ok(relations)
    }
}

/// What a statement asks of its surroundings.
enum Kind {
    /// Transaction control and settings: they lock nothing, or mean something else inside a transaction.
    Session,
    /// Refused inside a transaction.
    OutsideTransaction,
    Other,
}

impl Kind {
    fn of(sql: &str) -> Self {
        match first_word(sql).as_str() {
            "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE" | "SET" | "RESET"
            | "SHOW" | "LOCK" | "DECLARE" | "FETCH" | "MOVE" | "CLOSE" | "DISCARD" | "LISTEN" | "UNLISTEN"
            | "NOTIFY" | "DEALLOCATE" | "LOAD" | "CHECKPOINT" => Kind::Session,
            "PREPARE" if has_word(sql, "transaction") => Kind::Session,
            "VACUUM" => Kind::OutsideTransaction,
            _ if has_word(sql, "concurrently") => Kind::OutsideTransaction,
            _ => Kind::Other,
        }
    }
}

/// In capitals, after white space and comments.
pub(crate) fn first_word(sql: &str) -> String {
    let mut rest = sql.trim_start();
    loop {
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after).trim_start();
        } else {
            break;
        }
    }
    rest.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase()
}

/// May also find the word in a string or a comment: the statement is then polled instead of wrapped,
/// which sees less and claims nothing more.
pub(crate) fn has_word(sql: &str, word: &str) -> bool {
    sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|part| part.eq_ignore_ascii_case(word))
}

fn relations_of(client: &mut Client) -> std::result::Result<Relations, postgres::Error> {
    let rows = client.query(RELATIONS, &[])?;
    let relation = |row: &postgres::Row| Relation {
        printed: row.get(1),
        bare: row.get(2),
        kind: row.get(3),
        file: row.get(4),
        toast: row.get(5),
    };
    Ok(rows.iter().map(|row| (row.get(0), relation(row))).collect())
}

fn held_locks(watcher: &mut Client, query: &Statement, process: i32) -> std::result::Result<Locks, postgres::Error> {
    let rows = watcher.query(query, &[&process])?;
    Ok(rows.iter().filter_map(|row| Some((row.get(0), LockMode::from_pg_locks_name(row.get(1))?))).collect())
}

fn describe(
    run: Run,
    before: &Relations,
    after: Option<&Relations>,
    added: &Locks,
    held: &Locks,
    seen: Seen,
) -> Observation {
    let strongest = |locks: &Locks| {
        let mut modes = BTreeMap::new();
        for (relation, mode) in locks {
            let entry = modes.entry(*relation).or_insert(*mode);
            *entry = (*entry).max(*mode);
        }
        modes
    };
    let known = |oid: &i64| before.get(oid).or_else(|| after?.get(oid)).filter(|it| !it.toast);
    let named = |(oid, mode): &(i64, LockMode)| Some((known(oid)?.printed.clone(), mode.pg_locks_name().to_owned()));
    let held_by_name = held.iter().filter_map(named).collect();
    let held = strongest(held);
    let mut locks: Vec<HeldLock> = vec![];
    if seen != Seen::Not {
        for (oid, mode) in strongest(added) {
            // What is in neither snapshot came and went inside the statement: the new heap of a rewrite.
            let Some(relation) = known(&oid) else { continue };
            locks.push(HeldLock {
                relation: relation.printed.clone(),
                kind: relation.kind.clone(),
                mode: mode.pg_locks_name().into(),
                new: !before.contains_key(&oid),
                held_before: held.get(&oid).map(|mode| mode.pg_locks_name().into()),
            });
        }
    }
    locks.sort_by(|a, b| (a.new, &a.relation).cmp(&(b.new, &b.relation)));
    let mut work = server_messages::work(&run.messages);
    for item in &mut work {
        if let Some(name) = printed_name(&item.relation, &locks, before, after) {
            item.relation = name.into();
        }
    }
    let mut new_files: Vec<String> = after
        .map(|after| {
            let changed = before.iter().filter(|(oid, old)| {
                !old.toast && after.get(oid).is_some_and(|new| new.file != old.file && new.file != 0)
            });
            changed.map(|(_, relation)| relation.printed.clone()).collect()
        })
        .unwrap_or_default();
    new_files.sort();
    Observation {
        outcome: run.outcome,
        messages: run.messages.into_iter().filter(|it| it.severity != "DEBUG").collect(),
        locks,
        held: held_by_name,
        seen,
        work,
        new_files,
        read_only: false,
        waited: None,
        time: run.time,
    }
}

/// The server's DEBUG1 messages leave out the schema: found again where only one relation has the name,
/// or only one of those is locked.
fn printed_name(bare: &str, locks: &[HeldLock], before: &Relations, after: Option<&Relations>) -> Option<String> {
    let all = before.values().chain(after.into_iter().flat_map(BTreeMap::values));
    let names: BTreeSet<&String> = all.filter(|it| it.bare == bare && !it.toast).map(|it| &it.printed).collect();
    let only = |names: Vec<&String>| match names[..] {
        [name] => Some(name.clone()),
        _ => None,
    };
    let locked = names.iter().copied().filter(|name| locks.iter().any(|lock| lock.relation == **name)).collect();
    only(names.iter().copied().collect()).or_else(|| only(locked))
}

/// A transaction that holds locks which a statement is said to wait out, until it is seen waiting for it.
struct Blocker {
    client: Client,
    process: i32,
    /// What was seen, once it was, or when the patience ended.
    released: Option<bool>,
    since: Instant,
}

impl Blocker {
    const PATIENCE: Duration = Duration::from_secs(5);

    /// `None` where there is nothing to wait for, or where no such lock can be had.
    fn over(target: &Target, waits_for: &[WaitsFor]) -> Result<Option<Self>> {
        if waits_for.is_empty() {
            return Ok(None);
        }
        let mut client = target.connect()?;
        let process = client.query_one("SELECT pg_catalog.pg_backend_pid()", &[])?.get(0);
        client.batch_execute("SET search_path = public; SET lock_timeout = '1s'; BEGIN")?;
        for wait in waits_for {
            // The weakest mode that conflicts with the one waited for conflicts with no lock of the command's own.
            let mode = match &*wait.mode {
                "ShareLock" => "ROW EXCLUSIVE",
                "AccessExclusiveLock" => "ACCESS SHARE",
                _ => return Ok(None),
            };
            if client.batch_execute(&format!("LOCK TABLE {} IN {mode} MODE", wait.relation)).is_err() {
                return Ok(None);
            }
        }
        Ok(Some(Blocker { client, process, released: None, since: Instant::now() }))
    }

    /// Whether it has just been found out if the statement waits.
    fn is_over(&mut self, watcher: &mut Client, process: i32) -> bool {
        if self.released.is_some() {
            return false;
        }
        let sql = "SELECT $1::int4 = ANY (pg_catalog.pg_blocking_pids($2::int4))";
        let waits = watcher.query_one(sql, &[&self.process, &process]).is_ok_and(|row| row.get(0));
        let is_over = waits || self.since.elapsed() > Self::PATIENCE;
        self.released = is_over.then_some(waits);
        is_over
    }

    fn release(&mut self) {
        // If the connection is gone, so is its transaction.
        let _ = self.client.batch_execute("ROLLBACK");
    }

    fn verdict(self) -> Option<bool> {
        // The statement ended while the locks were still held: it did not wait.
        Some(self.released.unwrap_or(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_do_not_hide_the_first_word() {
        assert_eq!(first_word("-- why\n /* and\nhow */ alter table t"), "ALTER");
        assert_eq!(first_word("  "), "");
    }

    #[test]
    fn concurrently_is_found_as_a_word() {
        assert!(has_word("CREATE INDEX CONCURRENTLY ix ON t (a)", "concurrently"));
        assert!(!has_word("CREATE INDEX concurrently_built ON t (a)", "concurrently"));
    }
}
