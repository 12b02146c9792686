//! Foreign keys of partitioned tables: each partition has its part of them (`addFkRecurseReferencing`), and
//! each partition that is referred to has one as well (`addFkRecurseReferenced`).

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::hierarchy;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind, ForeignKey};
use crate::schema::dependency::Object;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::foreign_key;
use crate::statement::naming::foreign_key_name_addition;
use crate::statement::partition::overlap;
use crate::statement::select;

const REASON: &str = "the foreign key has a part for each partition, with triggers of its own";

/// A name for a part, where the whole's is taken.
fn part_name(execution: &Execution, table: RelationId, whole: &Ident, columns: &[u16]) -> Ident {
    if !execution.schema.constraint_is_used(table, whole) {
        return whole.clone();
    }
    let full = &execution.schema.relation(table).name;
    if hierarchy::parts_of_keys_are_numbered(execution.version) {
        let free = |number: &u32| {
            let name = Ident::new(&format!("{}_{number}", whole.as_str()));
            !execution.schema.has_constraint_name(&name, &full.schema)
        };
        let number = (1u32..).find(free).unwrap_or(1);
        return Ident::new(&format!("{}_{number}", whole.as_str()));
    }
    let columns: Vec<Ident> = columns.iter().map(|it| execution.schema.table(table).column_name(*it)).collect();
    let addition = foreign_key_name_addition(&columns);
    execution.schema.choose_constraint_name(full.name.as_str(), Some(&addition), "fkey", &full.schema, &[])
}

fn add_part(execution: &mut Execution, table: RelationId, whole: (RelationId, &Constraint), key: ForeignKey) -> Ident {
    let name = part_name(execution, table, &whole.1.name, &key.columns);
    let references = key.references;
    let mut part = whole.1.clone();
    part.name = name.clone();
    part.kind = ConstraintKind::ForeignKey(key.into());
    part.comment = None;
    (part.inherited, part.local) = (1, false);
    part.parent = Some((whole.0, whole.1.name.clone()));
    execution.schema.add_constraint(table, part);
    if references != table {
        execution.schema.table_mut(references).referenced_by.insert(table);
    }
    name
}

fn by_name(execution: &Execution, from: RelationId, to: RelationId, columns: &[u16]) -> Option<Vec<u16>> {
    let (from, to) = (execution.schema.table(from), execution.schema.table(to));
    columns.iter().map(|it| to.column(from.column_name(*it).as_str()).map(|(number, _)| number)).collect()
}

/// Parts of a new key for the partitions of the table that it refers to. `holder` has the key.
pub(in crate::statement) fn refer_to_partitions(
    execution: &mut Execution,
    holder: RelationId,
    name: &Ident,
) -> Outcome {
    let Some(whole) = execution.schema.table(holder).constraint(name.as_str()).cloned() else { return Ok(()) };
    let Some(key) = whole.foreign_key().cloned() else { return Ok(()) };
    if !execution.schema.table(key.references).is_partitioned() {
        return Ok(());
    }
    for partition in overlap::in_order(execution, key.references) {
        execution.lock(partition, LockMode::ShareRowExclusive, REASON);
        refer_to(execution, holder, &whole, &key, partition)?;
    }
    Ok(())
}

/// The part of a key for one partition of the table that it refers to.
fn refer_to(
    execution: &mut Execution,
    holder: RelationId,
    whole: &Constraint,
    key: &ForeignKey,
    partition: RelationId,
) -> Outcome {
    let part_index = execution
        .schema
        .table(partition)
        .indexes
        .iter()
        .copied()
        .find(|it| execution.schema.index(*it).parent == Some(key.index));
    let columns = by_name(execution, key.references, partition, &key.referenced_columns);
    let (Some(index), Some(referenced_columns)) = (part_index, columns) else {
        return unknown("a partition without the index that a foreign key relies on is not modelled");
    };
    let part = ForeignKey { references: partition, referenced_columns, index, ..key.clone() };
    let made = add_part(execution, holder, (holder, whole), part);
    refer_to_partitions(execution, holder, &made)
}

