//! `CLUSTER`: `cluster` and `cluster_rel` of `cluster.c`.

use crate::effect::{ObjectName, RelationId};
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::index::Index;
use crate::schema::relation::TableKind;
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::vacuum;
use crate::syntax::statement::Cluster;

const REASON: &str = "the table is written anew in the order of an index";

impl Command for Cluster {
    fn run(&self, execution: &mut Execution) -> Outcome {
        for option in &self.options {
            match option.name.as_str() {
                "verbose" => drop(vacuum::boolean(option)?),
                _ => return vacuum::unrecognized("CLUSTER", option),
            }
        }
        let Some(name) = &self.table else {
            execution.outside_block("CLUSTER")?;
            // `get_tables_to_cluster`: those that have been clustered before.
            for (table, index) in marked(execution) {
                execution.lock(table, LockMode::AccessExclusive, REASON);
                cluster(execution, table, index)?;
            }
            return Ok(());
        };
        let id = execution.resolve(name)?;
        let kind = execution.schema.relation(id).table().map(|table| table.kind.clone());
        if !matches!(kind, Some(TableKind::Ordinary | TableKind::Materialized | TableKind::Partitioned)) {
            let message = format!("\"{}\" is not a table or materialized view", execution.bare_name(id));
            return fail(sqlstate::WRONG_OBJECT_TYPE, message);
        }
        execution.lock(id, LockMode::AccessExclusive, REASON);
        let partitioned = kind == Some(TableKind::Partitioned);
        if partitioned && !behavior::clusters_partitioned_tables(execution.version) {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cannot cluster a partitioned table");
        }
        let index = match &self.index {
            Some(index) => find_index(execution, id, index)?,
            None => {
                let indexes = execution.schema.table(id).indexes.iter();
                let clustered = indexes.copied().find(|index| execution.schema.index(*index).clustered);
                let Some(index) = clustered else {
                    let name = execution.bare_name(id);
                    let message = format!("there is no previously clustered index for table \"{name}\"");
                    return fail(sqlstate::UNDEFINED_OBJECT, message);
                };
                index
            }
        };
        if partitioned {
            execution.outside_block("CLUSTER")?;
            return unknown("CLUSTER of a partitioned table is not modelled");
        }
        cluster(execution, id, index)
    }
}

fn marked(execution: &Execution) -> Vec<(RelationId, RelationId)> {
    let mut found = vec![];
    for relation in execution.schema.relations() {
        let indexes = relation.table().map_or(&[][..], |table| &table.indexes);
        let index = indexes.iter().find(|index| execution.schema.index(**index).clustered);
        found.extend(index.map(|index| (relation.id, *index)));
    }
    found
}

fn cluster(execution: &mut Execution, table: RelationId, index: RelationId) -> Outcome {
    execution.not_in_use(table, "CLUSTER")?;
    execution.lock(index, LockMode::AccessExclusive, "the rows are read in the order of this index");
    check_clusterable(execution, table, index)?;
    mark_one(execution, table, Some(index), |it| &mut it.clustered);
    vacuum::rebuild(execution, table, REASON);
    Ok(())
}

/// `get_relname_relid` in the table's schema.
pub(super) fn find_index(execution: &Execution, table: RelationId, name: &Ident) -> Outcome<RelationId> {
    let schema = execution.schema.relation(table).name.schema.clone();
    match execution.schema.find(&ObjectName { schema, name: name.clone() }) {
        Some(id) => Ok(id),
        None => {
            if let Some(why) = execution.schema.uncertain.about(name, None) {
                return unknown(why);
            }
            let table = execution.bare_name(table);
            let message = format!("index \"{}\" for table \"{table}\" does not exist", name.as_str());
            fail(sqlstate::UNDEFINED_OBJECT, message)
        }
    }
}

/// The index, where it is one of that table.
pub(super) fn indexed(execution: &Execution, table: RelationId, id: RelationId) -> Outcome<&Index> {
    match execution.schema.relation(id).index() {
        Some(index) if index.table == table => Ok(index),
        _ => {
            let (name, table) = (execution.bare_name(id), execution.bare_name(table));
            fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not an index for table \"{table}\""))
        }
    }
}

/// `check_index_is_clusterable`.
pub(super) fn check_clusterable(execution: &Execution, table: RelationId, id: RelationId) -> Outcome {
    let index = indexed(execution, table, id)?;
    let name = execution.bare_name(id);
    let why = if !matches!(index.method.as_str(), "btree" | "gist") {
        format!("cannot cluster on index \"{name}\" because access method does not support clustering")
    } else if index.predicate.is_some() {
        format!("cannot cluster on partial index \"{name}\"")
    } else if !index.valid {
        format!("cannot cluster on invalid index \"{name}\"")
    } else {
        return Ok(());
    };
    fail(sqlstate::FEATURE_NOT_SUPPORTED, why)
}

/// Of a table's indexes only this one carries the mark (`mark_index_clustered`).
pub(super) fn mark_one(
    execution: &mut Execution,
    table: RelationId,
    marked: Option<RelationId>,
    mark: impl Fn(&mut Index) -> &mut bool,
) {
    for id in execution.schema.table(table).indexes.clone() {
        if *mark(&mut execution.schema.index(id).clone()) != (marked == Some(id)) {
            *mark(execution.schema.index_mut(id)) = marked == Some(id);
        }
    }
}
