//! Who depends on whom: what `pg_depend` records, derived from the model itself.

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::name::Ident;
use crate::pg::types::TypeRef;
use crate::pg::version::PgVersion;
use crate::schema::Schema;
use crate::schema::constraint::ConstraintKind;
use crate::schema::index::KeyColumn;
use crate::schema::object::{ObjectClass, ObjectId, ObjectKey};
use crate::schema::user_type::{TypeId, UserTypeKind};

/// Anything that can be dropped by itself or along with something else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    Relation(RelationId),
    Column(RelationId, u16),
    Constraint(RelationId, Ident),
    Default(RelationId, u16),
    Type(TypeId),
    DomainConstraint(TypeId, Ident),
    Namespace(Ident),
    /// Function, trigger, policy, extension: whatever is neither relation nor type.
    Other(ObjectId),
}

/// `DependencyType`, as far as it decides what a drop does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependency {
    /// Refused under `RESTRICT`, dropped with a notice under `CASCADE`.
    Normal,
    /// Dropped silently.
    Auto,
    /// A part of the other object: dropped silently, never alone.
    Internal,
}

/// A sequence has a value, what is left of its cache in the log, and whether it was called.
const SEQUENCE_COLUMNS: u16 = 3;

impl Schema {
    /// What depends directly on the object (`findDependentObjects`).
    pub fn dependents(&self, object: &Object, version: PgVersion) -> Vec<(Object, Dependency)> {
        let mut found = vec![];
        match object {
            Object::Relation(id) => self.dependents_of_relation(*id, &mut found),
            Object::Column(table, column) => self.dependents_of_column(*table, *column, version, &mut found),
            Object::Constraint(table, name) => {
                let constraint = self.get(*table).and_then(|it| it.table()?.constraint(name.as_str()));
                if let Some(index) = constraint.and_then(|it| it.index()) {
                    found.push((Object::Relation(index), Dependency::Internal));
                }
                self.parts_of_constraint(*table, name, &mut found);
            }
            Object::Type(id) => self.dependents_of_type(*id, &mut found),
            Object::Namespace(name) => self.dependents_of_namespace(name, &mut found),
            Object::Other(id) if self.has_member(id.0) => self.dependents_of_member(id.0, &mut found),
            Object::Other(id) => {
                self.callers(id.0, &mut found);
                self.members_of(*id, version, &mut found);
                self.dependents_of_collation(*id, &mut found);
            }
            Object::Default(..) | Object::DomainConstraint(..) => {}
        }
        found.extend(self.needed_by(object).iter().cloned());
        // Whoever needs a column, or a default or constraint, needs its table.
        if let Object::Relation(id) = object {
            let relation = self.get(*id);
            let of_sequence = relation.filter(|it| it.sequence().is_some()).map_or(0..0, |_| 1..SEQUENCE_COLUMNS + 1);
            let own = relation.into_iter().flat_map(|it| it.columns().live()).map(|(number, _)| number);
            for number in own.chain(of_sequence) {
                found.extend(self.needed_by(&Object::Column(*id, number)).iter().cloned());
            }
        }
        found
    }

