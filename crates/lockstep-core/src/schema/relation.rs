//! Relations: what `pg_class`, `pg_attribute` and `pg_attrdef` hold.

use std::sync::LazyLock;

use smallvec::SmallVec;
use triomphe::Arc;

use crate::effect::{ObjectName, RelationId};
use crate::expression::Expression;
use crate::name::{Ident, QualifiedName};
use crate::pg::types::Type;
use crate::schema::constraint::Constraint;
use crate::schema::few::Few;
use crate::schema::index::Index;
use crate::schema::known_rows::KnownRows;
use crate::schema::partition::{Bound, PartitionKey};
use crate::schema::rare::{Rare, details};
use crate::schema::sequence::Sequence;
use crate::schema::shared::Shared;
use crate::schema::user_type::TypeId;
use crate::schema::view::{Materialized, View};
pub use crate::syntax::statement::Persistence;

/// A table, index, sequence or view.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    pub id: RelationId,
    pub name: ObjectName,
    pub persistence: Persistence,
    /// Read and written as parts of the relation.
    pub details: Rare<RelationDetails>,
    pub body: Body,
}

/// What most relations do not have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RelationDetails {
    pub comment: Option<String>,
    /// `reloptions`, as the server stores them: `fillfactor=70`.
    pub options: Vec<String>,
    pub tablespace: Option<Ident>,
}

details!(Relation, RelationDetails { comment: None, options: vec![], tablespace: None });

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Table(Table),
    Index(Index),
    Sequence(Sequence),
    View(View),
    /// The attributes of a composite type: `pg_class` holds those, too.
    Composite(Columns),
}

/// Live and dropped columns: the attribute number is the place plus one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Columns(pub Shared<Vec<Column>>);

/// Which of the relations with rows of their own.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum TableKind {
    #[default]
    Ordinary,
    Partitioned,
    Materialized,
    Foreign,
}

/// A table, partitioned table, materialized view or foreign table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    pub kind: TableKind,
    pub columns: Columns,
    pub constraints: Shared<Vec<Constraint>>,
    /// Its indexes, in the order in which they were made (`relcache` lists them by OID).
    pub indexes: SmallVec<[RelationId; 4]>,
    /// Sequences that belong to its columns (`serial`, identity, `OWNED BY`).
    pub sequences: SmallVec<[RelationId; 4]>,
    /// Tables with a foreign key to this one (itself left out).
    pub referenced_by: Few<RelationId>,
    pub rows: Rows,
    /// The rows themselves, where they are few and all known: read by [`Table::known_rows`].
    pub known: Option<KnownRows>,
    /// Some value may be longer than an index can hold.
    pub long_values: bool,
    /// It has a TOAST table, which stays when the columns that needed it go.
    pub toast: bool,
    pub replica_identity: ReplicaIdentity,
    /// Policies apply to everybody but superusers and the owner.
    pub row_security: bool,
    /// … and to the owner, too.
    pub force_row_security: bool,
    /// Read and written as parts of the table.
    pub details: Rare<TableDetails>,
}

/// What most tables do not have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TableDetails {
    /// `reloftype`: the composite type whose attributes are its columns.
    pub of_type: Option<TypeId>,
    /// Options of the TOAST table, as the server stores them.
    pub toast_options: Vec<String>,
    /// Another table access method than `heap`.
    pub access_method: Option<Ident>,
    /// Tables that it inherits from, in the order of `pg_inherits.inhseqno`.
    pub inherits: Vec<RelationId>,
    /// Tables that inherit from it, partitions too.
    pub children: Few<RelationId>,
    /// What a partitioned table is partitioned by.
    pub partition_key: Option<Arc<PartitionKey>>,
    /// Which rows of its parent a partition holds.
    pub bound: Option<Arc<Bound>>,
    /// The query of a materialized view.
    pub materialized: Option<Materialized>,
}

details!(
    Table,
    TableDetails {
        of_type: None,
        toast_options: vec![],
        access_method: None,
        inherits: vec![],
        children: Few::new(),
        partition_key: None,
        bound: None,
        materialized: None,
    }
);

/// `relreplident`: what of an old row is written to the log when it is updated or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReplicaIdentity {
    /// The primary key.
    #[default]
    Default,
    Full,
    Nothing,
    /// The index that is marked as such.
    Index,
}

