//! `ATTACH PARTITION`: `ATExecAttachPartition`.

use triomphe::Arc;

use crate::effect::{PgError, RelationId, WorkKind};
use crate::name::QualifiedName;
use crate::pg::lock_mode::LockMode;
use crate::pg::{hierarchy, sqlstate};
use crate::schema::partition::Bound;
use crate::schema::relation::{Persistence, Rows};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::known_rows;
use crate::statement::partition::{adoption, bound, constraint, implied, indexes, keys, overlap, triggers};
use crate::statement::scope::{self, Use};
use crate::syntax::statement::PartitionBound;

/// The parent is opened already.
pub(in crate::statement) fn attach(
    execution: &mut Execution,
    parent: RelationId,
    name: &QualifiedName,
    written: &PartitionBound,
) -> Outcome {
    is_partitioned(execution, parent)?;
    let bound = bound::transform(execution, parent, written)?;
    let default = execution.schema.default_partition(parent);
    if let Some(default) = default {
        let reason = "a new partition changes which rows the default partition may hold";
        execution.lock(default, LockMode::AccessExclusive, reason);
    }
    let reason = "nobody may use a table while it becomes a partition";
    let partition = execution.open(name, LockMode::AccessExclusive, reason)?;
    execution.must_own(partition)?;
    check(execution, parent, partition)?;
    let part_name = execution.bare_name(partition);
    overlap::check(execution, parent, &part_name, &bound)?;
    adoption::merge(execution, partition, parent, true)?;
    execution.schema.adopt(partition, parent);
    let condition = constraint::of_partition_of(&execution.schema, parent, &bound);
    let for_default = constraint::of_bound(&execution.schema, parent, &bound);
    execution.schema.table_mut(partition).bound = Some(Arc::new(bound));
    indexes::ensure(execution, parent, partition)?;
    triggers::clone_to_partition(execution, parent, partition)?;
    keys::clone_to_partition(execution, parent, partition, true)?;
    // `generate_partition_qual`: what the table's own bound asks is read from the table above.
    if let Some(above) = execution.schema.partition_parent(parent) {
        execution.lock(above, LockMode::AccessShare, "rows must suit the bounds of the tables above as well");
    }
    if let Some(condition) = condition {
        validate(execution, partition, &condition)?;
    }
    if let (Some(default), Some(condition)) = (default, for_default) {
        validate_default(execution, default, &condition)?;
    }
    Ok(())
}

pub(super) fn is_partitioned(execution: &Execution, parent: RelationId) -> Outcome {
    let relation = execution.schema.relation(parent);
    let name = relation.name.name.as_str();
    match relation.table() {
        Some(table) if table.is_partitioned() => Ok(()),
        Some(_) if !hierarchy::names_partitioned_table_only(execution.version) => {
            fail(sqlstate::INVALID_OBJECT_DEFINITION, format!("table \"{name}\" is not partitioned"))
        }
        // `transformPartitionCmd`: a partitioned index takes indexes, without bounds.
        _ if relation.kind() == 'I' => {
            fail(sqlstate::INVALID_OBJECT_DEFINITION, format!("\"{name}\" is not a partitioned table"))
        }
        _ => fail(
            sqlstate::WRONG_OBJECT_TYPE,
            format!("ALTER action ATTACH PARTITION cannot be performed on relation \"{name}\""),
        ),
    }
}

fn check(execution: &mut Execution, parent: RelationId, partition: RelationId) -> Outcome {
    let relation = execution.schema.relation(partition);
    let name = relation.name.name.as_str().to_owned();
    let wrong = |message: String| fail(sqlstate::WRONG_OBJECT_TYPE, message);
    let Some(table) = relation.table() else {
        return wrong(format!("\"{name}\" is not a table or foreign table"));
    };
    if table.is_partition() {
        return wrong(format!("\"{name}\" is already a partition"));
    }
    if table.of_type.is_some() {
        return wrong("cannot attach a typed table as partition".to_owned());
    }
    if !table.inherits.is_empty() {
        return wrong("cannot attach inheritance child as partition".to_owned());
    }
    if !table.children.is_empty() && !table.is_partitioned() {
        return wrong("cannot attach inheritance parent as partition".to_owned());
    }
    if partition == parent || execution.schema.ancestors(parent).contains(&partition) {
        let above = execution.bare_name(parent);
        let error = PgError::new(sqlstate::DUPLICATE_TABLE, "circular inheritance not allowed");
        return Err(error.detail(format!("\"{above}\" is already a child of \"{name}\".")).into());
    }
    let parent_name = execution.bare_name(parent);
    match (execution.schema.relation(parent).persistence, execution.schema.relation(partition).persistence) {
        (Persistence::Temporary, Persistence::Temporary) => {}
        (Persistence::Temporary, _) => {
            return wrong(format!(
                "cannot attach a permanent relation as partition of temporary relation \"{parent_name}\""
            ));
        }
        (_, Persistence::Temporary) => {
            return wrong(format!(
                "cannot attach a temporary relation as partition of permanent relation \"{parent_name}\""
            ));
        }
        _ => {}
    }
    execution.lock_descendants(partition, LockMode::AccessExclusive, "the partitions below are attached with it");
    let (above, below) = (execution.schema.table(parent), execution.schema.table(partition));
    let numbered = |table: &crate::schema::relation::Table| table.live().any(|(_, it)| it.identity.is_some());
    if hierarchy::partitions_share_identity(execution.version) && (numbered(above) || numbered(below)) {
        return unknown("identity columns of partitions are not modelled");
    }
    for (_, column) in below.live() {
        if above.column(column.name.as_str()).is_none() {
            let column = column.name.as_str();
            let error = PgError::new(
                sqlstate::DATATYPE_MISMATCH,
                format!("table \"{name}\" contains column \"{column}\" not found in parent \"{parent_name}\""),
            );
            let detail = "The new partition may contain only the columns present in parent.";
            return Err(error.detail(detail).into());
        }
    }
    triggers::refuse_transitions(execution, partition, "a partition")
}