    fn dependents_of_relation(&self, id: RelationId, found: &mut Vec<(Object, Dependency)>) {
        let Some(relation) = self.get(id) else { return };
        if relation.has_row_type() {
            found.push((Object::Type(TypeId(id.0)), Dependency::Internal));
        }
        if let Some(table) = relation.table() {
            let constraints = table.constraints.iter();
            found.extend(constraints.map(|it| (Object::Constraint(id, it.name.clone()), Dependency::Auto)));
            found.extend(table.indexes.iter().map(|index| (Object::Relation(*index), Dependency::Auto)));
            found.extend(table.sequences.iter().map(|it| (Object::Relation(*it), Dependency::Auto)));
            // A partition goes with its table; other children stand in the way (`StoreCatalogInheritance1`).
            let how = if table.is_partitioned() { Dependency::Auto } else { Dependency::Normal };
            found.extend(table.children.iter().map(|child| (Object::Relation(*child), how)));
            for referencing in &table.referenced_by {
                self.foreign_keys_to(*referencing, id, |_| true, found);
            }
        }
        if let Some(index) = relation.index() {
            if index.partitioned {
                let parts = self.relations().filter(|it| it.index().is_some_and(|it| it.parent == Some(id)));
                found.extend(parts.map(|it| (Object::Relation(it.id), Dependency::Auto)));
            }
            for referencing in self.referencing(index.table) {
                self.foreign_keys_to(referencing, index.table, |key| key.index == id, found);
            }
        }
        if relation.sequence().is_some() {
            for other in self.relations() {
                let Some(table) = other.table() else { continue };
                let using = table.live().filter(|(_, column)| {
                    column.default.as_ref().is_some_and(|default| default.relations().contains(&id.0))
                });
                found.extend(using.map(|(number, _)| (Object::Default(other.id, number), Dependency::Normal)));
            }
        }
    }

    /// Constraints that are parts of this one, on partitions or beside a foreign key to a partitioned table.
    fn parts_of_constraint(&self, table: RelationId, name: &Ident, found: &mut Vec<(Object, Dependency)>) {
        let mut holders = self.children(table);
        holders.push(table);
        for holder in holders {
            let Some(it) = self.get(holder).and_then(|it| it.table()) else { continue };
            let parts = it
                .constraints
                .iter()
                .filter(|part| self.constraint_parent(part).is_some_and(|(of, parent)| of == table && parent == *name));
            found.extend(parts.map(|part| (Object::Constraint(holder, part.name.clone()), Dependency::Auto)));
        }
    }

    /// The table itself, where it refers to itself, and those that refer to it.
    fn referencing(&self, table: RelationId) -> Vec<RelationId> {
        let others = self.get(table).and_then(|it| it.table()).map(|it| it.referenced_by.iter().copied());
        std::iter::once(table).chain(others.into_iter().flatten()).collect()
    }

    fn foreign_keys_to(
        &self,
        referencing: RelationId,
        referenced: RelationId,
        which: impl Fn(&crate::schema::constraint::ForeignKey) -> bool,
        found: &mut Vec<(Object, Dependency)>,
    ) {
        let Some(table) = self.get(referencing).and_then(|it| it.table()) else { return };
        for constraint in &table.constraints {
            if let Some(key) = constraint.foreign_key()
                && key.references == referenced
                && which(key)
            {
                found.push((Object::Constraint(referencing, constraint.name.clone()), Dependency::Normal));
            }
        }
    }

    fn dependents_of_column(
        &self,
        id: RelationId,
        number: u16,
        version: PgVersion,
        found: &mut Vec<(Object, Dependency)>,
    ) {
        if let Some(of) = self.get(id).filter(|it| it.kind() == 'c').and_then(|_| self.composite_over(id)) {
            self.expressions_that(&|it| it.uses_attribute(of.0, Some(number)), found);
        }
        let Some(table) = self.get(id).and_then(|it| it.table()) else { return };
        if table.attribute(number).is_some_and(|column| column.default.is_some() || column.generated.is_some()) {
            found.push((Object::Default(id, number), Dependency::Auto));
        }
        for constraint in &table.constraints {
            let uses = match &constraint.kind {
                ConstraintKind::Check { expression, .. } => expression.columns().contains(&number),
                ConstraintKind::NotNull { column, .. } => *column == number,
                ConstraintKind::ForeignKey(key) => key.columns.contains(&number),
                ConstraintKind::PrimaryKey { index }
                | ConstraintKind::Unique { index }
                | ConstraintKind::Exclude { index, .. } => self.index(*index).columns().contains(&number),
            };
            if uses {
                found.push((Object::Constraint(id, constraint.name.clone()), Dependency::Auto));
            }
        }
        let owned = |index: RelationId| table.constraints.iter().any(|it| it.index() == Some(index));
        for index in &table.indexes {
            if !owned(*index) && self.index(*index).columns().contains(&number) {
                found.push((Object::Relation(*index), Dependency::Auto));
            }
        }
        for sequence in &table.sequences {
            let owner = self.get(*sequence).and_then(|it| it.sequence()?.owner);
            if owner.is_some_and(|owner| owner.column == number) {
                found.push((Object::Relation(*sequence), Dependency::Auto));
            }
        }
        for referencing in self.referencing(id) {
            self.foreign_keys_to(referencing, id, |key| key.referenced_columns.contains(&number), found);
        }
        for (other, column) in table.live() {
            let uses = column.generated.as_ref().is_some_and(|it| it.expression.columns().contains(&number));
            if uses && other != number {
                found.push((Object::Column(id, other), generated_column_dependency(version)));
            }
        }
    }

