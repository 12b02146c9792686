//! Cursors (`portalcmds.c`), prepared statements (`prepare.c`), notifications and `EXPLAIN`.

use std::rc::Rc;

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::dependency::Object;
use crate::session::{OpenCursor, Prepared, Session};
use crate::statement::Command;
use crate::statement::deletion;
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::query::{self, Purpose};
use crate::syntax;
use crate::syntax::expression::QueryText;
use crate::syntax::statement::{Discarded, SessionCommand, Statement};

impl Command for SessionCommand {
    fn run(&self, execution: &mut Execution) -> Outcome {
        match self {
            SessionCommand::Declare { cursor, hold, query } => declare(execution, cursor, *hold, query),
            SessionCommand::Fetch { cursor, .. } => open_cursor(execution, cursor).map(drop),
            SessionCommand::Close(Some(cursor)) => {
                let place = open_cursor(execution, cursor)?;
                execution.session.cursors.remove(place);
                Ok(())
            }
            SessionCommand::Close(None) => {
                execution.session.cursors.clear();
                Ok(())
            }
            SessionCommand::Prepare { name, statement, .. } => prepare(execution, name, statement),
            SessionCommand::Execute { name, arguments } => execute(execution, name, arguments.len()),
            SessionCommand::Deallocate(Some(name)) => {
                let place = prepared(execution, name)?;
                execution.session.prepared.remove(place);
                Ok(())
            }
            SessionCommand::Deallocate(None) => {
                execution.session.prepared.clear();
                Ok(())
            }
            SessionCommand::Listen(_) | SessionCommand::Unlisten(_) | SessionCommand::Notify { .. } => Ok(()),
            SessionCommand::Discard(what) => discard(execution, *what),
            SessionCommand::Explain { options, statement } => {
                let mut executes = false;
                for option in options {
                    if option.name == "analyze" {
                        executes = option.boolean().unwrap_or(true);
                    }
                }
                match &**statement {
                    Statement::Select(query) if !executes => explain(query, execution),
                    Statement::Select(query) => query.run(execution),
                    statement if executes => super::run(statement, execution),
                    _ => unknown("EXPLAIN of a statement other than a query is not modelled"),
                }
            }
        }
    }
}

/// `ExplainOneQuery` without `ANALYZE`: the query is planned only.
fn explain(query: &QueryText, execution: &mut Execution) -> Outcome {
    match query::run(query, Purpose::Plan, execution) {
        Ok(outcome) => outcome,
        Err(_) => query.run(execution),
    }
}

/// `PerformCursorOpen`.
fn declare(execution: &mut Execution, name: &Ident, hold: bool, query: &QueryText) -> Outcome {
    let locks_rows = !query.locks_rows.is_empty();
    if hold && locks_rows {
        let message = "DECLARE CURSOR WITH HOLD ... FOR UPDATE is not supported";
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    if !hold && !execution.in_block {
        let message = "DECLARE CURSOR can only be used in transaction blocks";
        return fail(sqlstate::NO_ACTIVE_SQL_TRANSACTION, message);
    }
    query.run(execution)?;
    if execution.session.cursors.iter().any(|cursor| cursor.name == *name) {
        return fail(sqlstate::DUPLICATE_CURSOR, format!("cursor \"{}\" already exists", name.as_str()));
    }
    let reads = opened(execution, query)?;
    execution.session.cursors.push(OpenCursor { name: name.clone(), reads, hold });
    Ok(())
}

fn opened(execution: &Execution, query: &QueryText) -> Outcome<Vec<RelationId>> {
    query.reads.iter().map(|name| execution.resolve(name)).collect()
}

/// `GetPortalByName`.
fn open_cursor(execution: &Execution, name: &Ident) -> Outcome<usize> {
    match execution.session.cursors.iter().position(|cursor| cursor.name == *name) {
        Some(place) => Ok(place),
        None => fail(sqlstate::UNDEFINED_CURSOR, format!("cursor \"{}\" does not exist", name.as_str())),
    }
}

/// `PrepareQuery`: the statement is analysed, and planned when it is executed.
fn prepare(execution: &mut Execution, name: &Ident, statement: &Statement) -> Outcome {
    if execution.session.prepared.iter().any(|it| it.name == *name) {
        let message = format!("prepared statement \"{}\" already exists", name.as_str());
        return fail(sqlstate::DUPLICATE_PSTATEMENT, message);
    }
    let results = match statement {
        Statement::Select(query) => {
            for name in &query.reads {
                let mode = if query.locks_rows.contains(name) { LockMode::RowShare } else { LockMode::AccessShare };
                execution.open(name, mode, "the statement is analysed")?;
            }
            results_of(execution, query)?
        }
        _ => {
            execution.doubt("PREPARE of a statement other than a query is not modelled");
            None
        }
    };
    let statement = Rc::new(statement.clone());
    execution.session.prepared.push(Prepared { name: name.clone(), statement, results });
    Ok(())
}

/// Names and types of what the query yields; `None` where that is not modelled.
fn results_of(execution: &mut Execution, query: &QueryText) -> Outcome<Option<Vec<(Ident, Type)>>> {
    // Parameters get their types from the `EXECUTE`.
    let select = syntax::parse_query(&query.text).filter(|_| !query.text.contains('$'));
    let Some(select) = select else { return Ok(None) };
    match query::analyze(execution, &select) {
        Ok(made) => Ok(Some(made.results.iter().map(|it| (it.name.clone(), it.type_)).collect())),
        Err(Stop::Unknown(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `FetchPreparedStatement`.
fn prepared(execution: &Execution, name: &Ident) -> Outcome<usize> {
    match execution.session.prepared.iter().position(|it| it.name == *name) {
        Some(place) => Ok(place),
        None => {
            let message = format!("prepared statement \"{}\" does not exist", name.as_str());
            fail(sqlstate::UNDEFINED_PSTATEMENT, message)
        }
    }
}

/// `ExecuteQuery`; `RevalidateCachedQuery` analyses again what has changed meanwhile.
fn execute(execution: &mut Execution, name: &Ident, arguments: usize) -> Outcome {
    let place = prepared(execution, name)?;
    let it = execution.session.prepared[place].clone();
    if arguments > 0 {
        return unknown("a prepared statement with parameters is not modelled");
    }
    if let Statement::Select(query) = &*it.statement {
        match (&it.results, results_of(execution, query)?) {
            (Some(then), Some(now)) if *then != now => {
                return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cached plan must not change result type");
            }
            (Some(_), Some(_)) => {}
            _ => execution.doubt("whether the statement still yields what it was prepared for is not known"),
        }
    }
    super::run(&it.statement, execution)
}

/// `DiscardCommand`.
fn discard(execution: &mut Execution, what: Discarded) -> Outcome {
    if what == Discarded::All {
        execution.outside_block("DISCARD ALL")?;
        execution.session = Session::default();
    }
    if matches!(what, Discarded::All | Discarded::Temporary) {
        let temporary = execution.schema.relations().filter(|it| it.name.schema == "pg_temp");
        let tables: Vec<Object> =
            temporary.filter(|it| it.index().is_none()).map(|it| Object::Relation(it.id)).collect();
        if !tables.is_empty() {
            let notices = execution.record.notices.len();
            deletion::delete(execution, &tables, true)?;
            // `RemoveTempRelations` works without a word.
            execution.record.notices.truncate(notices);
        }
    }
    Ok(())
}
