//! From an expression as written to one with types (`transformExpr` of `parse_expr.c`).

use crate::effect::PgError;
use crate::expression::coerce;
use crate::expression::node::{Constant, Expression, Form, Node, Subscript};
use crate::expression::scope::{Kind, Refusal, Scope, UserTypeInfo};
use crate::expression::typing::{self, base_type};
use crate::expression::{Context, aggregate, composite, function, kind, literal, operator};
use crate::name::QualifiedName;
use crate::pg::sqlstate;
use crate::pg::types::{Type, TypeRef};
use crate::syntax::expression::{Expr, Literal, TypeName};

/// Deeper trees are refused, so that nothing that walks one can run out of stack.
const MAX_DEPTH: usize = 150;

/// The server's meaning of an expression, or its refusal.
pub fn analyze(expression: &Expr, scope: &dyn Scope, kind: Kind) -> Result<Expression, Refusal> {
    Analysis { scope, kind, depth: 0 }.expression(expression)
}

/// The same, converted to boolean (`coerce_to_boolean`).
pub fn analyze_boolean(expression: &Expr, scope: &dyn Scope, kind: Kind) -> Result<Expression, Refusal> {
    let mut analysis = Analysis { scope, kind, depth: 0 };
    let made = analysis.expression(expression)?;
    analysis.boolean(made, kind::construct(kind))
}

pub(super) struct Analysis<'a> {
    pub(super) scope: &'a dyn Scope,
    pub(super) kind: Kind,
    pub(super) depth: usize,
}

