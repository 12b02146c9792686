//! Rows that go to tables below the one that is named, which of them is known only when it runs.

use crate::effect::{RelationId, WorkKind};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate::{self, SqlState};
use crate::pg::types::{Type, TypeRef};
use crate::schema::constraint::ConstraintKind;
use crate::schema::user_type::TypeId;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::firing::{self, RowEvent};
use crate::statement::given::given;
use crate::statement::partition::constraint::read_bound;
use crate::statement::query::{self, Purpose};
use crate::statement::select::{self, lock_indexes_for_rows};
use crate::statement::{insert, sequence_function};
use crate::syntax::expression::QueryText;
use crate::syntax::row_statement::{Conflict, ConflictTarget, Insert};

/// Rows of a query, whose partitions are known only when it runs.
pub(in crate::statement) fn run(
    statement: &Insert,
    query: &QueryText,
    execution: &mut Execution,
    table: RelationId,
    targets: &[u16],
) -> Outcome {
    // Without a target, every unique index keeps rows out, whichever partition has it.
    let keeps_out = |it: &Conflict| it.assignments.is_empty() && matches!(it.target, ConflictTarget::None);
    if statement.opaque || statement.conflict.as_ref().is_some_and(|it| !keeps_out(it)) {
        return unknown("which partition takes the rows is not known");
    }
    let mut taken = vec![];
    match query::run(query, Purpose::Run, execution) {
        Ok(outcome) => outcome?,
        Err(_) => {
            taken = select::read_and_take(execution, query)?;
            select::check_columns(execution, query, &[])?;
        }
    }
    for sequence in taken {
        sequence_function::take(execution, sequence, None, false)?;
    }
    let given = given(execution, table, targets, None, Some(query));
    if execution.schema.table(table).is_partitioned() {
        into_any(execution, table, &query.text)?;
    }
    if execution.schema.table(table).is_partition() {
        into_partition(execution, table, &query.text);
    }
    insert::ask(statement, execution, table, targets, None, &given);
    insert::finish(statement, execution, table, None, &given)
}

/// `ExecFindPartition` for rows that a query yields: any partition may take some.
fn into_any(execution: &mut Execution, table: RelationId, source: &str) -> Outcome {
    let names: Vec<Ident> = execution.schema.table(table).live().map(|(_, column)| column.name.clone()).collect();
    let mut takes_all = execution.schema.default_partition(table).is_some();
    for (id, _) in execution.schema.descendants(table) {
        execution.lock_for_rows(id, LockMode::RowExclusive, "the partition takes rows", false);
        lock_indexes_for_rows(execution, id, LockMode::RowExclusive, false);
        if execution.schema.table(id).is_partitioned() {
            takes_all &= execution.schema.default_partition(id).is_some();
            continue;
        }
        firing::fire(execution, id, RowEvent::Insert)?;
        ask_others(execution, Some(table), id, &names, source);
        execution.work(id, WorkKind::WriteRows, None, "rows are inserted");
        execution.schema.table_mut(id).forget_rows();
    }
    if !takes_all {
        execution.precondition(source.to_owned(), "rows that a partition takes", sqlstate::CHECK_VIOLATION);
    }
    Ok(())
}

/// Rows that a query yields for a partition that is named itself.
fn into_partition(execution: &mut Execution, partition: RelationId, source: &str) {
    read_bound(execution, partition);
    execution.precondition(source.to_owned(), "rows that the partition takes", sqlstate::CHECK_VIOLATION);
}

/// The attribute numbers of columns by their names.
pub(in crate::statement) fn numbers(execution: &Execution, table: RelationId, names: &[Ident]) -> Vec<u16> {
    let columns = execution.schema.table(table);
    names.iter().filter_map(|name| columns.column(name.as_str()).map(|(number, _)| number)).collect()
}

/// What the constraints of a table below may refuse, besides those of the table above where it is asked itself.
pub(in crate::statement) fn ask_others(
    execution: &mut Execution,
    above: Option<RelationId>,
    below: RelationId,
    names: &[Ident],
    source: &str,
) {
    let written = numbers(execution, below, names);
    let own = execution.schema.table(below);
    let (mut states, mut late) = (vec![], false);
    let not_null = |(_, column): &(u16, &crate::schema::relation::Column)| {
        let table = above.map(|it| execution.schema.table(it));
        let above = table.and_then(|it| it.column(column.name.as_str())).is_some_and(|(_, it)| it.not_null);
        column.not_null && !above && names.contains(&column.name)
    };
    if own.live().any(|it| not_null(&it)) {
        states.push(sqlstate::NOT_NULL_VIOLATION);
    }
    for number in written.iter().filter(|_| above.is_none()) {
        states.extend(own.attribute(*number).map(|it| limits(execution, &it.type_)).unwrap_or_default());
    }
    for constraint in own.constraints.iter().filter(|it| it.enforced && (it.inherited == 0 || above.is_none())) {
        match &constraint.kind {
            ConstraintKind::Check { expression, .. } if expression.columns().iter().any(|it| written.contains(it)) => {
                states.push(sqlstate::CHECK_VIOLATION);
            }
            ConstraintKind::ForeignKey(key) if key.columns.iter().any(|it| written.contains(it)) => {
                states.push(sqlstate::FOREIGN_KEY_VIOLATION);
            }
            _ => {}
        }
    }
    for id in &own.indexes {
        let index = execution.schema.index(*id);
        let uses = index.columns().iter().any(|it| written.contains(it));
        if uses && (index.parent.is_none() || above.is_none()) && (index.unique || index.exclusion) {
            let constraint = own.constraints.iter().find(|it| it.index() == Some(*id));
            if constraint.is_some_and(|it| execution.pending.defers(it)) {
                late = true;
            }
            states.push(match index.exclusion {
                true => sqlstate::EXCLUSION_VIOLATION,
                false => sqlstate::UNIQUE_VIOLATION,
            });
        }
    }
    if late {
        execution.pending.perhaps.insert(below);
    }
    for state in states {
        execution.precondition(source.to_owned(), "rows that satisfy the constraints of each table", state);
    }
}

/// What a length, a precision or a domain's conditions may refuse.
fn limits(execution: &Execution, type_: &Type) -> Vec<SqlState> {
    match type_.base {
        TypeRef::User(id) if execution.schema.domain_is_constrained(TypeId(id)) => {
            vec![sqlstate::CHECK_VIOLATION, sqlstate::NOT_NULL_VIOLATION]
        }
        _ if type_.modifier < 0 => vec![],
        _ => vec![sqlstate::STRING_DATA_RIGHT_TRUNCATION, sqlstate::NUMERIC_VALUE_OUT_OF_RANGE],
    }
}
