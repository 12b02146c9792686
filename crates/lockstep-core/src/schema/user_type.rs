//! Types that migrations make: what `pg_type` and `pg_enum` hold.

use triomphe::Arc;

use std::sync::atomic::Ordering;

use crate::effect::{ObjectName, RelationId};
use crate::expression::Expression;
use crate::name::{Ident, QualifiedName};
use crate::pg::types::{Type, TypeRef};
use crate::schema::Schema;
use crate::schema::constraint::ConstraintKind;
use crate::schema::index::KeyColumn;
use crate::schema::relation::{Body, Columns, Persistence, Relation};

/// A type's number in one schema, as `pg_type.oid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

#[derive(Debug, Clone, PartialEq)]
pub struct UserType {
    pub id: TypeId,
    pub name: ObjectName,
    pub comment: Option<String>,
    pub kind: UserTypeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum UserTypeKind {
    /// Its attributes are the columns of a relation.
    Composite {
        relation: RelationId,
    },
    Enum {
        labels: Vec<String>,
    },
    Domain {
        base: Type,
        /// A collation other than the base type's.
        collation: Option<QualifiedName>,
        /// The name of its `NOT NULL`, where the version has such a constraint.
        not_null_name: Option<Ident>,
        not_null: bool,
        default: Option<Arc<Expression>>,
        checks: Vec<DomainCheck>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct DomainCheck {
    pub name: Ident,
    pub expression: Arc<Expression>,
    pub validated: bool,
}

impl UserType {
    /// The names of a domain's constraints.
    pub fn constraint_names(&self) -> Vec<Ident> {
        match &self.kind {
            UserTypeKind::Domain { checks, not_null_name, .. } => {
                checks.iter().map(|check| check.name.clone()).chain(not_null_name.clone()).collect()
            }
            UserTypeKind::Enum { .. } | UserTypeKind::Composite { .. } => vec![],
        }
    }

    pub fn has_constraint(&self, name: &Ident) -> bool {
        self.constraint_names().contains(name)
    }
}

impl Schema {
    /// `DefineCompositeType`: a relation for the attributes, and the type over it.
    pub fn add_composite(&mut self, name: ObjectName, attributes: Columns) -> (TypeId, RelationId) {
        let relation = self.add_relation(name.clone(), Persistence::Permanent, Body::Composite(attributes));
        (self.add_type(name, UserTypeKind::Composite { relation }), relation)
    }

    /// The relation that holds the attributes of a composite type.
    pub fn attributes_of(&self, id: TypeId) -> Option<RelationId> {
        match self.user_type(id)?.kind {
            UserTypeKind::Composite { relation } => Some(relation),
            _ => None,
        }
    }

    /// The relation whose rows are of the type: it has the relation's number.
    pub fn row_type(&self, id: TypeId) -> Option<&Relation> {
        self.get(RelationId(id.0)).filter(|it| it.has_row_type())
    }

    /// Attributes of composite types whose type is that one (or an array of it).
    pub fn attributes_of_type(&self, id: TypeId) -> Vec<(RelationId, u16)> {
        let composites = self.relations().filter(|it| it.kind() == 'c');
        let of_type = composites.flat_map(|it| it.columns().live().map(|(number, column)| (it.id, number, column)));
        of_type.filter(|(.., column)| column.type_.base == TypeRef::User(id.0)).map(|(it, at, _)| (it, at)).collect()
    }

    /// Tables made `OF` that type.
    pub fn typed_tables(&self, id: TypeId) -> Vec<RelationId> {
        let typed = self.relations().filter(|it| it.table().is_some_and(|table| table.of_type == Some(id)));
        typed.map(|it| it.id).collect()
    }

    /// From now on a column may hold rows of some relation.
    pub fn note_row_type(&self) {
        self.row_types_used.store(true, Ordering::Relaxed);
    }

    /// Whether a column may hold rows of some relation.
    pub fn uses_row_types(&self) -> bool {
        self.row_types_used.load(Ordering::Relaxed)
    }

    /// `find_composite_type_dependencies`: a column with rows that holds values of the type, in itself, in
    /// an array, or by way of domains and composite types.
    pub fn column_that_holds(&self, id: TypeId) -> Option<(RelationId, u16)> {
        let mut open = vec![id];
        let mut seen = vec![];
        while let Some(id) = open.pop() {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            let stored = |table: &RelationId| self.relation(*table).kind() != 'f';
            if let Some(found) = self.columns_of_type(id).into_iter().find(|(table, _)| stored(table)) {
                return Some(found);
            }
            let without_rows = self.relations().filter(|it| matches!(it.kind(), 'c' | 'v' | 'f'));
            let holders =
                without_rows.filter(|it| it.columns().live().any(|(_, it)| it.type_.base == TypeRef::User(id.0)));
            open.extend(holders.map(|it| self.composite_over(it.id).unwrap_or(TypeId(it.id.0))));
            open.extend(self.types().filter_map(|other| match &other.kind {
                UserTypeKind::Domain { base, .. } if base.base == TypeRef::User(id.0) => Some(other.id),
                _ => None,
            }));
        }
        None
    }

    pub fn add_domain_check(&mut self, id: TypeId, check: DomainCheck) {
        if let Some(namespace) = self.user_type(id).map(|it| it.name.schema.clone()) {
            self.note_constraint_name(&namespace, &check.name);
        }
        if let Some(it) = self.user_type_mut(id)
            && let UserTypeKind::Domain { checks, .. } = &mut it.kind
        {
            checks.push(check);
        }
    }

    /// Gives a label another name, in every expression that holds it, too: the server stores its number.
    pub fn rename_label(&mut self, id: TypeId, at: usize, to: &str) {
        let from = match self.user_type_mut(id).map(|it| &mut it.kind) {
            Some(UserTypeKind::Enum { labels }) if at < labels.len() => {
                std::mem::replace(&mut labels[at], to.to_owned())
            }
            _ => return,
        };
        let renamed = |it: &Arc<Expression>| it.with_label(id.0, &from, to).map(Arc::new);
        let tables: Vec<RelationId> = self.relations().filter(|it| it.table().is_some()).map(|it| it.id).collect();
        for table in tables {
            let mut changed = self.table(table).clone();
            let mut any = false;
            let columns = changed.columns.iter_mut();
            let places = columns
                .flat_map(|it| it.default.iter_mut().chain(it.generated.iter_mut().map(|it| &mut it.expression)))
                .chain(changed.constraints.iter_mut().filter_map(|it| match &mut it.kind {
                    ConstraintKind::Check { expression, .. } => Some(expression),
                    _ => None,
                }));
            for place in places {
                if let Some(made) = renamed(place) {
                    *place = made;
                    any = true;
                }
            }
            if any {
                *self.table_mut(table) = changed;
            }
            for index in self.table(table).indexes.clone() {
                let mut changed = self.index(index).clone();
                let keys = changed.keys.iter_mut().filter_map(|key| match &mut key.column {
                    KeyColumn::Expression(expression) => Some(expression),
                    KeyColumn::Attribute(_) => None,
                });
                for place in keys.chain(changed.predicate.iter_mut()) {
                    if let Some(made) = renamed(place) {
                        *place = made;
                    }
                }
                if changed != *self.index(index) {
                    *self.index_mut(index) = changed;
                }
            }
        }
    }

    /// The composite type whose attributes that relation holds.
    pub fn composite_over(&self, relation: RelationId) -> Option<TypeId> {
        let is_over = |kind: &UserTypeKind| matches!(kind, UserTypeKind::Composite { relation: it } if *it == relation);
        self.types().find(|it| is_over(&it.kind)).map(|it| it.id)
    }
}
