//! `CREATE VIEW`, `CREATE MATERIALIZED VIEW`, `REFRESH MATERIALIZED VIEW`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName};
use crate::syntax::create_table::without_data_clause;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::QueryText;
use crate::syntax::print_statement::{comma, options as print_options};
use crate::syntax::statement::{Persistence, Statement};
use crate::syntax::{object, query};

#[derive(Debug, Clone, PartialEq)]
pub struct CreateView {
    pub name: QualifiedName,
    pub persistence: Persistence,
    pub replace: bool,
    pub recursive: bool,
    pub columns: Vec<Ident>,
    pub options: Vec<(Ident, Option<String>)>,
    pub query: QueryText,
    /// `WITH CASCADED` (true) or `LOCAL` (false) `CHECK OPTION`.
    pub check: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateMaterializedView {
    pub name: QualifiedName,
    pub persistence: Persistence,
    pub if_not_exists: bool,
    pub columns: Vec<Ident>,
    pub access_method: Option<Ident>,
    pub options: Vec<(Ident, Option<String>)>,
    pub tablespace: Option<Ident>,
    pub query: QueryText,
    pub with_data: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RefreshMaterializedView {
    pub name: QualifiedName,
    pub concurrently: bool,
    pub with_data: bool,
}

/// After `CREATE [OR REPLACE] [TEMPORARY]`, where a view comes.
pub(super) fn view(cursor: &mut Cursor<'_>, replace: bool, persistence: Persistence) -> Result<Statement> {
    let recursive = cursor.accept_word("recursive");
    cursor.expect(&["view"])?;
    let name = cursor.qualified_name()?;
    let columns = if cursor.is_sign("(") { cursor.names()? } else { vec![] };
    let options = if cursor.accept_word("with") { object::options(cursor)? } else { vec![] };
    if recursive && columns.is_empty() {
        return cursor.error();
    }
    cursor.expect(&["as"])?;
    if !query::is_next(cursor) {
        return cursor.error();
    }
    let start = cursor.offset();
    let mut end = start;
    while !cursor.at_end() && !is_check_option(cursor) {
        if cursor.accept_sign("(") {
            cursor.skip_balanced();
            cursor.expect_sign(")")?;
        } else {
            cursor.next();
        }
        end = cursor.last_end();
    }
    let query = query::describe(&cursor.text[start..end]);
    let check = if cursor.accept_word("with") {
        let local = cursor.accept_word("local");
        if !local {
            cursor.accept_word("cascaded");
        }
        cursor.expect(&["check", "option"])?;
        Some(!local)
    } else {
        None
    };
    Ok(Statement::CreateView(Box::new(CreateView {
        name,
        persistence,
        replace,
        recursive,
        columns,
        options,
        query,
        check,
    })))
}

fn is_check_option(cursor: &Cursor<'_>) -> bool {
    [&["with", "check", "option"][..], &["with", "cascaded", "check"], &["with", "local", "check"]]
        .iter()
        .any(|words| cursor.are_words(words))
}

/// After `CREATE [UNLOGGED] MATERIALIZED VIEW`.
pub(super) fn materialized(cursor: &mut Cursor<'_>, persistence: Persistence) -> Result<Statement> {
    let if_not_exists = cursor.accept(&["if", "not", "exists"]);
    let name = cursor.qualified_name()?;
    let columns = if cursor.is_sign("(") { cursor.names()? } else { vec![] };
    let access_method = if cursor.accept_word("using") { Some(cursor.name()?) } else { None };
    let options = if cursor.accept_word("with") { object::options(cursor)? } else { vec![] };
    let tablespace = if cursor.accept_word("tablespace") { Some(cursor.name()?) } else { None };
    cursor.expect(&["as"])?;
    if !query::is_next(cursor) {
        return cursor.error();
    }
    let start = cursor.offset();
    cursor.skip_balanced();
    let (text, with_data) = without_data_clause(&cursor.text[start..cursor.last_end()]);
    let query = query::describe(text);
    Ok(Statement::CreateMaterializedView(Box::new(CreateMaterializedView {
        name,
        persistence,
        if_not_exists,
        columns,
        access_method,
        options,
        tablespace,
        query,
        with_data,
    })))
}

pub(super) fn refresh(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["refresh", "materialized", "view"])?;
    let concurrently = cursor.accept_word("concurrently");
    let name = cursor.qualified_name()?;
    let mut with_data = true;
    if cursor.accept_word("with") {
        with_data = !cursor.accept_word("no");
        cursor.expect(&["data"])?;
    }
    Ok(Statement::RefreshMaterializedView(RefreshMaterializedView { name, concurrently, with_data }))
}

fn columns(names: &[Ident]) -> String {
    if names.is_empty() { String::new() } else { format!(" ({})", comma(names)) }
}

fn with(options: &[(Ident, Option<String>)]) -> String {
    if options.is_empty() { String::new() } else { format!(" WITH {}", print_options(options)) }
}

impl Display for CreateView {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let replace = if self.replace { "OR REPLACE " } else { "" };
        let recursive = if self.recursive { "RECURSIVE " } else { "" };
        let (columns, options) = (columns(&self.columns), with(&self.options));
        let persistence = self.persistence.words();
        write!(
            f,
            "CREATE {replace}{persistence}{recursive}VIEW {}{columns}{options} AS {}",
            self.name, self.query.text
        )?;
        match self.check {
            Some(true) => f.write_str(" WITH CASCADED CHECK OPTION"),
            Some(false) => f.write_str(" WITH LOCAL CHECK OPTION"),
            None => Ok(()),
        }
    }
}

impl Display for CreateMaterializedView {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let guard = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        let persistence = self.persistence.words();
        write!(f, "CREATE {persistence}MATERIALIZED VIEW {guard}{}{}", self.name, columns(&self.columns))?;
        if let Some(method) = &self.access_method {
            write!(f, " USING {method}")?;
        }
        f.write_str(&with(&self.options))?;
        if let Some(tablespace) = &self.tablespace {
            write!(f, " TABLESPACE {tablespace}")?;
        }
        write!(f, " AS {}{}", self.query.text, if self.with_data { "" } else { " WITH NO DATA" })
    }
}

impl Display for RefreshMaterializedView {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let concurrently = if self.concurrently { "CONCURRENTLY " } else { "" };
        let data = if self.with_data { "" } else { " WITH NO DATA" };
        write!(f, "REFRESH MATERIALIZED VIEW {concurrently}{}{data}", self.name)
    }
}
