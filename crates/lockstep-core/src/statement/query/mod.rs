//! Queries analysed as the server does before it stores or runs them: `transformStmt` of `analyze.c`.
//! The result is what a view keeps, and the columns that it yields.

mod environment;
mod from;
mod label;
mod plain;
pub(super) mod row_security;
mod running;
mod set;
mod surroundings;
mod system;
mod with;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::effect::RelationId;
use crate::expression::Refusal;
use crate::expression::query::{Query, QueryTree};
use crate::name::{Ident, QualifiedName};
use crate::pg::behavior::view_rules_have_old_and_new;
use crate::pg::lock_mode::LockMode;
use crate::pg::types::Type;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::ObjectId;
use crate::schema::relation::{Column, ColumnDetails};
use crate::statement::column::empty_column;
use crate::statement::execution::{Execution, Outcome};
use crate::statement::query::environment::{Builder, Environment};
pub(super) use crate::statement::query::surroundings::{Surroundings, check};
use crate::syntax::select::Select;

pub(super) use row_security::{Ask, read_by_policies};
pub(super) use running::{Below, Purpose, Target, beside_target, called, run};

/// What a query yields, and how.
pub(super) struct Analyzed {
    pub(super) tree: QueryTree,
    pub(super) results: Vec<ResultColumn>,
    /// Relations that it names, in the order in which it does.
    pub(super) reads: Vec<RelationId>,
    /// Primary keys that make columns depend on the groups.
    keys: Vec<(RelationId, Ident)>,
}

/// A column of a result. Nothing but name, type and collation is handed on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ResultColumn {
    pub(super) name: Ident,
    pub(super) type_: Type,
    pub(super) collation: Option<QualifiedName>,
    /// It is a column of a relation as it stands.
    pub(super) origin: Option<(RelationId, u16)>,
}

/// Analyses the query, which locks what it names.
pub(super) fn analyze(execution: &mut Execution, select: &Select) -> Outcome<Analyzed> {
    analyze_with(Builder::default(), execution, select)
}

/// The same for a view, which keeps the query.
pub(super) fn analyze_to_store(execution: &mut Execution, select: &Select) -> Outcome<Analyzed> {
    analyze_with(Builder::to_store(), execution, select)
}

fn analyze_with(builder: Builder, execution: &mut Execution, select: &Select) -> Outcome<Analyzed> {
    let builder = RefCell::new(builder);
    let made = Environment::new(execution, &builder).query(select, true);
    let builder = builder.into_inner();
    for id in &builder.reads {
        execution.lock(*id, LockMode::AccessShare, "the statement reads the relation");
    }
    let (root, results): (Query, Vec<ResultColumn>) = made?;
    let mut tree = QueryTree {
        root,
        variables: builder.variables,
        has_old_and_new: view_rules_have_old_and_new(execution.version),
        is_printable: builder.is_printable,
    };
    tree.is_printable &= tree.shows_rows_in_calls_alone();
    Ok(Analyzed { tree, results, reads: builder.reads, keys: builder.keys })
}

/// The same for a query that is run, and not kept; `FOR UPDATE` opens those that it `locks` in its own mode.
pub(super) fn analyze_to_run(
    execution: &mut Execution,
    select: &Select,
    locks: &[QualifiedName],
) -> Result<Analyzed, Refusal> {
    let builder = RefCell::new(Builder::to_run());
    let made = Environment::new(execution, &builder).query(select, true);
    let builder = builder.into_inner();
    if !matches!(made, Err(Refusal::Unknown(_))) {
        let locked: Vec<RelationId> = locks.iter().filter_map(|it| execution.look_up(it).ok().flatten()).collect();
        for id in &builder.reads {
            let mode = if locked.contains(id) { LockMode::RowShare } else { LockMode::AccessShare };
            execution.lock(*id, mode, "the statement reads the relation");
        }
    }
    let (root, results) = made?;
    let tree = QueryTree { root, variables: builder.variables, has_old_and_new: false, is_printable: false };
    Ok(Analyzed { tree, results, reads: builder.reads, keys: builder.keys })
}

impl Analyzed {
    /// The columns of a relation made from it, under the names given where there are some.
    pub(super) fn columns(&self, given: &[Ident]) -> Vec<Column> {
        let column = |(place, it): (usize, &ResultColumn)| Column {
            details: ColumnDetails { collation: it.collation.clone(), ..ColumnDetails::default() }.into(),
            ..empty_column(given.get(place).unwrap_or(&it.name).clone(), it.type_)
        };
        self.results.iter().enumerate().map(column).collect()
    }

    /// `recordDependencyOnExpr` of a rule's action.
    pub(super) fn needs(&self) -> Vec<(Object, Dependency)> {
        let mut columns = self.tree.columns();
        // Whole rows and system columns are none of their own.
        columns.retain(|(_, column)| *column < crate::expression::query::WHOLE_ROW);
        let with_columns: BTreeSet<u32> = columns.iter().map(|(relation, _)| *relation).collect();
        let whole = self.tree.relations().into_iter().chain(self.tree.constant_relations());
        let whole = whole
            .filter(|it| !with_columns.contains(it) && *it != system::OBJECT)
            .map(|it| Object::Relation(RelationId(it)));
        let columns = columns.iter().map(|(relation, column)| Object::Column(RelationId(*relation), *column));
        let types = self.tree.user_types().into_iter().map(Object::of_type);
        let functions = self.tree.functions().into_iter().map(|it| Object::Other(ObjectId(it)));
        let own = self.results.iter().filter_map(|it| Object::behind(&it.type_));
        let keys = self.keys.iter().map(|(relation, name)| Object::Constraint(*relation, name.clone()));
        let mut found: Vec<Object> = vec![];
        for object in whole.chain(columns).chain(types).chain(functions).chain(own).chain(keys) {
            if !found.contains(&object) {
                found.push(object);
            }
        }
        found.into_iter().map(|it| (it, Dependency::Normal)).collect()
    }
}

fn unknown<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Unknown(why.into()))
}
