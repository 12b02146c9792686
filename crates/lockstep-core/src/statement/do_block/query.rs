//! Queries and dynamic statements of blocks: what they lock, and what they put into variables
//! (`exec_stmt_execsql`, `exec_stmt_dynexecute`).

use crate::name::Ident;
use crate::pg::sqlstate;
use crate::plpgsql;
use crate::statement::Command;
use crate::statement::do_block::value::Value;
use crate::statement::do_block::{Run, emptiness};
use crate::statement::execution::{Outcome, fail, unknown};
use crate::syntax::catalog_query;
use crate::syntax::lexer;
use crate::syntax::statement::Statement;

impl Run<'_> {
    /// `EXECUTE text [INTO variables] [USING values]`.
    pub(super) fn execute(&mut self, text: &str, into: &[Ident], using: &[String]) -> Outcome {
        let text = match self.environment().text(text)? {
            Value::Text(text) => text,
            Value::Null => {
                let message = "query string argument of EXECUTE is null";
                return fail(sqlstate::NULL_VALUE_NOT_ALLOWED, message);
            }
            _ => return unknown("the statement that EXECUTE runs is not known"),
        };
        if !using.is_empty() {
            return unknown("what the values of USING do to the statement is not modelled");
        }
        if into.is_empty() {
            return crate::syntax::split(&text).into_iter().try_for_each(|text| self.run(text, true));
        }
        match crate::syntax::split(&text).as_slice() {
            [query] => self.query_into(query, into, false, true),
            _ => unknown("which of several statements EXECUTE takes the result of is not modelled"),
        }
    }

    /// A statement of the block itself.
    pub(super) fn sql(&mut self, text: &str) -> Outcome {
        if let Some((query, into)) = plpgsql::split_into(text) {
            return self.query_into(&query, &into.variables, into.strict, false);
        }
        self.no_variable_in(text)?;
        self.run(text, false)
    }

    /// A variable is a parameter of the statement.
    fn no_variable_in(&self, text: &str) -> Outcome {
        if is_utility(text) {
            return Ok(());
        }
        if has_parameter(text) {
            return unknown("what a parameter of the function does to the statement is not modelled");
        }
        let names = crate::syntax::mentions_outside_strings(text);
        match self.variables.iter().find(|(name, _)| names.contains(name)) {
            Some((name, _)) => unknown(format!("what the variable {name} does to the statement is not modelled")),
            None => Ok(()),
        }
    }

    /// The first row of a query in variables; none makes them null.
    fn query_into(&mut self, text: &str, into: &[Ident], strict: bool, dynamic: bool) -> Outcome {
        if let Some(query) = catalog_query::read(text) {
            self.open_query(&query)?;
            let rows = self.environment().rows(&query);
            if let Ok(rows) = rows {
                return self.take_first(rows, into, strict);
            }
        }
        if !dynamic {
            self.no_variable_in(text)?;
        }
        match crate::syntax::parse(text) {
            Ok(Statement::Select(query)) => Command::run(&query, self.execution)?,
            Ok(_) => return unknown("what the statement returns is not modelled"),
            Err(error) if error.kind == crate::syntax::Refusal::Syntax => {
                return fail(sqlstate::SYNTAX_ERROR, error.message);
            }
            Err(error) => return unknown(error.message),
        }
        let nothing = crate::syntax::parse_query(text).and_then(|it| emptiness::rows(self.execution, &it));
        if let Some(rows) = nothing {
            let named = |row: Vec<Value>| row.into_iter().map(|it| (Ident::new("?column?"), it)).collect();
            return self.take_first(rows.into_iter().map(named).collect(), into, strict);
        }
        if strict {
            return unknown("whether the query finds one row is not known");
        }
        into.iter().try_for_each(|variable| self.set(variable, Value::Unknown))
    }

    fn take_first(&mut self, rows: Vec<Vec<(Ident, Value)>>, into: &[Ident], strict: bool) -> Outcome {
        match rows.len() {
            0 if strict => return fail(sqlstate::NO_DATA_FOUND, "query returned no rows"),
            2.. if strict => return fail(sqlstate::TOO_MANY_ROWS, "query returned more than one row"),
            _ => {}
        }
        let first = rows.into_iter().next().unwrap_or_default();
        if let [record] = into
            && first.len() > 1
        {
            return self.set(record, Value::Row(first));
        }
        for (place, variable) in into.iter().enumerate() {
            let value = first.get(place).map_or(Value::Null, |(_, value)| value.clone());
            self.set(variable, value)?;
        }
        Ok(())
    }
}

/// `$1`.
fn has_parameter(text: &str) -> bool {
    let mut at = 0;
    while let Some(token) = lexer::next(text, at) {
        if token.kind == lexer::Kind::Parameter {
            return true;
        }
        at = token.end;
    }
    false
}

/// Commands that take no parameters: what looks like a variable in them is a name of their own.
fn is_utility(text: &str) -> bool {
    const COMMANDS: [&str; 9] =
        ["alter", "analyze", "comment", "drop", "grant", "lock", "refresh", "revoke", "truncate"];
    let words = crate::syntax::words_outside_strings(text);
    let is = |wanted: &str| words.iter().any(|it| !it.quoted && it.name == *wanted);
    match words.first().map(|it| it.name.as_str()) {
        // `CREATE TABLE … AS` has a query.
        Some("create") => !is("as"),
        Some(first) => COMMANDS.contains(&first),
        None => false,
    }
}
