//! The JSON that faces and scripts read and write: format `lockstep-trace/1` and its relatives.
//!
//! These are views: the core's own types are not `Serialize`, so that they can change freely. Names
//! and keys here are a contract; additions are free, a change of meaning needs a new format number.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use smol_str::SmolStr;

use crate::schema::form::Json;

/// The name and version of a trace's format.
pub const FORMAT: &str = "lockstep-trace/1";

/// A text that mostly is one of a few that the program holds anyway.
pub type Word = Cow<'static, str>;

/// A name: mostly short, and then without memory of its own.
pub type Name = SmolStr;

/// What a face asks of the core: the files of a migration and where they would run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    /// The migration, in the order in which it runs.
    pub files: Vec<File>,
    /// The starting schema: SQL that has already run. Not part of the plan.
    pub schema: Vec<File>,
    /// PostgreSQL's major version, 14 to 18; 18 where it is missing or 0.
    pub postgres: u8,
    /// The tool that executes the files: `psql`, `flyway`, `prisma`, … Decides what is one transaction.
    pub runner: Option<String>,
    /// `per-file` or `per-statement`; overrides the runner's own policy.
    pub transaction: Option<String>,
    /// For `rollback`: from after this step (1-based). Missing: from the end.
    pub step: Option<usize>,
    /// What is known of tables; directives in the texts go before.
    pub facts: Option<Facts>,
    /// What a team wants to hear of, in the form of `lockstep.toml`: objects `hazards`, `naming`, `thresholds`.
    /// Directives in the texts go before.
    pub config: Option<Value>,
    /// Ways back that somebody wrote in texts of their own; those inside a file are found there.
    pub ways_back: Vec<WayBackText>,
    /// Names of files around which the runner opens no transaction, since a file beside them says so: diesel's
    /// `metadata.toml`, Flyway's `.conf`.
    pub unwrapped: Vec<String>,
    /// The application's queries as they are, in sqlc's form (`-- name: GetUser :one`).
    pub app_old: Option<File>,
    /// … and as they will be.
    pub app_new: Option<File>,
}

/// The text that undoes a file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WayBackText {
    /// The name of the file that it undoes.
    pub of: String,
    pub name: String,
    pub text: String,
}

/// One named text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct File {
    pub name: String,
    pub text: String,
}

/// Table facts, as in a snapshot of a database: `{"tables": {"users": {"rows": 10000000, "bytes": 4294967296}}}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub tables: BTreeMap<String, TableFacts>,
}

/// What is missing is not known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TableFacts {
    pub rows: Option<f64>,
    /// The heap with its TOAST table, without indexes.
    pub bytes: Option<f64>,
    pub index_bytes: Option<f64>,
    pub reads_per_s: Option<f64>,
    pub writes_per_s: Option<f64>,
    pub dead_rows: Option<f64>,
}

/// The answer of `simulate`, format `lockstep-trace/1`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trace {
    pub format: String,
    pub postgres: u8,
    pub runner: String,
    pub diagnostics: Vec<Diagnostic>,
    pub steps: Vec<Step>,
    pub transactions: Vec<Transaction>,
    /// Tables whose size would tell how long steps take, by name.
    #[serde(default)]
    pub size_unknown: Vec<String>,
    /// The schema after the last step, in the normal form that `CONTRACT` describes.
    pub schema: Value,
}

/// A complaint about the text itself (not an error that PostgreSQL would raise).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// `error`, `warning` or `note`.
    pub severity: String,
    pub message: String,
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// Half-open range in the file, in UTF-16 code units (what JavaScript strings count).
    pub from: usize,
    pub to: usize,
    pub hints: Vec<String>,
}

/// One statement and what it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// 1-based.
    pub index: usize,
    pub file: String,
    pub line: usize,
    pub end_line: usize,
    /// Half-open range in the file, in UTF-16 code units.
    pub from: usize,
    pub to: usize,
    /// The statement as written, without its semicolon.
    pub sql: String,
    /// The command tag, as the server names it: `ALTER TABLE`.
    pub command: Word,
    /// Number of the transaction it runs in (1-based), as in `transactions`.
    pub transaction: usize,
    /// One sentence for people and screen readers.
    pub caption: String,
    /// `done`, `failed`, `depends_on_data`, `skipped` or `unknown`.
    pub outcome: Word,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sqlstate: Option<String>,
    /// The server's message, or why the outcome is unknown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hint: Option<String>,
    pub notices: Vec<String>,
    pub preconditions: Vec<Precondition>,
    /// Locks this step takes and still holds when it ends, strongest mode for each relation.
    pub locks: Vec<Lock>,
    /// Locks that earlier steps of the same transaction took and that are still held.
    pub held: Vec<Held>,
    pub waits_for: Vec<WaitsFor>,
    pub work: Vec<Work>,
    pub findings: Vec<Finding>,
    /// Findings that a comment in the text accepts.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ignored: Vec<Ignored>,
    /// Relations and types that the step changes, before and after.
    pub changes: Vec<Change>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub estimate: Option<Estimate>,
}

