//! Checks that wait for the end of the transaction: `AfterTriggerFireDeferred`, and `SET CONSTRAINTS … IMMEDIATE`.

use crate::effect::{Precondition, RelationId};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::version::PgVersion;
use crate::schema::Schema;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::session::Session;
use crate::statement::execution::{Execution, Pending};
use crate::statement::select::lock_indexes_for_rows;

impl Pending {
    pub fn is_empty(&self) -> bool {
        self.certainly.is_empty() && self.perhaps.is_empty()
    }
}

/// What the checks that wait ask when the transaction commits.
pub fn at_commit(version: PgVersion, schema: &Schema, session: &Session, pending: Pending) -> Vec<Precondition> {
    let first_id = schema.next_id();
    let mut execution = Execution::new(version, schema.clone(), session.clone(), true, first_id);
    execution.pending = pending;
    fire(&mut execution, None);
    execution.record.preconditions
}

/// Asks what the pending checks will find, of those constraints alone where some are named.
pub fn fire(execution: &mut Execution, only: Option<&[Ident]>) {
    let pending = execution.pending.certainly.iter().chain(&execution.pending.perhaps);
    let mut tables: Vec<RelationId> = pending.copied().collect();
    tables.sort_unstable();
    tables.dedup();
    for table in tables {
        // Keys may refer to what it is a part of.
        let mut family = execution.schema.ancestors(table);
        family.push(table);
        for id in family {
            if execution.schema.get(id).is_none_or(|it| it.table().is_none()) {
                continue;
            }
            let mut asking: Vec<RelationId> = execution.schema.table(id).referenced_by.iter().copied().collect();
            asking.push(id);
            for child in asking {
                for constraint in execution.schema.table(child).constraints.clone() {
                    let refers = constraint.foreign_key().is_some_and(|key| key.references == id);
                    let named = only.is_none_or(|it| it.contains(&constraint.name));
                    if constraint.deferrable && constraint.enforced && named && (child == id || refers) {
                        ask(execution, child, &constraint);
                    }
                }
            }
        }
    }
    match only {
        Some(_) => {
            let certainly = std::mem::take(&mut execution.pending.certainly);
            execution.pending.perhaps.extend(certainly);
        }
        None => {
            execution.pending.certainly.clear();
            execution.pending.perhaps.clear();
        }
    }
}

fn ask(execution: &mut Execution, table: RelationId, constraint: &Constraint) {
    let name = execution.schema.relation(table).name.to_string();
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => {
            let query = execution.schema.orphans(table, key, &name);
            execution.precondition(query, "0", sqlstate::FOREIGN_KEY_VIOLATION);
            for top in [table, key.references] {
                let below = execution.schema.descendants(top).into_iter().map(|(id, _)| id);
                for id in std::iter::once(top).chain(below).collect::<Vec<_>>() {
                    execution.lock_for_rows(id, LockMode::RowShare, "the check looks for rows", false);
                    lock_indexes_for_rows(execution, id, LockMode::RowShare, false);
                }
            }
        }
        _ => {
            let Some(id) = constraint.index() else { return };
            let index = execution.schema.index(id).clone();
            match index.exclusion {
                true => {
                    let expected = "rows that do not exclude each other";
                    execution.precondition(format!("TABLE {name}"), expected, sqlstate::EXCLUSION_VIOLATION);
                }
                false => {
                    let query = execution.schema.duplicates(&index, &name);
                    execution.precondition(query, "0", sqlstate::UNIQUE_VIOLATION);
                }
            }
            execution.lock_for_rows(table, LockMode::AccessShare, "the check looks for rows", false);
            execution.lock_for_rows(id, LockMode::RowExclusive, "the check looks for rows", false);
        }
    }
}
