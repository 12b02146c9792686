//! `MERGE`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::{Expr, QueryText};
use crate::syntax::parse_expression::expression;
use crate::syntax::print_statement::comma;
use crate::syntax::query;
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    pub table: QualifiedName,
    pub only: bool,
    pub alias: Option<Ident>,
    pub source: MergeSource,
    pub source_alias: Option<Ident>,
    pub condition: Expr,
    pub actions: Vec<MergeAction>,
    pub returning: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum MergeSource {
    Table(QualifiedName),
    Query(QueryText),
}

#[derive(Debug, Clone, PartialEq)]
pub struct MergeAction {
    pub when: MergeWhen,
    pub condition: Option<Expr>,
    pub then: MergeThen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeWhen {
    Matched,
    /// `NOT MATCHED [BY TARGET]`.
    NotMatched,
    NotMatchedBySource,
}

#[derive(Debug, Clone, PartialEq)]
pub enum MergeThen {
    Nothing,
    Delete,
    Update(Vec<(Ident, Expr)>),
    /// `None`: `DEFAULT VALUES`.
    Insert {
        columns: Vec<Ident>,
        values: Option<Vec<Expr>>,
    },
}

/// `None`: a form that is not read.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.expect(&["merge", "into"])?;
    let only = cursor.accept_word("only");
    let table = cursor.qualified_name()?;
    cursor.accept_sign("*");
    let alias = alias(cursor, "using")?;
    cursor.expect(&["using"])?;
    let source = match cursor.is_sign("(") && query::is_next(cursor) {
        true => {
            cursor.expect_sign("(")?;
            let query = query::parse(cursor)?;
            cursor.expect_sign(")")?;
            MergeSource::Query(query)
        }
        false => {
            cursor.accept_word("only");
            MergeSource::Table(cursor.qualified_name()?)
        }
    };
    let source_alias = self::alias(cursor, "on")?;
    if cursor.is_sign("(") || cursor.is_any(&["join", "left", "inner", "cross", "right", "full", "natural"]) {
        return Ok(None);
    }
    cursor.expect(&["on"])?;
    let condition = expression(cursor)?;
    let mut actions = vec![];
    while cursor.accept_word("when") {
        match action(cursor)? {
            Some(action) => actions.push(action),
            None => return Ok(None),
        }
    }
    if actions.is_empty() {
        return cursor.error();
    }
    let returning = cursor.accept_word("returning");
    if returning {
        cursor.skip_to_end();
    }
    Ok(Some(Statement::Merge(Box::new(Merge {
        table,
        only,
        alias,
        source,
        source_alias,
        condition,
        actions,
        returning,
    }))))
}

fn alias(cursor: &mut Cursor<'_>, next: &str) -> Result<Option<Ident>> {
    if cursor.accept_word("as") {
        return cursor.name().map(Some);
    }
    if cursor.is_word(next) {
        return Ok(None);
    }
    Ok(cursor.accept_name())
}

/// `merge_when_clause`, behind `WHEN`.
fn action(cursor: &mut Cursor<'_>) -> Result<Option<MergeAction>> {
    let when = if cursor.accept_word("matched") {
        MergeWhen::Matched
    } else {
        cursor.expect(&["not", "matched"])?;
        if cursor.accept(&["by", "source"]) {
            MergeWhen::NotMatchedBySource
        } else {
            cursor.accept(&["by", "target"]);
            MergeWhen::NotMatched
        }
    };
    let condition = if cursor.accept_word("and") { Some(expression(cursor)?) } else { None };
    cursor.expect(&["then"])?;
    let then = if cursor.accept(&["do", "nothing"]) {
        MergeThen::Nothing
    } else if when == MergeWhen::NotMatched {
        cursor.expect(&["insert"])?;
        let columns = if cursor.is_sign("(") { cursor.names()? } else { vec![] };
        if cursor.is_word("overriding") {
            return Ok(None);
        }
        let values = match cursor.accept(&["default", "values"]) {
            true => None,
            false => {
                cursor.expect(&["values"])?;
                Some(cursor.parenthesised(expression)?)
            }
        };
        MergeThen::Insert { columns, values }
    } else if cursor.accept_word("delete") {
        MergeThen::Delete
    } else {
        cursor.expect(&["update", "set"])?;
        let mut assignments = vec![];
        loop {
            if cursor.is_sign("(") {
                return Ok(None);
            }
            let name = cursor.name()?;
            if !cursor.accept_sign("=") {
                return Ok(None);
            }
            assignments.push((name, expression(cursor)?));
            if !cursor.accept_sign(",") {
                break;
            }
        }
        MergeThen::Update(assignments)
    };
    Ok(Some(MergeAction { when, condition, then }))
}

impl Display for MergeAction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self.when {
            MergeWhen::Matched => " WHEN MATCHED",
            MergeWhen::NotMatched => " WHEN NOT MATCHED",
            MergeWhen::NotMatchedBySource => " WHEN NOT MATCHED BY SOURCE",
        })?;
        if let Some(condition) = &self.condition {
            write!(f, " AND {condition}")?;
        }
        match &self.then {
            MergeThen::Nothing => f.write_str(" THEN DO NOTHING"),
            MergeThen::Delete => f.write_str(" THEN DELETE"),
            MergeThen::Update(assignments) => {
                let items = assignments.iter().map(|(name, value)| format!("{name} = {value}"));
                write!(f, " THEN UPDATE SET {}", comma(items))
            }
            MergeThen::Insert { columns, values } => {
                f.write_str(" THEN INSERT")?;
                if !columns.is_empty() {
                    write!(f, " ({})", comma(columns))?;
                }
                match values {
                    Some(values) => write!(f, " VALUES ({})", comma(values)),
                    None => f.write_str(" DEFAULT VALUES"),
                }
            }
        }
    }
}

impl Display for Merge {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let alias = |alias: &Option<Ident>| alias.as_ref().map(|it| format!(" AS {it}")).unwrap_or_default();
        write!(f, "MERGE INTO {}{}", if self.only { "ONLY " } else { "" }, self.table)?;
        f.write_str(&alias(&self.alias))?;
        match &self.source {
            MergeSource::Table(name) => write!(f, " USING {name}")?,
            MergeSource::Query(query) => write!(f, " USING ({})", query.text)?,
        }
        write!(f, "{} ON {}", alias(&self.source_alias), self.condition)?;
        for action in &self.actions {
            action.fmt(f)?;
        }
        f.write_str(if self.returning { " RETURNING *" } else { "" })
    }
}
