//! What a statement does besides changing the schema: the locks it takes, the work it performs, the
//! error it raises, the questions that only the rows can answer.

use std::fmt;

use smol_str::{SmolStr, format_smolstr};

use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate::SqlState;

/// A relation's number in one schema, as `pg_class.oid`: survives renames, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationId(pub u32);

/// One lock request that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pub relation: RelationId,
    /// The relation's name and kind when it was locked: it may be gone when the trace is read.
    pub name: ObjectName,
    pub kind: char,
    pub mode: LockMode,
    pub reason: &'static str,
    /// Made by the same statement, so that nobody can wait for it.
    pub new: bool,
    /// Made by the same transaction: nobody else can see it either.
    pub private: bool,
    /// Not the relation itself, but a part of its TOAST storage.
    pub toast: Option<Toast>,
    /// Only taken where a row is written, which is not certain.
    pub if_rows: bool,
}

impl Lock {
    /// The locked relation's name; the facts that real servers were recorded in call a TOAST table and
    /// its index after the table that they belong to.
    pub fn relation_name(&self) -> SmolStr {
        match self.toast {
            Some(Toast::Table) => format_smolstr!("toast({})", self.name.plain()),
            Some(Toast::Index) => format_smolstr!("toastidx({})", self.name.plain()),
            None => self.name.shown(),
        }
    }
}

/// Where a table keeps values that are too long for its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toast {
    Table,
    Index,
}

impl Toast {
    /// `pg_class.relkind`.
    pub fn kind(self) -> char {
        match self {
            Toast::Table => 't',
            Toast::Index => 'i',
        }
    }
}

/// A schema and a name, both always known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    pub schema: Ident,
    pub name: Ident,
}

/// A wait for holders of existing locks in a mode that conflicts with `mode`, without queueing
/// anybody behind it (`WaitForLockers`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    pub relation: RelationId,
    pub name: ObjectName,
    pub mode: LockMode,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub relation: RelationId,
    pub name: ObjectName,
    pub kind: WorkKind,
    /// The index built, or the constraint checked.
    pub object: Option<ObjectName>,
    pub reason: &'static str,
}

/// What happens to rows that a change of the schema alone could not undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataChange {
    pub relation: RelationId,
    pub name: ObjectName,
    /// Attribute number and name, where only that column's values are concerned.
    pub column: Option<(u16, Ident)>,
    pub kind: DataChangeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataChangeKind {
    /// Gone with the column or table that held them.
    Dropped,
    /// Replaced by an `UPDATE`.
    Overwritten,
    /// Removed by a `DELETE`.
    Deleted,
    /// Added by an `INSERT`: nothing is lost, but the rows stay.
    Inserted,
    /// Converted to a type that cannot hold all that the old one could.
    Converted,
}

/// The server's own DEBUG1 words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkKind {
    /// "rewriting table"
    Rewrite,
    /// "verifying table"
    Verify,
    /// "building index"
    BuildIndex,
    /// "validating foreign key constraint"
    ValidateForeignKey,
    /// Rows inserted, updated or deleted.
    WriteRows,
}

/// An error that the server raises: an outcome, not a fault of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PgError {
    pub sqlstate: SqlState,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

/// A query whose answer decides whether the statement succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition {
    pub query: String,
    pub expected: String,
    pub sqlstate_otherwise: SqlState,
}

impl PgError {
    pub fn new(sqlstate: SqlState, message: impl Into<String>) -> Self {
        PgError { sqlstate, message: message.into(), detail: None, hint: None }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// How a query ends that asks whether a table holds any row at all.
const ANY_ROW: &str = " LIMIT 1) AS any_row";

impl Precondition {
    /// Met only where the table is empty.
    pub fn of_no_row(table: &ObjectName, sqlstate_otherwise: SqlState) -> Self {
        Precondition::new(format!("SELECT count(*) FROM (SELECT 1 FROM {table}{ANY_ROW}"), "0", sqlstate_otherwise)
    }

    pub fn is_of_no_row(&self) -> bool {
        self.query.ends_with(ANY_ROW)
    }

    pub fn new(query: String, expected: &str, sqlstate_otherwise: SqlState) -> Self {
        Precondition { query, expected: expected.to_owned(), sqlstate_otherwise }
    }
}

impl ObjectName {
    pub fn new(schema: &str, name: &str) -> Self {
        ObjectName { schema: Ident::new(schema), name: Ident::new(name) }
    }

    /// The same as it is displayed, without quotes; temporary ones, found before all others, bare.
    pub fn plain(&self) -> SmolStr {
        match self.schema == "public" || self.schema == "pg_temp" {
            true => self.name.bare(),
            false => format_smolstr!("{}.{}", self.schema.as_str(), self.name.as_str()),
        }
    }
}

/// As the server prints a relation with `search_path = public`.
impl ObjectName {
    /// As it is displayed: mostly the name itself, which is not copied.
    pub fn shown(&self) -> SmolStr {
        match self.schema == "public" && self.name.is_plain() {
            true => self.name.bare(),
            false => format_smolstr!("{self}"),
        }
    }

    /// The same, as a string of its own.
    #[expect(clippy::inherent_to_string_shadow_display, reason = "the same text, faster")]
    pub fn to_string(&self) -> String {
        self.shown().into()
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schema != "public" {
            self.schema.fmt(f)?;
            f.write_str(".")?;
        }
        self.name.fmt(f)
    }
}

impl WorkKind {
    pub fn word(self) -> &'static str {
        match self {
            WorkKind::Rewrite => "rewrite",
            WorkKind::Verify => "verify",
            WorkKind::BuildIndex => "build_index",
            WorkKind::ValidateForeignKey => "validate_foreign_key",
            WorkKind::WriteRows => "write_rows",
        }
    }
}
