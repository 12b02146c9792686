//! A step as an SQL file.

use crate::report::plan_form::{File, comments};
use crate::report::rollback_form::{self, Text};

/// How a tool reads SQL files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// What stands above the way up.
    marker: &'static str,
    pub(super) outside: Outside,
    /// It opens no transaction of its own.
    opens_none: bool,
    /// What ends statements is looked for outside of these marks.
    marks: Option<&'static str>,
}

/// How a file says that it wants no transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outside {
    /// A line at its beginning.
    FirstLine(&'static str),
    /// Behind the marker.
    Suffix(&'static str),
    /// A file beside it: what is added to its name, or, behind a slash, its own; and what stands in it.
    Beside(&'static str, &'static str),
    /// A single statement is in none.
    Alone,
}

const fn dialect(marker: &'static str, outside: Outside) -> Dialect {
    Dialect { marker, outside, opens_none: false, marks: None }
}

pub(super) const DBMATE: Dialect = dialect("-- migrate:up", Outside::Suffix(" transaction:false"));
pub(super) const DIESEL: Dialect = dialect("", Outside::Beside("/metadata.toml", "run_in_transaction = false\n"));
pub(super) const FLYWAY: Dialect = dialect("", Outside::Beside(".conf", "executeInTransaction=false\n"));
pub(super) const GOOSE: Dialect =
    Dialect { marks: Some("goose"), ..dialect("-- +goose Up", Outside::FirstLine("-- +goose NO TRANSACTION")) };
pub(super) const NODE_PG_MIGRATE: Dialect = dialect("-- Up Migration", Outside::Alone);
pub(super) const ONE_MESSAGE: Dialect = Dialect { opens_none: true, ..dialect("", Outside::Alone) };
pub(super) const SQL_MIGRATE: Dialect =
    Dialect { marks: Some("sql-migrate"), ..dialect("-- +migrate Up", Outside::Suffix(" notransaction")) };
pub(super) const SQLX: Dialect = dialect("", Outside::FirstLine("-- no-transaction"));

/// Whether the file tells the tool to put no transaction around either way: goose has one word for both.
pub(super) fn is_bare(file: &File<'_>, dialect: Dialect) -> bool {
    dialect == GOOSE && (file.step.outside_transaction || rollback_form::steps_out(&file.back.way))
}

pub(super) fn up(file: &File<'_>, dialect: Dialect) -> String {
    let outside = file.step.outside_transaction;
    let bare = is_bare(file, dialect);
    let mut head = String::new();
    if let (Outside::FirstLine(line), true) = (dialect.outside, outside || bare) {
        head += &format!("{line}\n");
    }
    if !dialect.marker.is_empty() {
        let suffix = match dialect.outside {
            Outside::Suffix(suffix) if outside => suffix,
            _ => "",
        };
        head += &format!("{}{suffix}\n", dialect.marker);
    }
    for line in comments::comments(file) {
        head += &format!("-- {line}\n");
    }
    let mut text = Text::new(dialect.marks);
    if outside {
        // Alone, since several statements in one message would be a transaction.
        file.step.statements.iter().for_each(|it| text.statement(it));
        return head + &text.into_string();
    }
    let opens = bare || dialect.opens_none;
    if opens {
        text.statement("BEGIN");
    }
    text.statement(&timeout(file));
    file.step.statements.iter().for_each(|it| text.statement(it));
    if opens {
        text.statement("COMMIT");
    }
    head + &text.into_string()
}

/// How long locks are asked for, until the transaction ends.
pub(super) fn timeout(file: &File<'_>) -> String {
    match file.step.patience {
        Some(it) => format!("SET LOCAL lock_timeout = '{}ms'", it.lock_timeout_ms),
        None => "SET LOCAL lock_timeout = 0".into(),
    }
}
