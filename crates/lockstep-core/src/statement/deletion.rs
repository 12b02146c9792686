//! Dropping objects with all that depends on them: `performMultipleDeletions` of `dependency.c`.

use crate::effect::{PgError, RelationId};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectClass, ObjectKey};
use crate::schema::relation::Body;
use crate::schema::user_type::UserTypeKind;
use crate::statement::execution::{Execution, Outcome, Stop, unknown};

const REASON: &str = "dropping an object locks out everybody who could be using it";

/// Drops the targets. `command` names what the message says cannot be dropped; without `cascade` an
/// object that depends on them is an error.
pub(super) fn delete(execution: &mut Execution, targets: &[Object], cascade: bool) -> Outcome {
    let mut doomed: Vec<(Object, Option<(Object, Dependency)>)> = vec![];
    for target in targets {
        refuse_internal(execution, target, targets)?;
        if !doomed.iter().any(|(it, _)| it == target) {
            doomed.push((target.clone(), None));
        }
    }
    let mut next = 0;
    while next < doomed.len() {
        let current = doomed[next].0.clone();
        for (dependent, how) in execution.schema.dependents(&current, execution.version) {
            match doomed.iter_mut().find(|(it, _)| *it == dependent) {
                // Reached silently by another way: then it is no longer a reason to refuse.
                Some((_, Some(via))) if how != Dependency::Normal => via.1 = how,
                Some(_) => {}
                None => doomed.push((dependent, Some((current.clone(), how)))),
            }
        }
        next += 1;
    }
    report(execution, targets, &doomed, cascade)?;
    for (object, _) in &doomed {
        lock(execution, object);
    }
    for (object, _) in doomed.iter().rev() {
        remove(execution, object);
    }
    Ok(())
}

/// An index of a constraint, or a sequence of an identity column, does not go alone.
pub(super) fn refuse_internal(execution: &Execution, target: &Object, targets: &[Object]) -> Outcome {
    if let Object::Other(id) = target {
        let whole = execution.schema.object(*id).and_then(|it| it.trigger()?.parent).map(Object::Other);
        return refuse_alone(execution, target, whole, targets);
    }
    let Object::Relation(id) = target else { return Ok(()) };
    let Some(relation) = execution.schema.get(*id) else { return Ok(()) };
    let owner = match &relation.body {
        Body::Index(index) => {
            let constraints = &execution.schema.table(index.table).constraints;
            let owner = constraints.iter().find(|constraint| constraint.index() == Some(*id));
            // A part goes with the index of the partitioned table, not alone.
            let whole = index.parent.map(Object::Relation);
            whole.or_else(|| owner.map(|constraint| Object::Constraint(index.table, constraint.name.clone())))
        }
        Body::Sequence(sequence) => {
            sequence.owner.filter(|owner| owner.identity).map(|owner| Object::Column(owner.table, owner.column))
        }
        Body::Table(_) | Body::View(_) | Body::Composite(_) => None,
    };
    refuse_alone(execution, target, owner, targets)
}

fn refuse_alone(execution: &Execution, target: &Object, owner: Option<Object>, targets: &[Object]) -> Outcome {
    match owner {
        Some(owner) if !targets.contains(&owner) => {
            let (object, owner) = (execution.schema.describe(target), execution.schema.describe(&owner));
            let error = PgError::new(
                sqlstate::DEPENDENT_OBJECTS_STILL_EXIST,
                format!("cannot drop {object} because {owner} requires it"),
            );
            Err(Stop::Error(error.hint(format!("You can drop {owner} instead."))))
        }
        _ => Ok(()),
    }
}

