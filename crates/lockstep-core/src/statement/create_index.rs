//! `CREATE INDEX [CONCURRENTLY]`: `DefineIndex` as the command calls it.

use crate::effect::{ObjectName, RelationId};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::{behavior, catalogs};
use crate::schema::relation::{Persistence, Rows};
use crate::statement::Command;
use crate::statement::define_index::{NewIndex, define_index};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::partition::indexes;
use crate::syntax::expression::Expr;
use crate::syntax::statement::CreateIndex;

impl Command for CreateIndex {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE INDEX")?;
        if self.concurrently {
            execution.outside_block("CREATE INDEX CONCURRENTLY")?;
        }
        let (mode, reason) = match self.concurrently {
            true => (LockMode::ShareUpdateExclusive, "the index is built while reads and writes go on"),
            false => (LockMode::Share, "the index is built from rows that must not change meanwhile"),
        };
        if catalogs::is_system_catalog(&self.table) {
            let message = format!("permission denied: \"{}\" is a system catalog", self.table.name.as_str());
            return fail(sqlstate::INSUFFICIENT_PRIVILEGE, message);
        }
        let table = execution.resolve(&self.table)?;
        execution.lock(table, mode, reason);
        // Nobody else uses a temporary table: the plain build does (`DefineIndex`).
        let temporary = execution.schema.relation(table).persistence == Persistence::Temporary;
        if self.concurrently && temporary {
            execution.lock(table, LockMode::Share, "the index is built from rows that must not change meanwhile");
        }
        execution.not_in_use(table, "CREATE INDEX")?;
        let relation = execution.schema.relation(table);
        if relation.view().is_some() {
            let name = relation.name.name.as_str();
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("cannot create index on relation \"{name}\""));
        }
        if relation.table().is_none() {
            let (name, error) = (execution.bare_name(table), sqlstate::WRONG_OBJECT_TYPE);
            return match behavior::has_grammar_of_15(execution.version) {
                true => fail(error, format!("cannot create index on relation \"{name}\"")),
                false => fail(error, format!("\"{name}\" is not a table or materialized view")),
            };
        }
        let partitioned = execution.schema.table(table).is_partitioned();
        if partitioned && !self.only {
            let reason = "the index is made on every partition, which must not be written meanwhile";
            execution.lock_descendants(table, mode, reason);
        }
        if partitioned && self.concurrently {
            let name = execution.bare_name(table);
            let message = format!("cannot create index on partitioned table \"{name}\" concurrently");
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        let relation = execution.schema.relation(table);
        if let (Some(name), true) = (&self.name, self.if_not_exists) {
            let full = ObjectName { schema: relation.name.schema.clone(), name: name.clone() };
            let existing = execution.schema.find(&full);
            if let Some(why) = execution.schema.uncertain.about(name, existing.map(|id| id.0)) {
                return unknown(why);
            }
            if existing.is_some() {
                execution.notice(format!("relation \"{}\" already exists, skipping", name.as_str()));
                return Ok(());
            }
        }
        if self.keys.is_empty() {
            return unknown("an index without keys");
        }
        let new = NewIndex {
            table,
            name: self.name.as_ref(),
            method: self.method.as_ref(),
            keys: &self.keys,
            include: &self.include,
            predicate: self.predicate.as_ref(),
            options: &self.options,
            tablespace: self.tablespace.as_ref(),
            unique: self.unique,
            primary: false,
            nulls_not_distinct: self.nulls_not_distinct,
            is_constraint: false,
            deferrable: false,
            exclusion: false,
            concurrently: self.concurrently && !temporary,
            skip_build: false,
            only: self.only,
        };
        self.ask_rows(execution, table);
        let made = define_index(execution, &new)?;
        if partitioned && !self.only {
            indexes::recurse(execution, made, mode)?;
        }
        if self.concurrently && !temporary {
            // Before each of the two scans, everybody who may still write by the old list of indexes.
            execution.wait(table, LockMode::Share);
        }
        Ok(())
    }
}

impl CreateIndex {
    /// A division may be one by zero in some row.
    fn ask_rows(&self, execution: &mut Execution, table: RelationId) {
        let mut divides = false;
        for it in self.keys.iter().map(|it| &it.expression).chain(&self.predicate) {
            it.visit(&mut |it| {
                divides |=
                    matches!(it, Expr::Binary { operator, .. } if ["/", "%"].contains(&operator.symbol.as_str()));
            });
        }
        let below = execution.schema.descendants(table).into_iter().map(|(id, _)| id).filter(|_| !self.only);
        let has_rows = |id: RelationId| {
            let it = execution.schema.table(id);
            !it.is_partitioned() && it.rows != Rows::Empty
        };
        if divides && std::iter::once(table).chain(below).any(has_rows) {
            execution.doubt("whether the index's expressions can be computed for every row is not known");
        }
    }
}
