//! Triggers and policies of a table: dropping and renaming them, switching triggers on and off.

use crate::effect::{PgError, RelationId};
use crate::name::{Ident, QualifiedName};
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::statement::Command;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::statement::partition::triggers;
use crate::syntax::statement::{DropPart, FiringState, PartKind, RenamePart, TriggerSelection};

pub(super) fn class(kind: PartKind) -> ObjectClass {
    match kind {
        PartKind::Trigger => ObjectClass::Trigger,
        PartKind::Policy => ObjectClass::Policy,
    }
}

/// The object of that name on the relation; uncertain ones are unknown.
pub(super) fn find(
    execution: &Execution,
    class: ObjectClass,
    relation: RelationId,
    name: &Ident,
) -> Outcome<Option<ObjectId>> {
    let found = execution.schema.find_object(&ObjectKey::OnRelation(class, relation, name.clone()));
    match execution.schema.uncertain.about(name, found.map(|it| it.0)) {
        Some(why) => unknown(why),
        None => Ok(found),
    }
}

/// The relation whose part is to be dropped; `None`, with a notice, where `IF EXISTS` lets it be missing
/// (`owningrel_does_not_exist_skipping`).
pub(super) fn owner(execution: &mut Execution, name: &QualifiedName, if_exists: bool) -> Outcome<Option<RelationId>> {
    if !if_exists {
        return execution.resolve(name).map(Some);
    }
    let found = execution.look_up(name)?;
    if found.is_none() {
        let missing = name.schema.as_ref().filter(|it| !execution.schema.has_namespace(it.as_str()));
        execution.notice(match missing {
            Some(schema) => format!("schema \"{}\" does not exist, skipping", schema.as_str()),
            None => format!("relation \"{}\" does not exist, skipping", plain(name)),
        });
    }
    Ok(found)
}

impl Command for DropPart {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(&format!("DROP {}", self.kind))?;
        let word = class(self.kind).words();
        let Some(table) = owner(execution, &self.table, self.if_exists)? else { return Ok(()) };
        let name = self.name.as_str();
        let Some(id) = find(execution, class(self.kind), table, &self.name)? else {
            // The lock on the table is let go again.
            let relation = plain(&self.table);
            if self.if_exists {
                execution.notice(format!("{word} \"{name}\" for relation \"{relation}\" does not exist, skipping"));
                return Ok(());
            }
            let relation = execution.bare_name(table);
            return fail(
                sqlstate::UNDEFINED_OBJECT,
                format!("{word} \"{name}\" for table \"{relation}\" does not exist"),
            );
        };
        execution.lock(table, LockMode::AccessExclusive, "what belongs to a table is dropped under its strongest lock");
        delete(execution, &[Object::Other(id)], self.cascade)
    }
}

impl Command for RenamePart {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(&format!("ALTER {}", self.kind))?;
        let reason = "the name is part of what every session knows of the table";
        let table = execution.open(&self.table, LockMode::AccessExclusive, reason)?;
        let partitioned = execution.schema.relation(table).kind() == 'p';
        if self.kind == PartKind::Trigger && partitioned && behavior::renames_parts_of_triggers(execution.version) {
            execution.lock_descendants(
                table,
                LockMode::AccessExclusive,
                "the partitions' triggers are renamed with it",
            );
        }
        let (class, word, relation) = (class(self.kind), class(self.kind).words(), execution.bare_name(table));
        let target = find(execution, class, table, &self.to)?;
        let found = find(execution, class, table, &self.name)?;
        // A trigger's new name is looked for first where both are in question, a policy's as well.
        if target.is_some() && found.is_some() {
            let preposition = if self.kind == PartKind::Trigger { "relation" } else { "table" };
            let message = format!("{word} \"{}\" for {preposition} \"{relation}\" already exists", self.to.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        let Some(id) = found else {
            let message = format!("{word} \"{}\" for table \"{relation}\" does not exist", self.name.as_str());
            return fail(sqlstate::UNDEFINED_OBJECT, message);
        };
        if class == ObjectClass::Trigger && behavior::renames_parts_of_triggers(execution.version) {
            if let Some(whole) = execution.schema.object(id).and_then(|it| it.trigger()?.parent) {
                let name = self.name.as_str();
                let error = PgError::new(
                    sqlstate::INTERNAL_ERROR,
                    format!("cannot rename trigger \"{name}\" on table \"{relation}\""),
                );
                let Some(ObjectKey::OnRelation(_, above, _)) = execution.schema.object(whole).map(|it| &it.key) else {
                    return Err(error.into());
                };
                let above = execution.bare_name(*above);
                let hint = format!("Rename the trigger on the partitioned table \"{above}\" instead.");
                return Err(error.hint(hint).into());
            }
            triggers::rename(execution, table, id, &self.to)?;
        }
        execution.schema.rename_object(id, ObjectKey::OnRelation(class, table, self.to.clone()));
        Ok(())
    }
}

/// `EnableDisableTrigger`. Triggers of constraints are not modelled one by one.
pub(super) fn enable(
    execution: &mut Execution,
    table: RelationId,
    what: &TriggerSelection,
    state: FiringState,
    below: Option<LockMode>,
) -> Outcome {
    let chosen: Vec<ObjectId> = match what {
        TriggerSelection::Named(name) => match find(execution, ObjectClass::Trigger, table, name)? {
            Some(id) => vec![id],
            None if name.as_str().starts_with("RI_ConstraintTrigger") => {
                return unknown("the triggers of foreign keys are not modelled by name");
            }
            None => {
                let relation = execution.bare_name(table);
                let message = format!("trigger \"{}\" for table \"{relation}\" does not exist", name.as_str());
                return fail(sqlstate::UNDEFINED_OBJECT, message);
            }
        },
        TriggerSelection::All | TriggerSelection::User => {
            execution.schema.objects_on(ObjectClass::Trigger, table).map(|it| it.id).collect()
        }
    };
    // Those of foreign keys go on to partitions like all that fire for rows.
    if let (TriggerSelection::All, Some(mode)) = (what, below)
        && let Some(it) = execution.schema.relation(table).table().filter(|it| it.is_partitioned())
        && (!it.referenced_by.is_empty() || it.constraints.iter().any(|it| it.foreign_key().is_some()))
    {
        execution.lock_descendants(table, mode, "triggers of foreign keys are switched on partitions as well");
    }
    for id in chosen {
        let by_row = execution.schema.object(id).and_then(|it| it.trigger()).is_some_and(|it| it.for_each_row);
        if let (true, Some(mode)) = (by_row, below) {
            triggers::set_state(execution, table, id, state, mode);
        }
        if let Some(object) = execution.schema.object_mut(id)
            && let ObjectBody::Trigger(trigger) = &mut object.body
        {
            trigger.state = state;
        }
    }
    Ok(())
}
