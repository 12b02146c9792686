//! Rows that a plain query yields: of `generate_series`, of a table whose rows are known, or of nothing.

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::evaluate::{Value, never_null};
use crate::expression::{self, Context, Expression, Kind, Refusal, Scope, UserTypeInfo};
use crate::name::Ident;
use crate::pg::catalog::extension::Installed;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::schema::known_rows::Row;
use crate::statement::execution::Execution;
use crate::statement::known_rows::insert::{Cell, Given, Source};
use crate::statement::known_rows::{RowScope, rows};
use crate::statement::scope::{TableScope, missing};
use crate::syntax::expression::{Expr, RowQuery, RowSource, TypeName};

/// Longer series are counted only.
const MAX_SERIES: i128 = 1000;

/// The one column of a series.
struct SeriesScope<'a> {
    outer: TableScope<'a>,
    alias: &'a Ident,
    column: &'a Ident,
    type_: Type,
}

impl Scope for SeriesScope<'_> {
    fn version(&self) -> PgVersion {
        self.outer.version()
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        match parts {
            [column] if column == self.column => Ok((1, self.type_)),
            [alias, column] if alias == self.alias && column == self.column => Ok((1, self.type_)),
            _ => Err(missing(parts).into()),
        }
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.outer.resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.outer.user_type(id)
    }

    fn attributes(&self, id: u32) -> Option<Vec<(Ident, Type)>> {
        self.outer.attributes(id)
    }

    fn extensions(&self) -> Installed {
        self.outer.extensions()
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        self.outer.may_bring_operator(symbol)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        self.outer.user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        self.outer.relation(name)
    }

    fn time_zone(&self) -> Option<String> {
        self.outer.time_zone()
    }
}

/// What `INSERT` gets of the query, each result converted to its column; `None` where that is not known.
pub(in crate::statement) fn rows_of_query(
    execution: &Execution,
    query: &RowQuery,
    table: RelationId,
    targets: &[u16],
) -> Option<Source> {
    let plain = TableScope { execution, table: None, alias: None };
    match &query.source {
        RowSource::Nothing => finish(execution, query, &plain, vec![Arc::from(vec![])], None, table, targets),
        RowSource::Table { name, alias } => {
            let id = execution.resolve_in_query(name).ok()?;
            let scope = TableScope { execution, table: Some(id), alias: alias.as_ref() };
            finish(execution, query, &scope, rows(execution, id)?, Some(id), table, targets)
        }
        RowSource::Series { bounds, alias, column } => {
            let (values, type_) = series(execution, bounds)?;
            let scope = SeriesScope { outer: plain, alias, column, type_ };
            finish(execution, query, &scope, values, None, table, targets)
        }
    }
}

/// `generate_series_step_int4` and `_int8`.
fn series(execution: &Execution, bounds: &[Expr]) -> Option<(Vec<Row>, Type)> {
    let plain = TableScope { execution, table: None, alias: None };
    let over = RowScope::new(execution);
    let mut numbers = vec![];
    let mut type_ = Type::INT4;
    for bound in bounds {
        let typed = expression::analyze(bound, &plain, Kind::Value).ok()?;
        match (typed.type_().bare(), over.over(&[]).value(&typed).ok()?) {
            (Type::INT4 | Type::INT2, Value::Integer(number)) => numbers.push(i128::from(number)),
            (Type::INT8, Value::Integer(number)) => {
                type_ = Type::INT8;
                numbers.push(i128::from(number));
            }
            _ => return None,
        }
    }
    let (first, last, step) = match numbers.as_slice() {
        [first, last] => (*first, *last, 1),
        [first, last, step] if *step != 0 => (*first, *last, *step),
        _ => return None,
    };
    let count = ((last - first) / step + 1).max(0);
    let empty = (last - first) * step.signum() < 0;
    if !empty && count > MAX_SERIES {
        return None;
    }
    let count = if empty { 0 } else { count };
    let value = |place: i128| i64::try_from(first + place * step).map(Value::Integer).unwrap_or(Value::Unknown);
    Some(((0..count).map(|place| Row::from(vec![value(place)])).collect(), type_))
}

fn finish(
    execution: &Execution,
    query: &RowQuery,
    scope: &dyn Scope,
    mut input: Vec<Row>,
    read: Option<RelationId>,
    table: RelationId,
    targets: &[u16],
) -> Option<Source> {
    if let Some(condition) = &query.condition {
        let typed = expression::analyze_boolean(condition, scope, Kind::Where).ok()?;
        let over = RowScope::new(execution);
        let truths: Option<Vec<bool>> =
            input.iter().map(|row| over.over(row).truth(&typed).ok().map(|it| it == Some(true))).collect();
        let mut truths = truths?.into_iter();
        input.retain(|_| truths.next() == Some(true));
    }
    let results: Vec<Cell> = match (&query.results, read) {
        (Some(results), _) => results.iter().map(|it| typed(it, scope)).collect::<Option<_>>()?,
        (None, Some(read)) => {
            let columns = execution.schema.table(read).live();
            columns.map(|(number, column)| Cell::Value(Expression::column(number, column.type_))).collect()
        }
        (None, None) => return None,
    };
    if results.len() > targets.len() {
        return None;
    }
    let columns = execution.schema.table(table);
    let mut given: Given = vec![Cell::Default; columns.columns.len()];
    for (number, result) in targets.iter().zip(results) {
        let column = columns.attribute(*number)?;
        let made = match result {
            Cell::Value(result) => {
                let value = never_null(&result, &[]);
                match expression::coerce_to_target(result, &column.type_, Context::Assignment, scope) {
                    Ok(made) => Cell::Value(made?),
                    Err(Refusal::Unknown(_)) => Cell::Unread(value),
                    Err(Refusal::Error(_)) => return None,
                }
            }
            other => other,
        };
        given[usize::from(*number) - 1] = made;
    }
    let given = Arc::new(given);
    Some(Source { rows: input.into_iter().map(|row| (row, given.clone())).collect(), constants: false })
}

/// A result that is one value for each row. A function that is not modelled may yield a set.
fn typed(expression: &Expr, scope: &dyn Scope) -> Option<Cell> {
    match expression::analyze(expression, scope, Kind::Value) {
        Ok(made) => Some(Cell::Value(made)),
        Err(Refusal::Error(_)) => None,
        Err(Refusal::Unknown(_)) => {
            let mut calls = false;
            expression.visit(&mut |it| calls |= matches!(it, Expr::Function(_) | Expr::Query(_) | Expr::Opaque(_)));
            (!calls).then_some(Cell::Unread(false))
        }
    }
}
