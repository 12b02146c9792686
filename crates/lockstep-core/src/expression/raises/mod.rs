//! What computing an expression may raise, whatever the rows are: the SQLSTATEs of `ereport` in the functions
//! behind it. What is not listed here is not known.

mod conversion;
mod function;
mod operator;
mod query;

use crate::expression::node::{Constant, Expression, Node, Subscript};
use crate::expression::query::SubQueryUse;
use crate::pg::sqlstate::{self, SqlState};
use crate::pg::types::Type;

use crate::expression::scope::Scope;
use crate::expression::typing::base_type;

pub use query::of_query;

/// SQLSTATEs that a computation may end in; as an error, why that is not known.
pub type Raised = Result<(), String>;

/// What is gathered on the walk.
pub struct Raises<'a> {
    pub(super) scope: &'a dyn Scope,
    pub states: Vec<SqlState>,
    /// Functions of the schema that are called: what they raise is the caller's to find out.
    pub functions: Vec<u32>,
    /// Only what planning computes: expressions over constants.
    planning: bool,
}

impl<'a> Raises<'a> {
    pub fn new(scope: &'a dyn Scope) -> Self {
        Raises { scope, states: vec![], functions: vec![], planning: false }
    }

    /// Of a query that is planned, and not run.
    pub fn while_planning(scope: &'a dyn Scope) -> Self {
        Raises { planning: true, ..Raises::new(scope) }
    }

    pub(super) fn may(&mut self, state: SqlState) {
        if !self.states.contains(&state) {
            self.states.push(state);
        }
    }

    fn all<'b>(&mut self, items: impl IntoIterator<Item = &'b Expression>) -> Raised {
        items.into_iter().try_for_each(|it| self.expression(it))
    }

    pub(super) fn base(&self, it: &Expression) -> Type {
        base_type(it.type_, self.scope)
    }

    pub fn expression(&mut self, it: &Expression) -> Raised {
        if self.planning && !is_constant(it) {
            return match &it.node {
                Node::Query(inner) => self.query(&inner.query),
                _ => self.all(it.children()),
            };
        }
        match &it.node {
            Node::Column(_) | Node::Constant(_) | Node::Value(_) | Node::CaseTest => Ok(()),
            Node::Function { function, arguments, .. } => {
                self.all(arguments)?;
                self.function(function, arguments, it.type_)
            }
            Node::Operator { operator, arguments }
            | Node::Distinct { operator, arguments }
            | Node::NullIf { operator, arguments } => {
                self.all(arguments)?;
                self.operator(operator, &arguments.iter().collect::<Vec<_>>())
            }
            Node::ScalarArray { operator, left, array, .. } => {
                self.expression(left)?;
                self.expression(array)?;
                let element = base_type(array.type_, self.scope).element().unwrap_or(array.type_);
                let element = Expression::new(Node::CaseTest, element);
                self.operator(operator, &[&**left, &element])
            }
            Node::ThroughText { operand, .. } => {
                self.expression(operand)?;
                self.through_text(self.base(operand), base_type(it.type_, self.scope))
            }
            Node::ToDomain { operand, .. } => {
                self.expression(operand)?;
                self.domain(it.type_)
            }
            Node::Array(items) => {
                self.all(items)?;
                if items.iter().any(|item| self.base(item).array) {
                    self.may(sqlstate::ARRAY_SUBSCRIPT_ERROR);
                }
                Ok(())
            }
            Node::Subscript { operand, subscripts } => {
                self.expression(operand)?;
                for subscript in subscripts {
                    match subscript {
                        Subscript::Element(index) => self.expression(index)?,
                        Subscript::Slice(low, high) => self.all(low.iter().chain(high))?,
                    }
                }
                Ok(())
            }
            Node::Query(inner) => {
                if let SubQueryUse::Compare { left, operator, .. } = &inner.use_ {
                    self.expression(left)?;
                    let result = inner.query.targets.first().map_or(left.type_, |it| it.value.type_);
                    let result = Expression::new(Node::CaseTest, result);
                    self.operator(operator, &[left, &result])?;
                }
                if matches!(inner.use_, SubQueryUse::Value) && !query::yields_one_row(&inner.query) {
                    self.may(sqlstate::CARDINALITY_VIOLATION);
                }
                self.query(&inner.query)
            }
            Node::Aggregate(call) => {
                self.all(call.expressions())?;
                self.aggregate(call)
            }
            Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::NullTest { .. }
            | Node::BooleanTest { .. }
            | Node::Case { .. }
            | Node::Coalesce(_)
            | Node::MinMax { .. }
            | Node::Relabel { .. }
            | Node::ConvertArray { .. }
            | Node::Collate { .. }
            | Node::Row(_)
            | Node::Composite { .. }
            | Node::Field { .. }
            | Node::Named { .. } => self.all(it.children()),
        }
    }

    /// `ExecEvalCoerceToDomain`.
    fn domain(&mut self, type_: Type) -> Raised {
        use crate::expression::scope::UserTypeInfo;
        use crate::pg::types::TypeRef;
        if let TypeRef::User(id) = type_.base
            && let Some(UserTypeInfo::Domain { constrained: false, .. }) = self.scope.user_type(id)
        {
            return Ok(());
        }
        self.may(sqlstate::CHECK_VIOLATION);
        self.may(sqlstate::NOT_NULL_VIOLATION);
        Ok(())
    }
}

/// `eval_const_expressions` computes it.
fn is_constant(it: &Expression) -> bool {
    let mut constant = true;
    it.visit(&mut |it| {
        let varies = matches!(it.node, Node::Column(_) | Node::CaseTest | Node::Query(_) | Node::Aggregate(_));
        constant &= !varies;
    });
    constant
}

/// The text of a constant.
fn constant(it: &Expression) -> Option<&str> {
    match &it.node {
        Node::Constant(Constant::Text(text)) => Some(text),
        Node::Relabel { operand, .. } | Node::Collate { operand, .. } | Node::Named { operand, .. } => {
            constant(operand)
        }
        // A number of another width is the same number.
        Node::Function { function, arguments, .. } if function.name.is_empty() && arguments.len() == 1 => {
            constant(&arguments[0])
        }
        _ => None,
    }
}

fn is_null(it: &Expression) -> bool {
    match &it.node {
        Node::Constant(Constant::Null) => true,
        Node::Relabel { operand, .. } => is_null(operand),
        _ => false,
    }
}
