//! What the types of variables, parameters and results ask of values (`plpgsql_fulfill_promise`, `exec_cast_value`).

use crate::expression::Scope;
use crate::expression::evaluate::{self, Trouble};
use crate::name::Ident;
use crate::pg::types::Type;
use crate::statement::column::{base_type, domain_with_constraints};
use crate::statement::do_block::Run;
use crate::statement::do_block::value::Value;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::known_rows::RowScope;
use crate::statement::scope::TableScope;
use crate::syntax;
use crate::syntax::expression::Expr;

impl Run<'_> {
    /// A value that a variable gets.
    pub(super) fn fits(&self, variable: &Ident, value: &Value) -> Outcome {
        let Some((_, name)) = self.types.iter().rfind(|(it, _)| it == variable) else { return Ok(()) };
        let Ok(Expr::Cast { type_name, .. }) = syntax::parse_expression(&format!("NULL::{name}")) else {
            return Ok(());
        };
        let scope = TableScope { execution: self.execution, table: None, alias: None };
        match scope.resolve_type(&type_name) {
            Ok(type_) => fits(self.execution, value, type_),
            Err(_) => Ok(()),
        }
    }
}

/// The checks of a domain, and the limits of elements and numbers.
pub(in crate::statement) fn fits(execution: &Execution, value: &Value, type_: Type) -> Outcome {
    let base = base_type(execution, &type_);
    let limited = base.modifier >= 0 && (base.array || base.is(Type::NUMERIC));
    if domain_with_constraints(execution, &type_.base) && !type_.array {
        let value = match value {
            Value::Null => evaluate::Value::Null,
            Value::Int(number) => evaluate::Value::Integer(*number),
            Value::Bool(value) => evaluate::Value::Boolean(*value),
            Value::Text(text) if base.is(Type::TEXT) => evaluate::Value::text(text),
            _ => return unknown("whether a domain admits a value is not known"),
        };
        match RowScope::new(execution).over(&[]).to_domain(value, type_) {
            Ok(_) => {}
            Err(Trouble::Error(error)) => return Err(error.into()),
            Err(Trouble::Unknown) => return unknown("whether a domain admits a value is not known"),
        }
    }
    match limited && !value.is_null() {
        true => unknown("whether a value is within the limits of its type is not known"),
        false => Ok(()),
    }
}
