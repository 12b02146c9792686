//! Row triggers of partitioned tables: every partition has one of its own (`CreateTriggerFiringOn`,
//! `CloneRowTriggersToPartition`), which goes where the whole's goes.

use triomphe::Arc;

use crate::effect::{PgError, RelationId};
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::relation::FIRST_SYSTEM_COLUMN;
use crate::schema::trigger::{FiringState, OLD_ROW};
use crate::statement::create_trigger::store;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::partition::overlap;

/// A new trigger, or one that replaces another, on the partitions there are.
pub(in crate::statement) fn create_on_partitions(
    execution: &mut Execution,
    parent: RelationId,
    trigger: ObjectId,
    replace: bool,
) -> Outcome {
    for partition in overlap::in_order(execution, parent) {
        let reason = "every partition gets the trigger as its own";
        execution.lock(partition, LockMode::ShareRowExclusive, reason);
        clone_one(execution, parent, partition, trigger, replace)?;
    }
    Ok(())
}

/// The triggers that a new partition gets.
pub(in crate::statement) fn clone_to_partition(
    execution: &mut Execution,
    parent: RelationId,
    partition: RelationId,
) -> Outcome {
    let triggers: Vec<ObjectId> = execution
        .schema
        .objects_on(ObjectClass::Trigger, parent)
        .filter(|it| it.trigger().is_some_and(|it| it.for_each_row))
        .map(|it| it.id)
        .collect();
    for trigger in triggers {
        clone_one(execution, parent, partition, trigger, false)?;
    }
    Ok(())
}

fn clone_one(
    execution: &mut Execution,
    parent: RelationId,
    partition: RelationId,
    trigger: ObjectId,
    replace: bool,
) -> Outcome {
    let Some(object) = execution.schema.object(trigger) else { return Ok(()) };
    let Some(mut made) = object.trigger().cloned() else { return Ok(()) };
    let name = object.name().clone();
    if execution.schema.relation(partition).kind() == 'f' {
        return unknown("triggers of foreign partitions are not modelled");
    }
    let key = ObjectKey::OnRelation(ObjectClass::Trigger, partition, name.clone());
    let existing = execution.schema.find_object(&key);
    if let Some(why) = execution.schema.uncertain.about(&name, existing.map(|it| it.0)) {
        return unknown(why);
    }
    if let Some(id) = existing {
        let relation = execution.bare_name(partition);
        let constraint = execution.schema.object(id).and_then(|it| it.trigger()).is_some_and(|it| it.constraint);
        if !replace || constraint {
            let what = if replace { "is a constraint trigger" } else { "already exists" };
            let message = format!("trigger \"{}\" for relation \"{relation}\" {what}", name.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
    }
    let (above, below) = (execution.schema.relation(parent).columns(), execution.schema.relation(partition).columns());
    let counterpart = |number: u16| {
        let row = if number >= OLD_ROW { OLD_ROW } else { 0 };
        match number - row {
            0 => number,
            system if system >= FIRST_SYSTEM_COLUMN => number,
            own => below.find(above.column_name(own).as_str()).map_or(number, |(it, _)| row + it),
        }
    };
    made.columns = made.columns.iter().map(|it| counterpart(*it)).collect();
    made.when = made.when.map(|it| Arc::new(it.remap_columns(&counterpart)));
    made.parent = Some(trigger);
    made.internal = !behavior::shows_parts_of_triggers(execution.version);
    if let Some(from) = made.from {
        execution.lock(from, LockMode::AccessShare, "the trigger names the table that its constraint refers to");
    }
    let id = store(execution, key, existing, partition, made);
    if execution.schema.relation(partition).table().is_some_and(|it| it.is_partitioned()) {
        create_on_partitions(execution, partition, id, replace)?;
    }
    Ok(())
}

/// `DropClonedTriggersFromPartition`.
pub(super) fn detach(execution: &mut Execution, partition: RelationId) {
    let on = execution.schema.objects_on(ObjectClass::Trigger, partition);
    let clones: Vec<ObjectId> =
        on.filter(|it| it.trigger().is_some_and(|it| it.parent.is_some())).map(|it| it.id).collect();
    for clone in clones {
        for (_, below) in parts(execution, partition, clone) {
            drop_with_parts(execution, below);
        }
        execution.schema.remove_object(clone);
    }
}

fn drop_with_parts(execution: &mut Execution, trigger: ObjectId) {
    let Some(ObjectKey::OnRelation(_, table, _)) = execution.schema.object(trigger).map(|it| it.key.clone()) else {
        return;
    };
    execution.lock(table, LockMode::AccessExclusive, "the partition's part of the trigger goes as well");
    for (_, below) in parts(execution, table, trigger) {
        drop_with_parts(execution, below);
    }
    execution.schema.remove_object(trigger);
}

/// The triggers that the partitions of a table have for one of its own.
fn parts(execution: &Execution, table: RelationId, trigger: ObjectId) -> Vec<(RelationId, ObjectId)> {
    let mut found = vec![];
    if execution.schema.relation(table).table().is_some_and(|it| it.is_partitioned()) {
        for partition in overlap::in_order(execution, table) {
            let mut on = execution.schema.objects_on(ObjectClass::Trigger, partition);
            let part = on.find(|it| it.trigger().is_some_and(|it| it.parent == Some(trigger)));
            found.extend(part.map(|it| (partition, it.id)));
        }
    }
    found
}

/// `EnableDisableTriggerNew2` on the partitions.
pub(in crate::statement) fn set_state(
    execution: &mut Execution,
    table: RelationId,
    trigger: ObjectId,
    state: FiringState,
    mode: LockMode,
) {
    if execution.schema.relation(table).table().is_none_or(|it| !it.is_partitioned()) {
        return;
    }
    for partition in overlap::in_order(execution, table) {
        execution.lock(partition, mode, "the partitions' parts of the trigger change with it");
    }
    for (partition, part) in parts(execution, table, trigger) {
        if let Some(object) = execution.schema.object_mut(part)
            && let ObjectBody::Trigger(trigger) = &mut object.body
        {
            trigger.state = state;
        }
        set_state(execution, partition, part, state, mode);
    }
}

/// `renametrig_partition`.
pub(in crate::statement) fn rename(
    execution: &mut Execution,
    table: RelationId,
    trigger: ObjectId,
    name: &Ident,
) -> Outcome {
    for (partition, part) in parts(execution, table, trigger) {
        let key = ObjectKey::OnRelation(ObjectClass::Trigger, partition, name.clone());
        if execution.schema.find_object(&key).is_some_and(|it| it != part) {
            let relation = execution.bare_name(partition);
            let message = format!("trigger \"{}\" for relation \"{relation}\" already exists", name.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        execution.schema.rename_object(part, key);
        rename(execution, partition, part, name)?;
    }
    Ok(())
}

/// `FindTriggerIncompatibleWithInheritance`: a row trigger with transition tables.
pub(in crate::statement) fn refuse_transitions(execution: &Execution, table: RelationId, becomes: &str) -> Outcome {
    let objects = execution.schema.objects_on(ObjectClass::Trigger, table);
    let odd = objects.into_iter().find(|object| {
        object.trigger().is_some_and(|it| it.for_each_row && (it.old_table.is_some() || it.new_table.is_some()))
    });
    let Some(object) = odd else { return Ok(()) };
    let (name, relation) = (object.name().as_str().to_owned(), execution.bare_name(table));
    let message = format!("trigger \"{name}\" prevents table \"{relation}\" from becoming {becomes}");
    let detail = "ROW triggers with transition tables are not supported in inheritance hierarchies.";
    Err(PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).detail(detail).into())
}