    pub(super) fn dependents_of_type(&self, id: TypeId, found: &mut Vec<(Object, Dependency)>) {
        for (table, column) in self.columns_of_type(id) {
            // A partitioned table goes with its key (`StorePartitionKey`: the key depends on it internally).
            let key = self.table(table).partition_key.iter().flat_map(|key| &key.keys);
            let of_key = key.into_iter().any(|key| matches!(&key.column, KeyColumn::Attribute(it) if *it == column));
            let whole = if of_key { Object::Relation(table) } else { Object::Column(table, column) };
            found.push((whole, Dependency::Normal));
        }
        for (composite, attribute) in self.attributes_of_type(id) {
            found.push((Object::Column(composite, attribute), Dependency::Normal));
        }
        for table in self.typed_tables(id) {
            found.push((Object::Relation(table), Dependency::Normal));
        }
        if self.attributes_of(id).is_some() {
            self.expressions_that(&|it| it.uses_attribute(id.0, None) || it.makes_rows_of(id.0), found);
        }
        // Constants and casts of the type, also where what they are in is of another (`find_expr_references_walker`).
        let mut mentions = vec![];
        self.expressions_that(&|it| it.user_types().contains(&id.0), &mut mentions);
        found.extend(mentions.into_iter().filter(|it| !found.contains(it)).collect::<Vec<_>>());
        for other in self.types() {
            if let UserTypeKind::Domain { base, .. } = &other.kind
                && base.base == TypeRef::User(id.0)
            {
                found.push((Object::Type(other.id), Dependency::Normal));
            }
        }
    }

    /// Parts of tables and domains whose expressions call the function.
    pub(super) fn callers(&self, function: u32, found: &mut Vec<(Object, Dependency)>) {
        self.expressions_that(&|it| it.functions().contains(&function), found);
    }

    /// What goes with an index: the constraint that it enforces, where there is one.
    pub(super) fn whole_of_index(&self, id: RelationId) -> Object {
        let table = self.get(id).and_then(|it| it.index()).map(|it| it.table);
        let owner = table.and_then(|table| {
            let constraints = &self.get(table)?.table()?.constraints;
            Some((table, constraints.iter().find(|it| it.index() == Some(id))?.name.clone()))
        });
        owner.map_or(Object::Relation(id), |(table, name)| Object::Constraint(table, name))
    }

