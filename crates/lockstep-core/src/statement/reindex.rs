//! `REINDEX`: `ExecReindex`, `reindex_index` and `ReindexRelationConcurrently`.

use crate::effect::{ObjectName, RelationId, Toast, WorkKind};
use crate::name::{Ident, QualifiedName, quote_literal};
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::relation::{Persistence, TableKind};
use crate::statement::Command;
use crate::statement::define_index::unique_precondition;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::naming::make_object_name;
use crate::statement::vacuum::{boolean, unrecognized};
use crate::syntax::statement::{Reindex, ReindexKind};

const WRITERS: &str = "the indexes are built from rows that must not change meanwhile";
const ONLINE: &str = "the indexes are built anew while reads and writes go on";

/// How the indexes are built.
struct Manner {
    concurrently: bool,
    tablespace: Option<Ident>,
}

impl Command for Reindex {
    fn run(&self, execution: &mut Execution) -> Outcome {
        let mut manner = Manner { concurrently: self.concurrently, tablespace: None };
        for option in &self.options {
            match option.name.as_str() {
                "verbose" => drop(boolean(option)?),
                "concurrently" => manner.concurrently = boolean(option)?,
                "tablespace" => manner.tablespace = option.value.as_deref().map(Ident::new),
                _ => return unrecognized("REINDEX", option),
            }
        }
        if manner.concurrently {
            execution.outside_block("REINDEX CONCURRENTLY")?;
        }
        if let Some(tablespace) = &manner.tablespace {
            check_tablespace(execution, tablespace)?;
        }
        match (self.kind, &self.name) {
            (ReindexKind::Index, Some(name)) => reindex_index(execution, name, &manner),
            (ReindexKind::Table, Some(name)) => reindex_table(execution, name, &manner),
            (kind, name) => reindex_many(execution, kind, name.as_ref(), &manner),
        }
    }
}

fn check_tablespace(execution: &mut Execution, name: &Ident) -> Outcome {
    match name.as_str() {
        "pg_default" => {}
        "pg_global" => {
            let message = "cannot move non-shared relation to tablespace \"pg_global\"";
            return fail(sqlstate::INVALID_PARAMETER_VALUE, message);
        }
        name => {
            let query = format!("SELECT count(*) FROM pg_tablespace WHERE spcname = {}", quote_literal(name));
            execution.precondition(query, "1", sqlstate::UNDEFINED_OBJECT);
        }
    }
    Ok(())
}

fn reindex_index(execution: &mut Execution, name: &QualifiedName, manner: &Manner) -> Outcome {
    let id = execution.resolve(name)?;
    // `RangeVarCallbackForReindexIndex` refuses what is no index, and locks the table first.
    let Some(table) = execution.schema.relation(id).index().map(|index| index.table) else {
        let name = execution.bare_name(id);
        return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not an index"));
    };
    if execution.schema.table(table).kind == TableKind::Partitioned {
        execution.outside_block("REINDEX INDEX")?;
        return unknown("REINDEX of a partitioned index is not modelled");
    }
    match concurrently(execution, table, manner) {
        true => {
            execution.lock(table, LockMode::ShareUpdateExclusive, ONLINE);
            execution.lock(id, LockMode::ShareUpdateExclusive, ONLINE);
            if execution.schema.index(id).exclusion {
                let message = "concurrent index creation for exclusion constraints is not supported";
                return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
            }
            rebuild_concurrently(execution, table, &[id], manner);
        }
        false => {
            execution.lock(table, LockMode::Share, WRITERS);
            execution.not_in_use(table, "REINDEX INDEX")?;
            rebuild(execution, table, id, manner);
        }
    }
    Ok(())
}

/// Nobody else sees a temporary table: it is done the plain way.
fn concurrently(execution: &Execution, table: RelationId, manner: &Manner) -> bool {
    manner.concurrently && execution.schema.relation(table).persistence != Persistence::Temporary
}

fn reindex_table(execution: &mut Execution, name: &QualifiedName, manner: &Manner) -> Outcome {
    let id = execution.resolve(name)?;
    match execution.schema.relation(id).table().map(|table| &table.kind) {
        Some(TableKind::Ordinary | TableKind::Materialized) => {}
        Some(TableKind::Partitioned) => {
            execution.outside_block("REINDEX TABLE")?;
            return unknown("REINDEX of a partitioned table is not modelled");
        }
        Some(TableKind::Foreign) | None => {
            let message = format!("\"{}\" is not a table or materialized view", execution.bare_name(id));
            return fail(sqlstate::WRONG_OBJECT_TYPE, message);
        }
    }
    if execution.schema.table(id).indexes.is_empty() && !execution.schema.table(id).toast {
        let how = if concurrently(execution, id, manner) { "that can be reindexed concurrently" } else { "to reindex" };
        let name = execution.bare_name(id);
        execution.notice(format!("table \"{name}\" has no indexes {how}"));
    }
    indexes_of(execution, id, manner)
}

