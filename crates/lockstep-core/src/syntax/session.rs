//! Transactions, settings and explicit locks.

use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::lexer::{self, Kind};
use crate::syntax::statement::{Do, LockTable, Set, Statement, TransactionCommand};

pub(super) fn transaction(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let command = if cursor.accept(&["start", "transaction"]) || cursor.accept_word("begin") {
        block_word(cursor);
        TransactionCommand::Begin { read_only: modes(cursor)? }
    } else if cursor.accept(&["prepare", "transaction"]) {
        TransactionCommand::Prepare(cursor.string()?)
    } else if cursor.accept(&["commit", "prepared"]) {
        TransactionCommand::CommitPrepared(cursor.string()?)
    } else if cursor.accept(&["rollback", "prepared"]) {
        TransactionCommand::RollbackPrepared(cursor.string()?)
    } else if cursor.accept_word("commit") || cursor.accept_word("end") {
        block_word(cursor);
        TransactionCommand::Commit { chain: chain(cursor)? }
    } else if cursor.accept_word("savepoint") {
        TransactionCommand::Savepoint(cursor.name()?)
    } else if cursor.accept_word("release") {
        cursor.accept_word("savepoint");
        TransactionCommand::Release(cursor.name()?)
    } else if cursor.accept_word("rollback") || cursor.accept_word("abort") {
        block_word(cursor);
        if cursor.accept_word("to") {
            cursor.accept_word("savepoint");
            TransactionCommand::RollbackTo(cursor.name()?)
        } else {
            TransactionCommand::Rollback { chain: chain(cursor)? }
        }
    } else {
        return cursor.error();
    };
    Ok(Some(Statement::Transaction(command)))
}

fn block_word(cursor: &mut Cursor<'_>) {
    if !cursor.accept_word("work") {
        cursor.accept_word("transaction");
    }
}

fn chain(cursor: &mut Cursor<'_>) -> Result<bool> {
    if !cursor.accept_word("and") {
        return Ok(false);
    }
    let no = cursor.accept_word("no");
    cursor.expect(&["chain"])?;
    Ok(!no)
}

/// Isolation level, `READ ONLY`, `DEFERRABLE`; what says nothing about writing is passed over.
fn modes(cursor: &mut Cursor<'_>) -> Result<Option<bool>> {
    let mut read_only = None;
    while !cursor.at_end() {
        if cursor.accept(&["read", "only"]) {
            read_only = Some(true);
        } else if cursor.accept(&["read", "write"]) {
            read_only = Some(false);
        } else if cursor.accept(&["isolation", "level"]) {
            let levels =
                [&["serializable"][..], &["repeatable", "read"], &["read", "committed"], &["read", "uncommitted"]];
            if !levels.iter().any(|words| cursor.accept(words)) {
                return cursor.error();
            }
        } else if !(cursor.accept(&["not", "deferrable"])
            || cursor.accept_word("deferrable")
            || cursor.accept_sign(","))
        {
            return cursor.error();
        }
    }
    Ok(read_only)
}

/// `DoStmt`: the code and its language, in either order.
pub(super) fn do_block(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["do"])?;
    let mut made = Do { language: None, body: String::new() };
    let mut has_body = false;
    while !cursor.at_end() {
        if cursor.accept_word("language") {
            made.language = Some(match cursor.accept_string() {
                Some(name) => Ident::new(&name),
                None => cursor.label()?,
            });
        } else {
            made.body = cursor.string()?;
            has_body = true;
        }
    }
    if has_body { Ok(Statement::Do(made)) } else { cursor.error() }
}

pub(super) fn lock_table(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["lock"])?;
    cursor.accept_word("table");
    let tables = cursor.list(|cursor| {
        let only = cursor.accept_word("only");
        let name = cursor.qualified_name()?;
        cursor.accept_sign("*");
        Ok((name, only))
    })?;
    let mode = match cursor.accept_word("in") {
        true => Some(lock_mode(cursor)?),
        false => None,
    };
    let nowait = cursor.accept_word("nowait");
    Ok(Statement::LockTable(LockTable { tables, mode, nowait }))
}

/// `lock_type MODE`; of two modes that begin alike, the longer.
fn lock_mode(cursor: &mut Cursor<'_>) -> Result<LockMode> {
    let mut modes = LockMode::ALL.map(|mode| (mode, mode.to_string().to_ascii_lowercase()));
    modes.sort_by_key(|(_, words)| std::cmp::Reverse(words.len()));
    for (mode, words) in modes {
        if cursor.accept(&words.split(' ').collect::<Vec<_>>()) {
            cursor.expect(&["mode"])?;
            return Ok(mode);
        }
    }
    cursor.error()
}