/// Parts of a new key of a partitioned table, for its partitions; what is to be validated is returned.
pub(in crate::statement) fn on_partitions(
    execution: &mut Execution,
    table: RelationId,
    name: &Ident,
    mode: LockMode,
    validate: bool,
) -> Outcome<Vec<(RelationId, Ident)>> {
    let mut found = vec![];
    if !execution.schema.table(table).is_partitioned() {
        return Ok(if validate { vec![(table, name.clone())] } else { found });
    }
    let Some(whole) = execution.schema.table(table).constraint(name.as_str()).cloned() else { return Ok(found) };
    for partition in overlap::in_order(execution, table) {
        execution.lock(partition, mode, REASON);
        found.extend(on_partition(execution, table, &whole, partition, mode, validate)?);
    }
    Ok(found)
}

/// The partition's part: a key of its own that says the same is taken (`tryAttachPartitionForeignKey`).
fn on_partition(
    execution: &mut Execution,
    table: RelationId,
    whole: &Constraint,
    partition: RelationId,
    mode: LockMode,
    validate: bool,
) -> Outcome<Vec<(RelationId, Ident)>> {
    let Some(key) = whole.foreign_key().cloned() else { return Ok(vec![]) };
    let columns = by_name(execution, table, partition, &key.columns);
    let on_delete_columns = by_name(execution, table, partition, &key.on_delete_columns);
    let (Some(columns), Some(on_delete_columns)) = (columns, on_delete_columns) else {
        return unknown("a partition without the columns of a foreign key");
    };
    let wanted = ForeignKey { columns, on_delete_columns, ..key.clone() };
    let same = |it: &&Constraint| {
        it.parent.is_none()
            && it.foreign_key() == Some(&wanted)
            && it.validated
            && it.deferrable == whole.deferrable
            && it.initially_deferred == whole.initially_deferred
            && it.enforced == whole.enforced
    };
    if let Some(own) = execution.schema.table(partition).constraints.iter().find(same).map(|it| it.name.clone()) {
        let whole_is_partitioned = execution.schema.table(key.references).is_partitioned();
        if whole_is_partitioned && !hierarchy::detached_keys_have_parts(execution.version) {
            return unknown("whether the partition's own foreign key is taken over is not known");
        }
        let reason = "the partition's own foreign key gives way to the table's, and its triggers go";
        execution.lock(key.references, LockMode::AccessExclusive, reason);
        execution.lock_descendants(key.references, LockMode::AccessExclusive, reason);
        let constraints = &mut execution.schema.table_mut(partition).constraints;
        if let Some(it) = constraints.iter_mut().find(|it| it.name == own) {
            (it.inherited, it.local) = (1, false);
            it.parent = Some((table, whole.name.clone()));
        }
        // `RemoveInheritedConstraint`: its parts for the partitions referred to go.
        let beside = |it: &&Constraint| it.parent == Some((partition, own.clone()));
        let parts: Vec<Ident> =
            execution.schema.table(partition).constraints.iter().filter(beside).map(|it| it.name.clone()).collect();
        for part in parts {
            let _ = delete(execution, &[Object::Constraint(partition, part)], true);
        }
        return Ok(vec![]);
    }
    let made = add_part(execution, partition, (table, whole), wanted);
    on_partitions(execution, partition, &made, mode, validate && whole.validated)
}

