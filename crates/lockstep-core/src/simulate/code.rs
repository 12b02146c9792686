//! Code that the server keeps (bodies of functions, procedures and blocks): whether it does no more than read
//! and write rows.

use crate::name::{Ident, QualifiedName};
use crate::schema::Schema;
use crate::statement::changes_no_schema;
use crate::syntax::{self, WordOfText};

/// Functions that call others are followed no deeper.
const MAX_DEPTH: usize = 4;

/// Words of commands that do more, or whose text is made when they run.
const MORE: [&str; 23] = [
    "alter", "analyze", "call", "cluster", "comment", "copy", "create", "do", "drop", "execute", "grant", "import",
    "listen", "load", "lock", "notify", "reassign", "refresh", "reindex", "reset", "revoke", "security", "vacuum",
];

/// Words before a parenthesis that call nothing.
const NO_CALLS: [&str; 63] = [
    "all",
    "and",
    "any",
    "array",
    "as",
    "between",
    "bit",
    "by",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "conflict",
    "decimal",
    "distinct",
    "else",
    "elsif",
    "elseif",
    "except",
    "exists",
    "exit",
    "filter",
    "float",
    "from",
    "group",
    "having",
    "if",
    "ilike",
    "in",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "lateral",
    "like",
    "limit",
    "loop",
    "materialized",
    "not",
    "numeric",
    "offset",
    "on",
    "or",
    "order",
    "over",
    "partition",
    "perform",
    "return",
    "row",
    "select",
    "set",
    "some",
    "then",
    "time",
    "timestamp",
    "union",
    "using",
    "values",
    "varchar",
    "when",
    "where",
];

/// Nothing but rows can have changed. What is not sure of is more.
pub(super) fn only_writes_rows(schema: &Schema, text: &str) -> bool {
    only_rows(schema, text, MAX_DEPTH)
}

/// The same for calls of functions that the schema made.
pub(super) fn calls_only_write_rows(schema: &Schema, names: &[QualifiedName]) -> bool {
    names.iter().all(|name| called_only_rows(schema, name, MAX_DEPTH))
}

/// The bodies of the functions, with those that they call.
pub(super) fn bodies(schema: &Schema, names: &[QualifiedName]) -> Vec<String> {
    names.iter().flat_map(|name| schema.routines_called(&name.name)).map(|it| it.source.clone()).collect()
}

fn called_only_rows(schema: &Schema, name: &QualifiedName, depth: usize) -> bool {
    let mut found = schema.routines_called(&name.name).peekable();
    if found.peek().is_none() {
        return changes_no_schema(name);
    }
    schema.uncertain.about(&name.name, Some(u32::MAX)).is_none()
        && depth > 0
        && found.all(|it| matches!(it.language.as_str(), "sql" | "plpgsql") && only_rows(schema, &it.source, depth - 1))
}

fn only_rows(schema: &Schema, text: &str, depth: usize) -> bool {
    // Names are looked up elsewhere from then on.
    let lower = text.to_ascii_lowercase();
    if lower.contains("set_config") && (lower.contains("search_path") || lower.contains("role")) {
        return false;
    }
    let words = syntax::words_outside_strings(text);
    let is =
        |at: usize, wanted: &[&str]| words.get(at).is_some_and(|it| !it.quoted && wanted.contains(&it.name.as_str()));
    words.iter().enumerate().all(|(at, it)| {
        // A table that is gone with the session.
        let dropped = words[at + 1..].iter().find(|it| !["table", "if", "exists"].contains(&it.name.as_str()));
        let fine = is(at, &["create"]) && is(at + 1, &["temp", "temporary"])
            || is(at, &["drop"])
                && is(at + 1, &["table"])
                && dropped.is_some_and(|it| temporary_tables(&words).contains(&&it.name))
            // `ON CONFLICT … DO`
            || is(at, &["do"]) && is(at + 1, &["nothing", "update"]);
        if is(at, &MORE) && !fine {
            return false;
        }
        let name = QualifiedName { schema: None, name: it.name.clone() };
        !it.called
            || is(at, &NO_CALLS)
            || at > 0 && is(at - 1, &["into"])
            || schema.is_relation_name(&it.name)
            || made_here(&words, &it.name)
            || called_only_rows(schema, &name, depth)
    })
}

/// A temporary table that the code makes, or a query that it names: `t (a, b)` calls nothing.
fn made_here(words: &[WordOfText], name: &Ident) -> bool {
    let made = temporary_tables(words);
    let common = words.windows(2).any(|it| it[0].name == *name && it[1].name == "as" && !it[1].quoted);
    made.contains(&name) || common
}

fn temporary_tables(words: &[WordOfText]) -> Vec<&Ident> {
    let starts = words.windows(3).enumerate().filter(|(_, it)| {
        it[0].name == "create" && (it[1].name == "temp" || it[1].name == "temporary") && it[2].name == "table"
    });
    let names = starts
        .filter_map(|(at, _)| words[at + 3..].iter().find(|it| !["if", "not", "exists"].contains(&it.name.as_str())));
    names.map(|it| &it.name).collect()
}

/// Names of temporary tables that the code may leave behind.
pub(super) fn leaves(text: &str) -> Vec<Ident> {
    temporary_tables(&syntax::words_outside_strings(text)).into_iter().cloned().collect()
}
