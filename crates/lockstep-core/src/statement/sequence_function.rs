//! `SELECT nextval(…)`, `setval(…)`, `currval(…)` and `lastval()`: `nextval_internal`, `do_setval` and the rest of
//! `sequence.c`.

use crate::effect::{ObjectName, RelationId};
use crate::name::{Ident, QualifiedName, quote_literal};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::rights::Right;
use crate::schema::sequence::{LastValue, Sequence};
use crate::session::LastUsed;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::known_rows::TAKEN;
use crate::statement::row_target::writable;
use crate::statement::scope::parse_relation_name;
use crate::statement::select;
use crate::syntax;
use crate::syntax::expression::{Expr, FunctionCall, Literal, QueryText};

const REASON: &str = "the sequence must not be dropped while its value is set or taken";

/// Runs a query that does nothing but call one of them; `None` where it is any other query.
pub(super) fn run(query: &QueryText, execution: &mut Execution) -> Option<Outcome> {
    let (call, from) = read(query)?;
    let arguments: Vec<&Expr> = call.arguments.iter().map(|it| &it.value).collect();
    Some(match (call.name.name.as_str(), arguments.as_slice()) {
        ("nextval", [sequence]) if from.is_empty() => next(execution, sequence),
        ("currval", [sequence]) if from.is_empty() => current(execution, sequence),
        ("lastval", []) if from.is_empty() => last(execution),
        ("pg_get_serial_sequence", _) if from.is_empty() => serial_sequence_of(execution, &call).map(|_| ()),
        ("setval", [sequence, value]) => set(execution, query, sequence, value, Some(true), &from),
        ("setval", [sequence, value, called]) => {
            let called = if let Expr::Literal(Literal::Boolean(called)) = called { Some(*called) } else { None };
            set(execution, query, sequence, value, called, &from)
        }
        _ => return None,
    })
}

/// Whether the query is one of those, which look after rights themselves.
pub(super) fn checks_rights(query: &QueryText) -> bool {
    read(query).is_some()
}

/// The call, and the `FROM` and what follows it.
fn read(query: &QueryText) -> Option<(FunctionCall, String)> {
    let text = query.text.trim().trim_end_matches(';');
    let (word, rest) = text.split_at_checked("select".len())?;
    if !word.eq_ignore_ascii_case("select") || query.functions.iter().all(|it| !is_sequence_function(it)) {
        return None;
    }
    let (expression, behind) = syntax::parse_leading_expression(rest).ok()?;
    let behind = behind.trim();
    let plain = behind.is_empty() || behind.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("from "));
    match expression {
        Expr::Function(call) if plain && is_sequence_function(&call.name) => Some((call, behind.to_owned())),
        _ => None,
    }
}

fn is_sequence_function(name: &QualifiedName) -> bool {
    let own = name.schema.as_ref().is_none_or(|schema| *schema == "pg_catalog");
    own && ["nextval", "setval", "currval", "lastval", "pg_get_serial_sequence"].contains(&name.name.as_str())
}

/// The sequence that the argument names, locked (`init_sequence`), where one of the privileges is there.
fn open(execution: &mut Execution, argument: &Expr, privileges: &[&str]) -> Outcome<(RelationId, Sequence)> {
    let id = find(execution, argument)?;
    execution.lock(id, LockMode::RowExclusive, REASON);
    execution.session.sequences.looked_at(id);
    let relation = execution.schema.relation(id);
    let name = relation.name.name.as_str();
    let Some(sequence) = relation.sequence().cloned() else {
        return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not a sequence"));
    };
    allowed(execution, id, privileges)?;
    Ok((id, sequence))
}

fn allowed(execution: &mut Execution, id: RelationId, privileges: &[&str]) -> Outcome {
    let object = Object::Relation(id);
    let right = privileges.iter().fold(Right::No, |right, it| right | execution.may(&object, it));
    let words = execution.words_of(id);
    execution.settle(right, || format!("permission denied for {words}"))
}

/// `currval_oid`.
fn current(execution: &mut Execution, argument: &Expr) -> Outcome {
    let (id, _) = open(execution, argument, &["select", "usage"])?;
    match execution.session.sequences.gave(id) {
        Some(true) => Ok(()),
        Some(false) => {
            let name = execution.bare_name(id);
            let message = format!("currval of sequence \"{name}\" is not yet defined in this session");
            fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message)
        }
        None => unknown("whether the sequence gave a value in this session is not known"),
    }
}

/// `lastval`: of a sequence that is still there.
fn last(execution: &mut Execution) -> Outcome {
    match execution.session.sequences.last() {
        LastUsed::Sequence(id) if execution.schema.get(id).is_some() => {
            execution.lock(id, LockMode::RowExclusive, REASON);
            execution.session.sequences.looked_at(id);
            allowed(execution, id, &["select", "usage"])
        }
        LastUsed::Unknown => unknown("which sequence gave the last value in this session is not known"),
        LastUsed::None | LastUsed::Sequence(_) => {
            fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, "lastval is not yet defined in this session")
        }
    }
}

