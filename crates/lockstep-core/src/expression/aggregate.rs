//! Calls of aggregates and window functions, and subqueries: `parse_agg.c` and `transformSubLink`.

use crate::effect::PgError;
use crate::expression::analyze::Analysis;
use crate::expression::node::{Expression, Node};
use crate::expression::query::{Aggregate, Sort, SubQuery, SubQueryUse, Window};
use crate::expression::scope::{Kind, Refusal, Scope};
use crate::expression::{function, operator};
use crate::pg::catalog;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::syntax::expression::{Argument, Expr, FunctionCall, QueryForm, QueryText};
use crate::syntax::select;

/// Whether the name is that of an aggregate or window function of the server's own.
pub(super) fn is_one(call: &FunctionCall, scope: &dyn Scope) -> bool {
    catalog::functions(call.name.name.as_str(), scope.version()).any(|row| row.kind == 'a' || row.kind == 'w')
}

impl Analysis<'_> {
    /// `transformAggregateCall` and `transformWindowFuncCall`.
    pub(super) fn aggregate(&mut self, call: &FunctionCall) -> Result<Expression, Refusal> {
        let syntax = call.syntax.as_deref().cloned().unwrap_or_default();
        let outer = self.kind;
        let mut arguments = vec![];
        // What stands inside is no place for another aggregate, but in a window function.
        for argument in &call.arguments {
            arguments.push(self.expression(&argument.value)?);
        }
        let order = self.sort(&syntax.order)?;
        let direct = arguments.len();
        let mut looked_up = call.clone();
        looked_up.syntax = None;
        if syntax.within_group {
            for (key, sort) in syntax.order.iter().zip(&order) {
                looked_up.arguments.push(Argument { name: None, variadic: false, value: key.value.clone() });
                arguments.push(sort.value.clone());
            }
        }
        let has_over = syntax.over.is_some();
        if !has_over && arguments.iter().any(calls_aggregate) {
            let message = "aggregate function calls cannot be nested";
            return Err(PgError::new(sqlstate::GROUPING_ERROR, message).into());
        }
        let kind = if has_over { Kind::Select } else { outer };
        let made = function::call(&looked_up, arguments, self.scope, kind)?;
        let type_ = made.type_;
        let Node::Function { function, mut arguments, variadic, .. } = made.node else {
            return Ok(made);
        };
        let row = catalog::functions(function.name, self.scope.version()).find(|row| row.function.oid == function.oid);
        let Some(row) = row.filter(|row| matches!(row.kind, 'a' | 'w')) else {
            return match call.star || call.distinct || call.syntax.is_some() {
                true => Err(Refusal::Unknown(format!("{} is no aggregate", call.name))),
                false => Ok(Expression::new(
                    Node::Function { function, arguments, variadic, form: super::node::Form::Call },
                    type_,
                )),
            };
        };
        if variadic {
            return Err(Refusal::Unknown("a variadic aggregate is not modelled".to_owned()));
        }
        if row.kind == 'w' && !has_over {
            let message = format!("window function {} requires an OVER clause", function.name);
            return Err(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message).into());
        }
        if syntax.within_group {
            arguments.truncate(direct);
        }
        let filter = match &syntax.filter {
            Some(condition) => Some(super::analyze_boolean(condition, self.scope, Kind::Filter)?),
            None => None,
        };
        let over = syntax.over.as_ref().map(|window| self.window(window)).transpose()?;
        let made = Aggregate {
            function,
            arguments,
            star: call.star,
            distinct: call.distinct,
            within_group: syntax.within_group,
            order,
            filter,
            over,
        };
        Ok(Expression::new(Node::Aggregate(Box::new(made)), type_))
    }

    /// The order of an aggregate or a window; a bare string there is text.
    fn sort(&mut self, keys: &[select::SortKey]) -> Result<Vec<Sort>, Refusal> {
        let mut made = vec![];
        for key in keys {
            if key.using.is_some() {
                return Err(Refusal::Unknown("ORDER BY … USING is not modelled".to_owned()));
            }
            let value = self.expression(&key.value)?;
            let value = match value.type_.is(Type::UNKNOWN) {
                true => super::coerce::implicit(value, Type::TEXT, self.scope)?,
                false => value,
            };
            let nulls_first = key.nulls_first.unwrap_or(key.descending);
            made.push(Sort { value, descending: key.descending, nulls_first, target: None });
        }
        Ok(made)
    }

    fn window(&mut self, window: &select::Window) -> Result<Window, Refusal> {
        if window.frame.is_some() {
            return Err(Refusal::Unknown("the frame of a window is not modelled".to_owned()));
        }
        if let Some(name) = &window.name
            && !self.scope.has_window(name)
        {
            let message = format!("window \"{}\" does not exist", name.as_str());
            return Err(PgError::new(sqlstate::UNDEFINED_OBJECT, message).into());
        }
        let mut partition = vec![];
        for key in &window.partition {
            partition.push(self.expression(key)?);
        }
        let order = self.sort(&window.order)?;
        Ok(Window { name: window.name.clone(), is_reference: window.is_reference, partition, order })
    }

    /// A subquery that stands for a value, an array or a truth.
    pub(super) fn subquery(&mut self, text: &QueryText) -> Result<Expression, Refusal> {
        let (query, types) = self.scope.subquery(text)?;
        let (use_, type_) = match text.form {
            QueryForm::Exists => (SubQueryUse::Exists, Type::BOOL),
            form => {
                let [type_] = types.as_slice() else {
                    let message = "subquery must return only one column";
                    return Err(PgError::new(sqlstate::SYNTAX_ERROR, message).into());
                };
                match form {
                    QueryForm::Array => (SubQueryUse::Array, type_.bare().array_of()),
                    _ => (SubQueryUse::Value, *type_),
                }
            }
        };
        Ok(Expression::new(Node::Query(Box::new(SubQuery { use_, query })), type_))
    }

    /// `left operator ANY (query)`, which `IN` is too.
    pub(super) fn compare_with_query(
        &mut self,
        left: &Expr,
        symbol: &str,
        any: bool,
        text: &QueryText,
    ) -> Result<Expression, Refusal> {
        if matches!(left, Expr::Row(_)) {
            return Err(Refusal::Unknown("comparing rows with a query is not modelled".to_owned()));
        }
        let left = self.expression(left)?;
        let (query, types) = self.scope.subquery(text)?;
        let [right] = types.as_slice() else {
            let message = "subquery has too many columns";
            return Err(PgError::new(sqlstate::SYNTAX_ERROR, message).into());
        };
        // The results of the query, as `PARAM_SUBLINK` stands for them.
        let made = operator::make(symbol, vec![left, Expression::new(Node::CaseTest, *right)], self.scope)?;
        let type_ = made.type_;
        let Node::Operator { operator, mut arguments } = made.node else {
            return Err(Refusal::Unknown("this comparison with a query is not modelled".to_owned()));
        };
        if !type_.is(Type::BOOL) {
            let message = format!("operator {symbol} must return boolean, not type {}", "another");
            return Err(Refusal::Unknown(message));
        }
        arguments.truncate(1);
        let Some(left) = arguments.pop() else {
            return Err(Refusal::Unknown("a comparison without a left side".to_owned()));
        };
        let use_ = SubQueryUse::Compare { left, operator, any };
        Ok(Expression::new(Node::Query(Box::new(SubQuery { use_, query })), Type::BOOL))
    }
}

