//! Text that is put together when it runs, where what is put in cannot change what its statement is.

use crate::pg::types::Type;
use crate::schema::Schema;
use crate::schema::object::{ObjectClass, ObjectId};
use crate::schema::relation::Relation;
use crate::syntax;
use crate::syntax::expression::{Expr, Literal};

/// The text with a value of the same kind in each place; `None` where something else may stand there.
pub(super) fn of(schema: &Schema, text: &str, function: Option<ObjectId>) -> Option<String> {
    let mut made = String::new();
    let expression = syntax::parse_expression(text).ok()?;
    append(schema, &expression, function, &mut made)?;
    Some(made)
}

fn append(schema: &Schema, it: &Expr, function: Option<ObjectId>, made: &mut String) -> Option<()> {
    match it {
        Expr::Binary { left, operator, right } if operator.symbol == "||" => {
            append(schema, left, function, made)?;
            append(schema, right, function, made)
        }
        Expr::Literal(Literal::String(text)) => {
            made.push_str(text);
            Some(())
        }
        // A string in quotes that nothing in it ends.
        Expr::Function(call) if matches!(call.name.name.as_str(), "quote_literal" | "quote_nullable") => {
            made.push_str("'x'");
            Some(())
        }
        // The digits of a whole number, or nothing at all where it is null: then nothing is run.
        Expr::Cast { operand, type_name } if matches!(type_name.name.name.as_str(), "text" | "varchar") => {
            let Expr::Column(parts) = &**operand else { return None };
            is_number(schema, parts, function?).then(|| made.push('0'))
        }
        _ => None,
    }
}

/// `NEW.a` or `OLD.a` of an integer type, whichever table fires the function.
fn is_number(schema: &Schema, parts: &[crate::name::Ident], function: ObjectId) -> bool {
    let [row, column] = parts else { return false };
    let fires = |relation: &Relation| {
        let triggers = schema.objects_on(ObjectClass::Trigger, relation.id);
        triggers.filter_map(|it| it.trigger()).any(|it| it.function == function)
    };
    let integers = [Type::INT2, Type::INT4, Type::INT8];
    let is_integer = |relation: &Relation| {
        let found = relation.columns().find(column.as_str());
        found.is_some_and(|(_, column)| integers.iter().any(|it| it.is(column.type_)))
    };
    (*row == "new" || *row == "old") && schema.relations().filter(|it| fires(it)).all(|it| is_integer(it))
}
