//! `CREATE TABLE … AS`: `ExecCreateTableAs` and `intorel_startup`, for queries that only name columns.

use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::relation::{Body, Column, Columns, Rows, Table, TableKind};
use crate::statement::column::{self, check_name, empty_column};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::{scope, select};
use crate::syntax::expression::{PlainSelect, SelectedColumns};
use crate::syntax::statement::CreateTable;

pub(super) fn run(statement: &CreateTable, plain: &PlainSelect, with_data: bool, execution: &mut Execution) -> Outcome {
    if statement.on_commit.is_some() {
        return unknown("CREATE TABLE AS with ON COMMIT is not modelled");
    }
    // The query is analysed, which locks what it reads, before the new name is looked at.
    let source = execution.open(&plain.table, LockMode::AccessShare, "the statement reads the relation")?;
    let Some(table) = execution.schema.get(source).and_then(|it| it.table()).cloned() else {
        return unknown(format!("the columns of {} are not modelled", plain.table));
    };
    if table.kind != TableKind::Ordinary || !table.children.is_empty() {
        return unknown(format!("reading {} is not modelled", plain.table));
    }
    let mut columns = selected(plain, &table)?;
    execution.writable("CREATE TABLE AS")?;
    let Some(name) = execution.new_relation(&statement.name, statement.persistence, statement.if_not_exists)? else {
        return Ok(());
    };
    if with_data {
        select::lock_indexes(execution, source, LockMode::AccessShare);
    }
    if statement.query_columns.len() > columns.len() {
        return fail(sqlstate::SYNTAX_ERROR, "too many column names were specified");
    }
    for (column, given) in columns.iter_mut().zip(&statement.query_columns) {
        column.name = given.clone();
    }
    for (place, column) in columns.iter().enumerate() {
        check_name(&column.name)?;
        if columns[..place].iter().any(|other| other.name == column.name) {
            let message = format!("column \"{}\" specified more than once", column.name.as_str());
            return fail(sqlstate::DUPLICATE_COLUMN, message);
        }
    }
    if execution.schema.find_type(&name).is_some() {
        let message = format!("type \"{}\" already exists", name.name.as_str());
        return fail(sqlstate::DUPLICATE_OBJECT, message);
    }
    if !with_data {
        columns.iter_mut().for_each(|column| column.has_null = false);
    }
    let rows = if with_data { table.rows } else { Rows::Empty };
    let made = Table { columns: Columns(columns), rows, ..Table::default() };
    let id = execution.schema.add_relation(name, statement.persistence, Body::Table(made));
    execution.lock(id, LockMode::AccessExclusive, "a new relation is locked by the statement that makes it");
    let relation = execution.schema.relation_mut(id);
    relation.options = scope::print_options(&statement.options);
    relation.tablespace = statement.tablespace.clone();
    column::create_toast(execution, id);
    Ok(())
}

/// The columns of the result: names, types and collations; nothing else of a column is handed on.
fn selected(plain: &PlainSelect, table: &Table) -> Outcome<Vec<Column>> {
    let result = |from: &Column, label: &Ident| Column {
        collation: from.collation.clone(),
        filled: from.filled || from.not_null,
        has_null: from.has_null,
        ..empty_column(label.clone(), from.type_)
    };
    let names = match &plain.columns {
        SelectedColumns::All => return Ok(table.live().map(|(_, column)| result(column, &column.name)).collect()),
        SelectedColumns::Named(names) => names,
    };
    let mut made = vec![];
    for (name, label) in names {
        let own = name.schema.as_ref().is_none_or(|alias| *alias == plain.table.name);
        match table.column(name.name.as_str()).filter(|_| own) {
            Some((_, column)) => made.push(result(column, label)),
            // A system column, the whole row, a function in the guise of a column, or an error.
            None => return unknown(format!("what {name} names in the query is not known")),
        }
    }
    Ok(made)
}
