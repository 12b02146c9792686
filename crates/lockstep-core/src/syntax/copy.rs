//! `COPY`, with the rows that stand behind it in a script.

use std::fmt::{self, Display, Formatter};

use triomphe::Arc;

use crate::name::{Ident, QualifiedName, quote_literal};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::{Expr, QueryText};
use crate::syntax::lexer::Kind;
use crate::syntax::parse_expression::expression;
use crate::syntax::print_statement::comma;
use crate::syntax::query;
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    pub what: Copied,
    /// `FROM`: rows come in.
    pub from: bool,
    pub program: bool,
    /// `None`: `STDIN` or `STDOUT`.
    pub file: Option<String>,
    pub options: Vec<CopyOption>,
    pub condition: Option<Expr>,
    /// The lines behind `COPY … FROM STDIN` in a script.
    pub data: Option<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Copied {
    Table { name: QualifiedName, columns: Vec<Ident> },
    Query(QueryText),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyOption {
    pub name: Ident,
    pub value: CopyValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyValue {
    None,
    Text(String),
    /// `*`
    All,
    Columns(Vec<Ident>),
}

pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["copy"])?;
    let mut options = vec![];
    if cursor.accept_word("binary") {
        options.push(text_option("format", "binary"));
    }
    let what = match cursor.accept_sign("(") {
        true => {
            let start = cursor.offset();
            if !query::is_next(cursor) && !cursor.is_any(&["insert", "update", "delete", "merge"]) {
                return cursor.error();
            }
            cursor.skip_balanced();
            let query = query::describe(cursor.text_since(start));
            cursor.expect_sign(")")?;
            Copied::Query(query)
        }
        false => {
            let name = cursor.qualified_name()?;
            let columns = if cursor.is_sign("(") { cursor.names()? } else { vec![] };
            Copied::Table { name, columns }
        }
    };
    let from = matches!(what, Copied::Table { .. }) && cursor.accept_word("from");
    if !from {
        cursor.expect(&["to"])?;
    }
    let program = cursor.accept_word("program");
    let file = if !program && (cursor.accept_word("stdin") || cursor.accept_word("stdout")) {
        None
    } else {
        Some(cursor.string()?)
    };
    if cursor.accept(&["using", "delimiters"]) || cursor.accept_word("delimiters") {
        options.push(text_option("delimiter", &cursor.string()?));
    }
    cursor.accept_word("with");
    match cursor.is_sign("(") {
        true => options.extend(cursor.parenthesised(generic_option)?),
        false => {
            while !cursor.at_end() && !cursor.is_word("where") {
                options.push(old_option(cursor)?);
            }
        }
    }
    let condition = if from && cursor.accept_word("where") { Some(expression(cursor)?) } else { None };
    let made = Copy { what, from, program, file, options, condition, data: None };
    Ok(Statement::Copy(Box::new(made)))
}

fn text_option(name: &str, value: &str) -> CopyOption {
    CopyOption { name: Ident::new(name), value: CopyValue::Text(value.to_owned()) }
}

/// `copy_generic_opt_elem`.
fn generic_option(cursor: &mut Cursor<'_>) -> Result<CopyOption> {
    let name = cursor.label()?;
    let value = if cursor.is_sign(",") || cursor.is_sign(")") {
        CopyValue::None
    } else if cursor.accept_sign("*") {
        CopyValue::All
    } else if cursor.is_sign("(") {
        CopyValue::Columns(cursor.parenthesised(Cursor::label)?)
    } else if let Some(text) = cursor.accept_string() {
        CopyValue::Text(text)
    } else {
        let number = cursor.peek().filter(|token| matches!(token.kind, Kind::Integer | Kind::Decimal));
        match number {
            Some(token) => {
                cursor.next();
                CopyValue::Text(cursor.raw(token).to_owned())
            }
            None => CopyValue::Text(cursor.label()?.as_str().to_owned()),
        }
    };
    Ok(CopyOption { name, value })
}

/// `copy_opt_item`: the options as they were written before 9.0.
fn old_option(cursor: &mut Cursor<'_>) -> Result<CopyOption> {
    let flag = |name: &str| CopyOption { name: Ident::new(name), value: CopyValue::Text("true".into()) };
    if cursor.accept_word("binary") {
        return Ok(text_option("format", "binary"));
    }
    if cursor.accept_word("csv") {
        return Ok(text_option("format", "csv"));
    }
    for name in ["freeze", "header"] {
        if cursor.accept_word(name) {
            return Ok(flag(name));
        }
    }
    for name in ["delimiter", "null", "quote", "escape"] {
        if cursor.accept_word(name) {
            cursor.accept_word("as");
            return Ok(text_option(name, &cursor.string()?));
        }
    }
    if cursor.accept_word("encoding") {
        return Ok(text_option("encoding", &cursor.string()?));
    }
    for (words, name) in [
        (&["force", "quote"][..], "force_quote"),
        (&["force", "not", "null"], "force_not_null"),
        (&["force", "null"], "force_null"),
    ] {
        if cursor.accept(words) {
            let value = match cursor.accept_sign("*") {
                true => CopyValue::All,
                false => CopyValue::Columns(cursor.list(Cursor::name)?),
            };
            return Ok(CopyOption { name: Ident::new(name), value });
        }
    }
    cursor.error()
}

impl Display for CopyOption {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.value {
            CopyValue::None => self.name.fmt(f),
            CopyValue::Text(text) => write!(f, "{} {}", self.name, quote_literal(text)),
            CopyValue::All => write!(f, "{} *", self.name),
            CopyValue::Columns(columns) => write!(f, "{} ({})", self.name, comma(columns)),
        }
    }
}

impl Display for Copy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("COPY ")?;
        match &self.what {
            Copied::Table { name, columns } if columns.is_empty() => name.fmt(f)?,
            Copied::Table { name, columns } => write!(f, "{name} ({})", comma(columns))?,
            Copied::Query(query) => write!(f, "({})", query.text)?,
        }
        f.write_str(if self.from { " FROM " } else { " TO " })?;
        f.write_str(if self.program { "PROGRAM " } else { "" })?;
        match &self.file {
            Some(file) => f.write_str(&quote_literal(file))?,
            None => f.write_str(if self.from { "STDIN" } else { "STDOUT" })?,
        }
        if !self.options.is_empty() {
            write!(f, " WITH ({})", comma(&self.options))?;
        }
        match &self.condition {
            Some(condition) => write!(f, " WHERE {condition}"),
            None => Ok(()),
        }
    }
}