/// The definition of a window that has a name.
pub fn window(window: &select::Window, scope: &dyn Scope) -> Result<Window, Refusal> {
    Analysis { scope, kind: Kind::Window, depth: 0 }.window(window)
}

/// Whether it computes an aggregate of the query in which it stands.
pub fn calls_aggregate(it: &Expression) -> bool {
    match &it.node {
        Node::Aggregate(call) if call.over.is_none() => true,
        Node::Query(_) => false,
        _ => it.children().into_iter().any(calls_aggregate),
    }
}

/// Whether it yields several rows for one.
pub fn is_set_returning(it: &Expression, scope: &dyn Scope) -> bool {
    let mut found = false;
    it.visit(&mut |it| {
        if let Node::Function { function, .. } = &it.node {
            found |= catalog::functions(function.name, scope.version())
                .any(|row| row.function.oid == function.oid && row.returns_set);
        }
    });
    found
}

/// `check_ungrouped_columns`: a column that is neither a group's nor inside an aggregate. `is_own` says
/// whether a column is one of the query's own tables, and not determined by the groups otherwise.
pub fn first_ungrouped(it: &Expression, groups: &[Expression], is_own: &dyn Fn(u16) -> bool) -> Option<u16> {
    if groups.contains(it) {
        return None;
    }
    match &it.node {
        Node::Aggregate(call) if call.over.is_none() => None,
        Node::Column(number) => is_own(*number).then_some(*number),
        _ => it.children().into_iter().find_map(|child| first_ungrouped(child, groups, is_own)),
    }
}
