//! Expressions of blocks: constants, variables, strings put together, and questions to the catalogs.

use crate::expression::Scope;
use crate::name::{Ident, QualifiedName, quote_identifier, quote_literal};
use crate::pg::{behavior, sqlstate};
use crate::schema::dependency::Object;
use crate::statement::column::domain_with_constraints;
use crate::statement::do_block::catalog::{self, Row};
use crate::statement::do_block::emptiness;
use crate::statement::do_block::operator::{among, binary, compare, format, like};
use crate::statement::do_block::types::fits;
use crate::statement::do_block::value::Value;
use crate::statement::drop::find_type;
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::scope::TableScope;
use crate::syntax;
use crate::syntax::catalog_query::{self, CatalogQuery};
use crate::syntax::expression::{Expr, FunctionCall, Literal, QueryForm, QueryText, TypeName};

/// Joins of catalogs with more rows are not computed.
const MAX_ROWS: usize = 200_000;

/// What names stand for.
pub(super) struct Environment<'a> {
    pub(super) execution: &'a Execution,
    pub(super) variables: &'a [(Ident, Value)],
}

/// The rows that a query's names stand for, by alias.
type Sources<'a> = Vec<(&'a Ident, &'a Row)>;

impl Environment<'_> {
    pub(super) fn text(&self, text: &str) -> Outcome<Value> {
        match crate::syntax::parse_expression(text) {
            Ok(expression) => self.value(&expression, &vec![]),
            Err(error) => unknown(format!("the expression {text} is not read: {}", error.message)),
        }
    }

    /// A condition: null is false.
    pub(super) fn condition(&self, text: &str) -> Outcome<bool> {
        match crate::syntax::parse_expression(text) {
            Ok(expression) => match self.truth(&expression, &vec![])? {
                Value::Bool(value) => Ok(value),
                Value::Null => Ok(false),
                _ => unknown(format!("whether {text} holds is not known")),
            },
            Err(error) => unknown(format!("the condition {text} is not read: {}", error.message)),
        }
    }

    /// A boolean; a query in its place asks whether there is a row.
    fn truth(&self, it: &Expr, sources: &Sources<'_>) -> Outcome<Value> {
        match it {
            Expr::Query(query) => self.exists(query),
            Expr::Not(operand) => Ok(match self.truth(operand, sources)? {
                Value::Bool(value) => Value::Bool(!value),
                other => other,
            }),
            Expr::And(items) => self.junction(items, sources, false),
            Expr::Or(items) => self.junction(items, sources, true),
            other => self.value(other, sources),
        }
    }

    /// One item that decides is enough, whatever is not known of the others.
    fn junction(&self, items: &[Expr], sources: &Sources<'_>, decides: bool) -> Outcome<Value> {
        let mut result = Value::Bool(!decides);
        let mut doubt = None;
        for item in items {
            match self.truth(item, sources) {
                Ok(Value::Bool(value)) if value == decides => return Ok(Value::Bool(decides)),
                Ok(Value::Bool(_)) => {}
                Ok(Value::Null) => result = Value::Null,
                Ok(_) => doubt = doubt.or(Some(Stop::Unknown("part of the condition is not known".to_owned()))),
                Err(Stop::Error(error)) => return Err(Stop::Error(error)),
                Err(stop) => doubt = doubt.or(Some(stop)),
            }
        }
        match doubt {
            Some(stop) => Err(stop),
            None => Ok(result),
        }
    }

    fn exists(&self, query: &QueryText) -> Outcome<Value> {
        let Some(read) = catalog_query::read(&query.text) else { return self.of_nothing(query) };
        // `(SELECT EXISTS (…))`, `(SELECT count(*) > 0 FROM …)`: the value itself is asked for.
        if let [(Some(_), _)] = read.results.as_slice()
            && query.form != QueryForm::Exists
        {
            let rows = self.rows(&read)?;
            return match rows.as_slice() {
                [] => Ok(Value::Null),
                [row] => row.first().map_or(Ok(Value::Null), |(_, value)| Ok(value.clone())),
                _ => self.too_much(query),
            };
        }
        Ok(Value::Bool(!self.rows(&read)?.is_empty()))
    }

    /// A query over what holds no row.
    fn of_nothing(&self, query: &QueryText) -> Outcome<Value> {
        let select = syntax::parse_query(&query.text);
        let Some(rows) = select.and_then(|it| emptiness::rows(self.execution, &it)) else {
            return self.too_much(query);
        };
        Ok(match (query.form, rows.into_iter().next()) {
            (QueryForm::Exists, found) => Value::Bool(found.is_some()),
            (QueryForm::Array, None) => Value::List(vec![]),
            (QueryForm::Array, Some(row)) => Value::List(row),
            (QueryForm::Plain, None) => Value::Null,
            (QueryForm::Plain, Some(row)) => row.into_iter().next().unwrap_or(Value::Unknown),
        })
    }

    fn too_much<T>(&self, query: &QueryText) -> Outcome<T> {
        let text = query.text.split_whitespace().collect::<Vec<_>>().join(" ");
        unknown(format!("what the query {text} finds is not modelled"))
    }

    /// The results of a query over the catalogs.
    pub(super) fn rows(&self, query: &CatalogQuery) -> Outcome<Vec<Row>> {
        self.certain(query)?;
        let mut joined: Vec<Vec<Row>> = vec![vec![]];
        for (name, _) in &query.sources {
            let rows = catalog::rows(self.execution, name)?;
            if joined.len().saturating_mul(rows.len()) > MAX_ROWS {
                return unknown("the query joins too many rows");
            }
            joined = joined
                .iter()
                .flat_map(|left| rows.iter().map(move |right| left.iter().cloned().chain([right.clone()]).collect()))
                .collect();
        }
        let condition = Expr::And(query.conditions.clone());
        let mut found: Vec<Vec<Row>> = vec![];
        for row in joined {
            let sources: Sources<'_> = query.sources.iter().map(|(_, alias)| alias).zip(&row).collect();
            if self.truth(&condition, &sources)? == Value::Bool(true) {
                found.push(row);
            }
        }
        if let [(Some(only), label)] = query.results.as_slice()
            && let Some(made) = self.count(only, found.len())
        {
            return Ok(vec![vec![(label.clone(), made)]]);
        }
        let mut results = vec![];
        for row in &found {
            let sources: Sources<'_> = query.sources.iter().map(|(_, alias)| alias).zip(row).collect();
            let mut made = vec![];
            for (result, label) in &query.results {
                match result {
                    Some(result) => {
                        let value = match self.value(result, &sources) {
                            Err(Stop::Unknown(_)) => Value::Unknown,
                            value => value?,
                        };
                        made.push((label.clone(), value));
                    }
                    None => made.extend(row.iter().flatten().cloned()),
                }
            }
            results.push(made);
        }
        if let Some(limit) = query.limit {
            results.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        Ok(results)
    }

    /// `count(*)`, and what is said of it.
    fn count(&self, result: &Expr, rows: usize) -> Option<Value> {
        match result {
            Expr::Function(call) if call.name.name == "count" => Some(Value::Int(i64::try_from(rows).ok()?)),
            Expr::Binary { left, operator, right } => {
                let (left, right) = (self.count(left, rows)?, self.value(right, &vec![]).ok()?);
                compare(&operator.symbol, &left, &right)
            }
            _ => None,
        }
    }

    /// An earlier statement that is not modelled may have made, or dropped, what the query asks for.
    fn certain(&self, query: &CatalogQuery) -> Outcome {
        let mut doubt = None;
        for expression in query.conditions.iter().chain(query.results.iter().filter_map(|(it, _)| it.as_ref())) {
            expression.visit(&mut |it| {
                if let Expr::Literal(Literal::String(text)) = it {
                    let name = Ident::new(text);
                    doubt = doubt.take().or_else(|| self.execution.schema.uncertain.about(&name, None));
                }
            });
        }
        match doubt {
            Some(why) => unknown(why),
            None => Ok(()),
        }
    }

    fn value(&self, it: &Expr, sources: &Sources<'_>) -> Outcome<Value> {
        match it {
            Expr::Literal(literal) => Ok(match literal {
                Literal::Null => Value::Null,
                Literal::Boolean(value) => Value::Bool(*value),
                Literal::Integer(digits) => digits.parse().map_or(Value::Unknown, Value::Int),
                Literal::String(text) => Value::text(text),
                Literal::Decimal(_) | Literal::Bits(_) => Value::Unknown,
            }),
            Expr::Column(parts) => self.column(parts, sources),
            Expr::Parameter(number) => {
                let name = format!("${number}");
                let given = self.variables.iter().rev().find(|(it, _)| *it == *name);
                given.map_or_else(|| unknown(format!("what {name} is here is not known")), |(_, it)| Ok(it.clone()))
            }
            Expr::Value { keyword, .. } => match keyword.as_str() {
                "current_schema" => Ok(self.current_schema()),
                "current_catalog" => Ok(Value::Unknown),
                _ => unknown(format!("{} is not known here", keyword.to_uppercase())),
            },
            Expr::And(_) | Expr::Or(_) | Expr::Not(_) => self.truth(it, sources),
            Expr::IsNull { operand, negated } => match self.value(operand, sources)? {
                Value::Unknown => unknown("whether a value is null is not known"),
                value => Ok(Value::Bool(value.is_null() != *negated)),
            },
            Expr::Cast { operand, type_name } => {
                let value = self.value(operand, sources)?;
                self.cast(value, type_name)
            }
            Expr::TypedLiteral { type_name, text } => self.cast(Value::text(text), type_name),
            Expr::Binary { left, operator, right } => {
                let (left, right) = (self.value(left, sources)?, self.value(right, sources)?);
                binary(&operator.symbol, &left, &right)
            }
            Expr::In { operand, list, negated } => {
                let value = self.value(operand, sources)?;
                if let [Expr::Query(query)] = list.as_slice() {
                    return self.too_much(query);
                }
                let list = list.iter().map(|it| self.value(it, sources)).collect::<Outcome<Vec<_>>>()?;
                Ok(among(&value, &list, *negated))
            }
            Expr::Quantified { left, operator, all: false, array } if operator.symbol == "=" => {
                let (value, array) = (self.value(left, sources)?, self.value(array, sources)?);
                match array {
                    Value::List(items) => Ok(among(&value, &items, false)),
                    _ => unknown("the array is not known"),
                }
            }
            Expr::Array(items) => {
                Ok(Value::List(items.iter().map(|it| self.value(it, sources)).collect::<Outcome<_>>()?))
            }
            Expr::Like { kind, operand, pattern, escape: None, negated } => {
                like(*kind, &self.value(operand, sources)?, &self.value(pattern, sources)?, *negated)
            }
            Expr::Coalesce(items) => {
                for item in items {
                    let value = self.value(item, sources)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Value::Null)
            }
            Expr::Function(call) => self.call(call, sources),
            Expr::Query(query) if query.form == QueryForm::Exists => self.exists(query),
            Expr::Query(query) => {
                if query.reads.is_empty()
                    && query.form == QueryForm::Plain
                    && let Some([only]) = syntax::plain_results(&query.text).as_deref()
                {
                    return self.value(only, sources);
                }
                let Some(read) = catalog_query::read(&query.text).filter(|_| query.form == QueryForm::Plain) else {
                    return self.of_nothing(query);
                };
                let rows = self.rows(&read)?;
                match rows.as_slice() {
                    [] => Ok(Value::Null),
                    [row] => Ok(row.first().map_or(Value::Null, |(_, value)| value.clone())),
                    _ => unknown("a query used as a value finds several rows"),
                }
            }
            _ => unknown(format!("the expression {it} is not computed here")),
        }
    }

    fn column(&self, parts: &[Ident], sources: &Sources<'_>) -> Outcome<Value> {
        let field = |row: &Row, name: &Ident| row.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone());
        let variable = |name: &Ident| self.variables.iter().rev().find(|(it, _)| it == name).map(|(_, it)| it);
        match parts {
            [name] => {
                let found = sources.iter().find_map(|(_, row)| field(row, name));
                if let Some(value) = found.or_else(|| variable(name).cloned()) {
                    return Ok(value);
                }
            }
            [qualifier, name] => {
                if let Some((_, row)) = sources.iter().find(|(alias, _)| *alias == qualifier) {
                    return Ok(field(row, name).unwrap_or(Value::Unknown));
                }
                if let Some(Value::Row(row)) = variable(qualifier) {
                    return Ok(field(row, name).unwrap_or(Value::Unknown));
                }
            }
            _ => {}
        }
        match sources.is_empty() {
            // A column that the catalog has and the model has not.
            false if parts.len() == 1 => Ok(Value::Unknown),
            _ => {
                let name = parts.iter().map(Ident::to_string).collect::<Vec<_>>().join(".");
                unknown(format!("what {name} is here is not known"))
            }
        }
    }

    fn current_schema(&self) -> Value {
        let path = &self.execution.session.search_path;
        let first = path.iter().find(|it| self.execution.schema.has_namespace(it.as_str()));
        first.map_or(Value::Null, |it| Value::text(it.as_str()))
    }

    fn cast(&self, value: Value, to: &TypeName) -> Outcome<Value> {
        let scope = TableScope { execution: self.execution, table: None, alias: None };
        if let Ok(type_) = scope.resolve_type(to)
            && domain_with_constraints(self.execution, &type_.base)
        {
            fits(self.execution, &value, type_)?;
            return Ok(value);
        }
        let text = match (&value, to.name.name.as_str()) {
            (Value::Null, _) => return Ok(Value::Null),
            (Value::Number(Object::Namespace(name)), "regnamespace" | "text" | "name") => {
                return Ok(Value::text(name.as_str()));
            }
            (Value::Number(Object::Relation(id)), "text" | "varchar" | "name" | "regclass") => {
                let name = self.execution.schema.get(*id).map(|it| it.name.to_string());
                return Ok(match to.name.name.as_str() {
                    "regclass" => value.clone(),
                    _ => name.map_or(Value::Unknown, Value::Text),
                });
            }
            (_, "text" | "varchar" | "character varying" | "name" | "unknown" | "char") => {
                return Ok(match value {
                    Value::Int(number) => Value::Text(number.to_string()),
                    Value::Bool(value) => Value::text(if value { "true" } else { "false" }),
                    Value::Number(_) | Value::Row(_) => Value::Unknown,
                    other => other,
                });
            }
            (Value::Text(text), _) => text.clone(),
            _ => return Ok(value),
        };
        match to.name.name.as_str() {
            "regclass" => match self.relation(&text)? {
                Value::Null => {
                    fail(crate::pg::sqlstate::UNDEFINED_TABLE, format!("relation \"{text}\" does not exist"))
                }
                found => Ok(found),
            },
            "regtype" => match self.type_of(&text)? {
                Value::Null => unknown(format!("whether there is a type {text} is not known")),
                found => Ok(found),
            },
            "regnamespace" => Ok(Value::Number(Object::Namespace(Ident::folded(&text)))),
            "int" | "integer" | "bigint" | "smallint" | "int4" | "int8" | "oid" => {
                Ok(text.trim().parse().map_or(Value::Unknown, Value::Int))
            }
            "boolean" | "bool" => Ok(Value::Bool(matches!(text.as_str(), "t" | "true"))),
            _ => Ok(Value::Unknown),
        }
    }

    fn relation(&self, text: &str) -> Outcome<Value> {
        let Some(name) = name_of(text) else { return Ok(Value::Unknown) };
        Ok(match self.execution.look_up(&name)? {
            Some(id) => Value::Number(Object::Relation(id)),
            None => Value::Null,
        })
    }

    fn type_of(&self, text: &str) -> Outcome<Value> {
        let Some(name) = name_of(text) else { return Ok(Value::Unknown) };
        Ok(match find_type(self.execution, &name)? {
            Some(it) => Value::Number(Object::Type(it.id)),
            None if crate::pg::catalog::type_by_name(name.name.as_str()).is_some() => Value::Unknown,
            None => Value::Null,
        })
    }

    fn call(&self, call: &FunctionCall, sources: &Sources<'_>) -> Outcome<Value> {
        let arguments = call.arguments.iter().map(|it| self.value(&it.value, sources)).collect::<Outcome<Vec<_>>>()?;
        let text = |at: usize| arguments.get(at).and_then(Value::print).flatten();
        let any_null = arguments.iter().any(Value::is_null);
        let name = call.name.name.as_str();
        let made = match name {
            "format" => return format(&arguments),
            "current_schema" => Some(self.current_schema()),
            "current_database" => Some(Value::Unknown),
            "concat" => {
                let parts: Option<Vec<String>> =
                    arguments.iter().map(|it| it.print().map(Option::unwrap_or_default)).collect();
                parts.map(|it| Value::Text(it.concat()))
            }
            _ if any_null => Some(Value::Null),
            "to_regclass" => match text(0) {
                Some(name) if is_no_name(&name) => {
                    match behavior::to_regclass_forgives_syntax(self.execution.version) {
                        true => Some(Value::Null),
                        false => return fail(sqlstate::INVALID_NAME, "invalid name syntax"),
                    }
                }
                Some(name) => Some(self.relation(&name)?),
                None => None,
            },
            "to_regtype" => match text(0) {
                Some(name) => Some(self.type_of(&name)?),
                None => None,
            },
            "quote_ident" => text(0).map(|it| Value::Text(quote_identifier(&it))),
            "quote_literal" => text(0).map(|it| Value::Text(quote_literal(&it))),
            // `array_length` of an empty array is null.
            "array_length" | "cardinality" => match arguments.first() {
                Some(Value::List(items)) if items.is_empty() && name == "array_length" => Some(Value::Null),
                Some(Value::List(items)) if !items.iter().any(|it| matches!(it, Value::List(_))) => {
                    i64::try_from(items.len()).ok().map(Value::Int)
                }
                _ => Some(Value::Unknown),
            },
            "lower" => text(0).map(|it| Value::Text(it.to_lowercase())),
            "upper" => text(0).map(|it| Value::Text(it.to_uppercase())),
            "replace" => match (text(0), text(1), text(2)) {
                (Some(it), Some(from), Some(to)) if !from.is_empty() => Some(Value::Text(it.replace(&from, &to))),
                _ => None,
            },
            "rtrim" | "ltrim" | "btrim" => {
                let characters: Vec<char> = text(1).unwrap_or_else(|| " ".to_owned()).chars().collect();
                text(0).map(|it| {
                    let it = match name {
                        "rtrim" => it.trim_end_matches(&characters[..]),
                        "ltrim" => it.trim_start_matches(&characters[..]),
                        _ => it.trim_matches(&characters[..]),
                    };
                    Value::text(it)
                })
            }
            _ => None,
        };
        made.map_or_else(|| unknown(format!("what {}() gives is not computed here", call.name)), Ok)
    }
}

/// A name as text, folded where it is not quoted.
fn name_of(text: &str) -> Option<QualifiedName> {
    let (schema, name) = match text.split_once('.') {
        Some((schema, name)) => (Some(schema), name),
        None => (None, text),
    };
    let ident = |it: &str| match it.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        Some(quoted) => Ident::new(quoted),
        None => Ident::folded(it.trim()),
    };
    let plain = |it: &str| !it.is_empty() && !it.contains(['(', '[', ' ']);
    plain(name).then(|| QualifiedName { schema: schema.map(ident), name: ident(name) })
}

/// `SplitIdentifierString` finds blanks inside of a part that is not quoted.
fn is_no_name(text: &str) -> bool {
    let mut quoted = false;
    let bare: String = text
        .trim()
        .chars()
        .filter(|it| {
            quoted ^= *it == '"';
            !quoted && *it != '"'
        })
        .collect();
    bare.split('.').any(|part| part.trim().contains(char::is_whitespace))
}