/// `reportDependentObjects`: the error under `RESTRICT`, the notice under `CASCADE`.
fn report(
    execution: &mut Execution,
    targets: &[Object],
    doomed: &[(Object, Option<(Object, Dependency)>)],
    cascade: bool,
) -> Outcome {
    let normal: Vec<_> = doomed
        .iter()
        .filter_map(|(object, via)| match via {
            Some((on, Dependency::Normal)) => Some((object, on)),
            _ => None,
        })
        .filter(|(object, _)| !is_part_of(object, doomed))
        .collect();
    if normal.is_empty() {
        return Ok(());
    }
    for (object, _) in &normal {
        // An earlier statement that is not modelled may have dropped it.
        if let Some(why) = doubt(execution, object) {
            return unknown(why);
        }
    }
    if cascade {
        let described: Vec<_> = normal.iter().map(|(object, _)| execution.schema.describe(object)).collect();
        execution.notice(match described.as_slice() {
            [only] => format!("drop cascades to {only}"),
            several => format!("drop cascades to {} other objects", several.len()),
        });
        return Ok(());
    }
    let details: Vec<_> = normal
        .iter()
        .map(|(object, on)| {
            format!("{} depends on {}", execution.schema.describe(object), execution.schema.describe(on))
        })
        .collect();
    let error = match targets {
        [only] => PgError::new(
            sqlstate::DEPENDENT_OBJECTS_STILL_EXIST,
            format!("cannot drop {} because other objects depend on it", execution.schema.describe(only)),
        ),
        _ => PgError::new(
            sqlstate::DEPENDENT_OBJECTS_STILL_EXIST,
            "cannot drop desired object(s) because other objects depend on them",
        ),
    };
    let hint = "Use DROP ... CASCADE to drop the dependent objects too.";
    Err(Stop::Error(error.detail(details.join("\n")).hint(hint)))
}

fn doubt(execution: &Execution, object: &Object) -> Option<String> {
    let schema = &execution.schema;
    let relation = |id: &RelationId| {
        let relation = schema.get(*id)?;
        schema.uncertain.about(&relation.name.name, Some(id.0))
    };
    match object {
        Object::Relation(id) | Object::Column(id, _) | Object::Default(id, _) => relation(id),
        Object::Constraint(id, name) => schema.uncertain.about(name, Some(id.0)).or_else(|| relation(id)),
        Object::Type(id) | Object::DomainConstraint(id, _) => {
            schema.uncertain.about(&schema.user_type(*id)?.name.name, Some(id.0))
        }
        Object::Namespace(name) => schema.uncertain.about(name, None),
        Object::Other(id) => schema.uncertain.about(schema.object(*id)?.name(), Some(id.0)),
    }
}

/// A default that goes with its column, a constraint with its table: no dependent of its own.
fn is_part_of(object: &Object, doomed: &[(Object, Option<(Object, Dependency)>)]) -> bool {
    let has = |whole: Object| doomed.iter().any(|(it, _)| *it == whole);
    match object {
        Object::Default(table, column) => has(Object::Column(*table, *column)) || has(Object::Relation(*table)),
        Object::Column(table, _) | Object::Constraint(table, _) => has(Object::Relation(*table)),
        _ => false,
    }
}

fn lock(execution: &mut Execution, object: &Object) {
    match object {
        Object::Relation(id) => {
            if let Some(index) = execution.schema.get(*id).and_then(|it| it.index()) {
                let table = index.table;
                execution.lock(table, LockMode::AccessExclusive, "dropping an index locks its table");
            }
            execution.lock(*id, LockMode::AccessExclusive, REASON);
            execution.lock_toast_index(*id, REASON);
        }
        Object::Column(table, _) | Object::Default(table, _) => {
            execution.lock(*table, LockMode::AccessExclusive, REASON);
        }
        Object::Constraint(table, name) => {
            execution.lock(*table, LockMode::AccessExclusive, REASON);
            let constraint = execution.schema.get(*table).and_then(|it| it.table()?.constraint(name.as_str()));
            // What a partition has of its table's key has no triggers there.
            let part = |it: &&Constraint| it.parent.as_ref().is_some_and(|(of, _)| of != table);
            if let Some(referenced) =
                constraint.filter(|it| !part(it)).and_then(|it| it.foreign_key()).map(|key| key.references)
            {
                let reason = "the foreign key's triggers on the referenced table are dropped as well";
                execution.lock(referenced, LockMode::AccessExclusive, reason);
            }
        }
        Object::Other(id) => {
            let object = execution.schema.object(*id);
            if let Some(ObjectBody::Statistics(it)) = object.map(|it| &it.body) {
                let table = it.table;
                execution.lock(table, LockMode::ShareUpdateExclusive, "the table's statistics change");
                return;
            }
            // A published table is locked by who drops it, not by who drops the publication.
            if object.is_some_and(|it| it.class() == ObjectClass::PublishedTable) {
                return;
            }
            if let Some(ObjectKey::OnRelation(_, relation, _)) = execution.schema.object(*id).map(|it| it.key.clone()) {
                execution.lock(relation, LockMode::AccessExclusive, REASON);
            }
        }
        Object::Type(id) => {
            if let Some(attributes) = execution.schema.attributes_of(*id) {
                execution.lock(attributes, LockMode::AccessExclusive, REASON);
            }
        }
        Object::DomainConstraint(..) | Object::Namespace(_) => {}
    }
}

