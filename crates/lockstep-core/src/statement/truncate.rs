//! `TRUNCATE`: `ExecuteTruncate` and `ExecuteTruncateGuts` of `tablecmds.c`.

use crate::effect::{DataChangeKind, PgError, RelationId, Toast, WorkKind};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::object::ObjectClass;
use crate::schema::relation::{Rows, TableKind};
use crate::schema::sequence::LastValue;
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::Truncate;

const REASON: &str = "the table gets new, empty files";

impl Command for Truncate {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("TRUNCATE TABLE")?;
        let mut tables: Vec<RelationId> = vec![];
        for (name, only) in &self.tables {
            let id = execution.resolve(name)?;
            // `RangeVarCallbackForTruncate` refuses what is no table before it is locked.
            let partitioned = match execution.schema.relation(id).table().map(|table| &table.kind) {
                Some(TableKind::Ordinary | TableKind::Foreign) => false,
                Some(TableKind::Partitioned) => true,
                Some(TableKind::Materialized) | None => {
                    let name = execution.bare_name(id);
                    return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not a table"));
                }
            };
            take(execution, id, &mut tables)?;
            if *only && partitioned {
                let message = "cannot truncate only a partitioned table";
                let hint = "Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.";
                return Err(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message).hint(hint).into());
            }
            if !*only {
                for (child, _) in execution.schema.descendants(id) {
                    take(execution, child, &mut tables)?;
                }
            }
        }
        match self.cascade {
            true => follow_keys(execution, &mut tables)?,
            false => refuse_keys(execution, &tables)?,
        }
        for id in tables {
            empty(execution, id, self.restart_identity);
        }
        Ok(())
    }
}

fn take(execution: &mut Execution, id: RelationId, tables: &mut Vec<RelationId>) -> Outcome {
    execution.lock(id, LockMode::AccessExclusive, REASON);
    if tables.contains(&id) {
        return Ok(());
    }
    execution.not_in_use(id, "TRUNCATE")?;
    tables.push(id);
    Ok(())
}

/// Tables with a foreign key to one of them, that are not among them (`heap_truncate_find_FKs`).
fn referencing(execution: &Execution, tables: &[RelationId]) -> Vec<(RelationId, RelationId)> {
    let mut found = vec![];
    for id in tables {
        let others = execution.schema.table(*id).referenced_by.iter().filter(|it| !tables.contains(it));
        found.extend(others.map(|other| (*other, *id)));
    }
    found
}

/// `CASCADE`: tables that refer to these are emptied too, and those that refer to them.
fn follow_keys(execution: &mut Execution, tables: &mut Vec<RelationId>) -> Outcome {
    loop {
        let mut more: Vec<RelationId> = referencing(execution, tables).into_iter().map(|(other, _)| other).collect();
        more.sort_unstable();
        more.dedup();
        if more.is_empty() {
            return Ok(());
        }
        for id in more {
            let name = execution.schema.relation(id).name.plain();
            execution.notice(format!("truncate cascades to table \"{name}\""));
            take(execution, id, tables)?;
        }
    }
}

/// `heap_truncate_check_FKs`: a key from outside might be left without its row. Tables without a
/// trigger, as enforced keys make, are passed over.
fn refuse_keys(execution: &Execution, tables: &[RelationId]) -> Outcome {
    let watched: Vec<RelationId> = tables.iter().copied().filter(|id| has_triggers(execution, *id)).collect();
    let mut found = referencing(execution, &watched);
    found.retain(|(other, _)| !tables.contains(other));
    let Some((other, id)) = found.into_iter().next() else { return Ok(()) };
    // Perhaps it is gone.
    if let Some(why) = execution.schema.uncertain.about(&execution.schema.relation(other).name.name, Some(other.0)) {
        return unknown(why);
    }
    let (other, name) = (execution.bare_name(other), execution.bare_name(id));
    let message = "cannot truncate a table referenced in a foreign key constraint";
    let error = PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message)
        .detail(format!("Table \"{other}\" references \"{name}\"."))
        .hint(format!("Truncate table \"{other}\" at the same time, or use TRUNCATE ... CASCADE."));
    Err(error.into())
}

/// `relhastriggers`.
fn has_triggers(execution: &Execution, id: RelationId) -> bool {
    let table = execution.schema.table(id);
    let enforced = |other: RelationId, to: Option<RelationId>| {
        let mut keys = execution.schema.table(other).constraints.iter().filter(|it| it.enforced);
        keys.any(|it| it.foreign_key().is_some_and(|key| to.is_none_or(|to| key.references == to)))
    };
    enforced(id, None)
        || table.referenced_by.iter().any(|other| enforced(*other, Some(id)))
        || execution.schema.objects_on(ObjectClass::Trigger, id).next().is_some()
}

fn empty(execution: &mut Execution, id: RelationId, restart: bool) {
    if execution.schema.objects_on(ObjectClass::Trigger, id).next().is_some() {
        execution.doubt("what the triggers of the table do is not known");
    }
    execution.data_change(id, None, DataChangeKind::Deleted);
    if execution.schema.table(id).kind == TableKind::Ordinary {
        execution.lock_toast(id, Toast::Index, LockMode::AccessExclusive, REASON);
        for index in execution.schema.table(id).indexes.clone() {
            execution.lock(index, LockMode::AccessExclusive, "the index is made anew, empty as its table");
            let name = execution.schema.relation(index).name.clone();
            execution.work(id, WorkKind::BuildIndex, Some(name), "the index of the emptied table is made anew");
        }
    }
    if restart {
        for sequence in execution.schema.table(id).sequences.clone() {
            execution.lock(sequence, LockMode::AccessExclusive, "the sequence of the table begins again");
            if let Some(sequence) = execution.schema.sequence_mut(sequence) {
                sequence.last_value = LastValue::NotCalled(sequence.start);
            }
        }
    }
    let table = execution.schema.table_mut(id);
    table.rows = Rows::Empty;
    table.columns.note_nulls(|_, _| (false, false));
}
