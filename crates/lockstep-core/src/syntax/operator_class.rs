//! `CREATE OPERATOR CLASS`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName};
use crate::syntax::address;
use crate::syntax::create_operator::print_name;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::TypeName;
use crate::syntax::print_statement::comma;
use crate::syntax::statement::Statement;
use crate::syntax::type_name;

#[derive(Debug, Clone, PartialEq)]
pub struct CreateOperatorClass {
    pub name: QualifiedName,
    pub default: bool,
    pub type_: TypeName,
    pub method: Ident,
    pub family: Option<QualifiedName>,
    pub items: Vec<ClassItem>,
}

/// `opclass_item`.
#[derive(Debug, Clone, PartialEq)]
pub enum ClassItem {
    Operator {
        number: i64,
        name: QualifiedName,
        types: Vec<TypeName>,
    },
    Function {
        number: i64,
        /// The types that it is for, where they are said.
        of: Vec<TypeName>,
        name: QualifiedName,
        arguments: Vec<TypeName>,
    },
}

/// After `CREATE OPERATOR CLASS`; what is not told apart here is an error.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let name = cursor.qualified_name()?;
    let default = cursor.accept_word("default");
    cursor.expect(&["for", "type"])?;
    let type_ = type_name::parse(cursor)?;
    cursor.expect(&["using"])?;
    let method = cursor.name()?;
    let family = if cursor.accept_word("family") { Some(cursor.qualified_name()?) } else { None };
    cursor.expect(&["as"])?;
    let items = cursor.list(item)?;
    Ok(Some(Statement::CreateOperatorClass(CreateOperatorClass { name, default, type_, method, family, items })))
}

fn types(cursor: &mut Cursor<'_>) -> Result<Vec<TypeName>> {
    match cursor.is_sign("(") {
        true => cursor.parenthesised(type_name::parse),
        false => Ok(vec![]),
    }
}

fn item(cursor: &mut Cursor<'_>) -> Result<ClassItem> {
    if cursor.accept_word("operator") {
        let number = cursor.integer()?;
        let name = address::operator_name(cursor)?;
        return Ok(ClassItem::Operator { number, name, types: types(cursor)? });
    }
    cursor.expect(&["function"])?;
    let number = cursor.integer()?;
    let of = types(cursor)?;
    let name = address::function_name(cursor)?;
    Ok(ClassItem::Function { number, of, name, arguments: types(cursor)? })
}

impl Display for CreateOperatorClass {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let default = if self.default { " DEFAULT" } else { "" };
        write!(f, "CREATE OPERATOR CLASS {}{default} FOR TYPE {} USING {}", self.name, self.type_, self.method)?;
        if let Some(family) = &self.family {
            write!(f, " FAMILY {family}")?;
        }
        let list = |types: &[TypeName]| match types {
            [] => String::new(),
            types => format!(" ({})", comma(types)),
        };
        let items = self.items.iter().map(|it| match it {
            ClassItem::Operator { number, name, types } => {
                format!("OPERATOR {number} {}{}", print_name(name.schema.as_ref(), &name.name), list(types))
            }
            ClassItem::Function { number, of, name, arguments } => {
                format!("FUNCTION {number}{} {name}{}", list(of), list(arguments))
            }
        });
        write!(f, " AS {}", comma(items))
    }
}