/// `reindex_relation`, or its concurrent form.
fn indexes_of(execution: &mut Execution, table: RelationId, manner: &Manner) -> Outcome {
    let indexes = execution.schema.table(table).indexes.clone();
    if !concurrently(execution, table, manner) {
        execution.lock(table, LockMode::Share, WRITERS);
        execution.not_in_use(table, "REINDEX TABLE")?;
        for index in indexes {
            rebuild(execution, table, index, manner);
        }
        if !execution.in_block {
            execution.lock_toast(table, Toast::Table, LockMode::Share, WRITERS);
        }
        execution.lock_toast_index(table, "the index of the TOAST table is built anew as well");
        return Ok(());
    }
    execution.lock(table, LockMode::ShareUpdateExclusive, ONLINE);
    let mut wanted = vec![];
    for id in indexes {
        let index = execution.schema.index(id);
        let (valid, exclusion) = (index.valid, index.exclusion);
        let name = execution.schema.relation(id).name.clone();
        let full = format!("{}.{}", name.schema.as_str(), name.name.as_str());
        if !valid {
            execution.warning(&format!("skipping reindex of invalid index \"{full}\""));
        } else if exclusion {
            let message = format!("cannot reindex exclusion constraint index \"{full}\" concurrently, skipping");
            execution.warning(&message);
        } else {
            wanted.push(id);
        }
    }
    rebuild_concurrently(execution, table, &wanted, manner);
    execution.lock_toast(table, Toast::Table, LockMode::ShareUpdateExclusive, ONLINE);
    execution.lock_toast_index(table, "the old index of the TOAST table is removed");
    Ok(())
}

fn rebuild(execution: &mut Execution, table: RelationId, id: RelationId, manner: &Manner) {
    execution.lock(id, LockMode::AccessExclusive, "nobody can use the index while it is built anew");
    duplicates(execution, id);
    let name = execution.schema.relation(id).name.clone();
    execution.work(table, WorkKind::BuildIndex, Some(name), "the index is built from every row of the table");
    finish(execution, id, manner);
}

/// An index whose build failed once may meet the same rows again.
fn duplicates(execution: &mut Execution, id: RelationId) {
    let index = execution.schema.index(id).clone();
    if index.unique && !index.valid {
        unique_precondition(execution, &index);
    }
}

fn rebuild_concurrently(execution: &mut Execution, table: RelationId, indexes: &[RelationId], manner: &Manner) {
    let mut taken: Vec<ObjectName> = vec![];
    for id in indexes {
        duplicates(execution, *id);
        let name = copy_name(execution, *id, &taken);
        taken.push(name.clone());
        execution.work(table, WorkKind::BuildIndex, Some(name), "a new index is built beside the old one");
    }
    if indexes.is_empty() {
        return;
    }
    // Before each scan everybody who writes by the old list of indexes, then everybody who may read
    // the old index.
    execution.wait(table, LockMode::Share);
    execution.wait(table, LockMode::AccessExclusive);
    for id in indexes {
        execution.lock(*id, LockMode::AccessExclusive, "nobody uses the old index any more when it is removed");
        finish(execution, *id, manner);
    }
}

/// `ChooseRelationName(name, NULL, "ccnew")`.
fn copy_name(execution: &Execution, id: RelationId, taken: &[ObjectName]) -> ObjectName {
    let old = &execution.schema.relation(id).name;
    let mut number = 0;
    loop {
        let addition = if number == 0 { "ccnew".to_owned() } else { format!("ccnew{number}") };
        let name = Ident::new(&make_object_name(old.name.as_str(), None, Some(&addition)));
        let full = ObjectName { schema: old.schema.clone(), name };
        if execution.schema.find(&full).is_none() && !taken.contains(&full) {
            return full;
        }
        number += 1;
    }
}

fn finish(execution: &mut Execution, id: RelationId, manner: &Manner) {
    let index = execution.schema.index_mut(id);
    (index.valid, index.ready) = (true, true);
    if let Some(tablespace) = &manner.tablespace {
        execution.schema.relation_mut(id).tablespace = Some(tablespace.clone()).filter(|it| *it != *"pg_default");
    }
}

/// `ReindexMultipleTables`: each table in a transaction of its own.
fn reindex_many(
    execution: &mut Execution,
    kind: ReindexKind,
    name: Option<&QualifiedName>,
    manner: &Manner,
) -> Outcome {
    if name.is_none() && !behavior::reindexes_database_without_name(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at end of input");
    }
    execution.outside_block(&format!("REINDEX {}", kind.word()))?;
    if kind == ReindexKind::System && manner.concurrently {
        let message = "cannot reindex system catalogs concurrently";
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    let schema = match (kind, name) {
        (ReindexKind::Schema, Some(name)) if name.name == "pg_catalog" => {
            return unknown("system catalogs are not modelled");
        }
        (ReindexKind::Schema, Some(name)) => {
            execution.namespace(&name.name)?;
            Some(&name.name)
        }
        (_, Some(name)) => {
            let query = format!("SELECT count(*) WHERE current_database() = {}", quote_literal(name.name.as_str()));
            execution.precondition(query, "1", sqlstate::FEATURE_NOT_SUPPORTED);
            None
        }
        _ => None,
    };
    if kind == ReindexKind::System {
        return Ok(());
    }
    let ordinary = |kind: &TableKind| matches!(kind, TableKind::Ordinary | TableKind::Materialized);
    let tables: Vec<RelationId> = execution
        .schema
        .relations()
        .filter(|it| schema.is_none_or(|schema| it.name.schema == *schema))
        .filter(|it| it.table().is_some_and(|table| ordinary(&table.kind)))
        .map(|it| it.id)
        .collect();
    for table in tables {
        indexes_of(execution, table, manner)?;
    }
    Ok(())
}
