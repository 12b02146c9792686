//! Statements over rows that are all known: what the server makes of them is computed, not asked.

pub(super) mod cascade;
mod checks;
mod delete;
mod insert;
mod query;
mod references;
mod sequences;
mod uniqueness;
mod update;

use std::cell::RefCell;
use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::effect::{PgError, RelationId};
use crate::expression::evaluate::{Computed, DomainChecks, Environment, Evaluation, Trouble, Value};
use crate::expression::{Expression, Refusal, Scope, UserTypeInfo};
use crate::name::Ident;
use crate::pg::catalog::extension::Installed;
use crate::pg::date_order::DateOrder;
use crate::pg::types::{Type, TypeRef};
use crate::pg::version::PgVersion;
use crate::schema::known_rows::Row;
use crate::schema::object::ObjectClass;
use crate::schema::relation::TableKind;
use crate::schema::sequence::Sequence;
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::statement::execution::Execution;
use crate::statement::scope::TableScope;
use crate::syntax::expression::TypeName;
pub(super) use checks::compute_generated;
pub(super) use delete::delete;
pub(super) use insert::{Cell, Inserted, Source, identity_sequence, insert, widened};
pub(super) use query::rows_of_query;
pub(super) use references::{Affected, orphans};
pub(super) use sequences::TAKEN;
pub(super) use uniqueness::{has_conflicts, has_duplicates};
pub(super) use update::{Updated, update};

/// What is certain of a statement's outcome.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// It succeeds.
    Fine,
    Fails(PgError),
    /// The rows alone do not tell.
    Open,
}

impl Verdict {
    /// Of something that ends with an error, or not.
    pub(super) fn of(computed: Computed<()>) -> Verdict {
        match computed {
            Ok(()) => Verdict::Fine,
            Err(Trouble::Error(error)) => Verdict::Fails(error),
            Err(Trouble::Unknown) => Verdict::Open,
        }
    }
}

/// Every row of the table, if what is written to it is all that happens to it: a trigger or a rule may
/// do anything, and the rows of partitions and children are elsewhere.
pub(super) fn rows(execution: &Execution, table: RelationId) -> Option<Vec<Row>> {
    let relation = execution.schema.get(table)?;
    let plain = is_followed(execution, table) && execution.schema.uncertain.use_of(&relation.name.name).is_none();
    relation.table().filter(|_| plain)?.known_rows()
}

/// Whether the expression is as wanted for every row; `None` where the rows do not tell.
pub(super) fn every(
    execution: &Execution,
    table: RelationId,
    expression: &Expression,
    fits: fn(Option<bool>) -> bool,
) -> Option<bool> {
    let rows = rows(execution, table)?;
    let scope = RowScope::new(execution);
    let mut open = false;
    for row in &rows {
        match scope.over(row).truth(expression) {
            Ok(truth) if fits(truth) => {}
            Ok(_) => return Some(false),
            Err(_) => open = true,
        }
    }
    (!open).then_some(true)
}

pub(super) fn is_followed(execution: &Execution, table: RelationId) -> bool {
    let schema = &execution.schema;
    let Some(relation) = schema.get(table) else { return false };
    let beside = [ObjectClass::Trigger, ObjectClass::Rule, ObjectClass::Policy];
    relation.table().is_some_and(|it| it.kind == TableKind::Ordinary)
        && !beside.into_iter().any(|class| schema.objects_on(class, table).next().is_some())
}

/// Where expressions over rows are computed: the schema, and sequences as they move on.
pub(super) struct RowScope<'a> {
    scope: TableScope<'a>,
    pub(super) sequences: RefCell<BTreeMap<RelationId, Sequence>>,
}

impl<'a> RowScope<'a> {
    pub(super) fn new(execution: &'a Execution) -> Self {
        let scope = TableScope { execution, table: None, alias: None };
        RowScope { scope, sequences: RefCell::new(BTreeMap::new()) }
    }

    pub(super) fn execution(&self) -> &'a Execution {
        self.scope.execution
    }

    pub(super) fn over<'b>(&'b self, row: &'b [Value]) -> Evaluation<'b> {
        Evaluation { environment: self, row }
    }

    /// Whether two values are equal; unlike nulls, which are not.
    pub(super) fn same(&self, first: &Value, second: &Value, types: (Type, Type)) -> Computed<bool> {
        match (first, second) {
            (Value::Null, _) | (_, Value::Null) => Ok(false),
            (Value::Unknown, _) | (_, Value::Unknown) => Err(Trouble::Unknown),
            _ => self.over(&[]).same(first, second, types.0, types.1),
        }
    }
}

impl Scope for RowScope<'_> {
    fn version(&self) -> PgVersion {
        self.scope.version()
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        self.scope.column(parts)
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.scope.resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.scope.user_type(id)
    }

    fn attributes(&self, id: u32) -> Option<Vec<(Ident, Type)>> {
        self.scope.attributes(id)
    }

    fn extensions(&self) -> Installed {
        self.scope.extensions()
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        self.scope.may_bring_operator(symbol)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        self.scope.user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        self.scope.relation(name)
    }

    fn date_order(&self) -> Option<DateOrder> {
        self.scope.date_order()
    }

    fn time_zone(&self) -> Option<String> {
        self.scope.time_zone()
    }
}

impl Environment for RowScope<'_> {
    fn domain_checks(&self, id: u32) -> Option<DomainChecks> {
        let found = self.scope.execution.schema.user_type(TypeId(id))?;
        let UserTypeKind::Domain { base, not_null, checks, .. } = &found.kind else { return None };
        // Checks of the domain beneath come first.
        let mut made = match base.base {
            TypeRef::User(beneath) if !base.array => self.domain_checks(beneath).unwrap_or_default(),
            _ => DomainChecks::default(),
        };
        made.name = found.name.name.as_str().to_owned();
        made.not_null |= *not_null;
        let mut own: Vec<_> = checks.iter().map(|it| (it.name.as_str().to_owned(), it.expression.clone())).collect();
        own.sort_by(|a, b| a.0.cmp(&b.0));
        made.checks.extend(own);
        Some(made)
    }

    fn next_value(&self, sequence: u32) -> Computed {
        sequences::next_value(self, RelationId(sequence))
    }
}
