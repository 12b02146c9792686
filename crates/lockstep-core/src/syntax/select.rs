//! Queries as written: `SelectStmt` of `parsenodes.h`.

use crate::name::{Ident, QualifiedName};
use crate::syntax::expression::{Expr, FunctionCall, TypeName};

#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    pub recursive: bool,
    pub with: Vec<CommonTable>,
    pub body: Body,
    pub order: Vec<SortKey>,
    pub limit: Option<Limit>,
    pub offset: Option<Expr>,
    /// `FOR UPDATE` and its like.
    pub locks_rows: bool,
}

/// One query of `WITH`.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonTable {
    pub name: Ident,
    pub columns: Vec<Ident>,
    pub materialized: Option<bool>,
    pub query: Select,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Plain(Box<Plain>),
    Values(Vec<Vec<Expr>>),
    Set { operator: SetOperator, all: bool, left: Box<Select>, right: Box<Select> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    Union,
    Intersect,
    Except,
}

/// `SELECT … FROM … WHERE … GROUP BY … HAVING …`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plain {
    pub distinct: Distinct,
    pub targets: Vec<Target>,
    pub from: Vec<FromItem>,
    pub condition: Option<Expr>,
    pub group: Vec<Expr>,
    pub having: Option<Expr>,
    pub windows: Vec<(Ident, Window)>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Distinct {
    #[default]
    None,
    All,
    On(Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// `*`
    Star,
    /// `t.*`, `s.t.*`
    StarOf(Vec<Ident>),
    Value {
        value: Expr,
        label: Option<Ident>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum FromItem {
    Table {
        name: QualifiedName,
        only: bool,
        alias: Option<Alias>,
    },
    Query {
        query: Box<Select>,
        lateral: bool,
        alias: Option<Alias>,
    },
    Function {
        call: Expr,
        lateral: bool,
        ordinality: bool,
        alias: Option<Alias>,
        /// `AS t(a int, b text)`.
        definitions: Vec<(Ident, TypeName)>,
    },
    Join {
        left: Box<FromItem>,
        right: Box<FromItem>,
        kind: JoinKind,
        condition: JoinCondition,
        alias: Option<Alias>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Alias {
    pub name: Ident,
    pub columns: Vec<Ident>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    Inner,
    Left,
    Right,
    Full,
}

#[derive(Debug, Clone, PartialEq)]
pub enum JoinCondition {
    /// `CROSS JOIN`.
    None,
    On(Expr),
    Using(Vec<Ident>),
    Natural,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    pub value: Expr,
    pub descending: bool,
    pub nulls_first: Option<bool>,
    /// `USING operator`.
    pub using: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    All,
    Count(Expr),
    WithTies(Expr),
}

/// A window's definition, or the name of one (`OVER w`).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    pub name: Option<Ident>,
    /// `OVER w`, not `OVER (w …)`.
    pub is_reference: bool,
    pub partition: Vec<Expr>,
    pub order: Vec<SortKey>,
    /// The frame as written.
    pub frame: Option<String>,
}

/// What a call may have that only aggregates and window functions take.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AggregateSyntax {
    pub order: Vec<SortKey>,
    pub within_group: bool,
    pub filter: Option<Expr>,
    pub over: Option<Window>,
}

impl AggregateSyntax {
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let window = self.over.iter().flat_map(|it| it.partition.iter().chain(it.order.iter().map(|key| &key.value)));
        self.order.iter().map(|key| &key.value).chain(&self.filter).chain(window)
    }
}

impl Select {
    /// A plain `SELECT` or `VALUES` without any clause around it.
    pub(super) fn of(body: Body) -> Self {
        Select { recursive: false, with: vec![], body, order: vec![], limit: None, offset: None, locks_rows: false }
    }
}

/// The call of an item of `FROM`, where it is a plain one.
pub fn called(item: &Expr) -> Option<&FunctionCall> {
    match item {
        Expr::Function(call) => Some(call),
        _ => None,
    }
}
