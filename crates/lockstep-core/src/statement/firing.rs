//! Triggers that a change of rows fires, as far as it is known what their functions do.

use crate::effect::{PgError, RelationId};
use crate::schema::object::{CatalogObject, ObjectClass};
use crate::schema::trigger::{FiringState, Trigger, TriggerTiming};
use crate::statement::execution::{Execution, Outcome, Stop, unknown};
use crate::statement::trigger_body::{self, Call};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowEvent {
    Insert,
    Update,
    Delete,
}

/// Which triggers a change fires.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) event: RowEvent,
    /// The columns that an `UPDATE` sets, where that is known: those of `UPDATE OF` others stay silent.
    pub(super) columns: Option<&'a [u16]>,
    /// It writes rows: those for each row fire.
    pub(super) rows: bool,
    /// The table is named: those for each statement fire.
    pub(super) statement: bool,
}

/// What triggers make of a statement.
#[derive(Debug, Default)]
#[must_use]
pub(super) struct Fired {
    /// Rows may be left out or get other values.
    alters: Option<String>,
    /// An error that certainly comes where the trigger fires.
    fails: Option<Failure>,
}

#[derive(Debug)]
struct Failure {
    error: PgError,
    for_each_row: bool,
    before: bool,
    why: String,
}

impl Fired {
    /// Where nothing more than harmless code can be followed.
    pub(super) fn harmless(self, execution: &mut Execution) -> Outcome {
        if let Some(why) = self.alters {
            return unknown(why);
        }
        match self.fails {
            Some(it) if it.before => unknown(it.why),
            Some(it) => {
                execution.doubt(it.why);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Writes the rows; `certain`: some row is certainly written.
    pub(super) fn around(
        self,
        execution: &mut Execution,
        table: RelationId,
        certain: bool,
        write: impl FnOnce(&mut Execution) -> Outcome,
    ) -> Outcome {
        let told = |it: &Execution| (it.record.preconditions.len(), it.record.doubts.len());
        let before = told(execution);
        let result = write(execution);
        let plain = told(execution) == before;
        // Values, constraints and policies: what rows are asked when triggers have had their say.
        let of_rows = |state: &str| state == "42501" || matches!(state.get(..2), Some("22" | "23" | "44" | "55"));
        if let Some(why) = self.alters {
            match &result {
                Err(Stop::Error(error)) if of_rows(error.sqlstate.0) => return unknown(why),
                Ok(()) if !plain => return unknown(why),
                Ok(()) => forget(execution, table),
                Err(_) => {}
            }
        }
        let Some(failure) = self.fails else { return result };
        match &result {
            Ok(()) if plain && (certain || !failure.for_each_row) => Err(failure.error.into()),
            Ok(()) => unknown(failure.why),
            Err(Stop::Error(error)) if failure.before && of_rows(error.sqlstate.0) => unknown(failure.why),
            Err(_) => result,
        }
    }
}

/// What the table holds is not known any more.
fn forget(execution: &mut Execution, table: RelationId) {
    if execution.schema.relation(table).table().is_some() {
        execution.schema.table_mut(table).forget_rows();
    }
}

/// Where a trigger runs code that is not known to leave the statement alone: what comes before the
/// rows are written may change all of it, what comes after may refuse it.
pub(super) fn fire(execution: &mut Execution, table: RelationId, event: RowEvent) -> Outcome {
    let change = Change { event, columns: None, rows: true, statement: true };
    fire_some(execution, table, change)?.harmless(execution)
}

/// Whether code runs before a row is written.
pub(super) fn fires_before_rows(execution: &Execution, table: RelationId, event: RowEvent) -> bool {
    let change = Change { event, columns: None, rows: true, statement: false };
    execution.schema.objects_on(ObjectClass::Trigger, table).filter_map(CatalogObject::trigger).any(|it| {
        let on = matches!(it.state, FiringState::Enabled | FiringState::Always);
        on && it.for_each_row && it.timing == TriggerTiming::Before && is_for(execution, table, it, change)
    })
}

/// The same where no row is written: triggers of the statement fire.
pub(super) fn fire_for_statement(
    execution: &mut Execution,
    table: RelationId,
    event: RowEvent,
    columns: Option<&[u16]>,
) -> Outcome {
    let change = Change { event, columns, rows: false, statement: true };
    fire_some(execution, table, change)?.around(execution, table, false, |_| Ok(()))
}

pub(super) fn fire_some(execution: &mut Execution, table: RelationId, change: Change<'_>) -> Outcome<Fired> {
    let (mut doubts, mut fires, mut fired) = (vec![], false, Fired::default());
    let Some(own) = execution.schema.relation(table).table() else { return Ok(fired) };
    // Rows of a partitioned table are those of its partitions, which have the same triggers.
    let rows = change.rows && !own.is_partitioned();
    let linked = !own.referenced_by.is_empty() || own.constraints.iter().any(|it| it.foreign_key().is_some());
    for object in execution.schema.objects_on(ObjectClass::Trigger, table) {
        let Some(trigger) = object.trigger() else { continue };
        let wanted = if trigger.for_each_row { rows } else { change.statement };
        let on = matches!(trigger.state, FiringState::Enabled | FiringState::Always);
        if !wanted || !on || !is_for(execution, table, trigger, change) {
            continue;
        }
        fires = true;
        let (name, function) = (object.name(), execution.schema.function_name(trigger.function));
        let why = format!("the trigger {name} runs {function}(), and what that does is not known");
        let end = outcome(execution, table, object, trigger, change.event);
        match end {
            End::Harmless => {}
            End::Alters if linked => return unknown(why),
            End::Alters => fired.alters = fired.alters.or(Some(why)),
            End::Fails(error) if fired.fails.is_none() && trigger.when.is_none() && !trigger.deferrable => {
                let before = trigger.timing != TriggerTiming::After;
                if before && linked {
                    return unknown(why);
                }
                fired.fails = Some(Failure { error, for_each_row: trigger.for_each_row, before, why });
            }
            _ if trigger.timing != TriggerTiming::After => return unknown(why),
            _ => doubts.push(why),
        }
    }
    if fires {
        execution.schema.table_mut(table).known = None;
    }
    if !doubts.is_empty() && fired.fails.is_some() {
        return unknown(doubts.swap_remove(0));
    }
    doubts.into_iter().for_each(|it| execution.doubt(it));
    Ok(fired)
}

/// `TriggerEnabled`, without the condition of `WHEN`.
fn is_for(execution: &Execution, table: RelationId, trigger: &Trigger, change: Change<'_>) -> bool {
    match change.event {
        RowEvent::Insert => trigger.events.insert,
        RowEvent::Delete => trigger.events.delete,
        RowEvent::Update => {
            let computed = execution.schema.table(table).live().any(|(_, it)| it.generated.is_some());
            let silent = match change.columns {
                Some(columns) if !computed && !trigger.columns.is_empty() => {
                    !trigger.columns.iter().any(|it| columns.contains(it))
                }
                _ => false,
            };
            trigger.events.update && !silent
        }
    }
}

/// What a trigger does to the statement.
enum End {
    Harmless,
    /// Rows may be left out or changed.
    Alters,
    Fails(PgError),
    Unknown,
}

fn outcome(
    execution: &Execution,
    table: RelationId,
    object: &CatalogObject,
    trigger: &Trigger,
    event: RowEvent,
) -> End {
    let Some(routine) = execution.schema.routine(trigger.function) else { return End::Unknown };
    let call = Call { execution, table, name: object.name(), trigger, event };
    let Some(fate) = trigger_body::fate(&call, routine) else { return End::Unknown };
    if let Some(error) = fate.fails() {
        return End::Fails(error.clone());
    }
    if !fate.errors.is_empty() {
        return End::Unknown;
    }
    // What a statement's trigger returns is not looked at, nor what comes when the rows are written.
    if !trigger.for_each_row || trigger.timing == TriggerTiming::After {
        return End::Harmless;
    }
    let kept = if event == RowEvent::Delete { "old" } else { "new" };
    match fate.returns.iter().all(|it| it == kept) && !fate.assigns {
        true => End::Harmless,
        false => End::Alters,
    }
}