const REASON: &str = "every row must belong to the partition, and no constraint says so";

/// `QueuePartitionConstraintValidation`: every row is read, unless constraints prove the condition.
fn validate(execution: &mut Execution, table: RelationId, condition: &str) -> Outcome {
    if implied::is_implied(execution, table, condition)? {
        return Ok(());
    }
    if execution.schema.table(table).is_partitioned() {
        for below in execution.schema.children(table) {
            execution.lock(below, LockMode::AccessExclusive, "the partitions below are attached with it");
            validate(execution, below, condition)?;
        }
        return Ok(());
    }
    execution.work(table, WorkKind::Verify, None, REASON);
    if let Some(fits) = known_answer(execution, table, condition, |truth| truth != Some(false)) {
        let name = execution.bare_name(table);
        let message = format!("partition constraint of relation \"{name}\" is violated by some row");
        return if fits { Ok(()) } else { fail(sqlstate::CHECK_VIOLATION, message) };
    }
    if execution.schema.table(table).rows != Rows::Empty {
        let name = execution.schema.relation(table).name.to_string();
        let query = format!("SELECT count(*) FROM {name} WHERE NOT ({condition})");
        execution.precondition(query, "0", sqlstate::CHECK_VIOLATION);
    }
    Ok(())
}

const DEFAULT_REASON: &str = "no row of the default partition may belong to the new one";

fn validate_default(execution: &mut Execution, default: RelationId, condition: &str) -> Outcome {
    if implied::is_implied(execution, default, &format!("NOT ({condition})"))? {
        return Ok(());
    }
    if execution.schema.table(default).is_partitioned() {
        for below in execution.schema.children(default) {
            execution.lock(below, LockMode::AccessExclusive, DEFAULT_REASON);
            validate_default(execution, below, condition)?;
        }
        return Ok(());
    }
    execution.work(default, WorkKind::Verify, None, DEFAULT_REASON);
    ask_default(execution, default, condition)
}

/// `check_default_partition_contents`: no row of the default partition may belong to the new one. It is
/// read without a word of that in the server's log.
pub(in crate::statement) fn check_default(
    execution: &mut Execution,
    parent: RelationId,
    default: RelationId,
    bound: &Bound,
) -> Outcome {
    let Some(condition) = constraint::of_bound(&execution.schema, parent, bound) else { return Ok(()) };
    if !implied::is_implied(execution, default, &format!("NOT ({condition})"))? {
        execution.lock_descendants(default, LockMode::AccessExclusive, DEFAULT_REASON);
        ask_default(execution, default, &condition)?;
    }
    Ok(())
}

/// Whether every row of the table fits, where the rows are known.
fn known_answer(
    execution: &Execution,
    table: RelationId,
    condition: &str,
    fits: fn(Option<bool>) -> bool,
) -> Option<bool> {
    let parsed = crate::syntax::parse_expression(condition).ok()?;
    let made = scope::analyze(execution, table, &parsed, Use::Check).ok()?;
    known_rows::every(execution, table, &made, fits)
}

/// The rows of the default partition that satisfy the condition of another one.
fn ask_default(execution: &mut Execution, default: RelationId, condition: &str) -> Outcome {
    let holders: Vec<RelationId> =
        std::iter::once(default).chain(execution.schema.descendants(default).into_iter().map(|(id, _)| id)).collect();
    let empty = |id: &RelationId| {
        let table = execution.schema.table(*id);
        table.is_partitioned() || table.rows == Rows::Empty
    };
    let open: Vec<RelationId> = holders.into_iter().filter(|id| !empty(id)).collect();
    let mut certain = true;
    for id in &open {
        match known_answer(execution, *id, condition, |truth| truth != Some(true)) {
            Some(true) => {}
            Some(false) => {
                let name = execution.bare_name(*id);
                let message = format!(
                    "updated partition constraint for default partition \"{name}\" would be violated by some row"
                );
                return fail(sqlstate::CHECK_VIOLATION, message);
            }
            None => certain = false,
        }
    }
    if certain {
        return Ok(());
    }
    let name = execution.schema.relation(default).name.to_string();
    let query = format!("SELECT count(*) FROM {name} WHERE {condition}");
    execution.precondition(query, "0", sqlstate::CHECK_VIOLATION);
    Ok(())
}
