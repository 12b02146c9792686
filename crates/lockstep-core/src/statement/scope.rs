//! Expressions of a statement: names looked up in the schema, types resolved by
//! [`crate::expression`].

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::{PgError, RelationId};
use crate::expression::{self, Callable, Context, Expression, Inlined, Kind, Refusal, Scope, UserTypeInfo, Volatility};
pub(super) use crate::expression::{Kind as Use, Stored};
use crate::name::{Ident, QualifiedName};
use crate::pg::behavior;
use crate::pg::catalog::extension::Installed;
use crate::pg::date_order::DateOrder;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::schema::object::{CatalogObject, ObjectClass};
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::statement::column::resolve_type;
use crate::statement::execution::{Execution, Outcome, Stop, unknown};
use crate::statement::routine;
use crate::syntax;
use crate::syntax::expression::{Expr, Literal, TypeName};

/// The columns of one table, or of none.
pub(super) struct TableScope<'a> {
    pub(super) execution: &'a Execution,
    pub(super) table: Option<RelationId>,
    /// Another name for the table, in its place.
    pub(super) alias: Option<&'a Ident>,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Error(error) => Stop::Error(error),
            Refusal::Unknown(why) => Stop::Unknown(why),
        }
    }
}

pub(super) fn refusal(stop: Stop) -> Refusal {
    match stop {
        Stop::Error(error) => Refusal::Error(error),
        Stop::Unknown(why) => Refusal::Unknown(why),
    }
}

/// `colNameToVar` and `errorMissingColumn`.
pub(super) fn missing(parts: &[Ident]) -> PgError {
    let name = parts.iter().map(Ident::as_str).collect::<Vec<_>>().join(".");
    let quoted = if parts.len() == 1 { format!("\"{name}\"") } else { name };
    PgError::new(sqlstate::UNDEFINED_COLUMN, format!("column {quoted} does not exist"))
}

/// `errorMissingRTE`.
pub(super) fn missing_table(name: &Ident) -> PgError {
    let message = format!("missing FROM-clause entry for table \"{}\"", name.as_str());
    PgError::new(sqlstate::UNDEFINED_TABLE, message)
}

impl Scope for TableScope<'_> {
    fn version(&self) -> PgVersion {
        self.execution.version
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        let schema = &self.execution.schema;
        let (column, qualifier) = match parts {
            [column] => (column, None),
            [.., qualifier, column] => (column, Some(qualifier)),
            [] => return Err(Refusal::Unknown("a column without a name".to_owned())),
        };
        let Some(id) = self.table else {
            return Err(match qualifier {
                Some(qualifier) => missing_table(qualifier).into(),
                None => missing(parts).into(),
            });
        };
        let relation = schema.relation(id);
        if let Some(qualifier) = qualifier
            && *qualifier != *self.alias.unwrap_or(&relation.name.name)
        {
            return Err(missing_table(qualifier).into());
        }
        match schema.table(id).column(column.as_str()) {
            Some((number, column)) => Ok((number, column.type_)),
            None if crate::statement::column::check_name(column).is_err() => {
                Err(Refusal::Unknown(format!("the system column {column} is not modelled")))
            }
            // `t` alone is the whole row.
            None if *column == relation.name.name => Err(Refusal::Unknown("a whole row is not modelled".to_owned())),
            None => Err(missing(parts).into()),
        }
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        resolve_type(self.execution, name).map_err(refusal)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        Some(match &self.execution.schema.user_type(TypeId(id))?.kind {
            UserTypeKind::Composite { .. } => UserTypeInfo::Other,
            UserTypeKind::Enum { labels } => UserTypeInfo::Enum { labels: labels.clone() },
            UserTypeKind::Domain { base, .. } => UserTypeInfo::Domain {
                base: *base,
                constrained: self.execution.schema.domain_is_constrained(TypeId(id)),
            },
        })
    }

    fn attributes(&self, id: u32) -> Option<Vec<(Ident, Type)>> {
        let schema = &self.execution.schema;
        let columns = schema.relation(schema.attributes_of(TypeId(id))?).columns();
        let made: Vec<(Ident, Type)> = columns.live().map(|(_, it)| (it.name.clone(), it.type_)).collect();
        let whole = columns.live().last().is_none_or(|(number, _)| usize::from(number) == made.len());
        whole.then_some(made)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        match self.execution.schema.user_type(TypeId(id)) {
            Some(it) => it.name.shown(),
            None => self.execution.schema.type_name(id),
        }
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        let Some(name) = parse_relation_name(name) else {
            return Err(Refusal::Unknown(format!("the name {name} is not modelled")));
        };
        self.execution.resolve(&name).map(|id| id.0).map_err(refusal)
    }

    fn functions(&self, name: &QualifiedName) -> Result<Option<Vec<Callable>>, Refusal> {
        routine::callable(self.execution, name).map(Some).map_err(refusal)
    }

    fn extensions(&self) -> Installed {
        self.execution.reached(None)
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        let schema = &self.execution.schema;
        let made = |it: &CatalogObject| it.class() == ObjectClass::Operator && *it.name() == *symbol;
        schema.uncertain.may_bring_more() || !schema.uncertain.is_certain() || schema.objects().any(|it| made(it))
    }

    fn inlined(&self, function: u32) -> Option<Inlined> {
        routine::inlined(self.execution, function)
    }

    fn date_order(&self) -> Option<DateOrder> {
        self.execution.session.date_order()
    }

    fn time_zone(&self) -> Option<String> {
        self.execution.session.time_zone()
    }
}