    /// Parts of tables and domains with such expressions.
    pub fn expressions_that(&self, calls: &dyn Fn(&Expression) -> bool, found: &mut Vec<(Object, Dependency)>) {
        for relation in self.relations() {
            let id = relation.id;
            if let Some(index) = relation.index()
                && (index.predicate.as_ref().is_some_and(|it| calls(it)) || index.expressions().any(calls))
            {
                found.push((self.whole_of_index(id), Dependency::Normal));
            }
            let Some(table) = relation.table() else { continue };
            let key = table.partition_key.iter().flat_map(|key| &key.keys);
            if key.into_iter().any(|key| matches!(&key.column, KeyColumn::Expression(it) if calls(it))) {
                found.push((Object::Relation(id), Dependency::Normal));
            }
            for (number, column) in table.live() {
                let default = column.default.as_ref().is_some_and(|it| calls(it));
                if default || column.generated.as_ref().is_some_and(|it| calls(&it.expression)) {
                    found.push((Object::Default(id, number), Dependency::Normal));
                }
            }
            for constraint in &table.constraints {
                if matches!(&constraint.kind, ConstraintKind::Check { expression, .. } if calls(expression)) {
                    found.push((Object::Constraint(id, constraint.name.clone()), Dependency::Normal));
                }
            }
        }
        for it in self.types() {
            if let UserTypeKind::Domain { checks, default, .. } = &it.kind {
                if default.as_ref().is_some_and(|it| calls(it)) {
                    found.push((Object::Type(it.id), Dependency::Normal));
                }
                let checks = checks.iter().filter(|check| calls(&check.expression));
                found.extend(checks.map(|it_| (Object::DomainConstraint(it.id, it_.name.clone()), Dependency::Normal)));
            }
        }
    }

    /// `getObjectDescription`, with the names that `search_path = public` shows.
    pub fn describe(&self, object: &Object) -> String {
        match object {
            Object::Relation(id) => match self.get(*id) {
                Some(relation) => {
                    let kind = match relation.kind() {
                        'i' | 'I' => "index",
                        'S' => "sequence",
                        'v' => "view",
                        'm' => "materialized view",
                        'f' => "foreign table",
                        'c' => "composite type",
                        _ => "table",
                    };
                    format!("{kind} {}", relation.name)
                }
                None => "relation".to_owned(),
            },
            Object::Column(id, number) => {
                let name = self.get(*id).map(|it| it.columns().column_name(*number));
                let name = name.map(|it| it.as_str().to_owned()).unwrap_or_default();
                format!("column {name} of {}", self.describe(&Object::Relation(*id)))
            }
            Object::Constraint(id, name) => {
                format!("constraint {} on {}", name.as_str(), self.describe(&Object::Relation(*id)))
            }
            Object::Default(id, number) => {
                format!("default value for {}", self.describe(&Object::Column(*id, *number)))
            }
            Object::Type(id) => match self.user_type(*id) {
                Some(it) => format!("type {}", it.name),
                None => format!("type {}", self.type_name(id.0)),
            },
            Object::Namespace(name) => format!("schema {name}"),
            Object::Other(id) => match self.object(*id) {
                // `getObjectDescription` calls procedures functions, too.
                Some(object) if object.routine().is_some() => format!("function {}", self.routine_signature(object)),
                Some(object) => {
                    let words = object.class().words();
                    match &object.key {
                        // As it is, whatever it needs elsewhere.
                        ObjectKey::Global(_, name) => format!("{words} {}", name.as_str()),
                        ObjectKey::InSchema(_, name, arguments) if arguments.is_empty() => format!("{words} {name}"),
                        ObjectKey::InSchema(_, name, arguments) => format!("{words} {name}({})", arguments.join(",")),
                        ObjectKey::OnRelation(ObjectClass::PublishedTable, relation, name) => {
                            let table = self.get(*relation).map(|it| it.name.to_string()).unwrap_or_default();
                            format!("{words} {table} in publication {name}")
                        }
                        ObjectKey::OnRelation(_, relation, name) => {
                            format!("{words} {name} on {}", self.describe(&Object::Relation(*relation)))
                        }
                    }
                }
                None => self.describe_member(id.0),
            },
            Object::DomainConstraint(id, name) => {
                format!("constraint {} on {}", name.as_str(), self.describe(&Object::Type(*id)))
            }
        }
    }
}

/// Up to 14 a generated column went silently with the column that it reads.
fn generated_column_dependency(version: PgVersion) -> Dependency {
    match crate::pg::behavior::generated_column_blocks_drop(version) {
        true => Dependency::Normal,
        false => Dependency::Auto,
    }
}
