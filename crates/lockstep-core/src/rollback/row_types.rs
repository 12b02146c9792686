//! The way back where columns and types hold the rows of tables: what is made of a row type goes before
//! the table and comes after it.

use crate::effect::RelationId;
use crate::pg::types::TypeRef;
use crate::rollback::Work;
use crate::rollback::script::Phase;
use crate::schema::Schema;
use crate::schema::object::ObjectId;
use crate::schema::relation::Column;
use crate::schema::user_type::{TypeId, UserTypeKind};

/// What is to be made again, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    Table(RelationId),
    Type(TypeId),
}

impl Work<'_> {
    /// Whether values of the type hold rows of a table that was made on the way.
    pub(super) fn holds_made_rows(&self, type_: TypeId) -> bool {
        rows_within(self.now, type_).iter().any(|it| self.diff.made_tables.contains(it))
    }

    pub(super) fn column_holds_made_rows(&self, column: &Column) -> bool {
        matches!(column.type_.base, TypeRef::User(id) if self.holds_made_rows(TypeId(id)))
    }

    /// The same of the start, and a table that is to be made again.
    pub(super) fn holds_lost_rows(&self, type_: TypeId) -> bool {
        rows_within(self.start, type_).iter().any(|it| self.diff.lost_tables.contains(it))
    }

    /// Whether a function has arguments or a result that hold rows of made tables.
    pub(super) fn needs_made_rows(&self, function: ObjectId) -> bool {
        needs_rows(self.now, function, &self.diff.made_tables)
    }

    /// The same of the start.
    pub(super) fn needs_lost_rows(&self, function: ObjectId) -> bool {
        needs_rows(self.start, function, &self.diff.lost_tables)
    }

    /// Views go and come as a whole, also where only what they read changes: not while rows of theirs
    /// are stored.
    pub(super) fn refuse_rows_of_views(&mut self) {
        for schema in [self.start, self.now] {
            let tables = schema.relations().filter(|it| it.table().is_some());
            let types = tables.flat_map(|it| types_of_columns(schema, it.id));
            let held: Vec<RelationId> = types.flat_map(|it| rows_within(schema, it)).collect();
            for view in held.into_iter().filter_map(|id| schema.get(id)).filter(|it| matches!(it.kind(), 'v' | 'm')) {
                let name = &view.name;
                self.cannot(format!("Columns hold rows of the view {name}: neither goes or comes without the other."));
            }
        }
    }

    /// Made types over made tables stand between the tables, so that columns of such types go first.
    pub(super) fn release_made_rows(&mut self) {
        let now = self.now;
        for id in self.diff.made_tables.clone() {
            let columns = now.table(id).live().filter(|(_, column)| column.inherited == 0);
            let between = columns.filter(|(_, column)| match column.type_.base {
                TypeRef::User(id) => now.user_type(TypeId(id)).is_some() && self.holds_made_rows(TypeId(id)),
                TypeRef::Builtin(_) => false,
            });
            let names: Vec<String> = between.map(|(_, column)| column.name.to_string()).collect();
            let table = now.relation(id).name.clone();
            for column in names {
                self.add(Phase::DropRow, format!("ALTER TABLE IF EXISTS {table} DROP COLUMN IF EXISTS {column}"));
            }
        }
    }

    /// Lost tables, and types that held their rows, each after what it is made of.
    pub(super) fn lost_in_order(&self) -> Vec<Lost> {
        let types = self.diff.lost_types.iter().chain(self.diff.types.iter().map(|(was, _)| was));
        let types = types.filter(|id| self.holds_lost_rows(**id));
        let tables = self.diff.lost_tables.iter().map(|id| Lost::Table(*id));
        let all: Vec<Lost> = tables.chain(types.map(|id| Lost::Type(*id))).collect();
        let (mut seen, mut order) = (vec![], vec![]);
        for it in &all {
            visit(self.start, &all, *it, &mut seen, &mut order);
        }
        order
    }
}

fn visit(schema: &Schema, all: &[Lost], it: Lost, seen: &mut Vec<Lost>, order: &mut Vec<Lost>) {
    if seen.contains(&it) {
        return;
    }
    seen.push(it);
    let parts = match it {
        Lost::Table(id) => types_of_columns(schema, id),
        Lost::Type(id) => types_within(schema, id),
    };
    for part in parts {
        let beneath = match schema.row_type(part) {
            Some(table) => Lost::Table(table.id),
            None => Lost::Type(part),
        };
        visit(schema, all, beneath, seen, order);
    }
    if all.contains(&it) {
        order.push(it);
    }
}

fn needs_rows(schema: &Schema, function: ObjectId, tables: &[RelationId]) -> bool {
    let Some(routine) = schema.routine(function) else { return false };
    let types = routine.parameters.iter().map(|it| it.type_).chain([routine.result]);
    types.into_iter().any(|it| match it.base {
        TypeRef::User(id) => rows_within(schema, TypeId(id)).iter().any(|it| tables.contains(it)),
        TypeRef::Builtin(_) => false,
    })
}

fn types_of_columns(schema: &Schema, relation: RelationId) -> Vec<TypeId> {
    let columns = schema.get(relation).into_iter().flat_map(|it| it.columns().live());
    let types = columns.filter_map(|(_, column)| match column.type_.base {
        TypeRef::User(id) => Some(TypeId(id)),
        TypeRef::Builtin(_) => None,
    });
    types.collect()
}

/// The types that a type of the schema is made of.
fn types_within(schema: &Schema, type_: TypeId) -> Vec<TypeId> {
    match schema.user_type(type_).map(|it| &it.kind) {
        Some(UserTypeKind::Domain { base, .. }) => match base.base {
            TypeRef::User(id) => vec![TypeId(id)],
            TypeRef::Builtin(_) => vec![],
        },
        Some(UserTypeKind::Composite { relation }) => types_of_columns(schema, *relation),
        Some(UserTypeKind::Enum { .. }) | None => vec![],
    }
}

/// The tables whose rows values of the type hold.
fn rows_within(schema: &Schema, type_: TypeId) -> Vec<RelationId> {
    match schema.row_type(type_) {
        Some(table) => vec![table.id],
        None => types_within(schema, type_).into_iter().flat_map(|it| rows_within(schema, it)).collect(),
    }
}
