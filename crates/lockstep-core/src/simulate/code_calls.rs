//! What a piece of code calls, by its words.

use crate::keyword;
use crate::name::{Ident, QualifiedName};
use crate::schema::Schema;
use crate::statement::changes_no_schema;
use crate::syntax::{self, WordOfText};

pub(super) enum Calls {
    /// Code that the schema holds.
    Routines(Vec<QualifiedName>),
    /// Something that is not there to be read.
    Anything,
}

/// Words of commands that do more than read and write rows, or whose text is made when they run.
const MORE: [&str; 24] = [
    "alter",
    "analyze",
    "call",
    "cluster",
    "comment",
    "copy",
    "create",
    "do",
    "drop",
    "execute",
    "grant",
    "import",
    "listen",
    "load",
    "lock",
    "notify",
    "reassign",
    "refresh",
    "reindex",
    "reset",
    "revoke",
    "security",
    "set_config",
    "vacuum",
];

/// Words of PL/pgSQL before a parenthesis.
const NO_CALLS: [&str; 10] =
    ["elsif", "elseif", "exit", "foreach", "if", "loop", "perform", "query", "return", "while"];

/// Functions that put texts together.
const OF_TEXTS: [&str; 9] =
    ["format", "concat", "quote_ident", "quote_literal", "lower", "upper", "replace", "array", "coalesce"];

/// Whether code that is not understood has none but words that read and write rows.
pub(super) fn only_rows(text: &str) -> bool {
    !has_word(text, &MORE)
}

pub(super) fn has_word(text: &str, words: &[&str]) -> bool {
    syntax::words_outside_strings(text).iter().any(|it| !it.quoted && words.contains(&it.name.as_str()))
}

/// Whether a statement reads and writes rows, and does nothing else by itself.
pub(super) fn begins_with_rows(text: &str) -> bool {
    const ROWS: [&str; 9] = ["select", "with", "values", "table", "insert", "update", "delete", "merge", "truncate"];
    let first = syntax::words_outside_strings(text).into_iter().next();
    first.is_some_and(|it| !it.quoted && ROWS.contains(&it.name.as_str()))
}

/// Whether an expression asks nothing but its constants and variables.
pub(super) fn computes_text(text: &str) -> bool {
    let words = syntax::words_outside_strings(text);
    let asks = |it: &WordOfText| !it.quoted && matches!(it.name.as_str(), "select" | "current_schema" | "user");
    let calls = |it: &WordOfText| it.called && !OF_TEXTS.contains(&it.name.as_str());
    !words.iter().any(|it| asks(it) || calls(it)) && !text.contains("::reg")
}

pub(super) fn of_text(schema: &Schema, text: &str) -> Calls {
    // Names are looked up elsewhere from then on.
    let lower = text.to_ascii_lowercase();
    if lower.contains("set_config") && (lower.contains("search_path") || lower.contains("role")) {
        return Calls::Anything;
    }
    let words = syntax::words_outside_strings(text);
    let mut found: Vec<QualifiedName> = vec![];
    for (at, it) in words.iter().enumerate().filter(|(_, it)| it.called) {
        let name = QualifiedName { schema: None, name: it.name.clone() };
        if schema.routines_called(&it.name).next().is_some() {
            found.push(name);
        } else if !calls_nothing(schema, &words, at) && !changes_no_schema(&name) && may_be_there(schema, &it.name) {
            return Calls::Anything;
        }
    }
    Calls::Routines(found)
}

/// A word of the grammar, or a name before a list of columns.
fn calls_nothing(schema: &Schema, words: &[WordOfText], at: usize) -> bool {
    let it = &words[at];
    let is = |place: usize, wanted: &[&str]| {
        words.get(place).is_some_and(|it| !it.quoted && wanted.contains(&it.name.as_str()))
    };
    let grammar = !it.quoted && !it.qualified && keyword::category(it.name.as_str()).is_some() || is(at, &NO_CALLS);
    let first = (0..=at).rev().find(|place| !words[*place].qualified).unwrap_or(at);
    let listed = first > 0 && is(first - 1, &["into", "as", "table", "exists", "with", "recursive", "references"]);
    grammar || listed || it.defines || schema.is_relation_name(&it.name)
}

/// Whether there may be a function of a name that the model does not have.
fn may_be_there(schema: &Schema, name: &Ident) -> bool {
    let brought = crate::statement::is_member_function(name);
    brought || schema.uncertain.about(name, None).is_some() || schema.uncertain.from_extension(name).is_some()
}