impl ReplicaIdentity {
    pub fn letter(self) -> char {
        match self {
            ReplicaIdentity::Default => 'd',
            ReplicaIdentity::Full => 'f',
            ReplicaIdentity::Nothing => 'n',
            ReplicaIdentity::Index => 'i',
        }
    }
}

/// How many rows a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rows {
    /// It was made, or emptied, by statements that were read.
    #[default]
    Empty,
    /// So many rows were inserted, and none was deleted.
    Exactly(u64),
    /// Anything from none on.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: Ident,
    pub type_: Type,
    pub not_null: bool,
    pub default: Option<Arc<Expression>>,
    pub generated: Option<Generated>,
    /// `GENERATED ALWAYS` (true) or `BY DEFAULT` (false) `AS IDENTITY`.
    pub identity: Option<bool>,
    pub dropped: bool,
    /// No row holds a null in it: known of a table or column that the same plan filled.
    pub filled: bool,
    /// Some row certainly holds a null in it.
    pub has_null: bool,
    /// How many parents have it (`attinhcount`).
    pub inherited: u16,
    /// The table's own definition has it, whatever its parents have (`attislocal`).
    pub local: bool,
    /// Read and written as parts of the column.
    pub details: Rare<ColumnDetails>,
}

/// What most columns leave as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnDetails {
    /// A collation other than the type's own.
    pub collation: Option<QualifiedName>,
    /// `attmissingval`: what rows older than the column show, as the server prints the array.
    pub missing: Option<String>,
    pub storage: Option<Ident>,
    pub compression: Option<Ident>,
    pub statistics: Option<i32>,
    pub options: Vec<String>,
    pub comment: Option<String>,
}

details!(
    Column,
    ColumnDetails {
        collation: None,
        missing: None,
        storage: None,
        compression: None,
        statistics: None,
        options: vec![],
        comment: None,
    }
);

#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    pub expression: Arc<Expression>,
    pub stored: bool,
}

impl Relation {
    /// Whether `pg_type` has a type of its name; a composite type's is one of the schema's own types.
    pub fn has_row_type(&self) -> bool {
        !matches!(self.kind(), 'i' | 'I' | 'S' | 'c')
    }

    /// `pg_class.relkind`.
    pub fn kind(&self) -> char {
        match &self.body {
            Body::Table(table) => match table.kind {
                TableKind::Ordinary => 'r',
                TableKind::Partitioned => 'p',
                TableKind::Materialized => 'm',
                TableKind::Foreign => 'f',
            },
            Body::View(_) => 'v',
            Body::Composite(_) => 'c',
            Body::Index(index) => match index.partitioned {
                true => 'I',
                false => 'i',
            },
            Body::Sequence(_) => 'S',
        }
    }

    pub fn table(&self) -> Option<&Table> {
        match &self.body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The columns of a table or view; none for what has no columns of its own.
    pub fn columns(&self) -> &Columns {
        static NONE: LazyLock<Columns> = LazyLock::new(Columns::default);
        match &self.body {
            Body::Table(table) => &table.columns,
            Body::View(view) => &view.columns,
            Body::Composite(attributes) => attributes,
            Body::Index(_) | Body::Sequence(_) => &NONE,
        }
    }

    /// The same, to be changed; `None` for what has no columns of its own.
    pub fn columns_mut(&mut self) -> Option<&mut Columns> {
        match &mut self.body {
            Body::Table(table) => Some(&mut table.columns),
            Body::View(view) => Some(&mut view.columns),
            Body::Composite(attributes) => Some(attributes),
            Body::Index(_) | Body::Sequence(_) => None,
        }
    }

    pub fn view(&self) -> Option<&View> {
        match &self.body {
            Body::View(view) => Some(view),
            _ => None,
        }
    }

    pub fn index(&self) -> Option<&Index> {
        match &self.body {
            Body::Index(index) => Some(index),
            _ => None,
        }
    }

    pub fn sequence(&self) -> Option<&Sequence> {
        match &self.body {
            Body::Sequence(sequence) => Some(sequence),
            _ => None,
        }
    }
}

impl Columns {
    /// Nobody has changed either since one was copied from the other.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.is_same(&other.0)
    }

