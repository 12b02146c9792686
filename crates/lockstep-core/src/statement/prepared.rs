//! Prepared statements (`prepare.c`), and what is planned of them (`plancache.c`).

use triomphe::Arc;

use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::session::Prepared;
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::query;
use crate::syntax;
use crate::syntax::expression::{Expr, QueryText};
use crate::syntax::lexer::{self, Kind};
use crate::syntax::statement::Statement;

/// `PrepareQuery`: the statement is analysed, and planned when it is executed. `text` is what follows the name.
pub(super) fn prepare(execution: &mut Execution, name: &Ident, statement: &Statement, text: &str) -> Outcome {
    if execution.session.prepared.iter().any(|it| it.name == *name) {
        let message = format!("prepared statement \"{}\" already exists", name.as_str());
        return fail(sqlstate::DUPLICATE_PSTATEMENT, message);
    }
    let results = match statement {
        Statement::Select(query) => {
            for name in &query.reads {
                let mode = if query.locks_rows.contains(name) { LockMode::RowShare } else { LockMode::AccessShare };
                match execution.open(name, mode, "the statement is analysed") {
                    Err(Stop::Unknown(why)) => execution.doubt(why),
                    opened => drop(opened?),
                }
            }
            results_of(execution, query)?
        }
        _ => {
            execution.doubt("PREPARE of a statement other than a query is not modelled");
            None
        }
    };
    let (statement, types) = (Arc::new(statement.clone()), types(text));
    execution.session.prepared.push(Prepared { name: name.clone(), statement, results, types, executions: 0 });
    Ok(())
}

/// The types of parameters that are written.
fn types(text: &str) -> Vec<String> {
    let Some(inside) = text.trim_start().strip_prefix('(') else { return vec![] };
    let (mut found, mut current, mut depth) = (vec![], String::new(), 0);
    for sign in inside.chars() {
        match sign {
            ')' if depth == 0 => break,
            ',' if depth == 0 => found.push(std::mem::take(&mut current)),
            other => {
                depth += i32::from(other == '(') - i32::from(other == ')');
                current.push(other);
            }
        }
    }
    found.push(current);
    found
}