fn remove(execution: &mut Execution, object: &Object) {
    match object {
        Object::Relation(id) => remove_relation(execution, *id),
        Object::Column(table, number) => {
            if execution.schema.get(*table).is_none() {
                return;
            }
            let columns = execution.schema.relation_mut(*table).columns_mut();
            if let Some(column) = columns.and_then(|it| it.attribute_mut(*number)) {
                column.dropped = true;
                column.default = None;
                column.generated = None;
                column.not_null = false;
            }
        }
        Object::Constraint(table, name) => remove_constraint(execution, *table, name),
        Object::Default(table, number) => {
            if execution.schema.get(*table).is_some()
                && let Some(column) = execution.schema.table_mut(*table).attribute_mut(*number)
            {
                column.default = None;
            }
        }
        Object::Type(id) => execution.schema.remove_type(*id),
        Object::Namespace(name) => execution.schema.remove_namespace(name),
        Object::Other(id) => execution.schema.remove_object(*id),
        Object::DomainConstraint(id, name) => {
            if let Some(it) = execution.schema.user_type_mut(*id)
                && let UserTypeKind::Domain { checks, not_null, not_null_name, .. } = &mut it.kind
            {
                checks.retain(|check| check.name != *name);
                if not_null_name.as_ref() == Some(name) {
                    (*not_null, *not_null_name) = (false, None);
                }
            }
        }
    }
}

fn remove_relation(execution: &mut Execution, id: RelationId) {
    let Some(relation) = execution.schema.get(id) else { return };
    match relation.body.clone() {
        Body::Index(index) => {
            if execution.schema.get(index.table).is_some() {
                execution.schema.table_mut(index.table).indexes.retain(|it| *it != id);
            }
        }
        Body::Sequence(sequence) => {
            if let Some(owner) = sequence.owner
                && execution.schema.get(owner.table).is_some()
            {
                execution.schema.table_mut(owner.table).sequences.retain(|it| *it != id);
            }
        }
        Body::View(_) | Body::Composite(_) => {}
        Body::Table(table) => {
            for parent in table.inherits.iter().filter(|it| execution.schema.get(**it).is_some()).collect::<Vec<_>>() {
                execution.schema.table_mut(*parent).children.remove(&id);
            }
            for key in table.constraints.iter().filter_map(|it| it.foreign_key()) {
                if key.references != id && execution.schema.get(key.references).is_some() {
                    execution.schema.table_mut(key.references).referenced_by.remove(&id);
                }
            }
        }
    }
    for class in [ObjectClass::Trigger, ObjectClass::Rule, ObjectClass::Policy, ObjectClass::PublishedTable] {
        let parts: Vec<_> = execution.schema.objects_on(class, id).map(|it| it.id).collect();
        parts.into_iter().for_each(|part| execution.schema.remove_object(part));
    }
    execution.schema.remove_relation(id);
}

fn remove_constraint(execution: &mut Execution, table: RelationId, name: &crate::name::Ident) {
    if execution.schema.get(table).is_none() {
        return;
    }
    let Some(constraint) = execution.schema.table(table).constraint(name.as_str()).cloned() else { return };
    execution.schema.table_mut(table).constraints.retain(|it| it.name != *name);
    match constraint.kind {
        ConstraintKind::ForeignKey(key) => {
            let others = execution.schema.table(table).constraints.iter().filter_map(|it| it.foreign_key());
            let still = others.into_iter().any(|other| other.references == key.references);
            if !still && key.references != table && execution.schema.get(key.references).is_some() {
                execution.schema.table_mut(key.references).referenced_by.remove(&table);
            }
        }
        ConstraintKind::NotNull { column, .. } => {
            if let Some(column) = execution.schema.table_mut(table).attribute_mut(column) {
                column.not_null = false;
            }
        }
        _ => {}
    }
}
