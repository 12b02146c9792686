//! What a statement that is not modelled leaves uncertain: as little as its command allows.

use crate::schema::Schema;
use crate::syntax::statement::Statement;
use crate::syntax::{mentions, mentions_outside_strings};

/// What may have changed.
enum Reach {
    /// Nothing that the model holds: privileges, statistics, sessions.
    Nothing,
    /// Rows of the tables it names.
    Rows,
    /// Objects that it names, strings left out: the body of a function binds nothing.
    NamedOutsideStrings,
    /// Objects that it names anywhere.
    Named,
    /// Anything: it runs code that cannot be read.
    Everything,
}

const NOTHING: [&str; 30] = [
    "ANALYSE",
    "ANALYZE",
    "ALTER DATABASE",
    "ALTER DEFAULT PRIVILEGES",
    "ALTER ROLE",
    "ALTER USER",
    "CHECKPOINT",
    "CLOSE",
    "COMMENT",
    "CREATE DATABASE",
    "CREATE ROLE",
    "CREATE USER",
    "DEALLOCATE",
    "DISCARD",
    "DROP DATABASE",
    "DROP ROLE",
    "DROP USER",
    "EXPLAIN",
    "FETCH",
    "GRANT",
    "LISTEN",
    "LOAD",
    "MOVE",
    "NOTIFY",
    "PREPARE",
    "REINDEX",
    "REFRESH MATERIALIZED VIEW",
    "REVOKE",
    "UNLISTEN",
    "VACUUM",
];

fn reach(statement: &Statement, text: &str) -> Reach {
    match statement {
        Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => Reach::Rows,
        Statement::Select(query) => match crate::statement::calls_unknown_code(query) {
            true => Reach::Everything,
            false => Reach::Rows,
        },
        Statement::Set(_) | Statement::LockTable(_) | Statement::Comment(_) => Reach::Nothing,
        Statement::Other(_) if changes_owner(text) => Reach::Nothing,
        Statement::Other(it) => match it.command.as_str() {
            command if NOTHING.contains(&command) => Reach::Nothing,
            "TRUNCATE" | "COPY" | "MERGE" | "WITH" => Reach::Rows,
            "CREATE FUNCTION" | "CREATE PROCEDURE" => Reach::NamedOutsideStrings,
            "DO" if !text.to_ascii_lowercase().contains("execute") => Reach::Named,
            "DO" | "CALL" | "EXECUTE" => Reach::Everything,
            _ => Reach::Named,
        },
        _ => Reach::Named,
    }
}

/// `ALTER … OWNER TO role`: owners are not modelled.
fn changes_owner(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    matches!(words.as_slice(), [alter, .., owner, to, _] if alter == "alter" && owner == "owner" && to == "to")
}

/// Whether the statement may have changed anything that the model holds.
pub(super) fn leaves_doubt(statement: &Statement, text: &str) -> bool {
    !matches!(reach(statement, text), Reach::Nothing)
}

/// Notes the uncertainty that the statement leaves; `statement` is missing where it cannot be read.
pub(super) fn note(schema: &mut Schema, statement: Option<&Statement>, text: &str) {
    let command = statement.map_or_else(|| "statement".to_owned(), crate::statement::tag);
    match statement.map_or(Reach::Named, |it| reach(it, text)) {
        Reach::Nothing => {}
        Reach::Rows => schema.forget_rows(&mentions(text)),
        Reach::NamedOutsideStrings => schema.uncertain.mention(&mentions_outside_strings(text), &command),
        Reach::Named => schema.uncertain.mention(&mentions(text), &command),
        Reach::Everything => {
            schema.uncertain.mention(&mentions(text), &command);
            let next_id = schema.next_id();
            schema.uncertain.everything(next_id, &command);
        }
    }
}