impl Analysis<'_> {
    pub(super) fn expression(&mut self, it: &Expr) -> Result<Expression, Refusal> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Refusal::Unknown("the expression is nested too deeply".to_owned()));
        }
        let made = self.transform(it);
        self.depth -= 1;
        made
    }

    pub(super) fn list(&mut self, items: &[Expr]) -> Result<Vec<Expression>, Refusal> {
        items.iter().map(|it| self.expression(it)).collect()
    }

    fn transform(&mut self, it: &Expr) -> Result<Expression, Refusal> {
        match it {
            Expr::Column(parts) => match kind::refuse_column(self.kind) {
                Some(refusal) => Err(refusal),
                None => {
                    let (attribute, type_) = self.scope.column(parts)?;
                    Ok(Expression::column(attribute, type_))
                }
            },
            Expr::Literal(literal) => literal_constant(literal),
            Expr::Default => Err(PgError::new(sqlstate::SYNTAX_ERROR, "DEFAULT is not allowed in this context").into()),
            Expr::Parameter(number) => match self.scope.parameter(*number) {
                Some((attribute, type_)) => Ok(Expression::column(attribute, type_)),
                None => {
                    let message = format!("there is no parameter ${number}");
                    Err(PgError::new(sqlstate::UNDEFINED_PARAMETER, message).into())
                }
            },
            Expr::Unary { operator, operand } => {
                let operand = self.expression(operand)?;
                operator::make(&operator.symbol, vec![operand], self.scope)
            }
            Expr::Binary { left, operator, right } => self.binary(&operator.symbol, left, right),
            Expr::And(items) => self.junction(items, "AND").map(|items| Expression::new(Node::And(items), Type::BOOL)),
            Expr::Or(items) => self.junction(items, "OR").map(|items| Expression::new(Node::Or(items), Type::BOOL)),
            Expr::Not(operand) => {
                let operand = self.expression(operand)?;
                let operand = Box::new(self.boolean(operand, "NOT")?);
                Ok(Expression::new(Node::Not(operand), Type::BOOL))
            }
            Expr::IsNull { operand, negated } => {
                let operand = Box::new(self.expression(operand)?);
                Ok(Expression::new(Node::NullTest { operand, negated: *negated }, Type::BOOL))
            }
            Expr::IsTruth { operand, value, negated } => {
                let operand = self.expression(operand)?;
                let word = match value {
                    Some(true) => "TRUE",
                    Some(false) => "FALSE",
                    None => "UNKNOWN",
                };
                let construct = format!("IS {}{word}", if *negated { "NOT " } else { "" });
                let operand = Box::new(self.boolean(operand, &construct)?);
                Ok(Expression::new(Node::BooleanTest { operand, value: *value, negated: *negated }, Type::BOOL))
            }
            Expr::IsDistinct { left, right, negated } => self.distinct(left, right, *negated),
            Expr::In { operand, list, negated } => self.within(operand, list, *negated),
            Expr::Between { operand, low, high, symmetric, negated } => {
                self.between(operand, low, high, *symmetric, *negated)
            }
            Expr::Like { kind, operand, pattern, escape, negated } => {
                self.like(*kind, operand, pattern, escape.as_deref(), *negated)
            }
            Expr::Quantified { left, operator, all, array } => {
                if let (Expr::Query(query), true) = (&**array, self.kind.takes_queries()) {
                    return self.compare_with_query(left, &operator.symbol, !all, query);
                }
                let left = self.expression(left)?;
                let array = self.expression(array)?;
                operator::make_scalar_array(&operator.symbol, !all, left, array, self.scope)
            }
            Expr::Cast { operand, type_name } => self.cast(operand, type_name),
            Expr::TypedLiteral { type_name, text } => {
                let literal = Expr::Literal(Literal::String(text.clone()));
                self.cast(&literal, type_name)
            }
            Expr::Function(call) => {
                let over = call.syntax.as_ref().is_some_and(|it| it.over.is_some());
                if over && !self.kind.takes_windows() {
                    return Err(kind::refuse_window(self.kind));
                }
                let aggregates = call.star || call.distinct || call.syntax.is_some();
                if aggregates && !over && !self.kind.takes_aggregates() {
                    return Err(kind::refuse_aggregate(self.kind));
                }
                if self.kind.takes_aggregates() && (aggregates || aggregate::is_one(call, self.scope)) {
                    return self.aggregate(call);
                }
                let arguments =
                    call.arguments.iter().map(|it| self.expression(&it.value)).collect::<Result<Vec<_>, _>>()?;
                function::call(call, arguments, self.scope, self.kind)
            }
            Expr::Value { keyword, precision } => value_function(keyword, *precision),
            Expr::Case { operand, whens, otherwise } => self.case(operand.as_deref(), whens, otherwise.as_deref()),
            Expr::Coalesce(items) => {
                let (items, type_) = self.common(items, "COALESCE")?;
                Ok(Expression::new(Node::Coalesce(items), type_))
            }
            Expr::MinMax { greatest, arguments } => {
                let (arguments, type_) = self.common(arguments, if *greatest { "GREATEST" } else { "LEAST" })?;
                Ok(Expression::new(Node::MinMax { greatest: *greatest, arguments }, type_))
            }
            Expr::NullIf(first, second) => self.null_if(first, second),
            Expr::AtTimeZone { operand, zone } => self.at_time_zone(operand, zone),
            Expr::Array(items) => self.array(items, None),
            Expr::Row(items) => {
                let items = self.list(items)?;
                Ok(Expression::new(Node::Row(items), Type::RECORD))
            }
            Expr::Subscript { operand, index, upper } => self.subscript(operand, index, upper.as_deref()),
            Expr::Field { operand, name } => {
                let operand = self.expression(operand)?;
                composite::field(operand, name, self.kind, self.scope)
            }
            Expr::Collate { operand, collation } => self.collate(operand, collation),
            Expr::Query(query) => match self.kind.takes_queries() {
                true => self.subquery(query),
                false => Err(kind::refuse_query(self.kind)),
            },
            Expr::Opaque(text) => Err(Refusal::Unknown(format!("the expression {text} is not modelled"))),
        }
    }

    /// `coerce_to_boolean`.
    pub(super) fn boolean(&self, it: Expression, construct: &str) -> Result<Expression, Refusal> {
        if it.type_.is(Type::BOOL) {
            return Ok(it);
        }
        let source = it.type_;
        match coerce::to_target(it, Type::BOOL, Context::Assignment, Form::Implicit, self.scope)? {
            Some(made) => Ok(made),
            None => {
                let source = typing::name(source, self.scope);
                Err(PgError::new(
                    sqlstate::DATATYPE_MISMATCH,
                    format!("argument of {construct} must be type boolean, not type {source}"),
                )
                .into())
            }
        }
    }

    fn junction(&mut self, items: &[Expr], construct: &str) -> Result<Vec<Expression>, Refusal> {
        let mut made = vec![];
        for item in items {
            let item = self.expression(item)?;
            made.push(self.boolean(item, construct)?);
        }
        Ok(made)
    }

    /// `transformTypeCast`.
    fn cast(&mut self, operand: &Expr, type_name: &TypeName) -> Result<Expression, Refusal> {
        let target = self.scope.resolve_type(type_name)?;
        let made = match operand {
            Expr::Array(items) if base_type(target, self.scope).array => {
                let base = base_type(target, self.scope);
                self.array(items, base.element())?
            }
            operand => self.expression(operand)?,
        };
        let source = made.type_;
        coerce::to_target(made, target, Context::Explicit, Form::Explicit, self.scope)?.ok_or_else(|| {
            let (from, to) = (typing::name(source, self.scope), typing::name(target, self.scope));
            if source.is(Type::RECORD) && matches!(target.base, TypeRef::User(_)) {
                // `coerce_record_to_complex`.
                return Refusal::Unknown(format!("how a row is converted to {to} is not modelled"));
            }
            // `typeInheritsFrom`: a row of a table is one of its parents' as well.
            let composite = |type_: Type| match type_.base {
                TypeRef::User(id) => matches!(self.scope.user_type(id), None | Some(UserTypeInfo::Other)),
                _ => false,
            };
            if composite(source) && composite(target) && source.array == target.array {
                return Refusal::Unknown(format!("whether {from} inherits from {to} is not known"));
            }
            PgError::new(sqlstate::CANNOT_COERCE, format!("cannot cast type {from} to {to}")).into()
        })
    }

    /// `select_common_type` and the conversions to it.
    pub(super) fn common(&mut self, items: &[Expr], construct: &str) -> Result<(Vec<Expression>, Type), Refusal> {
        let made = self.list(items)?;
        self.to_common(made, construct)
    }

    pub(super) fn to_common(
        &self,
        items: Vec<Expression>,
        construct: &str,
    ) -> Result<(Vec<Expression>, Type), Refusal> {
        let types: Vec<Type> = items.iter().map(|it| it.type_).collect();
        let common = typing::select_common(&types, self.scope).map_err(|(first, second)| {
            let (first, second) = (typing::name(first, self.scope), typing::name(second, self.scope));
            PgError::new(
                sqlstate::DATATYPE_MISMATCH,
                format!("{construct} types {first} and {second} cannot be matched"),
            )
        })?;
        let items =
            items.into_iter().map(|it| self.coerce_to_common(it, common, construct)).collect::<Result<Vec<_>, _>>()?;
        let modifier = crate::expression::node::common_modifier(&items, common);
        Ok((items, common.with_modifier(modifier)))
    }

    /// `coerce_to_common_type`.
    pub(super) fn coerce_to_common(
        &self,
        it: Expression,
        common: Type,
        construct: &str,
    ) -> Result<Expression, Refusal> {
        let source = it.type_;
        if typing::can_coerce(&[source], &[common], Context::Implicit, self.scope) {
            return coerce::implicit(it, common, self.scope);
        }
        let (from, to) = (typing::name(source, self.scope), typing::name(common, self.scope));
        Err(PgError::new(sqlstate::CANNOT_COERCE, format!("{construct} could not convert type {from} to {to}")).into())
    }

    /// `transformArrayExpr`; `element` is the type that a cast around it asks for.
    fn array(&mut self, items: &[Expr], element: Option<Type>) -> Result<Expression, Refusal> {
        let mut made = vec![];
        for item in items {
            made.push(match item {
                Expr::Array(inner) => self.array(inner, element)?,
                item => self.expression(item)?,
            });
        }
        let nested = items.iter().any(|it| matches!(it, Expr::Array(_)));
        if let Some(element) = element {
            let wanted = if nested { element.array_of() } else { element };
            let mut converted = vec![];
            for item in made {
                let source = item.type_;
                let Some(item) = coerce::to_target(item, wanted, Context::Explicit, Form::Explicit, self.scope)? else {
                    let (from, to) = (typing::name(source, self.scope), typing::name(wanted, self.scope));
                    let message = format!("cannot cast type {from} to {to}");
                    return Err(PgError::new(sqlstate::CANNOT_COERCE, message).into());
                };
                converted.push(item);
            }
            let modifier = match nested {
                true => -1,
                false => crate::expression::node::common_modifier(&converted, element),
            };
            return Ok(Expression::new(Node::Array(converted), element.array_of().with_modifier(modifier)));
        }
        if made.is_empty() {
            return Err(PgError::new(sqlstate::INDETERMINATE_DATATYPE, "cannot determine type of empty array")
                .hint("Explicitly cast to the desired type, for example ARRAY[]::integer[].")
                .into());
        }
        let (made, type_) = self.to_common(made, "ARRAY")?;
        // An array of arrays has as many dimensions more, and the same type.
        Ok(Expression::new(Node::Array(made), type_.array_of()))
    }

    /// `transformCaseExpr`.
    fn case(
        &mut self,
        operand: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Result<Expression, Refusal> {
        let operand = match operand {
            None => None,
            Some(operand) => {
                let made = self.expression(operand)?;
                Some(Box::new(match made.type_.is(Type::UNKNOWN) {
                    true => coerce::implicit(made, Type::TEXT, self.scope)?,
                    false => made,
                }))
            }
        };
        let mut conditions = vec![];
        // The default counts first when the common type is chosen.
        let mut results = vec![match otherwise {
            Some(otherwise) => self.expression(otherwise)?,
            None => Expression::null(Type::UNKNOWN),
        }];
        for (when, then) in whens {
            let when = self.expression(when)?;
            let condition = match &operand {
                Some(operand) => {
                    let test = Expression::new(Node::CaseTest, operand.type_);
                    operator::make("=", vec![test, when], self.scope)?
                }
                None => when,
            };
            conditions.push(self.boolean(condition, "CASE/WHEN")?);
            results.push(self.expression(then)?);
        }
        let (mut results, type_) = self.to_common(results, "CASE")?;
        let otherwise = Box::new(results.remove(0));
        let whens = conditions.into_iter().zip(results).collect();
        Ok(Expression::new(Node::Case { operand, whens, otherwise }, type_))
    }

    /// `transformContainerSubscripts`, for arrays and `jsonb`; one subscript at a time, gathered.
    fn subscript(&mut self, operand: &Expr, index: &Expr, upper: Option<&Expr>) -> Result<Expression, Refusal> {
        let container = self.expression(operand)?;
        let (container, mut subscripts) = match (operand, container.node) {
            // Of values of fixed length each stands by itself.
            (Expr::Subscript { .. }, Node::Subscript { operand, subscripts })
                if raw_element(base_type(operand.type_, self.scope)).is_none() =>
            {
                (*operand, subscripts)
            }
            (_, node) => (Expression::new(node, container.type_), vec![]),
        };
        let base = base_type(container.type_, self.scope);
        let is_json = base.is(Type::JSONB);
        let raw = raw_element(base);
        if !is_json && !base.array && raw.is_none() {
            let name = typing::name(container.type_, self.scope);
            return Err(PgError::new(
                sqlstate::DATATYPE_MISMATCH,
                format!("cannot subscript type {name} because it does not support subscripting"),
            )
            .into());
        }
        let next = match upper {
            None => Subscript::Element(self.index(index, is_json)?),
            Some(upper) => Subscript::Slice(self.bound(index)?, self.bound(upper)?),
        };
        subscripts.push(next);
        let sliced = subscripts.iter().any(|it| matches!(it, Subscript::Slice(..)));
        if sliced && (is_json || subscripts.iter().any(|it| matches!(it, Subscript::Element(_)))) {
            return Err(Refusal::Unknown("mixed subscripts are not modelled".to_owned()));
        }
        if sliced && raw.is_some() {
            return Err(Refusal::Unknown("a slice of a value of fixed length is not modelled".to_owned()));
        }
        let type_ = match base.element().or(raw) {
            Some(element) if !sliced => element,
            _ => base,
        };
        let operand = Box::new(container);
        Ok(Expression::new(Node::Subscript { operand, subscripts }, type_))
    }

    fn bound(&mut self, bound: &Expr) -> Result<Option<Expression>, Refusal> {
        match bound {
            Expr::Literal(Literal::Null) => Ok(None),
            bound => self.index(bound, false).map(Some),
        }
    }

    fn index(&mut self, index: &Expr, is_json: bool) -> Result<Expression, Refusal> {
        let made = self.expression(index)?;
        if is_json {
            let target = if made.type_.is(Type::INT4) { Type::INT4 } else { Type::TEXT };
            let made = coerce::to_target(made, target, Context::Implicit, Form::Implicit, self.scope)?;
            return made.ok_or_else(|| Refusal::Unknown("the subscript is not modelled".to_owned()));
        }
        coerce::to_target(made, Type::INT4, Context::Assignment, Form::Implicit, self.scope)?
            .ok_or_else(|| PgError::new(sqlstate::DATATYPE_MISMATCH, "array subscript must have type integer").into())
    }

    /// `transformCollateClause`.
    fn collate(&mut self, operand: &Expr, collation: &QualifiedName) -> Result<Expression, Refusal> {
        let operand = self.expression(operand)?;
        let base = base_type(operand.type_, self.scope);
        let collatable = base.is(Type::UNKNOWN) || base.row().is_some_and(|row| row.collatable);
        if !collatable {
            let name = typing::name(operand.type_, self.scope);
            let message = format!("collations are not supported by type {name}");
            return Err(PgError::new(sqlstate::DATATYPE_MISMATCH, message).into());
        }
        match collation.name.as_str() {
            "default" | "C" | "POSIX" | "ucs_basic" | "unicode" | "und-x-icu" => {}
            other => {
                return Err(Refusal::Unknown(format!("whether the server has the collation \"{other}\" is not known")));
            }
        }
        let type_ = operand.type_;
        let node = Node::Collate { operand: Box::new(operand), collation: collation.name.clone() };
        Ok(Expression::new(node, type_))
    }
}