/// `CloneForeignKeyConstraints`, for a partition made or attached after its table's keys.
pub(in crate::statement) fn clone_to_partition(
    execution: &mut Execution,
    parent: RelationId,
    partition: RelationId,
    attached: bool,
) -> Outcome {
    for whole in execution.schema.table(parent).constraints.clone() {
        let Some(key) = whole.foreign_key().filter(|_| !is_part_beside(parent, &whole)) else { continue };
        if key.references == partition {
            let (name, key) = (execution.bare_name(partition), whole.name.as_str());
            let message = format!(
                "cannot attach table \"{name}\" as a partition because it is referenced by foreign key \"{key}\""
            );
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        execution.lock(key.references, LockMode::ShareRowExclusive, REASON);
        execution.lock_descendants(key.references, LockMode::ShareRowExclusive, REASON);
        let mode = LockMode::AccessExclusive;
        let unchecked = on_partition(execution, parent, &whole, partition, mode, attached)?;
        for (table, name) in unchecked {
            foreign_key::validate(execution, table, &name)?;
        }
    }
    clone_referenced(execution, parent, partition)
}

/// A part that stands beside its whole, for a partition of the table that it refers to.
fn is_part_beside(table: RelationId, constraint: &Constraint) -> bool {
    constraint.parent.as_ref().is_some_and(|(of, _)| *of == table)
}

fn clone_referenced(execution: &mut Execution, parent: RelationId, partition: RelationId) -> Outcome {
    let mut holders: Vec<RelationId> = execution.schema.table(parent).referenced_by.iter().copied().collect();
    // A table may refer to itself.
    holders.push(parent);
    for holder in holders {
        for whole in execution.schema.table(holder).constraints.clone() {
            let Some(key) = whole.foreign_key().filter(|key| key.references == parent) else { continue };
            // Parts on partitions of the holder follow from its own key.
            if whole.parent.as_ref().is_some_and(|(of, _)| *of != holder) {
                continue;
            }
            let mode = hierarchy::lock_on_holder_of_key(execution.version);
            execution.lock(holder, mode, "its foreign key gets a part for the new partition");
            refer_to(execution, holder, &whole, &key.clone(), partition)?;
        }
    }
    Ok(())
}

/// `ATDetachCheckNoForeignKeyRefs`: rows that refer to the partition would refer to nothing; without
/// them, the parts of the keys go.
pub(in crate::statement) fn refuse_referenced(
    execution: &mut Execution,
    _parent: RelationId,
    partition: RelationId,
) -> Outcome {
    let holders: Vec<RelationId> = execution.schema.table(partition).referenced_by.iter().copied().collect();
    for holder in holders {
        for part in execution.schema.table(holder).constraints.clone() {
            let Some(key) = part.foreign_key().filter(|key| key.references == partition) else { continue };
            if part.parent.is_none() {
                continue;
            }
            execution.lock(holder, LockMode::Share, "rows must not refer to the partition that leaves");
            // `RI_PartitionRemove_Check` is a query over both.
            for top in [holder, partition] {
                select::lock_indexes(execution, top, LockMode::AccessShare);
                for (below, _) in execution.schema.descendants(top) {
                    let reason = "rows that refer to the partition are looked for";
                    execution.lock_for_rows(below, LockMode::AccessShare, reason, false);
                    select::lock_indexes_for_rows(execution, below, LockMode::AccessShare, false);
                }
            }
            let (ours, theirs) = (execution.schema.table(holder), execution.schema.table(partition));
            let join: Vec<String> = key
                .columns
                .iter()
                .zip(&key.referenced_columns)
                .map(|(a, b)| format!("p.{} = c.{}", theirs.column_name(*b), ours.column_name(*a)))
                .collect();
            let query = format!(
                "SELECT count(*) FROM {} AS c JOIN {} AS p ON {}",
                execution.schema.relation(holder).name,
                execution.schema.relation(partition).name,
                join.join(" AND ")
            );
            execution.precondition(query, "0", sqlstate::FOREIGN_KEY_VIOLATION);
        }
    }
    Ok(())
}

/// The parts of a partition that leaves: its own keys stand alone, those to it go.
pub(in crate::statement) fn detach(execution: &mut Execution, partition: RelationId) -> Outcome {
    let mut alone = vec![];
    for constraint in &mut execution.schema.table_mut(partition).constraints {
        let above = constraint.parent.as_ref().is_some_and(|(of, _)| *of != partition);
        if let Some(key) = constraint.foreign_key().filter(|_| above) {
            alone.push((key.references, constraint.name.clone()));
            constraint.parent = None;
            (constraint.inherited, constraint.local) = (0, true);
        }
    }
    for (referenced, name) in alone {
        let reason = "the partition's foreign key gets triggers of its own";
        let partitioned = execution.schema.table(referenced).is_partitioned();
        if partitioned && !hierarchy::detached_keys_have_parts(execution.version) {
            return unknown("what becomes of the partition's foreign key is not known");
        }
        execution.lock(referenced, LockMode::ShareRowExclusive, reason);
        execution.lock_descendants(referenced, LockMode::ShareRowExclusive, reason);
        refer_to_partitions(execution, partition, &name)?;
    }
    let holders: Vec<RelationId> = execution.schema.table(partition).referenced_by.iter().copied().collect();
    for holder in holders {
        for part in execution.schema.table(holder).constraints.clone() {
            if part.parent.is_some() && part.foreign_key().is_some_and(|key| key.references == partition) {
                // Parts go without a word.
                let _ = delete(execution, &[Object::Constraint(holder, part.name.clone())], true);
            }
        }
    }
    Ok(())
}
