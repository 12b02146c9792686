//! `CREATE OPERATOR`: `DefineOperator` of `operatorcmds.c`.

use crate::name::Ident;
use crate::pg::catalog;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::object::{ObjectBody, ObjectClass, ObjectKey};
use crate::statement::Command;
use crate::statement::column::resolve_type;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::expression::TypeName;
use crate::syntax::statement::CreateOperator;

impl Command for CreateOperator {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE OPERATOR")?;
        let name = execution.creation_name(&self.name)?;
        let resolve = |type_: &Option<TypeName>| match type_ {
            Some(type_) => resolve_type(execution, type_).map(|it| Some(Type { modifier: -1, ..it })),
            None => Ok(None),
        };
        let (left, right) = (resolve(&self.left)?, resolve(&self.right)?);
        let Some(function) = &self.function else {
            return fail(sqlstate::INVALID_FUNCTION_DEFINITION, "operator function must be specified");
        };
        let Some(right) = right else {
            let what = if left.is_none() { "operator argument types" } else { "operator right argument type" };
            return fail(sqlstate::INVALID_FUNCTION_DEFINITION, format!("{what} must be specified"));
        };
        let types: Vec<Type> = left.into_iter().chain([right]).collect();
        // Whether another one fits is for those who know the functions of the schema.
        let built_in = function.schema.as_ref().is_none_or(|schema| schema == "pg_catalog")
            && (catalog::functions(function.name.as_str(), execution.version).any(|it| it.arguments == types)
                || catalog::is_behind_an_operator(function.name.as_str(), &types, execution.version));
        if !built_in {
            return unknown(format!("the function {function} is not one of the server's own"));
        }
        let print = |type_: &Type| execution.schema.format_type(type_);
        let none = || "NONE".to_owned();
        let arguments = vec![left.as_ref().map_or_else(none, print), print(&right)];
        let key = ObjectKey::InSchema(ObjectClass::Operator, name, arguments);
        if execution.schema.find_object(&key).is_some() {
            let symbol: &Ident = &self.name.name;
            return fail(sqlstate::DUPLICATE_FUNCTION, format!("operator {} already exists", symbol.as_str()));
        }
        execution.schema.add_object(key, ObjectBody::Plain);
        Ok(())
    }
}