/// A query that decides the outcome, to be run before the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Precondition {
    pub query: String,
    pub expected: String,
    /// What the step fails with otherwise.
    pub sqlstate: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lock {
    /// As the server prints it with `search_path = public`.
    pub relation: Name,
    /// `pg_class.relkind`.
    pub kind: Word,
    /// As in `pg_locks.mode`: `AccessExclusiveLock`.
    pub mode: Word,
    /// Made by this statement, so nobody can be waiting for it.
    pub new: bool,
    /// The index of a table's TOAST table, written `toastidx(table)`: of no interest to most readers.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub toast: bool,
    /// Only taken where a row is written, which is not certain.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub if_rows: bool,
    pub reason: Word,
    pub blocks_reads: bool,
    pub blocks_writes: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub relation: Name,
    pub kind: Word,
    pub mode: Word,
    /// Step that took it (1-based).
    pub since: usize,
    pub blocks_reads: bool,
    pub blocks_writes: bool,
}

/// A wait for the holders of existing locks, which queues nobody behind it (`WaitForLockers`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitsFor {
    pub relation: Name,
    pub mode: Word,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// The table rewritten, verified or checked, or whose index is built.
    pub relation: Name,
    /// `rewrite`, `verify`, `build_index`, `validate_foreign_key` or `write_rows`.
    pub kind: Word,
    /// The index built or the constraint checked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub object: Option<Name>,
    pub reason: Word,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The hazard's id: snake_case, equal to its file's name.
    pub id: Word,
    /// `error`, `warning` or `note`.
    pub severity: Word,
    /// The hazard's title.
    pub title: Word,
    pub message: String,
    /// The recipe that removes it, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recipe: Option<Word>,
}

/// A finding that `-- lockstep: ignore` accepts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ignored {
    pub id: Word,
    /// What it would be.
    pub severity: Word,
    pub title: Word,
    pub message: String,
    /// What the comment says, and its line (1-based).
    pub reason: String,
    pub line: usize,
}

/// A relation or type before and after a step, in the normal form of `schema`; `null` where absent. A relation
/// that is there before and after shows its kind and what differs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Change {
    /// `relation`, `type` or `schema`.
    pub object: Word,
    /// The name after the step, or before it where the step drops it.
    pub name: Name,
    /// The name before, where it differs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub renamed_from: Option<Name>,
    pub before: Json,
    pub after: Json,
    #[serde(skip_serializing_if = "Unchanged::is_empty", default)]
    pub unchanged: Unchanged,
}

/// Parts of a relation that a step leaves as they are, in short.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Unchanged {
    /// The first few columns.
    pub columns: Vec<UnchangedColumn>,
    /// How many members besides each part has: `columns`, `constraints`, `indexes`, `triggers` …
    pub more: BTreeMap<Word, usize>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnchangedColumn {
    pub name: Name,
    /// After the step, counted from 1 over the columns that are not dropped.
    #[serde(rename = "pos")]
    pub position: u16,
    #[serde(rename = "type")]
    pub type_: Name,
    #[serde(rename = "notnull", skip_serializing_if = "std::ops::Not::not", default)]
    pub not_null: bool,
}

impl Unchanged {
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.more.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Without what it waits for locks.
    pub low_ms: f64,
    pub high_ms: f64,
    /// Bytes of WAL.
    #[serde(default)]
    pub wal_bytes: Interval,
    /// Milliseconds from when it has its locks until its transaction ends; missing where that is not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub held_ms: Option<Interval>,
}

/// From at least `low` to at most `high`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// 1-based.
    pub index: usize,
    /// `explicit` (BEGIN in the text), `runner` (the tool opens it) or `single` (a statement by itself).
    pub kind: Word,
    /// `commit`, `rollback` or `open` (the text ends inside it).
    pub end: Word,
    /// First and last step (1-based, inclusive).
    pub first: usize,
    pub last: usize,
}

/// The answer of `rollback`, format `lockstep-rollback/1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    pub format: String,
    /// From after this step (1-based; 0: nothing to undo).
    pub from_step: usize,
    /// `exact`, `leaves_rows`, `loses_data` or `impossible`.
    pub grade: String,
    /// The whole script as text, with comments; runs as it is.
    pub sql: String,
    pub statements: Vec<RollbackStatement>,
    /// What is left to do by hand once the rows allow it: statements.
    #[serde(default)]
    pub unfinished: Vec<String>,
    /// Rows that were added and are not taken away, one sentence each.
    #[serde(default)]
    pub stays: Vec<String>,
    /// What the way back cannot bring back, one sentence each.
    pub lost: Vec<String>,
    /// Why it is impossible, one sentence each.
    pub impossible: Vec<String>,
    pub notes: Vec<String>,
    /// The first step (1-based) after which something is lost or cannot be undone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub point_of_no_return: Option<usize>,
    /// How to keep what is lost.
    #[serde(default)]
    pub recovery: Vec<Recovery>,
}

/// How to keep what a step takes for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// To be saved before this step (1-based).
    pub before_step: usize,
    /// As it is called then.
    pub table: String,
    /// Empty: whole rows.
    pub columns: Vec<String>,
    /// What tells rows apart; empty where the table has no key.
    pub key: Vec<String>,
    /// Keeps it in the database: a statement.
    pub save: String,
    /// Keeps it in a file: a command of psql.
    pub copy: String,
    /// Brings it back once the way back has run; missing where no key says which row is which.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bring_back: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RollbackStatement {
    pub sql: String,
    /// Must run outside a transaction block (`CONCURRENTLY`).
    pub outside_transaction: bool,
}

impl Step {
    /// Locks as people are shown them: those inside TOAST tables follow their table's.
    pub fn shown_locks(&self) -> impl Iterator<Item = &Lock> {
        self.locks.iter().filter(|lock| !lock.toast)
    }
}
