//! `INSERT`, `UPDATE` and `DELETE` as written.

use crate::name::{Ident, QualifiedName};
use crate::syntax::expression::{Expr, QueryText};

#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    pub table: QualifiedName,
    pub alias: Option<Ident>,
    /// Empty: all columns, in their order.
    pub columns: Vec<Ident>,
    pub overriding: Option<Overriding>,
    pub source: InsertSource,
    /// `ON CONFLICT DO UPDATE` (true) or `DO NOTHING` (false).
    pub on_conflict_update: Option<bool>,
    pub conflict: Option<Conflict>,
    pub returning: bool,
    /// Relations read by the source or by subqueries.
    pub reads: Vec<QualifiedName>,
    /// Data-changing common table expressions and the like: more than is read here.
    pub opaque: bool,
}

/// `OVERRIDING … VALUE`: whose values identity columns get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overriding {
    User,
    System,
}

/// `ON CONFLICT`.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    pub target: ConflictTarget,
    /// `SET` of `DO UPDATE`.
    pub assignments: Vec<(Ident, Expr)>,
    pub condition: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ConflictTarget {
    /// Any conflict at all.
    None,
    Columns {
        columns: Vec<Ident>,
        predicate: Option<Expr>,
    },
    /// With expressions, collations or operator classes, as written.
    Other(String),
    Constraint(Ident),
}

#[derive(Debug, Clone, PartialEq)]
pub enum InsertSource {
    DefaultValues,
    Values(Vec<Vec<Expr>>),
    Query(QueryText),
}

/// `UPDATE` or `DELETE`.
#[derive(Debug, Clone, PartialEq)]
pub struct RowStatement {
    pub table: QualifiedName,
    pub only: bool,
    pub alias: Option<Ident>,
    /// `SET` of an `UPDATE`; an assignment that is not `column = expression` is left out and makes it opaque.
    pub assignments: Vec<(Ident, Expr)>,
    /// Relations of `FROM` / `USING` with their aliases.
    pub from: Vec<(QualifiedName, Option<Ident>)>,
    /// The same as written, where there is more than names in it and all of it is there.
    pub sources: Option<String>,
    pub condition: Option<Expr>,
    pub returning: bool,
    /// Relations read by subqueries anywhere in it.
    pub reads: Vec<QualifiedName>,
    pub opaque: bool,
}
