//! Constraints: what `pg_constraint` holds.

use std::hash::BuildHasher;

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::rare::{Rare, details};
use crate::schema::shared::Shared;
pub use crate::syntax::statement::ReferentialAction;

#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    pub name: Ident,
    pub kind: ConstraintKind,
    pub validated: bool,
    pub enforced: bool,
    pub deferrable: bool,
    pub initially_deferred: bool,
    /// How many parents have it (`coninhcount`).
    pub inherited: u16,
    /// The table's own definition has it (`conislocal`).
    pub local: bool,
    /// Read and written as parts of the constraint.
    pub details: Rare<ConstraintDetails>,
}

/// What most constraints do not have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConstraintDetails {
    pub comment: Option<String>,
    /// The foreign key that this one is a part of (`conparentid`): its table and name.
    pub parent: Option<(RelationId, Ident)>,
}

details!(Constraint, ConstraintDetails { comment: None, parent: None });

#[derive(Debug, Clone, PartialEq)]
pub enum ConstraintKind {
    Check {
        expression: Arc<Expression>,
        no_inherit: bool,
    },
    /// A row of `pg_constraint` from 18 on; before, only the column's flag exists.
    NotNull {
        column: u16,
        no_inherit: bool,
    },
    PrimaryKey {
        index: RelationId,
    },
    Unique {
        index: RelationId,
    },
    Exclude {
        index: RelationId,
        operators: Vec<String>,
    },
    ForeignKey(Shared<ForeignKey>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKey {
    pub columns: Vec<u16>,
    pub references: RelationId,
    pub referenced_columns: Vec<u16>,
    /// The unique index that the key relies on (`conindid`).
    pub index: RelationId,
    /// The last column is a `PERIOD`.
    pub period: bool,
    pub match_full: bool,
    pub on_delete: ReferentialAction,
    pub on_delete_columns: Vec<u16>,
    pub on_update: ReferentialAction,
}

impl ForeignKey {
    /// Whether rows change with those that they refer to.
    pub fn follows(&self) -> bool {
        let stays = |it: ReferentialAction| matches!(it, ReferentialAction::NoAction | ReferentialAction::Restrict);
        !(stays(self.on_delete) && stays(self.on_update))
    }
}

impl Constraint {
    /// Valid, enforced and not deferrable, as most are.
    pub fn new(name: Ident, kind: ConstraintKind) -> Self {
        Constraint {
            name,
            kind,
            validated: true,
            enforced: true,
            deferrable: false,
            initially_deferred: false,
            inherited: 0,
            local: true,
            details: Rare::default(),
        }
    }

    /// `pg_constraint.contype`.
    pub fn letter(&self) -> char {
        match self.kind {
            ConstraintKind::Check { .. } => 'c',
            ConstraintKind::NotNull { .. } => 'n',
            ConstraintKind::PrimaryKey { .. } => 'p',
            ConstraintKind::Unique { .. } => 'u',
            ConstraintKind::Exclude { .. } => 'x',
            ConstraintKind::ForeignKey(_) => 'f',
        }
    }

    pub fn is_primary_key(&self) -> bool {
        matches!(self.kind, ConstraintKind::PrimaryKey { .. })
    }

    pub fn foreign_key(&self) -> Option<&ForeignKey> {
        match &self.kind {
            ConstraintKind::ForeignKey(foreign_key) => Some(foreign_key),
            _ => None,
        }
    }

    /// The index that enforces it, for the kinds that own one.
    pub fn index(&self) -> Option<RelationId> {
        match self.kind {
            ConstraintKind::PrimaryKey { index }
            | ConstraintKind::Unique { index }
            | ConstraintKind::Exclude { index, .. } => Some(index),
            _ => None,
        }
    }
}

impl Constraint {
    /// `pg_constraint.connoinherit`, as far as it is shown.
    pub fn is_no_inherit(&self) -> bool {
        matches!(
            self.kind,
            ConstraintKind::Check { no_inherit: true, .. } | ConstraintKind::NotNull { no_inherit: true, .. }
        )
    }
}

impl Schema {
    /// Every constraint of a table comes in by this way, so that its name is known to be taken.
    pub fn add_constraint(&mut self, table: RelationId, constraint: Constraint) {
        self.note_constraint_name(&self.relation(table).name.schema, &constraint.name);
        self.table_mut(table).constraints.push(constraint);
    }

    /// Gives the constraints of a table that `which` chooses another name.
    pub fn rename_constraint(&mut self, table: RelationId, which: impl Fn(&Constraint) -> bool, name: &Ident) {
        self.note_constraint_name(&self.relation(table).name.schema, name);
        let Some(constraint) = self.table_mut(table).constraints.iter_mut().find(|it| which(it)) else { return };
        let old = std::mem::replace(&mut constraint.name, name.clone());
        self.follow_renamed_constraint(table, &old, name);
    }

    pub fn note_constraint_name(&self, schema: &Ident, name: &Ident) {
        if let Ok(mut names) = self.constraint_names.lock() {
            let hash = names.hasher().hash_one((schema, name));
            names.insert(hash);
        }
    }

    /// Whether a table or domain of that schema has a constraint of that name (`pg_constraint` is
    /// searched by name and namespace).
    pub fn has_constraint_name(&self, name: &Ident, namespace: &Ident) -> bool {
        if self.constraint_names.lock().is_ok_and(|it| !it.contains(&it.hasher().hash_one((namespace, name)))) {
            return false;
        }
        self.relations().any(|relation| {
            relation.name.schema == *namespace
                && relation.table().is_some_and(|table| table.constraint(name.as_str()).is_some())
        }) || self.types().any(|it| it.name.schema == *namespace && it.has_constraint(name))
    }

    /// Some table's checks may wait for the end of a transaction.
    pub fn has_deferrable_constraint(&self) -> bool {
        self.relations().filter_map(|it| it.table()).any(|it| it.constraints.iter().any(|it| it.deferrable))
    }
}
