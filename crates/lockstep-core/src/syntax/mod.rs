//! Reading SQL: from the text of one statement to its tree, by the server's grammar (`gram.y`).
//! Queries of views are read here as well; what others read, sqlparser says, and does not show outside this module.

pub mod address;
pub mod aggregate;
pub mod alter_object;
pub mod bare_select;
pub mod catalog_query;
pub mod create_operator;
pub mod create_view;
pub mod drop_object;
pub mod expression;
pub mod extension;
pub mod lexer;
pub mod maintenance;
pub mod merge;
mod operator_class;
pub mod print_expression;
pub mod print_statement;
pub mod print_table;
pub mod print_type;
pub mod privilege;
pub mod publication;
pub mod role;
pub mod rule;
pub mod select;
pub mod statement;
pub mod statistics;
pub mod table;
pub mod user_type;
mod words;

mod alter_table;
mod alter_type;
pub mod collation;
mod constraint;
pub mod copy;
mod create_index;
mod create_schema;
mod create_table;
mod cursor;
mod object;
mod parse_expression;
mod parse_from;
mod parse_function;
mod parse_select;
mod plain_select;
mod print_maintenance;
mod print_routine;
mod print_trigger;
mod query;
mod routine;
mod routine_tree;
mod row_query;
pub mod row_statement;
mod rows;
mod select_into;
mod session;
pub mod session_command;
mod trigger;
mod trigger_tree;
mod type_name;

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::lexer::Kind;
use crate::syntax::statement::{Other, Statement};
pub use words::{WordOfText, words_outside_strings};

/// Why a statement cannot be read, in the server's words where it is the server that refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    /// Byte offset in the statement's text.
    pub offset: usize,
    pub kind: Refusal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The server refuses it too: 42601.
    Syntax,
    /// Beyond this tool's bounds; the server might take it.
    TooComplex,
}

/// Reads one statement, without its semicolon. A command that has no tree of its own becomes
/// [`Statement::Other`]; only what the server's grammar refuses is an error.
pub fn parse(text: &str) -> std::result::Result<Statement, SyntaxError> {
    let mut cursor = Cursor::new(text)?;
    if cursor.at_end() {
        return cursor.error();
    }

    let made = match statement(&mut cursor) {
        Ok(Some(statement)) if cursor.at_end() => return Ok(statement),
        Ok(Some(_)) => cursor.error(),
        Ok(None) => return other(&mut cursor),
        Err(error) => Err(error),
    };
    if has_unread_part(text) {
        return other(&mut Cursor::new(text)?);
    }
    made
}

/// Grammar that has no tree yet, in commands that have one: `OPTIONS` of foreign tables and their columns,
/// and tables made by a prepared statement.
fn has_unread_part(text: &str) -> bool {
    let words = mentions_outside_strings(text);
    let has = |word: &str| words.iter().any(|it| it == word);
    let begins = |word: &str| text.trim_start().get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    begins("alter") && has("foreign") && has("options") || begins("create") && has("as") && has("execute")
}

/// Reads an expression that stands alone.
pub fn parse_expression(text: &str) -> std::result::Result<expression::Expr, SyntaxError> {
    let mut cursor = Cursor::new(text)?;
    let made = parse_expression::expression(&mut cursor)?;
    if cursor.at_end() { Ok(made) } else { cursor.error() }
}

/// Reads the name of a type that stands alone.
pub fn parse_type_name(text: &str) -> Option<expression::TypeName> {
    let mut cursor = Cursor::new(text).ok()?;
    let made = type_name::parse(&mut cursor).ok()?;
    cursor.at_end().then_some(made)
}

/// The tree of a query; `None` where it holds something that is not read.
pub fn parse_query(text: &str) -> Option<select::Select> {
    query::is_bounded(text).then(|| parse_select::read(text)).flatten()
}

/// An expression, and the text behind it.
pub fn parse_leading_expression(text: &str) -> std::result::Result<(expression::Expr, &str), SyntaxError> {
    let mut cursor = Cursor::new(text)?;
    let made = parse_expression::expression(&mut cursor)?;
    Ok((made, &text[cursor.last_end()..]))
}

/// The texts of several statements, parted by semicolons outside of strings and parentheses.
pub fn split(text: &str) -> Vec<&str> {
    let (mut texts, mut start, mut at, mut depth) = (vec![], 0, 0, 0usize);
    let mut seen = false;
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        match &text[token.start..token.end] {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            ";" if depth == 0 => {
                texts.extend(seen.then(|| text[start..token.start].trim()));
                (start, seen) = (token.end, false);
                continue;
            }
            _ => {}
        }
        seen |= token.kind != Kind::Comment;
    }
    texts.extend(seen.then(|| text[start..].trim()));
    texts
}