pub(super) fn reset_or_show(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    if cursor.accept_word("show") {
        cursor.skip_to_end();
        return Ok(Some(Statement::Set(Set::Show)));
    }
    cursor.expect(&["reset"])?;
    if cursor.accept_word("all") {
        return Ok(Some(Statement::Set(Set::ResetAll)));
    }
    let session = cursor.accept(&["session", "authorization"]);
    if session || cursor.accept_word("role") {
        return Ok(Some(Statement::Set(Set::Role { local: false, session, role: None })));
    }
    if cursor.accept(&["time", "zone"]) {
        return Ok(Some(Statement::Set(Set::Reset { name: "timezone".into() })));
    }
    let name = setting_name(cursor)?;
    Ok(Some(Statement::Set(Set::Reset { name })))
}

fn setting_name(cursor: &mut Cursor<'_>) -> Result<String> {
    let parts = cursor.dotted_name()?;
    Ok(parts.iter().map(|part| part.as_str().to_ascii_lowercase()).collect::<Vec<_>>().join("."))
}

pub(super) fn set(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.expect(&["set"])?;
    if cursor.accept_word("constraints") {
        let names = if cursor.accept_word("all") { vec![] } else { cursor.list(Cursor::qualified_name)? };
        let deferred = cursor.accept_word("deferred");
        if !deferred {
            cursor.expect(&["immediate"])?;
        }
        return Ok(Some(Statement::Set(Set::Constraints { names, deferred })));
    }
    let transaction = cursor.are_words(&["transaction"]) || cursor.are_words(&["session", "characteristics"]);
    if transaction {
        let text = cursor.text.to_owned();
        if cursor.accept_word("session") {
            cursor.expect(&["characteristics", "as"])?;
        }
        cursor.expect(&["transaction"])?;
        if cursor.is_word("snapshot") {
            return Ok(None);
        }
        let read_only = modes(cursor)?;
        return Ok(Some(Statement::Set(Set::TransactionMode { read_only, text })));
    }
    let local = cursor.accept_word("local");
    let session = !local && cursor.is_word("session") && !cursor.is_word_at(1, "authorization");
    if session {
        cursor.next();
    }
    let authorization = cursor.accept(&["session", "authorization"]);
    if authorization || cursor.accept_word("role") {
        cursor.accept_word("to");
        cursor.accept_sign("=");
        let role = role(cursor)?;
        return Ok(Some(Statement::Set(Set::Role { local, session: authorization, role })));
    }
    if cursor.accept(&["time", "zone"]) {
        let values = match cursor.is_word("default") || cursor.is_word("local") {
            true => {
                cursor.next();
                vec![]
            }
            false => vec![value(cursor)?],
        };
        return Ok(Some(Statement::Set(Set::Set { local, name: "timezone".into(), values })));
    }
    for (word, name) in [("schema", "search_path"), ("names", "client_encoding")] {
        if cursor.is_word(word) && cursor.peek_at(1).is_some_and(|token| token.kind == Kind::String) {
            cursor.next();
            let values = vec![cursor.string()?];
            return Ok(Some(Statement::Set(Set::Set { local, name: name.into(), values })));
        }
    }
    let name = setting_name(cursor)?;
    if !cursor.accept_sign("=") {
        cursor.expect(&["to"])?;
    }
    let values = match cursor.accept_word("default") {
        true => vec![],
        false => cursor.list(value)?,
    };
    Ok(Some(Statement::Set(Set::Set { local, name, values })))
}

fn role(cursor: &mut Cursor<'_>) -> Result<Option<String>> {
    if cursor.accept_word("default") || cursor.accept_word("none") {
        return Ok(None);
    }
    match cursor.accept_string() {
        Some(text) => Ok(Some(text)),
        None => Ok(Some(cursor.label()?.as_str().to_owned())),
    }
}

fn value(cursor: &mut Cursor<'_>) -> Result<String> {
    if let Some(text) = cursor.accept_string() {
        return Ok(text);
    }
    let sign = if cursor.accept_sign("-") { "-" } else { "" };
    match cursor.next() {
        Some(token) => match token.kind {
            Kind::QuotedWord => Ok(lexer::value(cursor.text, token)),
            Kind::Word => Ok(cursor.raw(token).to_ascii_lowercase()),
            Kind::Integer | Kind::Decimal => Ok(format!("{sign}{}", cursor.raw(token))),
            _ => {
                cursor.rewind(cursor.position() - 1);
                cursor.error()
            }
        },
        None => cursor.error(),
    }
}
