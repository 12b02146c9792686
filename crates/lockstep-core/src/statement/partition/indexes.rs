//! Unique indexes of partitioned tables, and indexes of partitions made after those of their parent.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::index::{Index, KeyColumn};
use crate::statement::define_index::{NewIndex, column_key, define_index};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::scope::read_back;
use crate::syntax::statement::IndexKey;

/// What a unique index of a partitioned table must cover (`DefineIndex`): otherwise each partition alone
/// could not tell that a value is nowhere else.
pub(in crate::statement) fn covers_key(execution: &Execution, new: &NewIndex<'_>, index: &Index) -> Outcome {
    if !(new.unique || new.exclusion) {
        return Ok(());
    }
    let Some(key) = execution.schema.table(new.table).partition_key.clone() else { return Ok(()) };
    let kind = match (new.primary, new.exclusion, new.is_constraint) {
        (true, _, _) => "PRIMARY KEY",
        (_, true, _) => "EXCLUDE",
        (_, _, true) => "UNIQUE",
        _ => "UNIQUE",
    };
    for part in &key.keys {
        let KeyColumn::Attribute(number) = part.column else {
            let message = format!("unsupported {kind} constraint with partition key definition");
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        };
        let covers = index.keys.iter().any(|it| it.column == KeyColumn::Attribute(number));
        if !covers {
            let message = "unique constraint on partitioned table must include all partitioning columns";
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
    }
    Ok(())
}

/// `CompareIndexInfo`: whether an index of a partition could be the part of that one. Columns go by name.
pub(in crate::statement) fn matches(execution: &Execution, parent: &Index, child: &Index) -> bool {
    let schema = &execution.schema;
    let name = |index: &Index, number: u16| schema.table(index.table).column_name(number);
    let keys_match = parent.keys.len() == child.keys.len()
        && parent.keys.iter().zip(&child.keys).all(|(a, b)| {
            let columns = match (&a.column, &b.column) {
                (KeyColumn::Attribute(a), KeyColumn::Attribute(b)) => name(parent, *a) == name(child, *b),
                (KeyColumn::Expression(a), KeyColumn::Expression(b)) => {
                    schema.print_expression(parent.table, a) == schema.print_expression(child.table, b)
                }
                _ => false,
            };
            // Neither order nor place of nulls is compared.
            columns && a.collation == b.collation && a.operator_class == b.operator_class
        });
    let include = |index: &Index| index.include.iter().map(|it| name(index, *it)).collect::<Vec<_>>();
    let predicate = |index: &Index| index.predicate.as_ref().map(|it| schema.print_expression(index.table, it));
    keys_match
        && parent.unique == child.unique
        && parent.nulls_not_distinct == child.nulls_not_distinct
        && parent.method == child.method
        && parent.exclusion == child.exclusion
        && include(parent) == include(child)
        && predicate(parent) == predicate(child)
}

/// The constraint that an index belongs to.
pub(in crate::statement) fn constraint_of(execution: &Execution, index: RelationId) -> Option<Constraint> {
    let table = execution.schema.get(index)?.index()?.table;
    execution.schema.table(table).constraints.iter().find(|it| it.index() == Some(index)).cloned()
}

/// `IndexSetParentIndex` and `ConstraintSetParentConstraint`.
pub(in crate::statement) fn set_parent(execution: &mut Execution, index: RelationId, parent: RelationId) {
    execution.schema.index_mut(index).parent = Some(parent);
    let table = execution.schema.index(index).table;
    let constraints = &mut execution.schema.table_mut(table).constraints;
    if let Some(constraint) = constraints.iter_mut().find(|it| it.index() == Some(index)) {
        constraint.inherited = 1;
        constraint.local = false;
    }
}

const REASON: &str = "an index of the partition becomes a part of this one";

/// `DefineIndex` of a partition after `generateClonedIndexStmt`: the index, its constraint, and its place
/// under the parent's.
pub(in crate::statement) fn clone_index(
    execution: &mut Execution,
    parent: RelationId,
    partition: RelationId,
) -> Outcome<RelationId> {
    let index = execution.schema.index(parent).clone();
    let owner = constraint_of(execution, parent);
    let mut keys = vec![];
    for key in &index.keys {
        let written = match &key.column {
            KeyColumn::Attribute(number) => column_key(&execution.schema.table(index.table).column_name(*number)),
            KeyColumn::Expression(expression) => IndexKey {
                expression: read_back(execution, index.table, expression)?,
                ..column_key(&Ident::new("expression"))
            },
        };
        keys.push(IndexKey {
            collation: key.collation.clone(),
            operator_class: key.operator_class.clone(),
            operator_class_options: key.written_options(),
            descending: key.descending.then_some(true),
            nulls_first: (key.nulls_first != key.descending).then_some(key.nulls_first),
            ..written
        });
    }
    let include: Vec<Ident> =
        index.include.iter().map(|it| execution.schema.table(index.table).column_name(*it)).collect();
    let predicate = match &index.predicate {
        Some(predicate) => Some(read_back(execution, index.table, predicate)?),
        None => None,
    };
    let options: Vec<(Ident, Option<String>)> = execution
        .schema
        .relation(parent)
        .options
        .iter()
        .filter_map(|it| it.split_once('='))
        .map(|(name, value)| (Ident::new(name), Some(value.to_owned())))
        .collect();
    let tablespace = execution.schema.relation(parent).tablespace.clone();
    let new = NewIndex {
        table: partition,
        name: None,
        method: Some(&index.method),
        keys: &keys,
        include: &include,
        predicate: predicate.as_ref(),
        options: &options,
        tablespace: tablespace.as_ref(),
        unique: index.unique,
        primary: index.primary,
        nulls_not_distinct: index.nulls_not_distinct,
        is_constraint: owner.is_some(),
        deferrable: !index.immediate,
        exclusion: index.exclusion,
        concurrently: false,
        skip_build: false,
        only: false,
    };
    if index.primary && execution.schema.table(partition).primary_key().is_some() {
        return crate::statement::index_constraint::second_primary_key(&execution.bare_name(partition));
    }
    let made = define_index(execution, &new)?;
    if let Some(owner) = owner {
        let name = execution.schema.relation(made).name.name.clone();
        let kind = match owner.kind {
            ConstraintKind::PrimaryKey { .. } => ConstraintKind::PrimaryKey { index: made },
            ConstraintKind::Unique { .. } => ConstraintKind::Unique { index: made },
            ConstraintKind::Exclude { operators, .. } => ConstraintKind::Exclude { index: made, operators },
            _ => return unknown("an index of a constraint without one"),
        };
        let mut constraint = Constraint::new(name, kind);
        constraint.deferrable = owner.deferrable;
        constraint.initially_deferred = owner.initially_deferred;
        if owner.deferrable {
            let reason = "a trigger is made that looks at the constraint later";
            execution.lock(partition, LockMode::ShareRowExclusive, reason);
        }
        execution.schema.add_constraint(partition, constraint);
    }
    execution.lock(parent, LockMode::ShareUpdateExclusive, REASON);
    set_parent(execution, made, parent);
    if execution.schema.table(partition).is_partitioned() {
        recurse(execution, made, LockMode::Share)?;
    }
    Ok(made)
}

/// `AttachPartitionEnsureIndexes`: each index of the parent finds its part, or has one built.
pub(in crate::statement) fn ensure(execution: &mut Execution, parent: RelationId, partition: RelationId) -> Outcome {
    for theirs in execution.schema.table(parent).indexes.clone() {
        let index = execution.schema.index(theirs).clone();
        let own = execution.schema.table(partition).indexes.clone();
        let constrained = constraint_of(execution, theirs).is_some();
        let found = own.into_iter().find(|id| {
            let child = execution.schema.index(*id);
            child.parent.is_none()
                && child.valid
                && matches(execution, &index, child)
                && (!constrained || constraint_of(execution, *id).is_some())
        });
        match found {
            Some(id) => {
                execution.lock(theirs, LockMode::ShareUpdateExclusive, REASON);
                set_parent(execution, id, theirs);
            }
            None => {
                clone_index(execution, theirs, partition)?;
            }
        }
    }
    Ok(())
}

/// `DefineIndex` of a partitioned table goes on with every partition; a fitting index is taken as it is.
pub(in crate::statement) fn recurse(execution: &mut Execution, parent: RelationId, mode: LockMode) -> Outcome {
    let table = execution.schema.index(parent).table;
    for partition in execution.schema.children(table) {
        let reason = "the index is made on every partition, which must not be written meanwhile";
        execution.lock(partition, mode, reason);
        let index = execution.schema.index(parent).clone();
        let constrained = constraint_of(execution, parent).is_some();
        let own = execution.schema.table(partition).indexes.clone();
        let found = own.into_iter().find(|id| {
            let child = execution.schema.index(*id);
            child.parent.is_none()
                && matches(execution, &index, child)
                && (!constrained || constraint_of(execution, *id).is_some())
        });
        match found {
            Some(id) => {
                execution.lock(id, mode, REASON);
                set_parent(execution, id, parent);
                if !execution.schema.index(id).valid {
                    execution.schema.index_mut(parent).valid = false;
                }
            }
            None => {
                let made = clone_index(execution, parent, partition)?;
                if !execution.schema.index(made).valid {
                    execution.schema.index_mut(parent).valid = false;
                }
            }
        }
    }
    Ok(())
}
