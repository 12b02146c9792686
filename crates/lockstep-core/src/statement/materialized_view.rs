//! `CREATE MATERIALIZED VIEW` (`ExecCreateTableAs`) and `REFRESH MATERIALIZED VIEW`
//! (`ExecRefreshMatView` of `matview.c`).

use triomphe::Arc;

use crate::effect::{RelationId, WorkKind};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::relation::{Body, Columns, Persistence, RelationDetails, Rows, Table, TableDetails, TableKind};
use crate::schema::view::Materialized;
use crate::statement::Command;
use crate::statement::column;
use crate::statement::create_table_as::{new_columns, persistence_of, run_query};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::{query, scope, select};
use crate::syntax;
use crate::syntax::create_view::{CreateMaterializedView, RefreshMaterializedView};

impl Command for CreateMaterializedView {
    fn run(&self, execution: &mut Execution) -> Outcome {
        let Some(query) = syntax::parse_query(&self.query.text) else {
            return unknown("a query of this kind is not modelled");
        };
        if self.query.writes {
            return unknown("a materialized view of a query that does more than read is not modelled");
        }
        let analyzed = query::analyze(execution, &query)?;
        if persistence_of(Persistence::Permanent, execution, &analyzed) == Persistence::Temporary {
            let message = "materialized views must not use temporary tables or views";
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        if self.persistence == Persistence::Unlogged {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, "materialized views cannot be unlogged");
        }
        execution.writable("CREATE MATERIALIZED VIEW")?;
        let Some(name) = execution.new_relation(&self.name, self.persistence, self.if_not_exists)? else {
            return Ok(());
        };
        if self.with_data {
            run_query(execution, &analyzed)?;
            select::refuse_unknown_code(execution, &self.query)?;
        }
        let columns = new_columns(execution, &analyzed, &self.columns, "CREATE MATERIALIZED VIEW")?;
        if execution.schema.find_type(&name).is_some() {
            let message = format!("type \"{}\" already exists", name.name.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        let needs = analyzed.needs();
        let details = TableDetails {
            access_method: self.access_method.clone().filter(|it| *it != "heap"),
            materialized: Some(Materialized { query: Some(Arc::new(analyzed.tree)), populated: self.with_data }),
            ..TableDetails::default()
        };
        let made = Table {
            kind: TableKind::Materialized,
            columns: Columns(columns.into()),
            rows: if self.with_data { Rows::Unknown } else { Rows::Empty },
            details: details.into(),
            ..Table::default()
        };
        let id = execution.schema.add_relation(name, self.persistence, Body::Table(made));
        execution.lock(id, LockMode::AccessExclusive, "a new relation is locked by the statement that makes it");
        let (options, tablespace) = (scope::print_options(&self.options), self.tablespace.clone());
        execution.schema.relation_mut(id).details = RelationDetails { options, tablespace, comment: None }.into();
        column::create_toast(execution, id);
        execution.schema.record_needs(&Object::Relation(id), needs);
        Ok(())
    }
}

impl Command for RefreshMaterializedView {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("REFRESH MATERIALIZED VIEW")?;
        let (mode, reason) = match self.concurrently {
            true => (LockMode::Exclusive, "rows that differ are changed while others read the old ones"),
            false => (LockMode::AccessExclusive, "the rows are replaced as a whole"),
        };
        let id = execution.resolve(&self.name)?;
        execution.lock(id, mode, reason);
        let name = execution.bare_name(id);
        let Some(view) = execution.schema.relation(id).materialized().cloned() else {
            // `RangeVarCallbackMaintainsTable` lets tables and materialized views through.
            let message = match execution.schema.relation(id).kind() {
                'r' | 'p' => format!("\"{name}\" is not a materialized view"),
                _ => format!("\"{name}\" is not a table or materialized view"),
            };
            let state = match execution.schema.relation(id).kind() {
                'r' | 'p' => sqlstate::FEATURE_NOT_SUPPORTED,
                _ => sqlstate::WRONG_OBJECT_TYPE,
            };
            return fail(state, message);
        };
        if self.concurrently && !view.populated {
            let message = "CONCURRENTLY cannot be used when the materialized view is not populated";
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        if self.concurrently && !self.with_data {
            let message = "REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together";
            return fail(sqlstate::SYNTAX_ERROR, message);
        }
        if self.concurrently && !has_usable_unique_index(execution, id) {
            let full = execution.schema.relation(id).name.clone();
            let full = format!("{}.{}", full.schema, full.name);
            let message = format!("cannot refresh materialized view \"{full}\" concurrently");
            let hint = "Create a unique index with no WHERE clause on one or more columns of the materialized view.";
            let error = crate::effect::PgError::new(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message).hint(hint);
            return Err(error.into());
        }
        execution.not_in_use(id, "REFRESH MATERIALIZED VIEW")?;
        if self.with_data {
            for source in execution.schema.read_by_view(id) {
                execution.lock(source, LockMode::AccessShare, "the query of the materialized view reads it");
                select::expand(execution, source, LockMode::AccessShare)?;
            }
        }
        match self.concurrently {
            true => {
                for index in execution.schema.table(id).indexes.clone() {
                    let reason = "rows that differ are changed in every index";
                    execution.lock(index, LockMode::RowExclusive, reason);
                }
            }
            false => rebuild(execution, id),
        }
        let table = execution.schema.table_mut(id);
        table.rows = if self.with_data { Rows::Unknown } else { Rows::Empty };
        if let Some(view) = &mut table.materialized {
            view.populated = self.with_data;
        }
        Ok(())
    }
}

/// `is_usable_unique_index`: immediate, valid, without a predicate, of columns alone.
fn has_usable_unique_index(execution: &Execution, id: RelationId) -> bool {
    execution.schema.table(id).indexes.iter().any(|index| {
        let index = execution.schema.index(*index);
        let plain = index.key_columns().is_some_and(|keys| !keys.is_empty());
        index.unique && index.immediate && index.valid && index.predicate.is_none() && plain
    })
}

/// `refresh_by_heap_swap`: new files for the rows, and every index built anew.
fn rebuild(execution: &mut Execution, id: RelationId) {
    for index in execution.schema.table(id).indexes.clone() {
        let reason = "the indexes are built anew over the new rows";
        execution.lock(index, LockMode::AccessExclusive, reason);
        let name = execution.schema.relation(index).name.clone();
        execution.work(id, WorkKind::BuildIndex, Some(name), reason);
    }
}
