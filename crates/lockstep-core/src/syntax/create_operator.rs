//! `CREATE OPERATOR`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::TypeName;
use crate::syntax::statement::Statement;
use crate::syntax::type_name;
use crate::syntax::{address, operator_class};

#[derive(Debug, Clone, PartialEq)]
pub struct CreateOperator {
    pub name: QualifiedName,
    pub left: Option<TypeName>,
    pub right: Option<TypeName>,
    pub function: Option<QualifiedName>,
    /// What else is said of it, as written.
    pub rest: Vec<String>,
}

/// After `CREATE OPERATOR`; `None` for families.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    if cursor.accept_word("class") {
        return operator_class::parse(cursor);
    }
    if cursor.is_word("family") {
        return Ok(None);
    }
    let name = address::operator_name(cursor)?;
    let mut made = CreateOperator { name, left: None, right: None, function: None, rest: vec![] };
    cursor.expect_sign("(")?;
    loop {
        let start = cursor.offset();
        let word = cursor.label()?;
        match word.as_str() {
            "leftarg" | "rightarg" => {
                cursor.expect_sign("=")?;
                let type_ = Some(type_name::parse(cursor)?);
                if word == "leftarg" { made.left = type_ } else { made.right = type_ }
            }
            "function" | "procedure" => {
                cursor.expect_sign("=")?;
                made.function = Some(address::function_name(cursor)?);
            }
            _ => {
                while !cursor.at_end() && !cursor.is_sign(",") && !cursor.is_sign(")") {
                    if cursor.accept_sign("(") {
                        cursor.skip_balanced();
                    }
                    cursor.next();
                }
                made.rest.push(cursor.text[start..cursor.last_end()].to_owned());
            }
        }
        if !cursor.accept_sign(",") {
            break;
        }
    }
    cursor.expect_sign(")")?;
    Ok(Some(Statement::CreateOperator(made)))
}

/// An operator's name is never quoted.
pub(super) fn print_name(schema: Option<&Ident>, symbol: &Ident) -> String {
    let schema = schema.map(|it| format!("{it}.")).unwrap_or_default();
    format!("{schema}{}", symbol.as_str())
}

impl Display for CreateOperator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut parts = vec![];
        parts.extend(self.left.as_ref().map(|it| format!("LEFTARG = {it}")));
        parts.extend(self.right.as_ref().map(|it| format!("RIGHTARG = {it}")));
        parts.extend(self.function.as_ref().map(|it| format!("FUNCTION = {it}")));
        parts.extend(self.rest.iter().cloned());
        write!(f, "CREATE OPERATOR {} ({})", print_name(self.name.schema.as_ref(), &self.name.name), parts.join(", "))
    }
}
