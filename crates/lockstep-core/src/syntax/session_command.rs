//! Commands of a session that change no schema: cursors, prepared statements, notifications, `EXPLAIN`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, quote_literal};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::{Expr, QueryText};
use crate::syntax::lexer::Kind;
use crate::syntax::maintenance::{UtilityOption, option};
use crate::syntax::parse_expression::expression;
use crate::syntax::print_maintenance::utility_options;
use crate::syntax::print_statement::comma;
use crate::syntax::statement::Statement;
use crate::syntax::{query, type_name};

#[derive(Debug, Clone, PartialEq)]
pub enum SessionCommand {
    Declare {
        cursor: Ident,
        /// `WITH HOLD`: it outlives its transaction.
        hold: bool,
        query: QueryText,
    },
    /// `FETCH` or `MOVE`; the direction as written.
    Fetch {
        moves: bool,
        direction: String,
        cursor: Ident,
    },
    /// `None`: `ALL`.
    Close(Option<Ident>),
    Prepare {
        name: Ident,
        statement: Box<Statement>,
        /// The parameters' types and the statement, as written.
        text: String,
    },
    Execute {
        name: Ident,
        arguments: Vec<Expr>,
    },
    /// `None`: `ALL`.
    Deallocate(Option<Ident>),
    Listen(Ident),
    /// `None`: `*`.
    Unlisten(Option<Ident>),
    Notify {
        channel: Ident,
        payload: Option<String>,
    },
    Discard(Discarded),
    Explain {
        options: Vec<UtilityOption>,
        statement: Box<Statement>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discarded {
    All,
    Plans,
    Sequences,
    Temporary,
}

impl SessionCommand {
    pub fn tag(&self) -> &'static str {
        match self {
            SessionCommand::Declare { .. } => "DECLARE CURSOR",
            SessionCommand::Fetch { moves: false, .. } => "FETCH",
            SessionCommand::Fetch { moves: true, .. } => "MOVE",
            SessionCommand::Close(_) => "CLOSE CURSOR",
            SessionCommand::Prepare { .. } => "PREPARE",
            SessionCommand::Execute { .. } => "EXECUTE",
            SessionCommand::Deallocate(_) => "DEALLOCATE",
            SessionCommand::Listen(_) => "LISTEN",
            SessionCommand::Unlisten(_) => "UNLISTEN",
            SessionCommand::Notify { .. } => "NOTIFY",
            SessionCommand::Discard(Discarded::All) => "DISCARD ALL",
            SessionCommand::Discard(Discarded::Plans) => "DISCARD PLANS",
            SessionCommand::Discard(Discarded::Sequences) => "DISCARD SEQUENCES",
            SessionCommand::Discard(Discarded::Temporary) => "DISCARD TEMP",
            SessionCommand::Explain { .. } => "EXPLAIN",
        }
    }
}

/// `None`: another command.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let made = if cursor.accept_word("declare") {
        declare(cursor)?
    } else if cursor.accept_word("fetch") {
        fetch(cursor, false)?
    } else if cursor.accept_word("move") {
        fetch(cursor, true)?
    } else if cursor.accept_word("close") {
        SessionCommand::Close(all_or_name(cursor)?)
    } else if cursor.accept_word("prepare") {
        prepare(cursor)?
    } else if cursor.accept_word("execute") {
        let name = cursor.name()?;
        let arguments = if cursor.is_sign("(") { cursor.parenthesised(expression)? } else { vec![] };
        SessionCommand::Execute { name, arguments }
    } else if cursor.accept_word("deallocate") {
        if !cursor.is_word_at(0, "prepare") || cursor.peek_at(1).is_some() {
            cursor.accept_word("prepare");
        }
        SessionCommand::Deallocate(all_or_name(cursor)?)
    } else if cursor.accept_word("listen") {
        SessionCommand::Listen(cursor.name()?)
    } else if cursor.accept_word("unlisten") {
        SessionCommand::Unlisten(if cursor.accept_sign("*") { None } else { Some(cursor.name()?) })
    } else if cursor.accept_word("notify") {
        let channel = cursor.name()?;
        let payload = if cursor.accept_sign(",") { Some(cursor.string()?) } else { None };
        SessionCommand::Notify { channel, payload }
    } else if cursor.accept_word("discard") {
        SessionCommand::Discard(discarded(cursor)?)
    } else if cursor.accept_word("explain") {
        explain(cursor)?
    } else {
        return Ok(None);
    };
    Ok(Some(Statement::Session(made)))
}

fn all_or_name(cursor: &mut Cursor<'_>) -> Result<Option<Ident>> {
    if cursor.accept_word("all") { Ok(None) } else { cursor.name().map(Some) }
}

fn declare(cursor: &mut Cursor<'_>) -> Result<SessionCommand> {
    let name = cursor.name()?;
    while !cursor.is_word("cursor") {
        let known = cursor.accept(&["no", "scroll"])
            || ["binary", "scroll", "asensitive", "insensitive"].iter().any(|word| cursor.accept_word(word));
        if !known {
            return cursor.error();
        }
    }
    cursor.expect(&["cursor"])?;
    let hold = cursor.accept(&["with", "hold"]);
    if !hold {
        cursor.accept(&["without", "hold"]);
    }
    cursor.expect(&["for"])?;
    if !query::is_next(cursor) {
        return cursor.error();
    }
    let start = cursor.offset();
    cursor.skip_to_end();
    let query = query::describe(cursor.text_since(start));
    Ok(SessionCommand::Declare { cursor: name, hold, query })
}

