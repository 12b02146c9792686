//! Comparisons with a grammar of their own: `IN`, `BETWEEN`, `LIKE`, `IS DISTINCT FROM`, `NULLIF`.

use crate::expression::Context;
use crate::expression::analyze::{Analysis, is_null_literal};
use crate::expression::function;
use crate::expression::node::{Expression, Node};
use crate::expression::operator;
use crate::expression::scope::Refusal;
use crate::expression::typing::{self, can_coerce};
use crate::name::{Ident, QualifiedName};
use crate::pg::types::Type;
use crate::syntax::expression::{Argument, Expr, FunctionCall, FunctionForm, LikeKind};

impl Analysis<'_> {
    pub(super) fn binary(&mut self, symbol: &str, left: &Expr, right: &Expr) -> Result<Expression, Refusal> {
        let left = self.expression(left)?;
        let right = self.expression(right)?;
        self.compare(symbol, left, right)
    }

    fn compare(&self, symbol: &str, left: Expression, right: Expression) -> Result<Expression, Refusal> {
        if matches!((&left.node, &right.node), (Node::Row(_), Node::Row(_))) {
            return Err(Refusal::Unknown("comparisons of rows are not modelled".to_owned()));
        }
        operator::make(symbol, vec![left, right], self.scope)
    }

    /// `transformAExprDistinct`.
    pub(super) fn distinct(&mut self, left: &Expr, right: &Expr, negated: bool) -> Result<Expression, Refusal> {
        let left = self.expression(left)?;
        let right = self.expression(right)?;
        // Against a literal null it is a test for null.
        let tested = match (is_null_literal(&left), is_null_literal(&right)) {
            (_, true) => Some(left.clone()),
            (true, false) => Some(right.clone()),
            (false, false) => None,
        };
        if let Some(operand) = tested {
            let node = Node::NullTest { operand: Box::new(operand), negated: !negated };
            return Ok(Expression::new(node, Type::BOOL));
        }
        if matches!((&left.node, &right.node), (Node::Row(_), Node::Row(_))) {
            return Err(Refusal::Unknown("comparisons of rows are not modelled".to_owned()));
        }
        let (operator, arguments, _) = operator::resolve("=", vec![left, right], self.scope)?;
        let made = Expression::new(Node::Distinct { operator, arguments }, Type::BOOL);
        Ok(match negated {
            true => Expression::new(Node::Not(Box::new(made)), Type::BOOL),
            false => made,
        })
    }

    /// `transformAExprNullIf`: the result is the first operand, converted as the comparison needs it.
    pub(super) fn null_if(&mut self, first: &Expr, second: &Expr) -> Result<Expression, Refusal> {
        let first = self.expression(first)?;
        let second = self.expression(second)?;
        let (operator, arguments, _) = operator::resolve("=", vec![first, second], self.scope)?;
        let type_ = arguments.first().map_or(Type::TEXT, |it| it.type_);
        Ok(Expression::new(Node::NullIf { operator, arguments }, type_))
    }

    /// `transformAExprIn`: constants are compared as one array, columns one by one.
    pub(super) fn within(&mut self, operand: &Expr, list: &[Expr], negated: bool) -> Result<Expression, Refusal> {
        let symbol = if negated { "<>" } else { "=" };
        let left = self.expression(operand)?;
        let items = self.list(list)?;
        let constants: Vec<&Expression> = items.iter().filter(|it| it.columns().is_empty()).collect();
        let mut result: Option<Expression> = None;
        let mut rest: Vec<Expression> = items.clone();
        if constants.len() > 1 {
            let types: Vec<Type> = [left.type_].into_iter().chain(constants.iter().map(|it| it.type_)).collect();
            let common = typing::select_common(&types, self.scope).ok().filter(|common| {
                // `verify_common_type`, and a type that has arrays.
                types.iter().all(|it| can_coerce(&[*it], &[*common], Context::Implicit, self.scope))
                    && !common.array
                    && !common.is(Type::RECORD)
            });
            if let Some(common) = common {
                let elements = constants
                    .iter()
                    .map(|it| self.coerce_to_common((*it).clone(), common, "IN"))
                    .collect::<Result<Vec<_>, _>>()?;
                let modifier = crate::expression::node::common_modifier(&elements, common);
                let array = Expression::new(Node::Array(elements), common.array_of().with_modifier(modifier));
                result = Some(operator::make_scalar_array(symbol, !negated, left.clone(), array, self.scope)?);
                rest.retain(|it| !it.columns().is_empty());
            }
        }
        for item in rest {
            let test = self.compare(symbol, left.clone(), item)?;
            let test = self.boolean(test, "IN")?;
            result = Some(match (result, negated) {
                (None, _) => test,
                (Some(before), false) => Expression::new(Node::Or(vec![before, test]), Type::BOOL),
                (Some(before), true) => Expression::new(Node::And(vec![before, test]), Type::BOOL),
            });
        }
        result.ok_or_else(|| Refusal::Unknown("an empty list is not modelled".to_owned()))
    }

    /// `transformAExprBetween`.
    pub(super) fn between(
        &mut self,
        operand: &Expr,
        low: &Expr,
        high: &Expr,
        symmetric: bool,
        negated: bool,
    ) -> Result<Expression, Refusal> {
        let operand = self.expression(operand)?;
        let low = self.expression(low)?;
        let high = self.expression(high)?;
        let pair = |low: &Expression, high: &Expression| {
            let (first, second) = if negated { ("<", ">") } else { (">=", "<=") };
            let tests = vec![
                self.compare(first, operand.clone(), low.clone())?,
                self.compare(second, operand.clone(), high.clone())?,
            ];
            Ok::<_, Refusal>(Expression::new(if negated { Node::Or(tests) } else { Node::And(tests) }, Type::BOOL))
        };
        if !symmetric {
            return pair(&low, &high);
        }
        let tests = vec![pair(&low, &high)?, pair(&high, &low)?];
        Ok(Expression::new(if negated { Node::And(tests) } else { Node::Or(tests) }, Type::BOOL))
    }

    /// `LIKE` and its kind are operators, their `ESCAPE` a function (`gram.y`).
    pub(super) fn like(
        &mut self,
        kind: LikeKind,
        operand: &Expr,
        pattern: &Expr,
        escape: Option<&Expr>,
        negated: bool,
    ) -> Result<Expression, Refusal> {
        let left = self.expression(operand)?;
        let function = match (kind, escape) {
            (LikeKind::SimilarTo, _) => Some("similar_to_escape"),
            (_, Some(_)) => Some("like_escape"),
            (_, None) => None,
        };
        let right = match function {
            None => self.expression(pattern)?,
            Some(name) => {
                let values: Vec<&Expr> = [pattern].into_iter().chain(escape).collect();
                self.system_call(name, &values, FunctionForm::Call)?
            }
        };
        self.compare(symbol_of(kind, negated), left, right)
    }

    pub(super) fn at_time_zone(&mut self, operand: &Expr, zone: &Expr) -> Result<Expression, Refusal> {
        self.system_call("timezone", &[zone, operand], FunctionForm::SqlSyntax)
    }

    fn system_call(&mut self, name: &str, values: &[&Expr], form: FunctionForm) -> Result<Expression, Refusal> {
        let arguments = values.iter().map(|it| self.expression(it)).collect::<Result<Vec<_>, _>>()?;
        let placeholders = values.iter().map(|_| Argument {
            name: None,
            variadic: false,
            value: Expr::Literal(crate::syntax::expression::Literal::Null),
        });
        let call = FunctionCall {
            name: QualifiedName { schema: Some(Ident::new("pg_catalog")), name: Ident::new(name) },
            arguments: placeholders.collect(),
            star: false,
            distinct: false,
            form,
            syntax: None,
        };
        function::call(&call, arguments, self.scope, self.kind)
    }
}

/// The operator that a pattern match stands for.
pub(super) fn symbol_of(kind: LikeKind, negated: bool) -> &'static str {
    match (kind, negated) {
        (LikeKind::Like, false) => "~~",
        (LikeKind::Like, true) => "!~~",
        (LikeKind::ILike, false) => "~~*",
        (LikeKind::ILike, true) => "!~~*",
        (LikeKind::SimilarTo, false) => "~",
        (LikeKind::SimilarTo, true) => "!~",
    }
}