/// The results of `SELECT a, b` without any other clause.
pub fn plain_results(text: &str) -> Option<Vec<expression::Expr>> {
    plain_select::results(text)
}

/// Whether a query may change something, by its words alone: it has one of those that do, or calls a function
/// that is not known (`known`).
pub fn calls_or_changes(text: &str, known: &dyn Fn(&QualifiedName) -> bool) -> bool {
    const CHANGING: [&str; 7] = ["insert", "update", "delete", "merge", "into", "execute", "call"];
    words(text).iter().any(|it| CHANGING.contains(&it.as_str()))
        || called_functions(text).iter().any(|name| !known(name))
}

/// The functions that a text calls, as far as its words tell: names before a parenthesis, but for the grammar's own.
pub fn called_functions(text: &str) -> Vec<QualifiedName> {
    let Ok(mut cursor) = Cursor::new(text) else { return vec![] };
    let mut found = vec![];
    while !cursor.at_end() {
        let start = cursor.position();
        if let Ok(name) = cursor.qualified_name()
            && cursor.is_sign("(")
            && !(name.schema.is_none() && crate::keyword::category(name.name.as_str()).is_some())
        {
            found.push(name);
        }
        cursor.rewind(start);
        cursor.next();
        // The parts of a qualified name were looked at together.
        while cursor.is_sign(".") {
            cursor.next();
            cursor.next();
        }
    }
    found
}

/// The words and signs of a text in order, folded; strings and comments are left out.
pub fn words(text: &str) -> Vec<String> {
    let (mut found, mut at) = (vec![], 0);
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        match token.kind {
            Kind::Comment | Kind::String | Kind::EscapeString | Kind::DollarString => {}
            _ => found.push(text[token.start..token.end].to_ascii_lowercase()),
        }
    }
    found
}

/// Every identifier in the text, folded: whatever the statement may touch.
pub fn mentions(text: &str) -> Vec<Ident> {
    let mut found = vec![];
    mention(text, &mut found, 0);
    found
}

/// The same without what stands inside strings.
pub fn mentions_outside_strings(text: &str) -> Vec<Ident> {
    let mut found = vec![];
    mention(text, &mut found, MAX_STRING_LEVELS);
    found
}

/// `None`: a command without a tree.
fn statement(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let start = cursor.position();
    let made = match first_word(cursor).as_str() {
        "alter" => object::alter(cursor)?,
        "create" => object::create(cursor)?,
        "drop" => object::drop(cursor)?,
        "comment" => perhaps(cursor, object::comment),
        "grant" | "revoke" => perhaps(cursor, privilege::grant),
        "reassign" => perhaps(cursor, role::reassign),
        "insert" => Some(rows::insert(cursor)?),
        "update" => Some(rows::update(cursor)?),
        "delete" => Some(rows::delete(cursor)?),
        "select" | "values" | "table" => Some(match select_into::read(cursor) {
            Some(made) => made,
            None => rows::select(cursor)?,
        }),
        "with" => rows::with(cursor)?,
        "do" => Some(session::do_block(cursor)?),
        "lock" => Some(session::lock_table(cursor)?),
        "truncate" => Some(maintenance::truncate(cursor)?),
        "vacuum" | "analyze" | "analyse" => Some(maintenance::vacuum(cursor)?),
        "cluster" => Some(maintenance::cluster(cursor)?),
        "copy" => Some(copy::read(cursor)?),
        "merge" => merge::read(cursor)?,
        "declare" | "fetch" | "move" | "close" | "execute" | "deallocate" | "listen" | "unlisten" | "notify"
        | "discard" | "explain" => session_command::read(cursor)?,
        "prepare" if cursor.is_word_at(1, "transaction") => session::transaction(cursor)?,
        "prepare" => session_command::read(cursor)?,
        "reindex" => Some(maintenance::reindex(cursor)?),
        "set" => session::set(cursor)?,
        "refresh" => Some(create_view::refresh(cursor)?),
        "reset" | "show" => session::reset_or_show(cursor)?,
        "begin" | "start" | "commit" | "end" | "rollback" | "abort" | "savepoint" | "release" => {
            session::transaction(cursor)?
        }
        _ if cursor.is_sign("(") && query::is_next(cursor) => Some(rows::select(cursor)?),
        _ => None,
    };
    if made.is_none() {
        cursor.rewind(start);
    }
    Ok(made)
}