/// Names and types of what the query yields; `None` where that is not modelled.
fn results_of(execution: &mut Execution, query: &QueryText) -> Outcome<Option<Vec<(Ident, Type)>>> {
    // Parameters get their types from the `EXECUTE`.
    let select = syntax::parse_query(&query.text).filter(|_| !query.text.contains('$'));
    let Some(select) = select else { return Ok(None) };
    match query::analyze(execution, &select) {
        Ok(made) => Ok(Some(made.results.iter().map(|it| (it.name.clone(), it.type_)).collect())),
        Err(Stop::Unknown(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `FetchPreparedStatement`.
pub(super) fn find(execution: &Execution, name: &Ident) -> Outcome<usize> {
    match execution.session.prepared.iter().position(|it| it.name == *name) {
        Some(place) => Ok(place),
        None => {
            let message = format!("prepared statement \"{}\" does not exist", name.as_str());
            fail(sqlstate::UNDEFINED_PSTATEMENT, message)
        }
    }
}

/// `ExecuteQuery`; `RevalidateCachedQuery` analyses again what has changed meanwhile.
pub(super) fn execute(execution: &mut Execution, name: &Ident, arguments: &[Expr]) -> Outcome {
    let place = find(execution, name)?;
    let it = execution.session.prepared[place].clone();
    if !arguments.is_empty() {
        let query = with_arguments(execution, place, arguments)?;
        return super::run(&Statement::Select(query), execution);
    }
    if let Statement::Select(query) = &*it.statement {
        match (&it.results, results_of(execution, query)?) {
            (Some(then), Some(now)) if *then != now => {
                return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cached plan must not change result type");
            }
            (Some(_), Some(_)) => {}
            _ => execution.doubt("whether the statement still yields what it was prepared for is not known"),
        }
    }
    super::run(&it.statement, execution)
}

/// Statements are planned for their values so often, before another plan is thought of (`choose_custom_plan`).
const CUSTOM_PLANS: u32 = 5;

/// The query with its parameters in their places. With a plan for any values, they are no constants.
pub(super) fn with_arguments(execution: &mut Execution, place: usize, arguments: &[Expr]) -> Outcome<QueryText> {
    const NOT_MODELLED: &str = "a prepared statement with parameters is not modelled";
    let it = execution.session.prepared[place].clone();
    let Statement::Select(query) = &*it.statement else { return unknown(NOT_MODELLED) };
    if !it.types.is_empty() && it.types.len() != arguments.len() {
        let name = it.name.as_str();
        let message = format!("wrong number of parameters for prepared statement \"{name}\"");
        return fail(sqlstate::SYNTAX_ERROR, message);
    }
    let mode = execution.session.settings.get("plan_cache_mode").map(|it| it.value.to_ascii_lowercase());
    let custom = match mode.as_deref() {
        Some("force_custom_plan") => true,
        Some("force_generic_plan") => false,
        _ if it.executions < CUSTOM_PLANS => true,
        _ if reads_several(execution, query) => {
            return unknown("whether the statement is planned for its values is not known");
        }
        _ => true,
    };
    // A plan that is kept opens the indexes that it uses, no others.
    let planned = it.executions > 0 && !custom;
    if planned && opens_indexes(execution, query) {
        return unknown("which indexes the plan that is kept opens is not known");
    }
    execution.session.prepared[place].executions += 1;
    let Some(text) = substitute(&query.text, &it.types, arguments, custom) else { return unknown(NOT_MODELLED) };
    match syntax::parse(&text) {
        Ok(Statement::Select(query)) => Ok(query),
        _ => unknown(NOT_MODELLED),
    }
}

/// Some table it reads has others below.
fn reads_several(execution: &Execution, query: &QueryText) -> bool {
    query.reads.iter().any(|name| {
        let table = execution.resolve_in_query(name).ok().and_then(|id| execution.schema.get(id)?.table());
        table.is_none_or(|it| it.is_partitioned())
    })
}

fn opens_indexes(execution: &Execution, query: &QueryText) -> bool {
    query.reads.iter().any(|name| {
        let Ok(id) = execution.resolve_in_query(name) else { return true };
        let below = execution.schema.descendants(id).into_iter().map(|(below, _)| below).chain([id]);
        let has = |id| execution.schema.get(id).and_then(|it| it.table()).is_none_or(|it| !it.indexes.is_empty());
        below.into_iter().any(has)
    })
}

fn substitute(text: &str, types: &[String], arguments: &[Expr], custom: bool) -> Option<String> {
    let (mut made, mut at) = (String::new(), 0);
    while let Some(token) = lexer::next(text, at) {
        made.push_str(&text[at..token.start]);
        match token.kind {
            Kind::Parameter => {
                let place = text[token.start + 1..token.end].parse::<usize>().ok()?.checked_sub(1)?;
                let (value, type_) = (arguments.get(place)?, types.get(place)?);
                let value = format!("(({value})::{type_})");
                made.push_str(&if custom { value } else { format!("(SELECT {value})") });
            }
            _ => made.push_str(&text[token.start..token.end]),
        }
        at = token.end;
    }
    made.push_str(&text[at..]);
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_take_their_values_and_types() {
        assert_eq!(types("(int, numeric(10,2)) AS SELECT 1"), ["int", " numeric(10,2)"]);
        let one = syntax::parse_expression("1").unwrap();
        let made = substitute("SELECT a FROM t WHERE b = $1 AND c = '$1'", &["int".to_owned()], &[one], true);
        assert_eq!(made.as_deref(), Some("SELECT a FROM t WHERE b = ((1)::int) AND c = '$1'"));
    }
}
