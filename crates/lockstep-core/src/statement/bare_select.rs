//! `SELECT` without a table: functions that do something to the session, such as settings and advisory
//! locks, and expressions over constants.

use crate::expression::evaluate::Trouble;
use crate::expression::{self, Kind, Refusal, Stored};
use crate::statement::Command;
use crate::statement::call;
use crate::statement::execution::{Execution, Outcome, Stop, unknown};
use crate::statement::known_rows::RowScope;
use crate::statement::rows::is_null;
use crate::statement::scope::{self, TableScope, stored_value};
use crate::statement::select;
use crate::syntax::bare_select;
use crate::syntax::expression::{Expr, FunctionCall, Literal, QueryText};
use crate::syntax::statement::Set;

/// `None`: the query is not one of these.
pub(super) fn run(query: &QueryText, execution: &mut Execution) -> Option<Outcome> {
    let results = bare_select::read(&query.text)?;
    // What does no more than compute is analysed like any query.
    let computes =
        |it: &Expr| call_of(it).is_some_and(|call| call::is_made(call, execution) && call::computes(call, execution));
    if results.iter().any(computes) && !results.iter().filter_map(call_of).any(acts) {
        return None;
    }
    Some(results.iter().try_for_each(|it| match call_of(it) {
        Some(call) if acts(call) => act(call, execution),
        Some(call) if call::is_made(call, execution) => call::execute(call, 'f', &[], execution),
        _ => compute(it, execution),
    }))
}

/// Functions with an effect of their own.
const ACTS: [&str; 15] = [
    "set_config",
    "pg_sleep",
    "pg_notify",
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_advisory_unlock",
    "pg_advisory_unlock_all",
    "pg_advisory_unlock_shared",
    "pg_advisory_xact_lock",
    "pg_advisory_xact_lock_shared",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_try_advisory_xact_lock",
    "pg_try_advisory_xact_lock_shared",
    "pg_backend_pid",
];

fn call_of(it: &Expr) -> Option<&FunctionCall> {
    match it {
        Expr::Function(call) => Some(call),
        Expr::Cast { operand, .. } => call_of(operand),
        _ => None,
    }
}

fn acts(call: &FunctionCall) -> bool {
    let own = call.name.schema.as_ref().is_none_or(|schema| *schema == "pg_catalog");
    own && ACTS.contains(&call.name.name.as_str())
}

fn act(call: &FunctionCall, execution: &mut Execution) -> Outcome {
    let arguments: Vec<&Expr> = call.arguments.iter().map(|it| &it.value).collect();
    match (call.name.name.as_str(), arguments.as_slice()) {
        ("set_config", [name, value, local]) => set_config(execution, name, value, local),
        ("set_config", _) => unknown("what this call sets is not known"),
        // Session locks and waits: nothing that the schema knows of.
        _ => arguments.iter().try_for_each(|it| compute(it, execution)),
    }
}

/// `set_config_by_name`.
fn set_config(execution: &mut Execution, name: &Expr, value: &Expr, local: &Expr) -> Outcome {
    let (Expr::Literal(Literal::String(name)), Expr::Literal(Literal::Boolean(local))) = (name, local) else {
        return unknown("which setting is changed is known only when it runs");
    };
    let values = match value {
        Expr::Literal(Literal::String(text)) if name.eq_ignore_ascii_case("search_path") => {
            let parts = text.split(',').map(str::trim).filter(|it| !it.is_empty());
            let unquoted = parts.map(|it| match it.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
                Some(quoted) => quoted.to_owned(),
                None => it.to_lowercase(),
            });
            match unquoted.collect::<Vec<_>>() {
                // An empty path finds nothing but what is named in full.
                none if none.is_empty() => vec![String::new()],
                some => some,
            }
        }
        Expr::Literal(Literal::String(text)) => vec![text.clone()],
        it if is_null(it) => vec![],
        _ => return unknown("what the setting becomes is known only when it runs"),
    };
    if *local && !execution.in_block {
        return Ok(());
    }
    Set::Set { local: *local, name: name.clone(), values }.run(execution)
}

/// An expression over constants: what the server says of its types, and nothing where it certainly has a value.
fn compute(it: &Expr, execution: &mut Execution) -> Outcome {
    let scope = TableScope { execution, table: None, alias: None };
    let made = match expression::analyze(it, &scope, Kind::Value) {
        Ok(made) => made,
        Err(Refusal::Error(error)) if error.message.contains(" not allowed in ") => {
            return unknown("what a query computes is not modelled");
        }
        Err(refusal) => return Err(Stop::from(refusal)),
    };
    scope::check_enum_values(execution, it, &made)?;
    // Operators over constants, as planning computes them.
    match RowScope::new(execution).over(&[]).value(&made) {
        Err(Trouble::Error(error)) => return Err(error.into()),
        Err(Trouble::Unknown) if made.converts_to_domain() => {
            return unknown("whether a domain admits a value is not modelled");
        }
        Ok(value) if value.is_exact() => return Ok(()),
        _ => {}
    }
    let certain = match stored_value(&made, execution) {
        Stored::Value(_) | Stored::Null => true,
        Stored::Error(error) => return Err(error.into()),
        Stored::Volatile => {
            call_of(it).is_some_and(|call| select::only_reads(execution, &call.name) && call.arguments.is_empty())
        }
        Stored::Unknown => {
            matches!(it, Expr::Value { .. }) || call_of(it).is_some_and(|it| is_plain_reader(execution, it))
        }
    };
    match certain {
        true => Ok(()),
        false => unknown("what a query computes is not modelled"),
    }
}

/// A call without arguments, like `version()`: it cannot meet a value that it refuses.
fn is_plain_reader(execution: &Execution, call: &FunctionCall) -> bool {
    let hashes = ["hashtext", "hashtextextended"].contains(&call.name.name.as_str());
    (call.arguments.is_empty() || hashes) && select::only_reads(execution, &call.name)
}