/// For grammar that is read in part: what cannot be read becomes a command without a tree.
fn perhaps(
    cursor: &mut Cursor<'_>,
    read: impl FnOnce(&mut Cursor<'_>) -> Result<Option<Statement>>,
) -> Option<Statement> {
    let start = cursor.position();
    let made = read(cursor).ok().flatten().filter(|_| cursor.at_end());
    if made.is_none() {
        cursor.rewind(start);
    }
    made
}

fn first_word(cursor: &Cursor<'_>) -> String {
    match cursor.peek() {
        Some(token) if token.kind == Kind::Word => cursor.raw(token).to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// First words of commands that have no tree: anything else is a syntax error.
const COMMANDS: [&str; 44] = [
    "alter",
    "analyse",
    "analyze",
    "call",
    "checkpoint",
    "close",
    "cluster",
    "comment",
    "copy",
    "create",
    "deallocate",
    "declare",
    "discard",
    "do",
    "drop",
    "execute",
    "explain",
    "fetch",
    "grant",
    "import",
    "listen",
    "load",
    "merge",
    "move",
    "notify",
    "prepare",
    "reassign",
    "refresh",
    "reindex",
    "reset",
    "revoke",
    "security",
    "set",
    "show",
    "truncate",
    "unlisten",
    "vacuum",
    "with",
    "commit",
    "rollback",
    "begin",
    "repack",
    "wait",
    "select",
];

/// How many names of a statement without a tree are remembered: enough for any real one.
const MAX_MENTIONS: usize = 5000;

fn other(cursor: &mut Cursor<'_>) -> Result<Statement> {
    if !COMMANDS.contains(&first_word(cursor).as_str()) {
        return cursor.error();
    }
    let command = command_tag(cursor);
    let mut mentions = vec![];
    mention(cursor.text, &mut mentions, 0);
    cursor.skip_to_end();
    Ok(Statement::Other(Other { command, mentions, text: cursor.text.to_owned() }))
}

/// The command's tag, as far as its words tell it: `CREATE FUNCTION`.
fn command_tag(cursor: &Cursor<'_>) -> String {
    const OBJECTS: [&str; 33] = [
        "access",
        "aggregate",
        "cast",
        "collation",
        "conversion",
        "database",
        "default",
        "domain",
        "event",
        "extension",
        "foreign",
        "function",
        "group",
        "index",
        "language",
        "materialized",
        "operator",
        "owned",
        "policy",
        "procedure",
        "publication",
        "role",
        "routine",
        "rule",
        "schema",
        "sequence",
        "server",
        "statistics",
        "subscription",
        "table",
        "tablespace",
        "text",
        "user",
    ];
    const SECOND: [&str; 12] = [
        "method",
        "trigger",
        "data",
        "table",
        "view",
        "class",
        "family",
        "privileges",
        "search",
        "mapping",
        "by",
        "wrapper",
    ];
    const SKIP: [&str; 11] = [
        "or",
        "replace",
        "temp",
        "temporary",
        "unlogged",
        "recursive",
        "constraint",
        "trusted",
        "procedural",
        "global",
        "local",
    ];
    let word = |ahead: usize| match cursor.peek_at(ahead) {
        Some(token) if token.kind == Kind::Word => cursor.raw(token).to_ascii_lowercase(),
        _ => String::new(),
    };
    let first = word(0);
    let mut tag = first.to_uppercase();
    if !matches!(first.as_str(), "create" | "alter" | "drop" | "refresh" | "security" | "import" | "reassign") {
        return tag;
    }
    let mut at = 1;
    while SKIP.contains(&word(at).as_str()) {
        at += 1;
    }
    let object = word(at);
    if OBJECTS.contains(&object.as_str()) || matches!(object.as_str(), "type" | "view" | "trigger" | "label") {
        tag.push(' ');
        tag.push_str(&object.to_uppercase());
        if SECOND.contains(&word(at + 1).as_str()) && !matches!(object.as_str(), "table" | "view" | "trigger" | "type")
        {
            tag.push(' ');
            tag.push_str(&word(at + 1).to_uppercase());
        }
    }
    tag
}

/// Strings in strings are looked into this deep.
const MAX_STRING_LEVELS: usize = 3;

/// Every identifier in the text, in the bodies of its strings too: whatever it may touch.
fn mention(text: &str, found: &mut Vec<Ident>, level: usize) {
    let mut at = 0;
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        let name = match token.kind {
            Kind::Word => Ident::folded(&text[token.start..token.end]),
            Kind::QuotedWord => Ident::new(&lexer::value(text, token)),
            Kind::String | Kind::EscapeString | Kind::DollarString if level < MAX_STRING_LEVELS => {
                let body = lexer::value(text, token);
                mention(&body, found, level + 1);
                continue;
            }
            _ => continue,
        };
        if found.len() >= MAX_MENTIONS {
            return;
        }
        found.push(name);
    }
}
