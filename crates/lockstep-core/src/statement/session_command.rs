//! Cursors (`portalcmds.c`), prepared statements (`prepare.c`), notifications and `EXPLAIN`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::session::{OpenCursor, Session, UsedSequences};
use crate::statement::Command;
use crate::statement::deletion;
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::{explain, prepared};
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
            SessionCommand::Prepare { name, statement, text } => prepared::prepare(execution, name, statement, text),
            SessionCommand::Execute { name, arguments } => prepared::execute(execution, name, arguments),
            SessionCommand::Deallocate(Some(name)) => {
                let place = prepared::find(execution, name)?;
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
                    Statement::Select(query) if !executes => explain::query(query, execution),
                    Statement::Select(query) => query.run(execution),
                    statement if executes => super::run(statement, execution),
                    other => explain::plan(other, execution),
                }
            }
        }
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

/// `DiscardCommand`.
fn discard(execution: &mut Execution, what: Discarded) -> Outcome {
    if what == Discarded::All {
        execution.outside_block("DISCARD ALL")?;
        execution.session = Session::default();
    }
    if what == Discarded::Sequences {
        execution.session.sequences = UsedSequences::default();
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
