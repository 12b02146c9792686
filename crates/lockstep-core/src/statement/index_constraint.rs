//! `PRIMARY KEY`, `UNIQUE` and `EXCLUDE`: constraints that an index enforces
//! (`transformIndexConstraint`, `index_constraint_create`).

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::statement::check_constraint::apply_attributes;
use crate::statement::define_index::{NewIndex, column_key, define_index};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::partition::indexes;
use crate::statement::{row_checks, temporal};
use crate::syntax::statement::{IndexKey, TableConstraint, TableConstraintKind};

/// `DEFAULT_INDEX_TYPE`: also for `EXCLUDE`, although few operators make sense with it.
const DEFAULT_METHOD: &str = "btree";

/// Makes the index and the constraint. Columns of a primary key are already `NOT NULL`.
pub(super) fn add(
    execution: &mut Execution,
    table: RelationId,
    constraint: &TableConstraint,
    skip_build: bool,
    only: bool,
) -> Outcome {
    let attributes = constraint.attributes;
    let deferrable = attributes.deferrable == Some(true) || attributes.initially_deferred == Some(true);
    let mut temporal = None;
    let (keys, parameters, predicate, method) = match &constraint.kind {
        TableConstraintKind::PrimaryKey { columns, without_overlaps, index }
        | TableConstraintKind::Unique { columns, without_overlaps, index, .. } => {
            let mut method = None;
            if *without_overlaps {
                temporal::check_key(execution, table, columns)?;
                method = Some(Ident::new("gist"));
                temporal = Some(columns);
            }
            check_columns(execution, table, constraint, columns)?;
            (columns.iter().map(column_key).collect::<Vec<_>>(), index, None, method)
        }
        TableConstraintKind::Exclude { method, elements, index, predicate } => {
            let keys: Vec<IndexKey> = elements.iter().map(|(key, _)| key.clone()).collect();
            (keys, index, predicate.as_ref(), Some(method.clone().unwrap_or_else(|| Ident::new(DEFAULT_METHOD))))
        }
        _ => return unknown("not a constraint that an index enforces"),
    };
    let primary = matches!(constraint.kind, TableConstraintKind::PrimaryKey { .. });
    let exclusion = matches!(constraint.kind, TableConstraintKind::Exclude { .. });
    let own = execution.schema.table(table);
    if primary && own.is_partition() && own.primary_key().is_some() {
        return second_primary_key(&execution.bare_name(table));
    }
    let nulls_not_distinct = matches!(constraint.kind, TableConstraintKind::Unique { nulls_not_distinct: true, .. });
    let new = NewIndex {
        table,
        name: constraint.name.as_ref(),
        method: method.as_ref(),
        keys: &keys,
        include: &parameters.include,
        predicate,
        options: &parameters.options,
        tablespace: parameters.tablespace.as_ref(),
        unique: !exclusion,
        primary,
        nulls_not_distinct,
        is_constraint: true,
        deferrable,
        exclusion: exclusion || temporal.is_some(),
        concurrently: false,
        skip_build,
        only,
    };
    let index = define_index(execution, &new)?;
    if let TableConstraintKind::Exclude { elements, .. } = &constraint.kind {
        let operators: Vec<&str> = elements.iter().map(|(_, operator)| operator.as_str()).collect();
        row_checks::exclusion(execution, index, &operators)?;
    }
    if let Some(columns) = temporal {
        temporal::check_rows(execution, table, index, columns)?;
    }
    let name = execution.schema.relation(index).name.name.clone();
    let kind = match &constraint.kind {
        TableConstraintKind::Exclude { elements, .. } => ConstraintKind::Exclude {
            index,
            operators: elements.iter().map(|(_, operator)| operator.clone()).collect(),
        },
        _ if primary => ConstraintKind::PrimaryKey { index },
        _ => ConstraintKind::Unique { index },
    };
    let mut made = Constraint::new(name, kind);
    let words = if primary {
        "PRIMARY KEY"
    } else if exclusion {
        "EXCLUDE"
    } else {
        "UNIQUE"
    };
    apply_attributes(execution, &mut made, attributes, words)?;
    execution.schema.add_constraint(table, made);
    if !only && execution.schema.table(table).is_partitioned() {
        indexes::recurse(execution, index, LockMode::Share)?;
    }
    Ok(())
}

fn check_columns(execution: &Execution, table: RelationId, constraint: &TableConstraint, columns: &[Ident]) -> Outcome {
    let primary = matches!(constraint.kind, TableConstraintKind::PrimaryKey { .. });
    let kind = if primary { "primary key" } else { "unique" };
    for (place, column) in columns.iter().enumerate() {
        if execution.schema.table(table).column(column.as_str()).is_none() {
            return fail(
                sqlstate::UNDEFINED_COLUMN,
                format!("column \"{}\" named in key does not exist", column.as_str()),
            );
        }
        if columns[..place].contains(column) {
            return fail(
                sqlstate::DUPLICATE_COLUMN,
                format!("column \"{}\" appears twice in {kind} constraint", column.as_str()),
            );
        }
    }
    Ok(())
}

/// "multiple primary keys for table": `index_check_primary_key` and `transformIndexConstraints`.
pub(super) fn second_primary_key<T>(table: &str) -> Outcome<T> {
    fail(sqlstate::INVALID_TABLE_DEFINITION, format!("multiple primary keys for table \"{table}\" are not allowed"))
}