/// What values of fixed length are made of (`raw_array_subscript_handler`).
fn raw_element(base: Type) -> Option<Type> {
    let row = base.row().filter(|_| !base.array)?;
    match row.name {
        "point" => Some(Type::FLOAT8),
        "box" | "lseg" => Some(Type::builtin(600)),
        "name" => Some(Type::CHAR),
        "int2vector" | "oidvector" => base.element(),
        _ => None,
    }
}

/// `make_const`.
fn literal_constant(literal: &Literal) -> Result<Expression, Refusal> {
    Ok(match literal {
        Literal::Null => Expression::null(Type::UNKNOWN),
        Literal::Boolean(value) => Expression::boolean(*value),
        Literal::Integer(digits) => match digits.parse::<i64>() {
            Ok(value) if i32::try_from(value).is_ok() => Expression::constant(&value.to_string(), Type::INT4),
            Ok(value) => Expression::constant(&value.to_string(), Type::INT8),
            Err(_) => Expression::constant(&literal::numeric(digits)?, Type::NUMERIC),
        },
        Literal::Decimal(digits) => Expression::constant(&literal::numeric(digits)?, Type::NUMERIC),
        Literal::String(text) => Expression::constant(text, Type::UNKNOWN),
        Literal::Bits(bits) => Expression::constant(bits, Type::BIT),
    })
}