    /// Attribute number and column, live ones only.
    pub fn find(&self, name: &str) -> Option<(u16, &Column)> {
        self.live().find(|(_, column)| column.name == *name)
    }

    pub fn attribute(&self, number: u16) -> Option<&Column> {
        self.0.get(usize::from(number).checked_sub(1)?)
    }

    pub fn attribute_mut(&mut self, number: u16) -> Option<&mut Column> {
        self.0.get_mut(usize::from(number).checked_sub(1)?)
    }

    /// Live columns with their attribute numbers, in order.
    pub fn live(&self) -> impl Iterator<Item = (u16, &Column)> {
        self.0.iter().zip(1u16..).filter(|(column, _)| !column.dropped).map(|(column, number)| (number, column))
    }

    /// What is known of nulls is told afresh: of each column, by its place, whether it is filled and has one. Columns
    /// stay shared where that is known already.
    pub fn note_nulls(&mut self, note: impl Fn(usize, &Column) -> (bool, bool)) {
        for place in 0..self.len() {
            let (filled, has_null) = note(place, &self[place]);
            if (self[place].filled, self[place].has_null) != (filled, has_null) {
                let column = &mut self[place];
                (column.filled, column.has_null) = (filled, has_null);
            }
        }
    }

    pub fn column_name(&self, number: u16) -> Ident {
        self.attribute(number).map_or_else(|| system_column_name(number), |column| column.name.clone())
    }
}

/// Names that no column may have (`SystemAttributeByName`), with the numbers of their types.
pub const SYSTEM_COLUMNS: [(&str, u32); 6] =
    [("tableoid", 26), ("cmax", 29), ("xmax", 28), ("cmin", 29), ("xmin", 28), ("ctid", 27)];

/// Where the numbers of system columns begin in conditions of triggers: no table has so many columns of its own.
pub const FIRST_SYSTEM_COLUMN: u16 = 2_000;

fn system_column_name(number: u16) -> Ident {
    let known = number.checked_sub(FIRST_SYSTEM_COLUMN).and_then(|it| SYSTEM_COLUMNS.get(usize::from(it)));
    Ident::new(known.map_or("?column?", |(name, _)| name))
}

impl std::ops::Deref for Columns {
    type Target = Vec<Column>;

    fn deref(&self) -> &Vec<Column> {
        &self.0
    }
}

impl std::ops::DerefMut for Columns {
    fn deref_mut(&mut self) -> &mut Vec<Column> {
        &mut self.0
    }
}

impl Table {
    /// Attribute number and column, live ones only.
    pub fn column(&self, name: &str) -> Option<(u16, &Column)> {
        self.columns.find(name)
    }

    pub fn attribute(&self, number: u16) -> Option<&Column> {
        self.columns.attribute(number)
    }

    pub fn attribute_mut(&mut self, number: u16) -> Option<&mut Column> {
        self.columns.attribute_mut(number)
    }

    /// Live columns with their attribute numbers, in order.
    pub fn live(&self) -> impl Iterator<Item = (u16, &Column)> {
        self.columns.live()
    }

    pub fn column_name(&self, number: u16) -> Ident {
        self.columns.column_name(number)
    }

    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| constraint.name == *name)
    }

    pub fn is_partitioned(&self) -> bool {
        self.kind == TableKind::Partitioned
    }

    pub fn is_partition(&self) -> bool {
        self.bound.is_some()
    }

    /// It stands in some hierarchy: a change of it may reach other tables, or be refused because of them.
    pub fn is_related(&self) -> bool {
        self.is_partitioned() || !self.inherits.is_empty() || !self.children.is_empty()
    }

    pub fn primary_key(&self) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| constraint.is_primary_key())
    }
}

impl Rows {
    /// Certainly one or more.
    pub fn are_some(self) -> bool {
        matches!(self, Rows::Exactly(count) if count > 0)
    }

    /// After `more` rows were inserted; `None`: an unknown number.
    pub fn plus(self, more: Option<u64>) -> Self {
        match (self, more) {
            (Rows::Empty, Some(0)) => Rows::Empty,
            (Rows::Empty, Some(more)) => Rows::Exactly(more),
            (Rows::Exactly(rows), Some(more)) => Rows::Exactly(rows.saturating_add(more)),
            _ => Rows::Unknown,
        }
    }
}
