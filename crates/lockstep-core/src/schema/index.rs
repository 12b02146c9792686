//! Indexes: what `pg_index` holds.

use crate::schema::few::Few;
use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::name::{Ident, QualifiedName};
use crate::pg::types::Type;

#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    pub table: RelationId,
    /// `btree`, `gin` …
    pub method: Ident,
    pub keys: Vec<IndexKey>,
    /// `INCLUDE`: attribute numbers.
    pub include: Vec<u16>,
    pub unique: bool,
    pub primary: bool,
    pub exclusion: bool,
    /// `indimmediate`: false for a deferrable constraint.
    pub immediate: bool,
    pub nulls_not_distinct: bool,
    pub valid: bool,
    pub ready: bool,
    pub clustered: bool,
    pub replica_identity: bool,
    pub predicate: Option<Arc<Expression>>,
    /// Of a partitioned table: it holds nothing itself, its partitions do.
    pub partitioned: bool,
    /// The index of the partitioned table that this one is a partition of.
    pub parent: Option<RelationId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct IndexKey {
    pub column: KeyColumn,
    pub type_: Type,
    /// A collation other than the column's.
    pub collation: Option<QualifiedName>,
    /// An operator class other than the default one of type and method, as it is printed.
    pub operator_class: Option<QualifiedName>,
    /// Its parameters, `name=value`.
    pub class_options: Vec<String>,
    pub descending: bool,
    pub nulls_first: bool,
    /// `SET STATISTICS` of an expression.
    pub statistics: Option<i32>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum KeyColumn {
    Attribute(u16),
    Expression(Arc<Expression>),
}

impl IndexKey {
    /// The parameters of its operator class, as a statement writes them.
    pub fn written_options(&self) -> Vec<(Ident, Option<String>)> {
        let options = self.class_options.iter().filter_map(|it| it.split_once('='));
        options.map(|(name, value)| (Ident::new(name), Some(value.to_owned()))).collect()
    }

    /// Attribute numbers that it reads.
    pub fn columns(&self) -> Few<u16> {
        match &self.column {
            KeyColumn::Attribute(number) => Few::from_iter([*number]),
            KeyColumn::Expression(expression) => expression.columns(),
        }
    }
}

impl Index {
    /// Attribute numbers of the keys; `None` where one is an expression.
    pub fn key_columns(&self) -> Option<Vec<u16>> {
        self.keys
            .iter()
            .map(|key| match key.column {
                KeyColumn::Attribute(number) => Some(number),
                KeyColumn::Expression(_) => None,
            })
            .collect()
    }

    /// Of a key `WITHOUT OVERLAPS`: unique by exclusion.
    pub fn is_temporal(&self) -> bool {
        self.unique && self.exclusion
    }

    pub fn has_expressions(&self) -> bool {
        self.keys.iter().any(|key| matches!(key.column, KeyColumn::Expression(_)))
    }

    /// Keys that are expressions.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.keys.iter().filter_map(|key| match &key.column {
            KeyColumn::Expression(expression) => Some(&**expression),
            KeyColumn::Attribute(_) => None,
        })
    }

    /// Every column it reads: keys, `INCLUDE`, expressions and predicate.
    pub fn columns(&self) -> Few<u16> {
        let keys = self.keys.iter().flat_map(IndexKey::columns);
        let predicate = self.predicate.iter().flat_map(|predicate| predicate.columns());
        keys.chain(self.include.iter().copied()).chain(predicate).collect()
    }
}
