//! `SELECT`, as far as a migration holds it: what it reads and locks.

use crate::effect::RelationId;
use crate::name::QualifiedName;
use crate::pg::lock_mode::LockMode;
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::syntax::expression::QueryText;

impl Command for QueryText {
    fn run(&self, execution: &mut Execution) -> Outcome {
        if set_config(self, execution) {
            return Ok(());
        }
        read(execution, self)?;
        // Rows are not modelled, and an error may hide in any expression.
        match self.reads.is_empty() {
            true => unknown("what a query returns is not modelled"),
            false => Ok(()),
        }
    }
}

/// `pg_dump` begins with `SELECT pg_catalog.set_config('search_path', '', false)`.
fn set_config(query: &QueryText, execution: &mut Execution) -> bool {
    let text: String = query.text.split_whitespace().collect::<String>().to_ascii_lowercase();
    let is_it = text == "selectpg_catalog.set_config('search_path','',false)";
    if is_it {
        execution.session.search_path.clear();
    }
    is_it
}

/// Takes the locks of a query: every relation and, since planning opens them, every index.
pub(super) fn read(execution: &mut Execution, query: &QueryText) -> Outcome {
    if query.writes {
        return unknown("a query that does more than read is not modelled");
    }
    for name in &query.functions {
        if !only_reads(name) {
            return unknown(format!("what the function {name} does is not known"));
        }
    }
    for name in &query.reads {
        let locks_rows = query.locks_rows.contains(name);
        let mode = if locks_rows { LockMode::RowShare } else { LockMode::AccessShare };
        read_relation(execution, name, mode)?;
    }
    Ok(())
}

pub(super) fn read_relation(execution: &mut Execution, name: &QualifiedName, mode: LockMode) -> Outcome<RelationId> {
    let id = execution.open(name, mode, "the statement reads the relation")?;
    lock_indexes(execution, id, mode);
    Ok(id)
}

/// `get_relation_info`: the planner opens every index in the mode of its table.
pub(super) fn lock_indexes(execution: &mut Execution, table: RelationId, mode: LockMode) {
    let indexes = execution.schema.get(table).and_then(|it| it.table()).map(|it| it.indexes.clone());
    for index in indexes.unwrap_or_default() {
        execution.lock(index, mode, "planning opens every index of the table");
    }
}

/// Functions that do nothing but compute, in spite of being volatile (`pg_proc.provolatile`).
const HARMLESS: [&str; 8] = [
    "clock_timestamp",
    "gen_random_uuid",
    "random",
    "timeofday",
    "statement_timestamp",
    "transaction_timestamp",
    "now",
    "count",
];

/// Whether a call only computes: one of the server's own functions that is not volatile.
pub(super) fn only_reads(name: &QualifiedName) -> bool {
    let own = name.schema.as_ref().is_none_or(|schema| *schema == "pg_catalog");
    own && HARMLESS.contains(&name.name.as_str())
}
