//! What rules ask of a statement and of the relations that it names.

use std::sync::LazyLock;

use smallvec::SmallVec;
use triomphe::Arc;

use crate::effect::{ObjectName, PgError, RelationId};
use crate::hazard::exposure::runs;
use crate::name::{Ident, QualifiedName};
use crate::pg::sqlstate::SqlState;
use crate::schema::Schema;
use crate::schema::index::Index;
use crate::schema::relation::{Column, Relation, Table};
use crate::schema::user_type::TypeId;
use crate::simulate::trace::{GivenBack, Outcome, Step, Trace};
use crate::syntax::statement::{AlterTable, AlterTableAction, Statement, Subcommand};

/// The way back that somebody wrote for the file that ends with this step.
pub(super) fn undone_after<'a>(step: &Step, trace: &'a Trace) -> Option<&'a GivenBack> {
    trace.given_back.iter().find(|it| it.last_step == step.index && it.hindrance.is_none())
}

/// The statement of a step that runs, or may run.
pub(super) fn running(step: &Step) -> Option<&Statement> {
    step.statement.as_deref().filter(|_| runs(step))
}

/// The subcommands of an `ALTER TABLE` that runs; none for another statement.
pub(super) fn subcommands(step: &Step) -> &[Subcommand] {
    if runs(step) { written_subcommands(step) } else { &[] }
}

/// The same of a step that fails as well.
pub(super) fn written_subcommands(step: &Step) -> &[Subcommand] {
    match step.statement.as_deref() {
        Some(Statement::AlterTable(AlterTable { action: AlterTableAction::Subcommands(all), .. })) => all,
        _ => &[],
    }
}

/// Relations of those kinds that the step locks and changes, each once, in the order of their making.
pub(super) fn changed(step: &Step, kinds: &[char]) -> SmallVec<[RelationId; 4]> {
    let stays = |id| match (step.before.shared(id), step.after.shared(id)) {
        (Some(before), Some(after)) => Arc::ptr_eq(before, after),
        _ => false,
    };
    let mut ids: SmallVec<[RelationId; 4]> =
        step.locks.iter().filter(|it| kinds.contains(&it.kind) && !stays(it.relation)).map(|it| it.relation).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What a name means to the step: the first that is there along its search path.
fn along_path<T>(step: &Step, name: &QualifiedName, look: impl Fn(&ObjectName) -> Option<T>) -> Option<T> {
    let within = |schema: &Ident| look(&ObjectName { schema: schema.clone(), name: name.name.clone() });
    static TEMPORARY: LazyLock<Ident> = LazyLock::new(|| Ident::new("pg_temp"));
    match &name.schema {
        Some(schema) => within(schema),
        None => std::iter::once(&*TEMPORARY).chain(&step.session.search_path).find_map(within),
    }
}

/// The relation that a name means to the step, in that schema.
pub(crate) fn find(step: &Step, schema: &Schema, name: &QualifiedName) -> Option<RelationId> {
    along_path(step, name, |it| schema.find(it))
}

/// The type that a name means to the step, before it runs.
pub(super) fn find_type(step: &Step, name: &QualifiedName) -> Option<TypeId> {
    along_path(step, name, |it| step.before.find_type(it))
}

/// The relation as it was before the step, where others use it: the plan did not make it.
pub(crate) fn of_others<'a>(step: &'a Step, trace: &Trace, name: &QualifiedName) -> Option<&'a Relation> {
    let id = find(step, &step.before, name).filter(|id| !trace.is_made_by_plan(*id))?;
    step.before.get(id)
}

/// The table that an `ALTER TABLE` names, as it was, where others use it.
pub(super) fn altered<'a>(step: &'a Step, trace: &Trace) -> Option<(&'a Relation, &'a Table)> {
    let Some(Statement::AlterTable(it)) = step.statement.as_deref() else { return None };
    let relation = of_others(step, trace, &it.name)?;
    Some((relation, relation.table()?))
}

/// What the step's file leaves behind.
pub(super) fn end_of_file<'a>(step: &'a Step, trace: &'a Trace) -> &'a Schema {
    let last = trace.steps.iter().rev().find(|it| it.source == step.source);
    last.map_or(&step.after, |it| &it.after)
}

/// The rest of the step's file.
pub(super) fn rest_of_file<'a>(step: &'a Step, trace: &'a Trace) -> impl Iterator<Item = &'a Step> {
    trace.steps.iter().filter(move |it| it.source == step.source && it.index > step.index)
}

/// Columns that the step makes, of tables old and new; those of partitions and children come from elsewhere.
pub(super) fn new_columns(step: &Step) -> Vec<(&Relation, &Column)> {
    new_columns_of(step, &changed(step, &['r', 'p', 'f']))
}

/// The same, of the tables that it changes.
pub(super) fn new_columns_of<'a>(step: &'a Step, changed: &[RelationId]) -> Vec<(&'a Relation, &'a Column)> {
    if !runs(step) {
        return vec![];
    }
    let mut found = vec![];
    for relation in changed.iter().filter_map(|id| step.after.get(*id)) {
        let old = step.before.get(relation.id).map(|it| it.columns());
        if old.is_some_and(|it| it.is_same(relation.columns())) {
            continue;
        }
        let is_new = |number: u16| old.is_none_or(|it| it.attribute(number).is_none());
        let columns = relation.columns().live().filter(|(number, column)| column.inherited == 0 && is_new(*number));
        found.extend(columns.map(|(_, column)| (relation, column)));
    }
    found
}

/// The error of a step that is sure to be refused with that SQLSTATE.
pub(super) fn refused(step: &Step, sqlstate: SqlState) -> Option<&PgError> {
    match &step.outcome {
        Outcome::Failed(error) if error.sqlstate == sqlstate => Some(error),
        _ => None,
    }
}

/// An index that a step makes, and its table.
#[derive(Clone, Copy)]
pub(super) struct NewIndex<'a> {
    pub(super) relation: &'a Relation,
    pub(super) index: &'a Index,
    pub(super) owner: &'a Relation,
    pub(super) table: &'a Table,
}

/// Indexes that the step makes, partitions' too, as far as they are in `schema`: each once.
pub(super) fn new_indexes<'a>(step: &Step, schema: &'a Schema) -> Vec<NewIndex<'a>> {
    if !runs(step) {
        return vec![];
    }
    let mut made: Vec<RelationId> = vec![];
    for lock in step.locks.iter().filter(|it| it.new && matches!(it.kind, 'i' | 'I') && it.toast.is_none()) {
        if !made.contains(&lock.relation) {
            made.push(lock.relation);
        }
    }
    let found = made.into_iter().filter_map(|id| {
        let relation = schema.get(id)?;
        let index = relation.index()?;
        let owner = schema.get(index.table)?;
        Some(NewIndex { relation, index, owner, table: owner.table()? })
    });
    found.collect()
}