/// `fetch_args`.
fn fetch(cursor: &mut Cursor<'_>, moves: bool) -> Result<SessionCommand> {
    let start = cursor.offset();
    // A direction stands before something else; alone it is a cursor's name.
    if cursor.peek_at(1).is_some() {
        let counted = ["absolute", "relative"].iter().any(|word| cursor.accept_word(word));
        let plain = !counted && ["next", "prior", "first", "last", "all"].iter().any(|word| cursor.accept_word(word));
        let way = !counted && !plain && ["forward", "backward"].iter().any(|word| cursor.accept_word(word));
        let number = cursor.is_sign("-")
            || cursor.is_sign("+")
            || cursor.peek().is_some_and(|token| token.kind == Kind::Integer);
        if counted || (number && !plain) {
            cursor.integer()?;
        } else if way {
            cursor.accept_word("all");
        }
    }
    let end = if cursor.offset() == start { start } else { cursor.last_end() };
    let direction = cursor.text[start..end].to_owned();
    if !cursor.accept_word("from") {
        cursor.accept_word("in");
    }
    Ok(SessionCommand::Fetch { moves, direction, cursor: cursor.name()? })
}

fn prepare(cursor: &mut Cursor<'_>) -> Result<SessionCommand> {
    let name = cursor.name()?;
    let start = cursor.offset();
    if cursor.is_sign("(") {
        cursor.parenthesised(type_name::parse)?;
    }
    cursor.expect(&["as"])?;
    let statement = Box::new(inner(cursor)?);
    let text = cursor.text[start..].trim_end().to_owned();
    Ok(SessionCommand::Prepare { name, statement, text })
}

/// `PreparableStmt`, `ExplainableStmt`: the statement that the rest of the text is.
fn inner(cursor: &mut Cursor<'_>) -> Result<Statement> {
    let start = cursor.offset();
    if cursor.at_end() {
        return cursor.error();
    }
    cursor.skip_to_end();
    super::parse(&cursor.text[start..]).map_err(|mut error| {
        error.offset += start;
        error
    })
}

fn discarded(cursor: &mut Cursor<'_>) -> Result<Discarded> {
    let kinds = [
        ("all", Discarded::All),
        ("plans", Discarded::Plans),
        ("sequences", Discarded::Sequences),
        ("temporary", Discarded::Temporary),
        ("temp", Discarded::Temporary),
    ];
    match kinds.into_iter().find(|(word, _)| cursor.accept_word(word)) {
        Some((_, kind)) => Ok(kind),
        None => cursor.error(),
    }
}

fn explain(cursor: &mut Cursor<'_>) -> Result<SessionCommand> {
    let mut options = vec![];
    if cursor.is_sign("(") && !query::is_next(cursor) {
        options = cursor.parenthesised(option)?;
    } else {
        for word in ["analyze", "verbose"] {
            if cursor.accept_word(word) || (word == "analyze" && cursor.accept_word("analyse")) {
                options.push(UtilityOption { name: Ident::new(word), value: None });
            }
        }
    }
    Ok(SessionCommand::Explain { options, statement: Box::new(inner(cursor)?) })
}

impl Display for SessionCommand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let all = |name: &Option<Ident>| name.as_ref().map_or_else(|| "ALL".to_owned(), Ident::to_string);
        match self {
            SessionCommand::Declare { cursor, hold, query } => {
                write!(f, "DECLARE {cursor} CURSOR{} FOR {}", if *hold { " WITH HOLD" } else { "" }, query.text)
            }
            SessionCommand::Fetch { moves, direction, cursor } => {
                let command = if *moves { "MOVE" } else { "FETCH" };
                match direction.is_empty() {
                    true => write!(f, "{command} FROM {cursor}"),
                    false => write!(f, "{command} {direction} FROM {cursor}"),
                }
            }
            SessionCommand::Close(name) => write!(f, "CLOSE {}", all(name)),
            SessionCommand::Prepare { name, text, .. } => write!(f, "PREPARE {name} {text}"),
            SessionCommand::Execute { name, arguments } if arguments.is_empty() => write!(f, "EXECUTE {name}"),
            SessionCommand::Execute { name, arguments } => write!(f, "EXECUTE {name} ({})", comma(arguments)),
            SessionCommand::Deallocate(name) => write!(f, "DEALLOCATE {}", all(name)),
            SessionCommand::Listen(name) => write!(f, "LISTEN {name}"),
            SessionCommand::Unlisten(Some(name)) => write!(f, "UNLISTEN {name}"),
            SessionCommand::Unlisten(None) => f.write_str("UNLISTEN *"),
            SessionCommand::Notify { channel, payload: None } => write!(f, "NOTIFY {channel}"),
            SessionCommand::Notify { channel, payload: Some(payload) } => {
                write!(f, "NOTIFY {channel}, {}", quote_literal(payload))
            }
            SessionCommand::Discard(_) => f.write_str(self.tag()),
            SessionCommand::Explain { options, statement } => {
                write!(f, "EXPLAIN{} {statement}", utility_options(options))
            }
        }
    }
}
