//! What a query that is not modelled may change through the functions that it calls, by the words of their bodies.

use crate::name::{Ident, QualifiedName};
use crate::schema::Schema;
use crate::statement::is_own_function;
use crate::syntax::{self, expression::QueryText, mentions, words};

pub(super) enum Change {
    /// Rows of the tables of these names.
    Rows(Vec<Ident>),
    /// What the text of the query names: its constants are executed.
    Named,
    Anything,
}

/// Functions that call others are followed so far.
const MAX_DEPTH: usize = 4;

pub(super) fn of_query(schema: &Schema, query: &QueryText) -> Change {
    if query.writes {
        return Change::Anything;
    }
    let mut found = Change::Rows(mentions(&query.text));
    for name in &query.functions {
        add(&mut found, of_function(schema, name, MAX_DEPTH));
    }
    // Constants are all that can be executed where the query reads no rows.
    match found {
        Change::Named if !query.reads.is_empty() => Change::Anything,
        found => found,
    }
}

fn add(to: &mut Change, other: Change) {
    match (&mut *to, other) {
        (Change::Anything, _) | (_, Change::Anything) => *to = Change::Anything,
        (Change::Rows(names), Change::Rows(more)) => names.extend(more),
        (_, Change::Named) | (Change::Named, _) => *to = Change::Named,
    }
}

fn of_function(schema: &Schema, name: &QualifiedName, depth: usize) -> Change {
    let mut routines = schema.routines_called(&name.name).peekable();
    if routines.peek().is_none() {
        return if is_own_function(name) { Change::Rows(vec![]) } else { Change::Anything };
    }
    let mut found = Change::Rows(vec![]);
    for routine in routines {
        let readable = ["sql", "plpgsql"].contains(&routine.language.as_str());
        if depth == 0 || !readable {
            return Change::Anything;
        }
        let parameters: Vec<&Ident> = routine.parameters.iter().filter_map(|it| it.name.as_ref()).collect();
        add(&mut found, of_body(schema, &routine.source, &parameters, depth - 1));
    }
    found
}

/// Words of commands that change more than rows.
const CHANGING: [&str; 24] = [
    "alter", "analyze", "call", "cluster", "comment", "commit", "copy", "create", "discard", "do", "drop", "grant",
    "import", "load", "lock", "merge", "notify", "reassign", "refresh", "reindex", "revoke", "rollback", "security",
    "truncate",
];

fn of_body(schema: &Schema, source: &str, parameters: &[&Ident], depth: usize) -> Change {
    let all = words(source);
    let mut found = Change::Rows(vec![]);
    for (place, word) in all.iter().enumerate() {
        if CHANGING.contains(&word.as_str()) {
            return Change::Anything;
        }
        if word == "execute" {
            let text = all.get(place + 1);
            let ends = all.get(place + 2).is_none_or(|it| it == ";" || it == "into");
            match text.is_some_and(|text| parameters.iter().any(|it| **it == *text.as_str())) && ends {
                true => add(&mut found, Change::Named),
                false => return Change::Anything,
            }
        }
    }
    let writes = ["insert", "update", "delete"].iter().any(|it| all.iter().any(|word| word == it));
    if writes {
        // Triggers and rules of what it writes are not looked at.
        return Change::Anything;
    }
    for called in syntax::called_functions(source) {
        add(&mut found, of_function(schema, &called, depth));
    }
    found
}