/// `stringToQualifiedNameList`: what a `regclass` constant holds.
pub(super) fn parse_relation_name(text: &str) -> Option<QualifiedName> {
    let mut parts = vec![];
    let mut rest = text.trim();
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"')?;
            parts.push(Ident::new(&quoted[..end]));
            rest = &quoted[end + 1..];
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            parts.push(Ident::folded(rest[..end].trim()));
            rest = &rest[end..];
        }
        match rest.strip_prefix('.') {
            Some(more) => rest = more,
            None if rest.is_empty() => break,
            None => return None,
        }
    }
    let name = parts.pop().filter(|name| !name.as_str().is_empty())?;
    Some(QualifiedName { schema: parts.pop(), name })
}

/// The typed expression, with what it would take to say no: subqueries, unknown functions and the like.
pub(super) fn analyze(
    execution: &Execution,
    table: RelationId,
    expression: &Expr,
    use_: Use,
) -> Outcome<Arc<Expression>> {
    let scope = TableScope { execution, table: Some(table), alias: None };
    let made = match use_ {
        Kind::Check | Kind::IndexPredicate | Kind::Where | Kind::Policy => {
            expression::analyze_boolean(expression, &scope, use_)?
        }
        _ => expression::analyze(expression, &scope, use_)?,
    };
    check_enum_values(execution, expression, &made)?;
    Ok(Arc::new(made))
}

/// The same for an expression that is converted to the type of a column (`cookDefault`).
pub(super) fn analyze_as(
    execution: &Execution,
    table: RelationId,
    number: u16,
    expression: &Expr,
    use_: Use,
) -> Outcome<Arc<Expression>> {
    let scope = TableScope { execution, table: Some(table), alias: None };
    let made = expression::analyze(expression, &scope, use_)?;
    let columns = execution.schema.table(table);
    let Some(column) = columns.attribute(number) else { return unknown("no such attribute") };
    if use_ == Kind::Generated {
        let is_generated = |it: &u16| columns.attribute(*it).is_some_and(|it| it.generated.is_some());
        if let Some(used) = made.columns().into_iter().find(|it| *it == number || is_generated(it)) {
            return refuse_generated(&columns.column_name(used));
        }
    }
    let from = *made.type_();
    let Some(made) = expression::coerce_to_target(made, &column.type_, Context::Assignment, &scope)? else {
        let to = execution.schema.format_type(&Type { modifier: -1, ..column.type_ });
        let from = execution.schema.format_type(&Type { modifier: -1, ..from });
        let what = if use_ == Kind::Generated { "generation expression" } else { "default expression" };
        let message = format!("column \"{}\" is of type {to} but {what} is of type {from}", column.name.as_str());
        let hint = "You will need to rewrite or cast the expression.";
        return Err(PgError::new(sqlstate::DATATYPE_MISMATCH, message).hint(hint).into());
    };
    check_enum_values(execution, expression, &made)?;
    Ok(Arc::new(made))
}