/// `transformSQLValueFunction`.
fn value_function(keyword: &str, precision: Option<u32>) -> Result<Expression, Refusal> {
    let (keyword, type_) = match keyword {
        "current_date" => ("current_date", Type::DATE),
        "current_time" => ("current_time", Type::TIMETZ),
        "current_timestamp" => ("current_timestamp", Type::TIMESTAMPTZ),
        "localtime" => ("localtime", Type::TIME),
        "localtimestamp" => ("localtimestamp", Type::TIMESTAMP),
        "current_role" => ("current_role", Type::NAME),
        "current_user" => ("current_user", Type::NAME),
        "user" => ("user", Type::NAME),
        "session_user" => ("session_user", Type::NAME),
        "current_catalog" => ("current_catalog", Type::NAME),
        "current_schema" => ("current_schema", Type::NAME),
        other => return Err(Refusal::Unknown(format!("{} is not modelled", other.to_uppercase()))),
    };
    let modifier = precision.map_or(-1, |it| it.min(6) as i32);
    Ok(Expression::new(Node::Value(keyword), type_.with_modifier(modifier)))
}

/// Whether an operand is a constant null as written.
pub(super) fn is_null_literal(it: &Expression) -> bool {
    it.type_.is(Type::UNKNOWN) && matches!(it.node, Node::Constant(Constant::Null))
}
