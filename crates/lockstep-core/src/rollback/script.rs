//! Statements of the way back, their order, and the conditions that let them run twice.

use crate::effect::ObjectName;
use crate::name::{Ident, quote_literal};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub sql: String,
    pub place: Place,
    /// A boolean SQL expression: run the statement only where it holds.
    pub condition: Option<String>,
}

/// Where a statement stands towards the one transaction that does most of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// By itself, before it.
    Before,
    Inside,
    /// By itself, after it.
    After,
}

/// In this order nothing is dropped while it is needed, or made before what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Tables that stay, out from below those that go: what came from above can be dropped then.
    Detach,
    DropIndexConcurrently,
    DropBeside,
    DropObject,
    DropForeignKey,
    DropView,
    /// What holds rows of tables that go.
    DropRow,
    DropTable,
    /// Rows that were added to tables that stay.
    DeleteRow,
    DropConstraint,
    DropIndex,
    DropColumn,
    CreateSchema,
    CreateExtension,
    Rename,
    CreateType,
    CreateSequence,
    CreateRoutine,
    CreateTable,
    AddColumn,
    AlterColumn,
    AddKey,
    AddIndex,
    AddCheck,
    AddForeignKey,
    CreateView,
    CreateObject,
    Detail,
    DropRoutine,
    DropSequence,
    DropType,
    DropExtension,
    DropSchema,
    DropRole,
    Validate,
    CreateIndexConcurrently,
    SetSequence,
}

impl Phase {
    pub(super) fn place(self) -> Place {
        match self {
            Phase::Detach | Phase::DropIndexConcurrently => Place::Before,
            Phase::Validate | Phase::CreateIndexConcurrently | Phase::SetSequence => Place::After,
            _ => Place::Inside,
        }
    }
}

impl Action {
    pub(super) fn new(place: Place, sql: impl Into<String>) -> Self {
        Action { sql: sql.into(), place, condition: None }
    }

    /// The statement with its condition, as it stands in a script, without the last semicolon.
    pub fn guarded(&self) -> String {
        let Some(condition) = &self.condition else { return self.sql.clone() };
        let body = format!("BEGIN\n  IF {condition} THEN\n    {};\n  END IF;\nEND", self.sql);
        let mut tag = "$lockstep$".to_owned();
        let mut count = 0;
        while body.contains(&tag) {
            count += 1;
            tag = format!("$lockstep{count}$");
        }
        format!("DO {tag}\n{body}\n{tag}")
    }
}

fn literal(name: &ObjectName) -> String {
    // `Display` leaves `public` out; a condition must not depend on the search path.
    quote_literal(&format!("{}.{}", name.schema, name.name))
}

pub(super) fn relation_exists(name: &ObjectName) -> String {
    format!("to_regclass({}) IS NOT NULL", literal(name))
}

pub(super) fn relation_is_missing(name: &ObjectName) -> String {
    format!("to_regclass({}) IS NULL", literal(name))
}

pub(super) fn type_exists(name: &ObjectName) -> String {
    format!("to_regtype({}) IS NOT NULL", literal(name))
}

pub(super) fn type_is_missing(name: &ObjectName) -> String {
    format!("to_regtype({}) IS NULL", literal(name))
}

pub(super) fn column_exists(table: &ObjectName, column: &Ident) -> String {
    format!(
        "EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass({}) AND attname = {} AND NOT attisdropped)",
        literal(table),
        quote_literal(column.as_str()),
    )
}

pub(super) fn constraint_exists(table: &ObjectName, constraint: &Ident) -> String {
    format!(
        "EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass({}) AND conname = {})",
        literal(table),
        quote_literal(constraint.as_str()),
    )
}

pub(super) fn stands_below(child: &ObjectName, parent: &ObjectName) -> String {
    format!(
        "EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass({}) AND inhparent = to_regclass({}))",
        literal(child),
        literal(parent),
    )
}

pub(super) fn role_exists(role: &Ident) -> String {
    format!("EXISTS (SELECT FROM pg_roles WHERE rolname = {})", quote_literal(role.as_str()))
}

/// Of two columns that are both there.
pub(super) fn stands_before(table: &ObjectName, first: &Ident, second: &Ident) -> String {
    let place = |column: &Ident| {
        format!(
            "(SELECT attnum FROM pg_attribute WHERE attrelid = to_regclass({}) AND attname = {} AND NOT attisdropped)",
            literal(table),
            quote_literal(column.as_str()),
        )
    };
    format!("{} < {}", place(first), place(second))
}

pub(super) fn both(first: &str, second: &str) -> String {
    format!("{first} AND {second}")
}

pub(super) fn not(condition: &str) -> String {
    format!("NOT {condition}")
}
