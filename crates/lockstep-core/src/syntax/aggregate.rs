//! `CREATE AGGREGATE`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::TypeName;
use crate::syntax::print_statement::comma;
use crate::syntax::routine::routine_name;
use crate::syntax::statement::{RoutineKind, RoutineName, Statement};
use crate::syntax::type_name;

#[derive(Debug, Clone, PartialEq)]
pub struct CreateAggregate {
    pub replace: bool,
    /// Without arguments for `(*)`.
    pub aggregate: RoutineName,
    pub options: Vec<(Ident, AggregateOption)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AggregateOption {
    Type(TypeName),
    Function(QualifiedName),
    /// Any other value, as written.
    Text(String),
}

/// After `CREATE [OR REPLACE]`; `None` where no aggregate follows, or one of a form that is not read.
pub(super) fn create(cursor: &mut Cursor<'_>, replace: bool) -> Result<Option<Statement>> {
    if !cursor.accept_word("aggregate") {
        return Ok(None);
    }
    // `(BASETYPE = …` is the form of old; ordered sets have `ORDER BY` among their arguments.
    let Ok(aggregate) = routine_name(cursor, RoutineKind::Aggregate) else { return Ok(None) };
    if !cursor.is_sign("(") {
        return Ok(None);
    }
    let options = cursor.parenthesised(option)?;
    Ok(Some(Statement::CreateAggregate(CreateAggregate { replace, aggregate, options })))
}

fn option(cursor: &mut Cursor<'_>) -> Result<(Ident, AggregateOption)> {
    let name = cursor.label()?;
    let value = match name.as_str() {
        _ if !cursor.accept_sign("=") => AggregateOption::Text(String::new()),
        "stype" | "stype1" | "mstype" => AggregateOption::Type(type_name::parse(cursor)?),
        "sfunc" | "sfunc1" | "finalfunc" | "combinefunc" | "serialfunc" | "deserialfunc" | "msfunc" | "minvfunc"
        | "mfinalfunc" => AggregateOption::Function(cursor.qualified_name()?),
        _ => {
            let start = cursor.offset();
            while !cursor.at_end() && !cursor.is_sign(",") && !cursor.is_sign(")") {
                if cursor.is_sign("(") {
                    return cursor.error();
                }
                cursor.next();
            }
            AggregateOption::Text(cursor.text_since(start).to_owned())
        }
    };
    Ok((name, value))
}

impl Display for CreateAggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let replace = if self.replace { "OR REPLACE " } else { "" };
        let arguments = match self.aggregate.arguments.as_deref() {
            None | Some([]) => "*".to_owned(),
            Some(arguments) => comma(arguments),
        };
        let options = self.options.iter().map(|(name, value)| match value {
            AggregateOption::Type(it) => format!("{name} = {it}"),
            AggregateOption::Function(it) => format!("{name} = {it}"),
            AggregateOption::Text(it) if it.is_empty() => name.to_string(),
            AggregateOption::Text(it) => format!("{name} = {it}"),
        });
        write!(f, "CREATE {replace}AGGREGATE {}({arguments}) ({})", self.aggregate.name, comma(options))
    }
}
