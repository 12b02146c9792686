//! Queries: kept as text, with the relations that they read. The trees come from sqlparser.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, GroupByExpr, ObjectName, Query, SelectItem, SetExpr, Statement, TableFactor,
    Value, Visit, Visitor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Common, Cursor, Result};
use crate::syntax::expression::{QueryForm, QueryText};
use crate::syntax::lexer::{self, Kind};
use crate::syntax::row_query;

/// Whether a query begins here, behind any number of parentheses.
pub(super) fn is_next(cursor: &Cursor<'_>) -> bool {
    let mut ahead = 0;
    while cursor.is_sign_at(ahead, "(") {
        ahead += 1;
    }
    // A column may be called `values`; a list of rows has a parenthesis.
    let rows = cursor.is_word_at(ahead, "values") && cursor.is_sign_at(ahead + 1, "(");
    rows || ["select", "with", "table"].iter().any(|word| cursor.is_word_at(ahead, word))
}

/// Reads up to the closing parenthesis or the end.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<QueryText> {
    let start = cursor.offset();
    if !is_next(cursor) {
        return cursor.error();
    }
    cursor.skip_balanced();
    Ok(describe_within(&cursor.common, cursor.text_since(start)))
}

/// The same with the statement's common table expressions before it.
pub(super) fn describe_within(common: &Common<'_>, text: &str) -> QueryText {
    match common.names.is_empty() {
        true => describe(text),
        false => describe(&format!("{} {text}", common.text)),
    }
}

/// Names of the common table expressions in `WITH …`; `None` where they cannot be read.
pub(super) fn common_names(with: &str) -> Option<Vec<Ident>> {
    let text = format!("{with} SELECT 1");
    if !is_bounded(&text) {
        return None;
    }
    let parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(50);
    let statements = parser.try_with_sql(&text).and_then(|mut parser| parser.parse_statements()).ok()?;
    let [Statement::Query(query)] = statements.as_slice() else { return None };
    let mut names = vec![];
    collect_common_names(query, &mut names);
    Some(names)
}

/// Deeper or longer queries are not read for their relations; they count as opaque.
const MAX_QUERY_BYTES: usize = 200_000;
const MAX_OPERATORS: usize = 400;
const MAX_NESTING: usize = 30;

/// What a query reads and locks. One that cannot be read is marked as doing more than reading.
pub(super) fn describe(text: &str) -> QueryText {
    let mut made = QueryText {
        text: text.to_owned(),
        reads: vec![],
        locks_rows: vec![],
        sources: None,
        columns: vec![],
        labels: vec![],
        functions: vec![],
        by_row: None,
        form: QueryForm::Plain,
        rows: None,
        writes: true,
    };
    if !is_bounded(text) {
        return made;
    }
    let dialect = PostgreSqlDialect {};
    let parser = Parser::new(&dialect).with_recursion_limit(50);
    let Ok(statements) = parser.try_with_sql(text).and_then(|mut parser| parser.parse_statements()) else {
        return made;
    };
    let [Statement::Query(query)] = statements.as_slice() else {
        return made;
    };
    let mut names = Names { sources: query.with.is_none().then(Vec::new), ..Names::default() };
    let _ = query.visit(&mut names);
    let mut local = vec![];
    collect_common_names(query, &mut local);
    names.reads.retain(|name| name.schema.is_some() || !local.contains(&name.name));
    made.reads = names.reads;
    made.by_row = row_query::read(text).map(Box::new);
    made.rows = series_rows(query);
    made.sources = names.sources;
    made.columns = names.columns;
    made.labels = names.labels;
    made.functions = names.functions;
    made.writes = is_more_than_reading(query);
    if !query.locks.is_empty() {
        made.locks_rows = made.reads.clone();
    }
    made
}

fn qualified(name: &ObjectName) -> Option<QualifiedName> {
    let mut parts: Vec<Ident> = name
        .0
        .iter()
        .filter_map(|part| part.as_ident())
        .map(|it| if it.quote_style.is_some() { Ident::new(&it.value) } else { Ident::folded(&it.value) })
        .collect();
    let last = parts.pop()?;
    Some(QualifiedName { schema: parts.pop(), name: last })
}

fn ident(it: &sqlparser::ast::Ident) -> Ident {
    if it.quote_style.is_some() { Ident::new(&it.value) } else { Ident::folded(&it.value) }
}

/// Every name in a query, by what it names.
#[derive(Default)]
struct Names {
    sources: Option<Vec<(QualifiedName, Ident)>>,
    columns: Vec<Vec<Ident>>,
    labels: Vec<Ident>,
    functions: Vec<QualifiedName>,
    reads: Vec<QualifiedName>,
}

