//! Tables, columns and constraints as written: `CreateStmt`, `ColumnDef`, `Constraint` of `parsenodes.h`.

use crate::name::{Ident, QualifiedName};
use crate::syntax::expression::{Expr, QueryText, TypeName};
use crate::syntax::statement::{IndexKey, PartitionBound};

#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    pub name: QualifiedName,
    pub persistence: Persistence,
    pub if_not_exists: bool,
    pub elements: Vec<TableElement>,
    pub inherits: Vec<QualifiedName>,
    pub partition_by: Option<PartitionKey>,
    pub partition_of: Option<(QualifiedName, PartitionBound)>,
    pub of_type: Option<QualifiedName>,
    pub options: Vec<(Ident, Option<String>)>,
    pub access_method: Option<Ident>,
    pub tablespace: Option<Ident>,
    pub on_commit: Option<String>,
    /// `AS query`; `with_data` is false after `WITH NO DATA`.
    pub query: Option<(QueryText, bool)>,
    /// The column names of `CREATE TABLE x (a, b) AS …`.
    pub query_columns: Vec<Ident>,
    /// Written as `SELECT … INTO`: where `INTO` stood in the query.
    pub select_into: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Persistence {
    Permanent,
    Unlogged,
    Temporary,
}

impl Persistence {
    /// As it stands between `CREATE` and the kind of relation.
    pub fn words(self) -> &'static str {
        match self {
            Persistence::Permanent => "",
            Persistence::Unlogged => "UNLOGGED ",
            Persistence::Temporary => "TEMPORARY ",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct PartitionKey {
    /// `range`, `list` or `hash`.
    pub strategy: Ident,
    pub keys: Vec<IndexKey>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TableElement {
    Column(ColumnDefinition),
    Constraint(TableConstraint),
    Like { table: QualifiedName, options: Vec<(bool, String)> },
}

#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDefinition {
    pub name: Ident,
    /// Missing in `CREATE TABLE … OF` and `PARTITION OF`.
    pub type_name: Option<TypeName>,
    pub collation: Option<QualifiedName>,
    pub storage: Option<Ident>,
    pub compression: Option<Ident>,
    pub constraints: Vec<ColumnConstraint>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ColumnConstraint {
    pub name: Option<Ident>,
    pub kind: ColumnConstraintKind,
    pub attributes: ConstraintAttributes,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ColumnConstraintKind {
    NotNull {
        no_inherit: bool,
    },
    Null,
    Default(Expr),
    Check {
        expression: Expr,
        no_inherit: bool,
    },
    Unique {
        nulls_not_distinct: bool,
        index: IndexParameters,
    },
    PrimaryKey {
        index: IndexParameters,
    },
    References(References),
    /// `GENERATED ALWAYS AS (expression) STORED|VIRTUAL`; `None` where neither word is written.
    Generated {
        expression: Expr,
        stored: Option<bool>,
    },
    Identity {
        always: bool,
        options: SequenceOptions,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct TableConstraint {
    pub name: Option<Ident>,
    pub kind: TableConstraintKind,
    pub attributes: ConstraintAttributes,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TableConstraintKind {
    Check {
        expression: Expr,
        no_inherit: bool,
    },
    NotNull {
        column: Ident,
        no_inherit: bool,
    },
    Unique {
        columns: Vec<Ident>,
        nulls_not_distinct: bool,
        without_overlaps: bool,
        index: IndexParameters,
    },
    PrimaryKey {
        columns: Vec<Ident>,
        without_overlaps: bool,
        index: IndexParameters,
    },
    UniqueUsingIndex {
        index: Ident,
    },
    PrimaryKeyUsingIndex {
        index: Ident,
    },
    ForeignKey {
        columns: Vec<Ident>,
        period: bool,
        references: References,
    },
    Exclude {
        method: Option<Ident>,
        elements: Vec<(IndexKey, String)>,
        index: IndexParameters,
        predicate: Option<Expr>,
    },
}

/// What may follow a constraint. `None`: not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConstraintAttributes {
    pub deferrable: Option<bool>,
    pub initially_deferred: Option<bool>,
    pub not_valid: bool,
    pub enforced: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndexParameters {
    pub include: Vec<Ident>,
    pub options: Vec<(Ident, Option<String>)>,
    pub tablespace: Option<Ident>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct References {
    pub table: QualifiedName,
    pub columns: Vec<Ident>,
    pub period: bool,
    /// `full`, `partial`, `simple`.
    pub match_type: Option<String>,
    pub on_delete: ReferentialAction,
    /// `ON DELETE SET NULL (a, b)`.
    pub on_delete_columns: Vec<Ident>,
    /// The server refuses them.
    pub on_update_columns: Vec<Ident>,
    pub on_update: ReferentialAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReferentialAction {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct SequenceOptions {
    pub name: Option<QualifiedName>,
    pub data_type: Option<TypeName>,
    pub increment: Option<i64>,
    /// `Some(None)`: `NO MINVALUE`.
    pub min_value: Option<Option<i64>>,
    pub max_value: Option<Option<i64>>,
    pub start: Option<i64>,
    /// `Some(None)`: `RESTART` alone.
    pub restart: Option<Option<i64>>,
    pub cache: Option<i64>,
    pub cycle: Option<bool>,
    /// `OWNED BY t.c`, or `Some(empty)` for `OWNED BY NONE`.
    pub owned_by: Option<Vec<Ident>>,
}
