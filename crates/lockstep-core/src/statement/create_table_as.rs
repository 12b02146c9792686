//! `CREATE TABLE … AS`: `ExecCreateTableAs` and `intorel_startup`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::types::TypeRef;
use crate::schema::relation::{Body, Column, Columns, Persistence, RelationDetails, Rows, Table};
use crate::statement::column::{self, check_columns, check_name};
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::query::{self, Analyzed, row_security};
use crate::statement::{scope, select};
use crate::syntax;
use crate::syntax::expression::QueryText;
use crate::syntax::select::{Body as QueryBody, Select, Target};
use crate::syntax::statement::CreateTable;

pub(super) fn run(statement: &CreateTable, text: &QueryText, with_data: bool, execution: &mut Execution) -> Outcome {
    let Some(query) = &syntax::parse_query(&text.text) else {
        return unknown("a query of this kind is not modelled");
    };
    if text.writes {
        return unknown("a query that does more than read is not modelled");
    }
    if statement.on_commit.as_deref().is_some_and(|it| it != "preserve rows" && it != "drop") {
        return unknown("CREATE TABLE AS with ON COMMIT is not modelled");
    }
    // The query is analysed, which locks what it reads, before the new name is looked at.
    let analyzed = match query::analyze(execution, query) {
        Err(Stop::Unknown(why)) => of_catalogs(execution, query).ok_or(Stop::Unknown(why))?,
        made => made?,
    };
    execution.writable(if statement.select_into.is_some() { "SELECT INTO" } else { "CREATE TABLE AS" })?;
    let Some(name) = execution.new_relation(&statement.name, statement.persistence, statement.if_not_exists)? else {
        return Ok(());
    };
    if with_data {
        run_query(execution, &analyzed)?;
        select::refuse_unknown_code(execution, text)?;
    }
    let columns = new_columns(execution, &analyzed, &statement.query_columns, "CREATE TABLE AS")?;
    if execution.schema.find_type(&name).is_some() {
        let message = format!("type \"{}\" already exists", name.name.as_str());
        return fail(sqlstate::DUPLICATE_OBJECT, message);
    }
    let mut made = Table { columns: Columns(columns.into()), ..Table::default() };
    if with_data {
        fill(execution, &mut made, query, &analyzed);
    }
    if statement.access_method.as_ref().is_some_and(|it| *it != "heap") {
        made.access_method.clone_from(&statement.access_method);
    }
    let id = execution.schema.add_relation(name, statement.persistence, Body::Table(made));
    execution.lock(id, LockMode::AccessExclusive, "a new relation is locked by the statement that makes it");
    let (options, tablespace) = (scope::print_options(&statement.options), statement.tablespace.clone());
    execution.schema.relation_mut(id).details = RelationDetails { options, tablespace, comment: None }.into();
    column::create_toast(execution, id);
    Ok(())
}

/// A query of the system's own relations, whose rows are not known.
fn of_catalogs(execution: &mut Execution, query: &Select) -> Option<Analyzed> {
    let made = query::analyze_to_run(execution, query, &[]).ok()?;
    made.results.iter().all(|it| it.type_.row().is_some()).then_some(made)
}

/// The columns of a relation that a query fills, checked as `heap_create` does.
pub(super) fn new_columns(
    execution: &Execution,
    analyzed: &Analyzed,
    given: &[Ident],
    command: &str,
) -> Outcome<Vec<Column>> {
    if given.len() > analyzed.results.len() {
        let message = match command {
            "CREATE VIEW" => "CREATE VIEW specifies more column names than columns",
            _ => "too many column names were specified",
        };
        return fail(sqlstate::SYNTAX_ERROR, message);
    }
    let columns = analyzed.columns(given);
    for (place, column) in columns.iter().enumerate() {
        check_name(&column.name)?;
        if columns[..place].iter().any(|other| other.name == column.name) {
            let message = format!("column \"{}\" specified more than once", column.name.as_str());
            return fail(sqlstate::DUPLICATE_COLUMN, message);
        }
    }
    check_columns(execution, &columns)?;
    if columns
        .iter()
        .any(|it| matches!(it.type_.base, TypeRef::User(id) if execution.schema.get(RelationId(id)).is_some()))
    {
        execution.schema.note_row_type();
    }
    Ok(columns)
}

/// Planning a query opens the indexes of what it reads, and what views read in turn.
pub(super) fn run_query(execution: &mut Execution, analyzed: &Analyzed) -> Outcome {
    for id in &analyzed.reads {
        select::expand(execution, *id, LockMode::AccessShare)?;
        row_security::read(execution, *id, false)?;
    }
    Ok(())
}

/// What is known of the rows: all of them, where the query is all of one table.
fn fill(execution: &Execution, made: &mut Table, query: &Select, analyzed: &Analyzed) {
    made.rows = Rows::Unknown;
    if let Some(source) = all_rows_of(query, analyzed)
        && let Some(table) = execution.schema.get(source).and_then(|it| it.table())
        && table.children.is_empty()
    {
        made.rows = table.rows;
        for (column, result) in made.columns.iter_mut().zip(&analyzed.results) {
            let from = result.origin.filter(|(id, _)| *id == source).and_then(|(_, number)| table.attribute(number));
            if let Some(from) = from {
                column.filled = from.filled || from.not_null;
                column.has_null = from.has_null;
            }
        }
    }
}

/// The one table that a query reads, where its rows are the query's.
pub(super) fn all_rows_of(query: &Select, analyzed: &Analyzed) -> Option<RelationId> {
    let QueryBody::Plain(plain) = &query.body else { return None };
    let whole = plain.condition.is_none()
        && plain.group.is_empty()
        && plain.having.is_none()
        && plain.distinct == crate::syntax::select::Distinct::None
        && query.limit.is_none()
        && query.offset.is_none()
        && plain.from.len() == 1
        && analyzed.results.iter().all(|it| it.origin.is_some())
        && plain.targets.iter().all(|it| !matches!(it, Target::Value { value, .. } if !is_column(value)));
    match analyzed.reads.as_slice() {
        [only] if whole => Some(*only),
        _ => None,
    }
}

fn is_column(value: &crate::syntax::expression::Expr) -> bool {
    matches!(value, crate::syntax::expression::Expr::Column(_))
}

/// Where a view or a new table of a query goes by default.
pub(super) fn persistence_of(given: Persistence, execution: &Execution, analyzed: &Analyzed) -> Persistence {
    let temporary = analyzed
        .reads
        .iter()
        .any(|id| execution.schema.get(*id).is_some_and(|it| it.persistence == Persistence::Temporary));
    if temporary { Persistence::Temporary } else { given }
}
