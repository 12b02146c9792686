//! Expressions as the server stores them: names and types resolved, every conversion explicit. From
//! these come the text that the server prints back, volatility, dependencies and rewrites.

mod analyze;
mod scope;

use std::collections::BTreeSet;

use crate::pg::types::Type;

pub use analyze::{analyze, analyze_boolean};
pub use crate::pg::volatility::Volatility;
pub use scope::{Kind, Names, Refusal, Scope, UserTypeInfo};

/// `CoercionContext`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    Implicit,
    Assignment,
    Explicit,
}

/// What rows that exist get for a column added with a default (`attmissingval`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// As the server prints the array: `{active}`.
    Value(String),
    Null,
    /// The default is volatile: every row gets its own, by a rewrite.
    Volatile,
    Unknown,
}

/// A typed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    type_: Type,
}

impl Expression {
    /// A column, as `Var`.
    pub fn column(_attribute: u16, type_: Type) -> Self {
        Expression { type_ }
    }

    /// `nextval('sequence'::regclass)`, converted to the type of a serial column.
    pub fn nextval(_sequence: u32, column_type: &Type) -> Self {
        Expression { type_: *column_type }
    }

    pub fn type_(&self) -> &Type {
        &self.type_
    }

    /// `pg_get_expr`, as `ruleutils.c` prints it.
    pub fn deparse(&self, _names: &dyn Names) -> String {
        String::new()
    }

    /// `looks_like_function` of `ruleutils.c`: an index key that needs no parentheses.
    pub fn looks_like_function(&self) -> bool {
        false
    }

    /// Attribute numbers of the columns read.
    pub fn columns(&self) -> BTreeSet<u16> {
        BTreeSet::new()
    }

    /// Relations named by constants of type `regclass`.
    pub fn relations(&self) -> BTreeSet<u32> {
        BTreeSet::new()
    }

    /// Types of the schema that the expression needs.
    pub fn user_types(&self) -> BTreeSet<u32> {
        BTreeSet::new()
    }

    /// The strongest volatility of any function inside.
    pub fn volatility(&self) -> Volatility {
        Volatility::Immutable
    }

    /// Whether a valid `CHECK` of this expression proves that the column holds no null
    /// (`ConstraintImpliedByRelConstraint`).
    pub fn implies_not_null(&self, _column: u16) -> bool {
        false
    }

    /// The same expression over other attribute numbers (`map_variable_attnos`).
    pub fn remap_columns(&self, _to: &dyn Fn(u16) -> u16) -> Expression {
        self.clone()
    }
}

/// `coerce_to_target_type`. `None`: there is no such conversion in this context.
pub fn coerce_to_target(
    _expression: Expression,
    _target: &Type,
    _context: Context,
    _scope: &dyn Scope,
) -> Result<Option<Expression>, Refusal> {
    Err(Refusal::Unknown("conversions are not modelled".to_owned()))
}

/// The conversion that `ALTER COLUMN … TYPE` without `USING` applies (`ATPrepAlterColumnType`).
pub fn type_change(column: u16, from: &Type, to: &Type, scope: &dyn Scope) -> Result<Option<Expression>, Refusal> {
    coerce_to_target(Expression::column(column, *from), to, Context::Assignment, scope)
}

/// `ATColumnChangeRequiresRewrite` over the conversion of a column. `None`: not known.
pub fn requires_rewrite(_conversion: &Expression, _column: u16, _scope: &dyn Scope) -> Option<bool> {
    None
}

/// What a default stores for the rows that exist.
pub fn constant_value(_default: &Expression, _scope: &dyn Scope) -> Stored {
    Stored::Unknown
}

/// Whether a foreign key may compare the types (`ATAddForeignKeyConstraint`). `None`: not known.
pub fn can_compare_for_foreign_key(_referencing: &Type, _referenced: &Type) -> Option<bool> {
    None
}