/// `check_nested_generated`.
pub(super) fn refuse_generated<T>(column: &Ident) -> Outcome<T> {
    let message = format!("cannot use generated column \"{}\" in column generation expression", column.as_str());
    let error = PgError::new(sqlstate::INVALID_OBJECT_DEFINITION, message);
    Err(error.detail("A generated column cannot reference another generated column.").into())
}

/// A null constant is no default (`AddRelationNewConstraints`); one that a function brings to the column's
/// length, or to its domain, is.
pub(super) fn analyze_default(
    execution: &Execution,
    table: RelationId,
    number: u16,
    expression: &Expr,
) -> Outcome<Option<Arc<Expression>>> {
    let made = analyze_as(execution, table, number, expression, Kind::Default)?;
    Ok(Some(made).filter(|made| !made.is_null_constant()))
}

/// `check_safe_enum_use`: a label added by this transaction may not be used yet.
pub(super) fn check_enum_values(execution: &Execution, expression: &Expr, typed: &Expression) -> Outcome {
    if execution.uncommitted_enum_values.is_empty() {
        return Ok(());
    }
    let types = typed.user_types();
    let mut found = None;
    expression.visit(&mut |it| {
        let text = match it {
            Expr::Literal(Literal::String(text)) | Expr::TypedLiteral { text, .. } => text,
            _ => return,
        };
        let unsafe_ = |(id, label): &&(TypeId, String)| label == text && types.contains(&id.0);
        found = found.or_else(|| execution.uncommitted_enum_values.iter().find(unsafe_));
    });
    let Some((id, label)) = found else { return Ok(()) };
    let name = execution.schema.user_type(*id).map(|it| it.name.name.as_str().to_owned()).unwrap_or_default();
    let message = format!("unsafe use of new value \"{label}\" of enum type {name}");
    let hint = "New enum values must be committed before they can be used.";
    Err(PgError::new(sqlstate::UNSAFE_NEW_ENUM_VALUE_USAGE, message).hint(hint).into())
}

/// A stored expression as it would be written: what is printed has no implicit conversions in it.
pub(super) fn read_back(execution: &Execution, table: RelationId, expression: &Expression) -> Outcome<Expr> {
    let text = execution.schema.print_expression(table, expression);
    syntax::parse_expression(&text)
        .or_else(|error| unknown(format!("the expression {text} cannot be read back: {}", error.message)))
}

/// What rows that exist get of a default.
pub(super) fn stored_value(default: &Expression, execution: &Execution) -> Stored {
    let default = planned(execution, default);
    expression::constant_value(&default, &TableScope { execution, table: None, alias: None })
}

/// `expression_planner`.
pub(super) fn planned(execution: &Execution, expression: &Expression) -> Expression {
    expression.planned(&TableScope { execution, table: None, alias: None })
}

/// The volatility that a generated column's expression is judged by.
pub(super) fn stored_volatility(execution: &Execution, expression: &Expression) -> Volatility {
    match behavior::plans_generation_expressions(execution.version) {
        true => planned(execution, expression).volatility(),
        false => expression.volatility(),
    }
}

/// `transformRelOptions`: options as `pg_class.reloptions` holds them.
pub(super) fn print_options(options: &[(Ident, Option<String>)]) -> Vec<String> {
    options.iter().map(|(name, value)| format!("{}={}", name.as_str(), value.as_deref().unwrap_or("true"))).collect()
}
