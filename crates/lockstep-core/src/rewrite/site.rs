//! Where a recipe is asked: one statement by itself, simulated on the schema that the plan has reached.

use crate::effect::{ObjectName, RelationId, Work, WorkKind};
use crate::hazard::exposure::{blocked, is_empty, runs};
use crate::pg::lock_mode::LockMode;
use crate::pg::version::PgVersion;
use crate::schema::Schema;
use crate::schema::constraint::Constraint;
use crate::schema::relation::{Relation, Table};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{AlterTable, AlterTableAction, Statement, Subcommand};

pub struct Site<'a> {
    /// The statement, simulated by itself.
    pub step: &'a Step,
    /// The trace that has nothing but this step; its start is that of the whole migration.
    pub trace: &'a Trace,
    /// The statements of the migration that follow, in order.
    pub rest: &'a [Step],
    /// What another text would do in its place.
    pub tried: &'a dyn Fn(&str) -> Trace,
}

impl<'a> Site<'a> {
    pub fn version(&self) -> PgVersion {
        self.trace.version
    }

    pub fn before(&self) -> &'a Schema {
        &self.step.before
    }

    pub fn after(&self) -> &'a Schema {
        &self.step.after
    }

    /// The statement, where it runs or may run.
    pub fn statement(&self) -> Option<&'a Statement> {
        self.step.statement.as_deref().filter(|_| runs(self.step))
    }

    /// An `ALTER TABLE` with one subcommand, of a table that the application uses.
    pub fn subcommand(&self) -> Option<(&'a AlterTable, &'a Subcommand, &'a Relation)> {
        let Some(Statement::AlterTable(alter)) = self.statement() else { return None };
        let AlterTableAction::Subcommands(all) = &alter.action else { return None };
        let [only] = &all[..] else { return None };
        Some((alter, only, self.used(&alter.name)?))
    }

    /// The table of that name as it is before the statement, where the application uses it: the plan did not make it.
    pub fn used(&self, name: &crate::name::QualifiedName) -> Option<&'a Relation> {
        crate::hazard::shapes::of_others(self.step, self.trace, name)
    }

    /// Work of that kind on a table that others use, which wait while it is done.
    pub fn blocking(&self, kind: WorkKind) -> impl Iterator<Item = &'a Work> {
        let (step, trace) = (self.step, self.trace);
        step.work.iter().filter(move |it| it.kind == kind && holds_up(step, trace, it))
    }

    pub fn blocks(&self, kind: WorkKind) -> bool {
        self.blocking(kind).next().is_some()
    }

    /// The relation is locked so that others wait, if only for a moment.
    pub fn lock_on(&self, relation: RelationId) -> Option<LockMode> {
        self.step.locks.iter().filter(|it| it.relation == relation && !it.new).map(|it| it.mode).max()
    }

    /// Constraints that the statement gives a table.
    pub fn new_constraints(&self, table: RelationId) -> impl Iterator<Item = &'a Constraint> {
        let before = self.before().get(table).and_then(Relation::table);
        let after = self.after().get(table).and_then(Relation::table);
        let is_new = move |it: &&Constraint| before.is_none_or(|table| table.constraint(it.name.as_str()).is_none());
        after.into_iter().flat_map(|it| &it.constraints).filter(is_new)
    }

    /// A table of the schema before the statement.
    pub fn table(&self, id: RelationId) -> Option<&'a Table> {
        self.before().get(id)?.table()
    }

    /// A name for a relation or constraint beside `base`, at most 63 bytes long, that nothing has yet.
    pub fn free_name(&self, table: &ObjectName, base: &str, suffix: &str) -> String {
        let taken = |name: &str| {
            let of_relation = ObjectName { schema: table.schema.clone(), name: crate::name::Ident::new(name) };
            let on_table = self.before().find(table).and_then(|id| self.table(id));
            self.before().find(&of_relation).is_some()
                || self.after().find(&of_relation).is_some()
                || on_table.is_some_and(|it| it.constraint(name).is_some() || it.column(name).is_some())
        };
        let room = crate::name::MAX_NAME_BYTES - suffix.len() - 3;
        let mut short = base;
        while short.len() > room {
            short = &short[..short.len() - short.chars().next_back().map_or(1, char::len_utf8)];
        }
        let plain = format!("{short}{suffix}");
        if !taken(&plain) {
            return plain;
        }
        (2..100).map(|it| format!("{plain}{it}")).find(|it| !taken(it)).unwrap_or(plain)
    }
}

/// Others wait while the work is done, and it takes time.
pub(super) fn holds_up(step: &Step, trace: &Trace, work: &Work) -> bool {
    let takes_time = match work.kind {
        // Rows that are written lock each other out, not the table.
        WorkKind::WriteRows => return false,
        WorkKind::Rewrite | WorkKind::Verify | WorkKind::BuildIndex | WorkKind::ValidateForeignKey => {
            !is_empty(step, work.relation)
        }
    };
    takes_time && blocked(step, trace, work.relation).is_some()
}
