//! Expressions as written: the raw parse tree (`parsenodes.h`), before names and types are resolved.

use smallvec::{SmallVec, smallvec};

use crate::name::{Ident, QualifiedName};
use crate::syntax::select::AggregateSyntax;

#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `a`, `t.a`, `s.t.a`.
    Column(Vec<Ident>),
    Literal(Literal),
    /// `DEFAULT`, which stands for itself in `VALUES` and `SET`.
    Default,
    /// `$1`.
    Parameter(u32),
    /// `- a`, `@ a`; `NOT` is [`Expr::Not`].
    Unary {
        operator: Operator,
        operand: Box<Expr>,
    },
    Binary {
        left: Box<Expr>,
        operator: Operator,
        right: Box<Expr>,
    },
    /// `a AND b AND c` flattened as the grammar does (`makeAndExpr`); parentheses keep their own level.
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    IsNull {
        operand: Box<Expr>,
        negated: bool,
    },
    /// `IS [NOT] TRUE | FALSE | UNKNOWN`.
    IsTruth {
        operand: Box<Expr>,
        value: Option<bool>,
        negated: bool,
    },
    IsDistinct {
        left: Box<Expr>,
        right: Box<Expr>,
        negated: bool,
    },
    In {
        operand: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    Between {
        operand: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        symmetric: bool,
        negated: bool,
    },
    Like {
        kind: LikeKind,
        operand: Box<Expr>,
        pattern: Box<Expr>,
        escape: Option<Box<Expr>>,
        negated: bool,
    },
    /// `left operator ANY | ALL (array)`.
    Quantified {
        left: Box<Expr>,
        operator: Operator,
        all: bool,
        array: Box<Expr>,
    },
    Cast {
        operand: Box<Expr>,
        type_name: TypeName,
    },
    /// `date '2024-01-01'`, `interval '1 day'`: a string constant with a type in front.
    TypedLiteral {
        type_name: TypeName,
        text: String,
    },
    Function(FunctionCall),
    /// `CURRENT_DATE`, `CURRENT_TIMESTAMP(3)`, `CURRENT_USER` …, lower case.
    Value {
        keyword: String,
        precision: Option<u32>,
    },
    Case {
        operand: Option<Box<Expr>>,
        whens: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Coalesce(Vec<Expr>),
    NullIf(Box<Expr>, Box<Expr>),
    /// `GREATEST (…)` or `LEAST (…)`.
    MinMax {
        greatest: bool,
        arguments: Vec<Expr>,
    },
    AtTimeZone {
        operand: Box<Expr>,
        zone: Box<Expr>,
    },
    Array(Vec<Expr>),
    /// `ROW (a, b)`, `(a, b)`.
    Row(Vec<Expr>),
    /// `a[1]`, `a[1:2]`.
    Subscript {
        operand: Box<Expr>,
        index: Box<Expr>,
        upper: Option<Box<Expr>>,
    },
    /// `(composite).field`.
    Field {
        operand: Box<Expr>,
        name: Ident,
    },
    Collate {
        operand: Box<Expr>,
        collation: QualifiedName,
    },
    /// A subquery in any position; only the relations it names are known.
    Query(Box<QueryText>),
    /// Valid for the parser, without a tree of its own here.
    Opaque(String),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Null,
    Boolean(bool),
    /// Digits as written, `_` and radix resolved; may exceed 64 bits (then its type is numeric).
    Integer(String),
    /// With a fraction or an exponent, as written.
    Decimal(String),
    String(String),
    /// `B'01'`.
    Bits(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeKind {
    Like,
    ILike,
    SimilarTo,
}

/// An operator's name, with a schema where written `OPERATOR(schema.=)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub schema: Option<Ident>,
    pub symbol: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FunctionCall {
    pub name: QualifiedName,
    pub arguments: Vec<Argument>,
    /// `count(*)`.
    pub star: bool,
    pub distinct: bool,
    /// The form it was written in, where the server prints it back in that form.
    pub form: FunctionForm,
    /// `OVER`, `FILTER`, `WITHIN GROUP` or `ORDER BY`: more than a plain call.
    pub syntax: Option<Box<AggregateSyntax>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    pub name: Option<Ident>,
    pub variadic: bool,
    pub value: Expr,
}

/// Mirrors `CoercionForm`: `COERCE_EXPLICIT_CALL` against `COERCE_SQL_SYNTAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionForm {
    Call,
    /// `EXTRACT(year FROM x)`, `POSITION(a IN b)`, `TRIM(BOTH FROM x)`, `SUBSTRING(a FROM 1)` …
    SqlSyntax,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeName {
    /// Lower-cased words of the grammar's own types (`character varying`, `timestamp with time zone`,
    /// `int4` stays `int4`), or the name of any other type.
    pub name: QualifiedName,
    /// `(50)`, `(10,2)`, and for other types any constants.
    pub modifiers: Vec<String>,
    /// `interval day to second` and the like.
    pub interval_fields: Option<String>,
    /// Number of array dimensions written.
    pub array_dimensions: u8,
    pub set_of: bool,
    /// `%TYPE`.
    pub percent_type: bool,
}

/// A query kept as text, with what it reads and writes.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryText {
    /// As written (whitespace kept).
    pub text: String,
    /// Relations in `FROM`/`JOIN`/subqueries, common table expressions left out.
    pub reads: Vec<QualifiedName>,
    /// Relations locked by `FOR UPDATE` / `FOR SHARE` (or, where no `OF` is written, all of them).
    pub locks_rows: Vec<QualifiedName>,
    /// Tables in every `FROM`, with the names they go by; `None` where anything else stands there.
    pub sources: Option<Vec<(QualifiedName, Ident)>>,
    /// Columns named anywhere in it, by their parts.
    pub columns: Vec<Vec<Ident>>,
    /// Names that the query gives to its own results.
    pub labels: Vec<Ident>,
    /// Functions called anywhere in it.
    pub functions: Vec<QualifiedName>,
    /// All of it, where its rows can be computed one by one.
    pub by_row: Option<Box<RowQuery>>,
    /// What it stands for in an expression.
    pub form: QueryForm,
    /// How many rows it yields, where its text says so.
    pub rows: Option<u64>,
    /// Data-changing common table expressions, or anything else that is more than a plain read.
    pub writes: bool,
}

/// `SubLinkType`, as far as the query itself tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QueryForm {
    /// A value, or the right side of `IN`, `ANY` or `ALL`.
    #[default]
    Plain,
    Exists,
    Array,
}

impl QueryText {
    pub(super) fn with_form(self, form: QueryForm) -> Self {
        QueryText { form, ..self }
    }
}

/// `SELECT` of expressions over one source, without grouping, order or limit.
#[derive(Debug, Clone, PartialEq)]
pub struct RowQuery {
    /// `None`: `*`.
    pub results: Option<Vec<Expr>>,
    pub source: RowSource,
    pub condition: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RowSource {
    /// No `FROM`: one row.
    Nothing,
    Table {
        name: QualifiedName,
        alias: Option<Ident>,
    },
    /// `generate_series(…) AS alias(column)`.
    Series {
        bounds: Vec<Expr>,
        alias: Ident,
        column: Ident,
    },
}

/// Expressions that wait to be seen.
type Open<'a> = SmallVec<[&'a Expr; 8]>;

impl Expr {
    /// Calls `see` for the expression and everything inside it.
    pub fn visit(&self, see: &mut impl FnMut(&Expr)) {
        let mut open: Open<'_> = smallvec![self];
        while let Some(it) = open.pop() {
            see(it);
            it.children(&mut open);
        }
    }

    fn children<'a>(&'a self, found: &mut Open<'a>) {
        match self {
            Expr::Column(_)
            | Expr::Literal(_)
            | Expr::Default
            | Expr::Parameter(_)
            | Expr::TypedLiteral { .. }
            | Expr::Value { .. }
            | Expr::Query(_)
            | Expr::Opaque(_) => {}
            Expr::Unary { operand, .. }
            | Expr::Not(operand)
            | Expr::IsNull { operand, .. }
            | Expr::IsTruth { operand, .. }
            | Expr::Cast { operand, .. }
            | Expr::Field { operand, .. }
            | Expr::Collate { operand, .. } => found.push(operand),
            Expr::Binary { left, right, .. }
            | Expr::IsDistinct { left, right, .. }
            | Expr::NullIf(left, right)
            | Expr::AtTimeZone { operand: left, zone: right }
            | Expr::Quantified { left, array: right, .. } => found.extend([&**left, &**right]),
            Expr::And(items)
            | Expr::Or(items)
            | Expr::Coalesce(items)
            | Expr::Array(items)
            | Expr::Row(items)
            | Expr::MinMax { arguments: items, .. } => found.extend(items),
            Expr::In { operand, list, .. } => {
                found.push(operand);
                found.extend(list);
            }
            Expr::Between { operand, low, high, .. } => found.extend([&**operand, &**low, &**high]),
            Expr::Like { operand, pattern, escape, .. } => {
                found.extend([&**operand, &**pattern]);
                found.extend(escape.as_deref());
            }
            Expr::Function(call) => {
                found.extend(call.arguments.iter().map(|argument| &argument.value));
                found.extend(call.syntax.iter().flat_map(|it| it.expressions()));
            }
            Expr::Case { operand, whens, otherwise } => {
                found.extend(operand.as_deref());
                found.extend(whens.iter().flat_map(|(when, then)| [when, then]));
                found.extend(otherwise.as_deref());
            }
            Expr::Subscript { operand, index, upper } => {
                found.extend([&**operand, &**index]);
                found.extend(upper.as_deref());
            }
        }
    }
}
