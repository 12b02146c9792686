//! Commands that look after tables and indexes: `TRUNCATE`, `VACUUM`, `ANALYZE`, `CLUSTER`, `REINDEX`.

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::lexer::Kind;
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub struct Truncate {
    /// Each with whether `ONLY` stands before it.
    pub tables: Vec<(QualifiedName, bool)>,
    pub restart_identity: bool,
    pub cascade: bool,
}

/// `VACUUM` or `ANALYZE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Vacuum {
    pub is_vacuum: bool,
    pub options: Vec<UtilityOption>,
    pub targets: Vec<VacuumTarget>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct VacuumTarget {
    pub table: QualifiedName,
    pub only: bool,
    pub columns: Vec<Ident>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    pub options: Vec<UtilityOption>,
    pub table: Option<QualifiedName>,
    pub index: Option<Ident>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Reindex {
    pub options: Vec<UtilityOption>,
    pub kind: ReindexKind,
    pub concurrently: bool,
    pub name: Option<QualifiedName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReindexKind {
    Index,
    Table,
    Schema,
    System,
    Database,
}

/// `utility_option_elem`: a name, perhaps with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UtilityOption {
    pub name: Ident,
    pub value: Option<String>,
}

impl UtilityOption {
    fn plain(name: &str) -> Self {
        UtilityOption { name: Ident::new(name), value: None }
    }

    /// `defGetBoolean`: no value means yes; `None` is a value that is no Boolean one.
    pub fn boolean(&self) -> Option<bool> {
        let Some(value) = &self.value else { return Some(true) };
        match value.to_ascii_lowercase().as_str() {
            "true" | "on" | "1" => Some(true),
            "false" | "off" | "0" => Some(false),
            _ => None,
        }
    }
}

impl ReindexKind {
    pub fn word(self) -> &'static str {
        match self {
            ReindexKind::Index => "INDEX",
            ReindexKind::Table => "TABLE",
            ReindexKind::Schema => "SCHEMA",
            ReindexKind::System => "SYSTEM",
            ReindexKind::Database => "DATABASE",
        }
    }
}

pub(super) fn truncate(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["truncate"])?;
    cursor.accept_word("table");
    let tables = cursor.list(relation)?;
    let restart_identity = cursor.accept(&["restart", "identity"]);
    if !restart_identity {
        cursor.accept(&["continue", "identity"]);
    }
    let cascade = cursor.accept_word("cascade");
    if !cascade {
        cursor.accept_word("restrict");
    }
    Ok(Statement::Truncate(Truncate { tables, restart_identity, cascade }))
}

/// `relation_expr`, with whether `ONLY` is written.
fn relation(cursor: &mut Cursor<'_>) -> Result<(QualifiedName, bool)> {
    let only = cursor.accept_word("only");
    let parenthesis = only && cursor.accept_sign("(");
    let name = cursor.qualified_name()?;
    if parenthesis {
        cursor.expect_sign(")")?;
    } else if !only {
        cursor.accept_sign("*");
    }
    Ok((name, only))
}

pub(super) fn vacuum(cursor: &mut Cursor<'_>) -> Result<Statement> {
    let is_vacuum = cursor.accept_word("vacuum");
    if !is_vacuum && !cursor.accept_word("analyze") {
        cursor.expect(&["analyse"])?;
    }
    let options = match cursor.is_sign("(") {
        true => cursor.parenthesised(option)?,
        false => {
            let words = if is_vacuum { &["full", "freeze", "verbose", "analyze"][..] } else { &["verbose"] };
            let mut options = vec![];
            for word in words {
                if cursor.accept_word(word) || (*word == "analyze" && cursor.accept_word("analyse")) {
                    options.push(UtilityOption::plain(word));
                }
            }
            options
        }
    };
    let targets = match cursor.at_end() {
        true => vec![],
        false => cursor.list(|cursor| {
            let (table, only) = relation(cursor)?;
            let columns = if cursor.is_sign("(") { cursor.names()? } else { vec![] };
            Ok(VacuumTarget { table, only, columns })
        })?,
    };
    Ok(Statement::Vacuum(Vacuum { is_vacuum, options, targets }))
}

pub(super) fn cluster(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["cluster"])?;
    let options = match cursor.is_sign("(") {
        true => cursor.parenthesised(option)?,
        false if cursor.accept_word("verbose") => vec![UtilityOption::plain("verbose")],
        false => vec![],
    };
    let (mut table, mut index) = (None, None);
    if !cursor.at_end() {
        let name = cursor.qualified_name()?;
        if name.schema.is_none() && cursor.accept_word("on") {
            // The old form names the index first.
            index = Some(name.name);
            table = Some(cursor.qualified_name()?);
        } else {
            table = Some(name);
            if cursor.accept_word("using") {
                index = Some(cursor.name()?);
            }
        }
    }
    Ok(Statement::Cluster(Cluster { options, table, index }))
}

pub(super) fn reindex(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["reindex"])?;
    let options = if cursor.is_sign("(") { cursor.parenthesised(option)? } else { vec![] };
    let kinds =
        [ReindexKind::Index, ReindexKind::Table, ReindexKind::Schema, ReindexKind::System, ReindexKind::Database];
    let Some(kind) = kinds.into_iter().find(|kind| cursor.accept_word(kind.word())) else {
        return cursor.error();
    };
    let concurrently = cursor.accept_word("concurrently");
    let name = match kind {
        ReindexKind::Index | ReindexKind::Table => Some(cursor.qualified_name()?),
        ReindexKind::Schema => Some(QualifiedName { schema: None, name: cursor.name()? }),
        ReindexKind::System | ReindexKind::Database if cursor.at_end() => None,
        ReindexKind::System | ReindexKind::Database => Some(QualifiedName { schema: None, name: cursor.name()? }),
    };
    Ok(Statement::Reindex(Reindex { options, kind, concurrently, name }))
}

/// `utility_option_elem`.
pub(super) fn option(cursor: &mut Cursor<'_>) -> Result<UtilityOption> {
    let name = match cursor.accept_word("analyse") {
        true => Ident::new("analyze"),
        false => cursor.label()?,
    };
    if cursor.at_end() || cursor.is_sign(",") || cursor.is_sign(")") {
        return Ok(UtilityOption { name, value: None });
    }
    let value = match cursor.accept_string() {
        Some(text) => text,
        None => {
            let sign = if cursor.accept_sign("-") { "-" } else { "" };
            match cursor.peek() {
                Some(token) if matches!(token.kind, Kind::Integer | Kind::Decimal) => {
                    let text = format!("{sign}{}", cursor.raw(token));
                    cursor.next();
                    text
                }
                Some(_) if sign.is_empty() => cursor.label()?.as_str().to_owned(),
                _ => return cursor.error(),
            }
        }
    };
    Ok(UtilityOption { name, value: Some(value) })
}
