//! Triggers that a change of rows fires. What their functions do is known only of the plainest.

use crate::effect::RelationId;
use crate::schema::object::{CatalogObject, ObjectClass};
use crate::schema::routine::Routine;
use crate::schema::trigger::{FiringState, Trigger, TriggerTiming};
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::trigger_body;
use crate::syntax;
use crate::syntax::expression::Expr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowEvent {
    Insert,
    Update,
    Delete,
}

/// Where a trigger runs code that is not known to leave the statement alone: what comes before the
/// rows are written may change all of it, what comes after may refuse it.
pub(super) fn fire(execution: &mut Execution, table: RelationId, event: RowEvent) -> Outcome {
    fire_some(execution, table, event, true)
}

/// The same where no row is written: triggers of the statement fire.
pub(super) fn fire_for_statement(execution: &mut Execution, table: RelationId, event: RowEvent) -> Outcome {
    fire_some(execution, table, event, false)
}

fn fire_some(execution: &mut Execution, table: RelationId, event: RowEvent, rows: bool) -> Outcome {
    let (mut doubts, mut fires) = (vec![], false);
    for object in execution.schema.objects_on(ObjectClass::Trigger, table) {
        let Some(trigger) = object.trigger().filter(|it| rows || !it.for_each_row) else { continue };
        let on = matches!(trigger.state, FiringState::Enabled | FiringState::Always);
        fires |= on && is_for(trigger, event);
        if on && is_for(trigger, event) && !is_harmless(execution, object, trigger, event) {
            let (name, function) = (object.name(), execution.schema.function_name(trigger.function));
            let why = format!("the trigger {name} runs {function}(), and what that does is not known");
            if trigger.timing != TriggerTiming::After {
                return unknown(why);
            }
            doubts.push(why);
        }
    }
    if fires && execution.schema.relation(table).table().is_some() {
        execution.schema.table_mut(table).known = None;
    }
    doubts.into_iter().for_each(|it| execution.doubt(it));
    Ok(())
}

fn is_for(trigger: &Trigger, event: RowEvent) -> bool {
    match event {
        RowEvent::Insert => trigger.events.insert,
        RowEvent::Update => trigger.events.update,
        RowEvent::Delete => trigger.events.delete,
    }
}

/// The function returns the row as it is, or with the time in one of its columns.
fn is_harmless(execution: &Execution, object: &CatalogObject, trigger: &Trigger, event: RowEvent) -> bool {
    let Some(routine) = execution.schema.routine(trigger.function) else { return false };
    let crate::schema::object::ObjectKey::OnRelation(_, table, _) = &object.key else { return false };
    if let Some(returned) = trigger_body::returned(execution, *table, routine, event) {
        return match (trigger.timing, event) {
            // What a statement's trigger returns is not looked at.
            _ if !trigger.for_each_row => true,
            (TriggerTiming::After, _) => true,
            (_, RowEvent::Delete) => returned == "old",
            _ => returned == "new",
        };
    }
    let Some(statements) = statements(routine) else { return false };
    let Some((last, assignments)) = statements.split_last() else { return false };
    let returned = last.strip_prefix("return ").map(str::trim);
    let kept = match (trigger.timing, event) {
        _ if !trigger.for_each_row => returned.is_some(),
        (TriggerTiming::After, _) => matches!(returned, Some("new" | "old" | "null")),
        (_, RowEvent::Delete) => returned == Some("old"),
        _ => returned == Some("new"),
    };
    // A row that is inserted may be known by its values: then they must be those that were given.
    let row = event == RowEvent::Update && trigger.for_each_row;
    kept && assignments.iter().all(|it| row && sets_the_time(execution, *table, it))
}

/// The statements of `BEGIN … END`, in lower case; `None` where anything else is in it.
fn statements(routine: &Routine) -> Option<Vec<String>> {
    if routine.language != *"plpgsql" {
        return None;
    }
    let lower = routine.source.to_lowercase();
    let body = lower.trim().strip_prefix("begin")?.trim_end().trim_end_matches(';').trim_end().strip_suffix("end")?;
    if body.contains(['\'', '"', '$']) || body.contains("--") || body.contains("/*") {
        return None;
    }
    let statements: Vec<String> =
        body.split(';').map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    Some(statements.into_iter().filter(|it| !it.is_empty()).collect())
}

/// `NEW.changed_at := now()`.
fn sets_the_time(execution: &Execution, table: RelationId, statement: &str) -> bool {
    let Some((target, value)) = statement.split_once('=') else { return false };
    let Some(column) = target.trim_end_matches(':').trim().strip_prefix("new.") else { return false };
    let known = execution.schema.relation(table).columns().find(column).is_some_and(|(_, column)| {
        column.type_.row().is_some_and(|row| row.name.starts_with("timestamp")) && column.generated.is_none()
    });
    known
        && match syntax::parse_expression(value.trim()) {
            Ok(Expr::Value { keyword, .. }) => matches!(keyword.as_str(), "current_timestamp" | "localtimestamp"),
            Ok(Expr::Function(call)) => {
                call.arguments.is_empty() && matches!(call.name.name.as_str(), "now" | "clock_timestamp")
            }
            _ => false,
        }
}