impl Visitor for Names {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if query.with.is_some() {
            self.sources = None;
        }
        if let SetExpr::Select(select) = &*query.body {
            self.labels.extend(select.projection.iter().filter_map(|item| match item {
                SelectItem::ExprWithAlias { alias, .. } => Some(ident(alias)),
                _ => None,
            }));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let Some(mut name) = qualified(name) else { return ControlFlow::Continue(()) };
                // `FROM ONLY t`, which sqlparser takes for a table with an alias; no table is called `only`
                // without quotes.
                let is_only = factor.to_string().get(..5).is_some_and(|it| it.eq_ignore_ascii_case("only "));
                if let Some(table) = alias.as_ref().filter(|_| is_only) {
                    name = QualifiedName { schema: None, name: ident(&table.name) };
                }
                if !self.reads.contains(&name) {
                    self.reads.push(name.clone());
                }
                if let Some(sources) = &mut self.sources {
                    let alias = alias.as_ref().map_or_else(|| name.name.clone(), |it| ident(&it.name));
                    sources.push((name, alias));
                }
            }
            TableFactor::Table { name, alias, .. } => {
                // A function's result goes by its alias, and its columns by theirs.
                let function = qualified(name);
                match alias {
                    Some(alias) => {
                        self.labels.push(ident(&alias.name));
                        self.labels.extend(alias.columns.iter().map(|column| ident(&column.name)));
                    }
                    None => self.labels.extend(function.iter().map(|name| name.name.clone())),
                }
                self.functions.extend(function);
            }
            TableFactor::NestedJoin { alias: None, .. } => {}
            _ => self.sources = None,
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        match expression {
            Expr::Function(call) => self.functions.extend(qualified(&call.name)),
            Expr::Identifier(name) => self.columns.push(vec![ident(name)]),
            Expr::CompoundIdentifier(parts) => self.columns.push(parts.iter().map(ident).collect()),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn collect_common_names(query: &Query, names: &mut Vec<Ident>) {
    if let Some(with) = &query.with {
        for table in &with.cte_tables {
            let it = &table.alias.name;
            names.push(if it.quote_style.is_some() { Ident::new(&it.value) } else { Ident::folded(&it.value) });
            collect_common_names(&table.query, names);
        }
    }
}

/// Data-changing common table expressions, `SELECT INTO`, and calls of functions outside the few
/// that are known to read only: those may do anything.
fn is_more_than_reading(query: &Query) -> bool {
    fn changes(body: &SetExpr) -> bool {
        match body {
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) => true,
            SetExpr::Select(select) => select.into.is_some(),
            SetExpr::Query(query) => is_more_than_reading(query),
            SetExpr::SetOperation { left, right, .. } => changes(left) || changes(right),
            _ => false,
        }
    }
    let common =
        query.with.as_ref().is_some_and(|with| with.cte_tables.iter().any(|it| is_more_than_reading(&it.query)));
    common || changes(&query.body)
}

/// A cheap look at the tokens before a recursive parser gets them.
pub(super) fn is_bounded(text: &str) -> bool {
    if text.len() > MAX_QUERY_BYTES {
        return false;
    }
    let (mut at, mut depth, mut deepest, mut operators) = (0, 0usize, 0usize, 0usize);
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        match (token.kind, &text[token.start..token.end]) {
            (Kind::Punctuation, "(" | "[") => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (Kind::Punctuation, ")" | "]") => depth = depth.saturating_sub(1),
            (Kind::Operator | Kind::Sign, _) => operators += 1,
            (Kind::Word, word) => {
                let chain = ["and", "or", "not", "union", "intersect", "except", "case"];
                operators += usize::from(chain.iter().any(|it| word.eq_ignore_ascii_case(it)));
            }
            _ => {}
        }
    }
    deepest <= MAX_NESTING && operators <= MAX_OPERATORS
}

/// How many rows a query yields that only counts: `SELECT … FROM generate_series(1, 5)`.
fn series_rows(query: &Query) -> Option<u64> {
    let SetExpr::Select(select) = &*query.body else { return None };
    let [from] = select.from.as_slice() else { return None };
    let TableFactor::Table { name, args: Some(arguments), .. } = &from.relation else { return None };
    let plain = query.with.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
        && from.joins.is_empty()
        && select.selection.is_none()
        && select.having.is_none()
        && select.distinct.is_none()
        && matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty());
    if !plain || qualified(name)?.name != "generate_series" {
        return None;
    }
    // A set-returning function or an aggregate among the results would change the count.
    let mut names = Names::default();
    let _ = select.projection.visit(&mut names);
    let odd = |name: &QualifiedName| {
        name.name == "generate_series" || name.name == "unnest" || AGGREGATES.contains(&name.name.as_str())
    };
    if names.functions.iter().any(odd) {
        return None;
    }
    let bounds: Vec<i64> = arguments.args.iter().map(integer).collect::<Option<_>>()?;
    match bounds.as_slice() {
        [first, last] => Some(u64::try_from(last.checked_sub(*first)?.checked_add(1)?.max(0)).ok()?),
        _ => None,
    }
}

const AGGREGATES: [&str; 8] = ["count", "sum", "min", "max", "avg", "array_agg", "string_agg", "bool_and"];

fn integer(argument: &FunctionArg) -> Option<i64> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) => match &value.value {
            Value::Number(text, _) => text.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}
