//! Partitioning: what `pg_partitioned_table` and `pg_class.relpartbound` hold.

use triomphe::Arc;

use crate::name::quote_literal;
use crate::pg::types::Type;
use crate::schema::index::IndexKey;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    Range,
    List,
    Hash,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PartitionKey {
    pub strategy: Strategy,
    /// Columns and expressions, as those of an index.
    pub keys: Vec<IndexKey>,
}

/// A constant as its type prints it; `None` is null.
pub type Datum = Option<Arc<str>>;

/// One end of a range, in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    MinValue,
    Value(Arc<str>),
    MaxValue,
}

/// `PartitionBoundSpec`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    Default,
    List(Vec<Datum>),
    Range { from: Vec<Limit>, to: Vec<Limit> },
    Hash { modulus: u32, remainder: u32 },
}

impl Strategy {
    pub fn word(self) -> &'static str {
        match self {
            Strategy::Range => "RANGE",
            Strategy::List => "LIST",
            Strategy::Hash => "HASH",
        }
    }
}

impl PartitionKey {
    /// Attribute numbers that the key reads, in columns and in expressions.
    pub fn columns(&self) -> Vec<u16> {
        self.keys.iter().flat_map(IndexKey::columns).collect()
    }

    pub fn types(&self) -> Vec<Type> {
        self.keys.iter().map(|key| key.type_).collect()
    }
}

impl Bound {
    /// `pg_get_expr(relpartbound)`; `types` are those of the key.
    pub fn print(&self, types: &[Type]) -> String {
        let type_at = |place: usize| types.get(place).copied().unwrap_or(Type::TEXT);
        match self {
            Bound::Default => "DEFAULT".to_owned(),
            Bound::List(values) => {
                let values: Vec<String> = values
                    .iter()
                    .map(|value| match value {
                        Some(text) => print_constant(text, type_at(0)),
                        None => "NULL".to_owned(),
                    })
                    .collect();
                format!("FOR VALUES IN ({})", values.join(", "))
            }
            Bound::Range { from, to } => {
                let side = |limits: &[Limit]| {
                    let limits: Vec<String> = limits
                        .iter()
                        .enumerate()
                        .map(|(place, limit)| match limit {
                            Limit::MinValue => "MINVALUE".to_owned(),
                            Limit::MaxValue => "MAXVALUE".to_owned(),
                            Limit::Value(text) => print_constant(text, type_at(place)),
                        })
                        .collect();
                    limits.join(", ")
                };
                format!("FOR VALUES FROM ({}) TO ({})", side(from), side(to))
            }
            Bound::Hash { modulus, remainder } => {
                format!("FOR VALUES WITH (modulus {modulus}, remainder {remainder})")
            }
        }
    }
}

/// `get_const_expr` without a label of the type.
pub fn print_constant(text: &str, type_: Type) -> String {
    match type_.bare() {
        Type::INT4 if !text.starts_with('-') => text.to_owned(),
        Type::NUMERIC if text.starts_with(|it: char| it.is_ascii_digit()) && text.contains(['e', 'E', '.']) => {
            text.to_owned()
        }
        Type::BOOL => if text == "t" { "true" } else { "false" }.to_owned(),
        _ => quote_literal(text),
    }
}
