//! `CREATE TABLE`.

use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::parse_expression::expression;
use crate::syntax::statement::{
    ColumnDefinition, CreateTable, PartitionBound, PartitionKey, Persistence, Statement, TableElement,
};
use crate::syntax::{constraint, create_index, object, query, type_name};

/// After `CREATE … TABLE`.
pub(super) fn parse(cursor: &mut Cursor<'_>, persistence: Persistence) -> Result<Statement> {
    let if_not_exists = cursor.accept(&["if", "not", "exists"]);
    let mut made = CreateTable {
        name: cursor.qualified_name()?,
        persistence,
        if_not_exists,
        elements: vec![],
        inherits: vec![],
        partition_by: None,
        partition_of: None,
        of_type: None,
        options: vec![],
        access_method: None,
        tablespace: None,
        on_commit: None,
        query: None,
        query_columns: vec![],
        select_into: None,
    };
    let mut typed = false;
    if cursor.accept(&["partition", "of"]) {
        let parent = cursor.qualified_name()?;
        typed = true;
        if cursor.is_sign("(") {
            made.elements = elements(cursor, typed)?;
        }
        made.partition_of = Some((parent, bound(cursor)?));
    } else if cursor.accept_word("of") {
        made.of_type = Some(cursor.qualified_name()?);
        typed = true;
        if cursor.is_sign("(") {
            made.elements = elements(cursor, typed)?;
        }
    } else if cursor.is_sign("(") {
        let start = cursor.position();
        // `(a, b) AS query` gives names only.
        if let Ok(names) = cursor.names()
            && (cursor.is_word("as") || cursor.is_any(&["with", "on", "tablespace", "using"]))
        {
            made.query_columns = names;
        } else {
            cursor.rewind(start);
            cursor.depth = 0;
            made.elements = elements(cursor, typed)?;
        }
    } else if !cursor.is_any(&["as", "using", "with", "on", "tablespace"]) {
        return cursor.error();
    }
    if cursor.accept_word("inherits") {
        made.inherits = cursor.parenthesised(Cursor::qualified_name)?;
    }
    tail(cursor, &mut made)?;
    Ok(Statement::CreateTable(Box::new(made)))
}

fn tail(cursor: &mut Cursor<'_>, made: &mut CreateTable) -> Result<()> {
    if cursor.accept(&["partition", "by"]) {
        let strategy = cursor.label()?;
        let keys = cursor.parenthesised(create_index::key)?;
        made.partition_by = Some(PartitionKey { strategy, keys });
    }
    if cursor.accept_word("using") {
        made.access_method = Some(cursor.name()?);
    }
    if cursor.accept(&["without", "oids"]) {
        // Says nothing since 12.
    } else if cursor.accept_word("with") {
        made.options = object::options(cursor)?;
    }
    if cursor.accept(&["on", "commit"]) {
        let start = cursor.offset();
        while !cursor.at_end() && !cursor.is_any(&["tablespace", "as"]) {
            cursor.next();
        }
        made.on_commit = Some(cursor.text_since(start).to_ascii_lowercase());
    }
    if cursor.accept_word("tablespace") {
        made.tablespace = Some(cursor.name()?);
    }
    if cursor.accept_word("as") {
        if cursor.is_word("execute") {
            return cursor.error();
        }
        let start = cursor.offset();
        cursor.skip_balanced();
        let text = cursor.text_since(start);
        let (text, with_data) = without_data_clause(text);
        made.query = Some((query::describe(text), with_data));
    } else if !made.query_columns.is_empty() {
        return cursor.error();
    }
    Ok(())
}

/// `WITH [NO] DATA` at the end of the query.
pub(super) fn without_data_clause(text: &str) -> (&str, bool) {
    let words: Vec<&str> = text.split_whitespace().rev().take(3).collect();
    let is = |at: usize, word: &str| words.get(at).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let cut = |count: usize| {
        let mut rest = text.trim_end();
        for _ in 0..count {
            rest = rest.trim_end().rsplit_once(char::is_whitespace).map_or("", |(head, _)| head);
        }
        rest.trim_end()
    };
    if is(0, "data") && is(1, "no") && is(2, "with") {
        (cut(3), false)
    } else if is(0, "data") && is(1, "with") {
        (cut(2), true)
    } else {
        (text, true)
    }
}

fn elements(cursor: &mut Cursor<'_>, typed: bool) -> Result<Vec<TableElement>> {
    cursor.expect_sign("(")?;
    if cursor.accept_sign(")") {
        return Ok(vec![]);
    }
    let made = cursor.list(|cursor| element(cursor, typed))?;
    cursor.expect_sign(")")?;
    Ok(made)
}

fn element(cursor: &mut Cursor<'_>, typed: bool) -> Result<TableElement> {
    if cursor.accept_word("like") {
        let table = cursor.qualified_name()?;
        let mut options = vec![];
        while cursor.is_any(&["including", "excluding"]) {
            let including = cursor.is_word("including");
            cursor.next();
            options.push((including, cursor.label()?.as_str().to_owned()));
        }
        return Ok(TableElement::Like { table, options });
    }
    if constraint::is_table_constraint(cursor) {
        return constraint::table_constraint(cursor).map(TableElement::Constraint);
    }
    column(cursor, typed).map(TableElement::Column)
}

pub(super) fn column(cursor: &mut Cursor<'_>, typed: bool) -> Result<ColumnDefinition> {
    let name = cursor.name()?;
    let type_name = match typed {
        true => {
            cursor.accept(&["with", "options"]);
            None
        }
        false => Some(type_name::parse(cursor)?),
    };
    let mut made =
        ColumnDefinition { name, type_name, collation: None, storage: None, compression: None, constraints: vec![] };
    loop {
        if cursor.accept_word("collate") {
            made.collation = Some(cursor.qualified_name()?);
        } else if cursor.accept_word("storage") {
            made.storage = Some(cursor.label()?);
        } else if cursor.accept_word("compression") {
            made.compression = Some(cursor.label()?);
        } else {
            match constraint::column_constraint(cursor)? {
                Some(constraint) => made.constraints.push(constraint),
                None => return Ok(made),
            }
        }
    }
}

pub(super) fn bound(cursor: &mut Cursor<'_>) -> Result<PartitionBound> {
    if cursor.accept_word("default") {
        return Ok(PartitionBound::Default);
    }
    cursor.expect(&["for", "values"])?;
    if cursor.accept_word("in") {
        return Ok(PartitionBound::In(cursor.parenthesised(expression)?));
    }
    if cursor.accept_word("from") {
        let from = cursor.parenthesised(expression)?;
        cursor.expect(&["to"])?;
        return Ok(PartitionBound::Range { from, to: cursor.parenthesised(expression)? });
    }
    cursor.expect(&["with"])?;
    let items = object::options(cursor)?;
    let number =
        |name: &str| items.iter().find(|(key, _)| *key == *name).and_then(|(_, value)| value.as_ref()?.parse().ok());
    match (number("modulus"), number("remainder")) {
        (Some(modulus), Some(remainder)) => Ok(PartitionBound::Hash { modulus, remainder }),
        _ => cursor.error(),
    }
}
