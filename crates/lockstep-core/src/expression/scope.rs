//! What an expression may name, and where it stands.

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::PgError;
use crate::expression::Expression;
use crate::expression::query::Query;
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog::extension::Installed;
use crate::pg::date_order::DateOrder;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::pg::volatility::Volatility;
use crate::syntax::expression::{QueryText, TypeName};

/// Why there is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The server refuses it.
    Error(PgError),
    /// Beyond this model; the reason.
    Unknown(String),
}

impl From<PgError> for Refusal {
    fn from(error: PgError) -> Self {
        Refusal::Error(error)
    }
}

/// A type of the schema.
#[derive(Debug, Clone, PartialEq)]
pub enum UserTypeInfo {
    /// Labels in their order.
    Enum {
        labels: Vec<String>,
    },
    /// `constrained`: it has a `CHECK` or `NOT NULL`, itself or beneath.
    Domain {
        base: Type,
        constrained: bool,
    },
    Other,
}

/// A function that the schema makes, as far as calls of it go.
#[derive(Debug, Clone)]
pub struct Callable {
    pub id: u32,
    /// `prokind`.
    pub kind: char,
    pub result: Type,
    pub returns_set: bool,
    pub volatility: Volatility,
    pub strict: bool,
    pub arguments: Vec<Type>,
    pub names: Vec<String>,
    /// How many of the last arguments may be left out.
    pub defaults: usize,
    pub variadic: Option<Type>,
}

/// A function whose call is replaced by its body.
pub struct Inlined {
    pub body: Arc<Expression>,
    /// The number that its first parameter has in the body.
    pub first: u16,
}

/// What surrounds an expression.
pub trait Scope {
    fn version(&self) -> PgVersion;
    /// A column by its parts (`a`, `t.a`), or the server's refusal.
    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal>;
    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal>;
    fn user_type(&self, id: u32) -> Option<UserTypeInfo>;
    /// The attributes of a composite type, by their numbers; `None` where they are not known, or one is dropped.
    fn attributes(&self, _id: u32) -> Option<Vec<(Ident, Type)>> {
        None
    }
    /// A type's name, for messages.
    fn user_type_name(&self, id: u32) -> SmolStr;
    /// The relation that a `regclass` constant names.
    fn relation(&self, name: &str) -> Result<u32, Refusal>;
    /// It is run, and not kept: a constant need not be printed.
    fn is_run(&self) -> bool {
        false
    }
    /// Whether a constant of type `regtype` names a type; `None` where that is not known.
    fn names_type(&self, _text: &str) -> Option<bool> {
        None
    }
    /// Functions of that name that the schema makes; `None` where it cannot tell which there are.
    fn functions(&self, _name: &QualifiedName) -> Result<Option<Vec<Callable>>, Refusal> {
        Ok(None)
    }
    /// Extensions whose operators can be named without a schema.
    fn extensions(&self) -> Installed {
        Installed::none(self.version())
    }
    /// Whether there may be operators of that name that are not modelled.
    fn may_bring_operator(&self, _symbol: &str) -> bool {
        false
    }
    /// What planning puts in the place of a call of that function (`inline_function`), its parameters
    /// as columns, the first one's number, and what else decides.
    fn inlined(&self, _function: u32) -> Option<Inlined> {
        None
    }
    /// `$1` in the body of a function: the number it goes by as a column, and its type.
    fn parameter(&self, _number: u32) -> Option<(u16, Type)> {
        None
    }
    /// A subquery and the types of its results.
    fn subquery(&self, _query: &QueryText) -> Result<(Query, Vec<Type>), Refusal> {
        Err(Refusal::Unknown("subqueries are not modelled".to_owned()))
    }
    /// The window of that name (`WINDOW w AS …`).
    fn has_window(&self, _name: &Ident) -> bool {
        false
    }
    /// The session's `TimeZone`; `None` where not known.
    fn time_zone(&self) -> Option<String> {
        None
    }
    /// The order of the session's `DateStyle`; `None` where not known.
    fn date_order(&self) -> Option<DateOrder> {
        None
    }
}

/// Names at the time of printing: an expression holds numbers only, so renames need no care. Names
/// come quoted.
pub trait Names {
    fn column(&self, attribute: u16) -> String;
    fn user_type(&self, id: u32) -> SmolStr;
    fn relation(&self, id: u32) -> String;
    /// The bare name of a relation, and the names of its attributes, none where one is dropped.
    fn relation_parts(&self, _id: u32) -> Option<(Ident, Vec<Option<Ident>>)> {
        None
    }

    fn function(&self, _id: u32) -> String {
        "???".to_owned()
    }

    /// An attribute of a composite type.
    fn attribute(&self, _of: u32, _number: u16) -> String {
        "???".to_owned()
    }

    /// Whether columns are those of a row (`Var`), and not the value of a domain.
    fn has_columns(&self) -> bool {
        true
    }

    /// The schema that an operator has to be named with; `None` where its symbol is enough.
    fn schema_of(&self, _operator: u32) -> Option<Ident> {
        None
    }
}

/// `ParseExprKind`: where the expression stands, and so what it must not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Check,
    DomainCheck,
    Default,
    Generated,
    IndexExpression,
    IndexPredicate,
    Statistics,
    PartitionKey,
    PartitionBound,
    Using,
    Parameter,
    Policy,
    TriggerCondition,
    Body,
    Where,
    Set,
    Value,
    /// In a `VALUES` list of one row, which is a target list like that of `SELECT`.
    SingleValue,
    /// The results of a query.
    Select,
    Having,
    OrderBy,
    GroupBy,
    JoinOn,
    /// A function in `FROM`.
    FromFunction,
    Limit,
    Offset,
    Filter,
    /// `PARTITION BY` and `ORDER BY` of a window.
    Window,
}

impl Kind {
    pub(super) fn takes_aggregates(self) -> bool {
        matches!(self, Kind::Select | Kind::Having | Kind::OrderBy | Kind::Window)
    }

    pub(super) fn takes_windows(self) -> bool {
        matches!(self, Kind::Select | Kind::OrderBy)
    }

    pub(super) fn takes_sets(self) -> bool {
        matches!(self, Kind::Select | Kind::OrderBy | Kind::GroupBy | Kind::FromFunction)
    }

    /// Somewhere in a query or a statement on rows.
    pub(super) fn takes_queries(self) -> bool {
        self.takes_aggregates()
            || self.takes_sets()
            || matches!(
                self,
                Kind::Where
                    | Kind::Set
                    | Kind::Value
                    | Kind::SingleValue
                    | Kind::JoinOn
                    | Kind::Limit
                    | Kind::Offset
                    | Kind::Filter
            )
    }
}