fn find(execution: &Execution, argument: &Expr) -> Outcome<RelationId> {
    match argument {
        Expr::Literal(Literal::String(text)) => match parse_relation_name(text) {
            Some(name) => execution.resolve(&name),
            None => fail(sqlstate::INVALID_NAME, "invalid name syntax"),
        },
        Expr::Cast { operand, type_name } if ["regclass", "text"].contains(&type_name.name.name.as_str()) => {
            find(execution, operand)
        }
        Expr::Function(call) if call.name.name == "pg_get_serial_sequence" => {
            match serial_sequence_of(execution, call)? {
                Some(id) => Ok(id),
                None => unknown("the column has no sequence of its own"),
            }
        }
        _ => unknown("the sequence is not named by a constant"),
    }
}

/// `pg_get_serial_sequence`: the sequence that belongs to the column.
fn serial_sequence_of(execution: &Execution, call: &FunctionCall) -> Outcome<Option<RelationId>> {
    let texts: Vec<&str> = call
        .arguments
        .iter()
        .filter_map(|it| match &it.value {
            Expr::Literal(Literal::String(text)) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let [table, column] = texts.as_slice() else { return unknown("the sequence is not named by constants") };
    let Some(name) = parse_relation_name(table) else { return fail(sqlstate::INVALID_NAME, "invalid name syntax") };
    let id = execution.resolve(&name)?;
    let relation = execution.schema.relation(id);
    let column = Ident::new(column);
    let Some((number, _)) = relation.columns().find(column.as_str()) else {
        return Err(super::column::missing_column(&column, relation.name.name.as_str()).into());
    };
    let sequences = relation.table().map(|it| it.sequences.clone()).unwrap_or_default();
    Ok(sequences.into_iter().find(|sequence| {
        let owner = execution.schema.get(*sequence).and_then(|it| it.sequence()?.owner);
        owner.is_some_and(|owner| owner.column == number)
    }))
}

/// Sequences that `nextval` takes values from in an expression outside of its queries.
pub(super) fn called(execution: &Execution, value: &Expr) -> Outcome<Vec<RelationId>> {
    let mut found = vec![];
    value.visit(&mut |it| match it {
        Expr::Function(call) if is_nextval(&call.name) => match call.arguments.as_slice() {
            [only] => found.push(find(execution, &only.value)),
            _ => found.push(unknown("this call of nextval is not modelled")),
        },
        _ => {}
    });
    found.into_iter().collect()
}

/// The same for a query, wherever the calls stand in its text.
pub(super) fn called_by_query(execution: &Execution, query: &QueryText) -> Outcome<Vec<RelationId>> {
    let mut found = vec![];
    if !query.functions.iter().any(is_nextval) {
        return Ok(found);
    }
    let lower = query.text.to_ascii_lowercase();
    for (at, _) in lower.match_indices("nextval") {
        match query.text.get(at..).map(syntax::parse_leading_expression) {
            Some(Ok((call, _))) => found.extend(called(execution, &call)?),
            _ => return unknown("where this query calls nextval is not modelled"),
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Whether the value is a call of `nextval`, or calls it nowhere: then every evaluation counts.
pub(super) fn calls_once_or_never(value: &Expr) -> bool {
    match value {
        Expr::Cast { operand, .. } => calls_once_or_never(operand),
        Expr::Function(call) if is_nextval(&call.name) => true,
        other => {
            let mut calls = false;
            other.visit(&mut |it| calls |= matches!(it, Expr::Function(call) if is_nextval(&call.name)));
            !calls
        }
    }
}

pub(super) fn is_nextval(name: &QualifiedName) -> bool {
    name.name == "nextval" && is_sequence_function(name)
}

/// So many values taken from a sequence by rows (`None`: not known how many); `certain` where there is one.
pub(super) fn take(execution: &mut Execution, id: RelationId, count: Option<u64>, certain: bool) -> Outcome {
    execution.lock_for_rows(id, LockMode::RowExclusive, TAKEN, certain);
    execution.session.sequences.perhaps_took(id);
    let Some(mut sequence) = execution.schema.get(id).and_then(|it| it.sequence()).cloned() else {
        return unknown("what nextval is called for is no sequence that is known here");
    };
    if count.is_some_and(|count| sequence.ends_within(count)) {
        return fail(sqlstate::SEQUENCE_GENERATOR_LIMIT_EXCEEDED, sequence.end(&execution.bare_name(id)));
    }
    if sequence.last_value == LastValue::Unknown || count.is_none() {
        execution.precondition(
            exhausted(&execution.schema.relation(id).name),
            "0",
            sqlstate::SEQUENCE_GENERATOR_LIMIT_EXCEEDED,
        );
    }
    sequence.advance(count);
    execution.consume(id, sequence.last_value);
    Ok(())
}

/// Counts one where the sequence has no value left.
pub(super) fn exhausted(name: &ObjectName) -> String {
    format!(
        "SELECT count(*) FROM {name} WHERE is_called AND last_value >= (SELECT max_value FROM pg_sequences WHERE schemaname = {} AND sequencename = {})",
        quote_literal(name.schema.as_str()),
        quote_literal(name.name.as_str())
    )
}

fn next(execution: &mut Execution, argument: &Expr) -> Outcome {
    let (id, mut sequence) = open(execution, argument, &["usage", "update"])?;
    writable(execution, "nextval()", id)?;
    if sequence.ends_within(1) {
        return fail(sqlstate::SEQUENCE_GENERATOR_LIMIT_EXCEEDED, sequence.end(&execution.bare_name(id)));
    }
    if sequence.last_value == LastValue::Unknown && !sequence.cycle {
        let (sign, limit) = if sequence.increment > 0 { (">", sequence.max) } else { ("<", sequence.min) };
        let full = execution.schema.relation(id).name.clone();
        let query = format!(
            "SELECT count(*) FROM {full} WHERE is_called AND last_value {sign} {limit}::numeric - {}",
            sequence.increment
        );
        execution.precondition(query, "0", sqlstate::SEQUENCE_GENERATOR_LIMIT_EXCEEDED);
    }
    sequence.advance(Some(1));
    execution.consume(id, sequence.last_value);
    execution.session.sequences.took(id);
    Ok(())
}

/// Aggregates over what the query reads, and what the grammar itself calls.
const HARMLESS: [&str; 6] = ["max", "min", "count", "coalesce", "greatest", "least"];

fn set(
    execution: &mut Execution,
    query: &QueryText,
    argument: &Expr,
    value: &Expr,
    called: Option<bool>,
    from: &str,
) -> Outcome {
    let harmless = |it: &QualifiedName| it.schema.is_none() && HARMLESS.contains(&it.name.as_str());
    let sessions = |it: &QualifiedName| ["currval", "lastval"].contains(&it.name.as_str());
    let own = |it: &QualifiedName| is_sequence_function(it) && !sessions(it);
    let others = query.functions.iter().filter(|it| !own(it) && !harmless(it));
    let computed = QueryText { functions: others.cloned().collect(), ..query.clone() };
    select::read(execution, &computed)?;
    select::check_columns(execution, &computed, &[])?;
    // Over a table it is called for each row, perhaps for none.
    let constant = constant(value).filter(|_| from.is_empty());
    if constant == Some(None) {
        // Strict: a null sets nothing, and the sequence is not opened.
        find(execution, argument)?;
        return Ok(());
    }
    let (id, sequence) = open(execution, argument, &["update"])?;
    writable(execution, "setval()", id)?;
    let (min, max) = (sequence.min, sequence.max);
    let last_value = match constant {
        Some(Some(value)) if value < min || value > max => {
            let name = execution.bare_name(id);
            let message = format!("setval: value {value} is out of bounds for sequence \"{name}\" ({min}..{max})");
            return fail(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE, message);
        }
        Some(Some(value)) => match called {
            Some(true) => LastValue::Known(value),
            Some(false) => LastValue::NotCalled(value),
            None => LastValue::Unknown,
        },
        // What one sequence has come to, another with the same bounds may come to.
        _ if reads_like(execution, value, from, &sequence) => LastValue::Unknown,
        _ => {
            let query = format!(
                "SELECT count(*) FROM (SELECT {value} AS value {from}) AS new WHERE value NOT BETWEEN {min} AND {max}"
            );
            execution.precondition(query, "0", sqlstate::NUMERIC_VALUE_OUT_OF_RANGE);
            LastValue::Unknown
        }
    };
    execution.consume(id, last_value);
    match called {
        Some(true) if from.is_empty() => execution.session.sequences.set(id),
        Some(false) => {}
        _ => execution.session.sequences.perhaps_took(id),
    }
    Ok(())
}

/// The value is the `last_value` of a sequence whose bounds are within those of this one.
fn reads_like(execution: &Execution, value: &Expr, from: &str, sequence: &Sequence) -> bool {
    let is_last = matches!(value, Expr::Column(parts) if parts.last().is_some_and(|it| *it == "last_value"));
    let name = from.get(4..).and_then(parse_relation_name).filter(|_| is_last);
    let other = name.and_then(|it| execution.schema.get(execution.resolve(&it).ok()?)?.sequence().cloned());
    other.is_some_and(|it| it.min >= sequence.min && it.max <= sequence.max)
}

/// An integer or a null that is written as such.
fn constant(value: &Expr) -> Option<Option<i64>> {
    match value {
        Expr::Literal(Literal::Null) => Some(None),
        Expr::Literal(Literal::Integer(text) | Literal::String(text)) => text.trim().parse().ok().map(Some),
        Expr::Unary { operator, operand } if operator.symbol == "-" => match operand.as_ref() {
            Expr::Literal(Literal::Integer(text)) => format!("-{text}").parse().ok().map(Some),
            _ => None,
        },
        _ => None,
    }
}
