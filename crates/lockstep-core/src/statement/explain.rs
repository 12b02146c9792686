//! `EXPLAIN` without `ANALYZE`: what planning alone locks, and refuses (`ExplainOneQuery`).

use crate::effect::RelationId;
use crate::pg::lock_mode::LockMode;
use crate::schema::rule::RuleEvent;
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::partition::targets;
use crate::statement::prepared;
use crate::statement::query::{self as queries, Purpose, row_security};
use crate::statement::row_target::refuse_view;
use crate::statement::rule::refuse_rules;
use crate::statement::select::lock_indexes;
use crate::syntax::expression::QueryText;
use crate::syntax::row_statement::{Insert, InsertSource, RowStatement};
use crate::syntax::statement::{SessionCommand, Statement};

const NOT_MODELLED: &str = "EXPLAIN of a statement other than a query is not modelled";

pub(super) fn query(query: &QueryText, execution: &mut Execution) -> Outcome {
    match queries::run(query, Purpose::Plan, execution) {
        Ok(outcome) => outcome,
        Err(_) => query.run(execution),
    }
}

/// Any other statement.
pub(super) fn plan(statement: &Statement, execution: &mut Execution) -> Outcome {
    match statement {
        Statement::Update(it) => rows(it, RuleEvent::Update, execution),
        Statement::Delete(it) => rows(it, RuleEvent::Delete, execution),
        Statement::Insert(it) => insert(it, execution),
        Statement::Session(SessionCommand::Execute { name, arguments }) => {
            let place = prepared::find(execution, name)?;
            let statement = execution.session.prepared[place].statement.clone();
            match (&*statement, arguments.is_empty()) {
                (Statement::Select(it), true) => query(it, execution),
                (Statement::Select(_), false) => {
                    let made = prepared::with_arguments(execution, place, arguments)?;
                    query(&made, execution)
                }
                (other, true) => plan(other, execution),
                _ => unknown(NOT_MODELLED),
            }
        }
        _ => unknown(NOT_MODELLED),
    }
}

fn target(execution: &mut Execution, name: &crate::name::QualifiedName, event: RuleEvent) -> Outcome<RelationId> {
    let table = execution.open_in_query(name, LockMode::RowExclusive, "rows of the table would be written")?;
    refuse_rules(execution, table, event)?;
    refuse_view(execution, table)?;
    match execution.schema.relation(table).table().is_some() {
        true => Ok(table),
        false => unknown(NOT_MODELLED),
    }
}

fn rows(statement: &RowStatement, event: RuleEvent, execution: &mut Execution) -> Outcome {
    let table = target(execution, &statement.table, event)?;
    if statement.opaque {
        return unknown(NOT_MODELLED);
    }
    row_security::plan_write(execution, table, &targets::asks(statement))?;
    let below = targets::below(statement, execution, table, Purpose::Plan)?;
    lock_indexes(execution, table, LockMode::RowExclusive);
    below.lock(execution, "rows of the tables below would be written as well");
    Ok(())
}

fn insert(statement: &Insert, execution: &mut Execution) -> Outcome {
    let table = target(execution, &statement.table, RuleEvent::Insert)?;
    row_security::plan_write(execution, table, &statement.asks())?;
    if statement.opaque || statement.conflict.is_some() || statement.on_conflict_update.is_some() {
        return unknown(NOT_MODELLED);
    }
    match &statement.source {
        InsertSource::Query(text) => match queries::run(text, Purpose::Plan, execution) {
            Ok(outcome) => outcome,
            Err(why) => unknown(why),
        },
        InsertSource::DefaultValues => Ok(()),
        InsertSource::Values(_) => unknown(NOT_MODELLED),
    }
}
