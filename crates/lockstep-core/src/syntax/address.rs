//! Objects of every kind as `COMMENT ON`, `GRANT` and `ALTER … OWNER TO` name them.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::TypeName;
use crate::syntax::print_statement::comma;
use crate::syntax::statement::ObjectType;
use crate::syntax::{create_operator, lexer, type_name};

#[derive(Debug, Clone, PartialEq)]
pub struct ObjectAddress {
    pub object: ObjectType,
    /// For `COLUMN t.c` the table, for a part `ON t` that table; else the object.
    pub name: QualifiedName,
    /// The column; the constraint, trigger, rule or policy on the relation.
    pub part: Option<Ident>,
    /// Types of the arguments of a function or operator (`None` in the list: `NONE`), the two of a cast.
    pub arguments: Option<Vec<Option<TypeName>>>,
    /// The access method of an operator class or family.
    pub method: Option<Ident>,
}

/// Longer names first: `FOREIGN DATA WRAPPER` is no `FOREIGN TABLE`.
const KINDS: [(&[&str], ObjectType); 42] = [
    (&["table"], ObjectType::Table),
    (&["index"], ObjectType::Index),
    (&["view"], ObjectType::View),
    (&["materialized", "view"], ObjectType::MaterializedView),
    (&["sequence"], ObjectType::Sequence),
    (&["foreign", "table"], ObjectType::ForeignTable),
    (&["foreign", "data", "wrapper"], ObjectType::ForeignDataWrapper),
    (&["foreign", "server"], ObjectType::Server),
    (&["server"], ObjectType::Server),
    (&["type"], ObjectType::Type),
    (&["domain"], ObjectType::Domain),
    (&["schema"], ObjectType::Schema),
    (&["extension"], ObjectType::Extension),
    (&["collation"], ObjectType::Collation),
    (&["conversion"], ObjectType::Conversion),
    (&["statistics"], ObjectType::Statistics),
    (&["column"], ObjectType::Column),
    (&["constraint"], ObjectType::Constraint),
    (&["trigger"], ObjectType::Trigger),
    (&["rule"], ObjectType::Rule),
    (&["policy"], ObjectType::Policy),
    (&["function"], ObjectType::Function),
    (&["procedure"], ObjectType::Procedure),
    (&["routine"], ObjectType::Routine),
    (&["aggregate"], ObjectType::Aggregate),
    (&["operator", "class"], ObjectType::OperatorClass),
    (&["operator", "family"], ObjectType::OperatorFamily),
    (&["operator"], ObjectType::Operator),
    (&["cast"], ObjectType::Cast),
    (&["text", "search", "configuration"], ObjectType::TextSearchConfiguration),
    (&["text", "search", "dictionary"], ObjectType::TextSearchDictionary),
    (&["text", "search", "parser"], ObjectType::TextSearchParser),
    (&["text", "search", "template"], ObjectType::TextSearchTemplate),
    (&["procedural", "language"], ObjectType::Language),
    (&["language"], ObjectType::Language),
    (&["access", "method"], ObjectType::AccessMethod),
    (&["event", "trigger"], ObjectType::EventTrigger),
    (&["publication"], ObjectType::Publication),
    (&["subscription"], ObjectType::Subscription),
    (&["role"], ObjectType::Role),
    (&["database"], ObjectType::Database),
    (&["tablespace"], ObjectType::Tablespace),
];

/// The kind of object that the next words name; they are read.
pub(super) fn kind(cursor: &mut Cursor<'_>) -> Option<ObjectType> {
    KINDS.iter().find(|(words, _)| cursor.accept(words)).map(|(_, object)| *object)
}

/// After the kind of object.
pub(super) fn parse(cursor: &mut Cursor<'_>, object: ObjectType) -> Result<ObjectAddress> {
    let unnamed = QualifiedName { schema: None, name: Ident::new("") };
    let mut made = ObjectAddress { object, name: unnamed, part: None, arguments: None, method: None };
    match object {
        ObjectType::Column => {
            let mut parts = cursor.dotted_name()?;
            let (Some(part), Some(name)) = (parts.pop(), parts.pop()) else {
                return cursor.error();
            };
            made.name = QualifiedName { schema: parts.pop(), name };
            made.part = Some(part);
        }
        ObjectType::Constraint | ObjectType::Trigger | ObjectType::Rule | ObjectType::Policy => {
            made.part = Some(cursor.name()?);
            cursor.expect(&["on"])?;
            if object == ObjectType::Constraint && cursor.accept_word("domain") {
                made.object = ObjectType::DomainConstraint;
            }
            made.name = cursor.qualified_name()?;
        }
        ObjectType::Function | ObjectType::Procedure | ObjectType::Routine | ObjectType::Aggregate => {
            made.name = function_name(cursor)?;
            made.arguments = arguments(cursor)?;
        }
        ObjectType::Operator => {
            made.name = operator_name(cursor)?;
            made.arguments = Some(cursor.parenthesised(|cursor| match cursor.accept_word("none") {
                true => Ok(None),
                false => type_name::parse(cursor).map(Some),
            })?);
        }
        ObjectType::OperatorClass | ObjectType::OperatorFamily => {
            made.name = cursor.qualified_name()?;
            cursor.expect(&["using"])?;
            made.method = Some(cursor.name()?);
        }
        ObjectType::Cast => {
            cursor.expect_sign("(")?;
            let source = type_name::parse(cursor)?;
            cursor.expect(&["as"])?;
            made.arguments = Some(vec![Some(source), Some(type_name::parse(cursor)?)]);
            cursor.expect_sign(")")?;
        }
        ObjectType::Type | ObjectType::Domain => made.name = cursor.qualified_name()?,
        ObjectType::Role => made.name.name = cursor.label()?,
        _ => made.name = cursor.qualified_name()?,
    }
    Ok(made)
}

/// `func_name`: a bare word may be a type or function name, too.
pub(super) fn function_name(cursor: &mut Cursor<'_>) -> Result<QualifiedName> {
    match cursor.is_sign_at(1, ".") {
        true => cursor.qualified_name(),
        false => match cursor.accept_type_or_function_name() {
            Some(name) => Ok(QualifiedName { schema: None, name }),
            None => cursor.qualified_name(),
        },
    }
}

pub(super) fn operator_name(cursor: &mut Cursor<'_>) -> Result<QualifiedName> {
    let mut schema = None;
    if cursor.is_sign_at(1, ".") {
        schema = Some(cursor.name()?);
        cursor.expect_sign(".")?;
    }
    match cursor.next() {
        Some(token) if matches!(token.kind, lexer::Kind::Operator | lexer::Kind::Sign) => {
            Ok(QualifiedName { schema, name: Ident::new(cursor.raw(token)) })
        }
        _ => cursor.error(),
    }
}

/// `func_args` and `aggr_args`: the types of what is passed in; `None` where no list is written.
fn arguments(cursor: &mut Cursor<'_>) -> Result<Option<Vec<Option<TypeName>>>> {
    if !cursor.accept_sign("(") {
        return Ok(None);
    }
    let mut types = vec![];
    if cursor.accept_sign("*") {
        cursor.expect_sign(")")?;
        return Ok(Some(types));
    }
    while !cursor.is_sign(")") {
        let out = cursor.accept_word("out");
        let mode = ["in", "inout", "variadic"].iter().any(|word| cursor.accept_word(word));
        if mode {
            cursor.accept_word("out");
        }
        let type_ = argument_type(cursor)?;
        if !out {
            types.push(Some(type_));
        }
        if cursor.is_word("order") || !cursor.accept_sign(",") {
            break;
        }
    }
    if cursor.accept(&["order", "by"]) {
        types.extend(cursor.list(argument_type)?.into_iter().map(Some));
    }
    cursor.expect_sign(")")?;
    Ok(Some(types))
}

/// `[name] type`.
fn argument_type(cursor: &mut Cursor<'_>) -> Result<TypeName> {
    let start = cursor.position();
    if let Ok(made) = type_name::parse(cursor)
        && (cursor.is_sign(",") || cursor.is_sign(")") || cursor.is_word("order"))
    {
        return Ok(made);
    }
    cursor.rewind(start);
    cursor.label()?;
    type_name::parse(cursor)
}

impl Display for ObjectAddress {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.object, Unprefixed(self))
    }
}

/// Without the kind of object in front.
pub(super) struct Unprefixed<'a>(pub(super) &'a ObjectAddress);

impl Display for Unprefixed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let it = self.0;
        let type_ = |it: &Option<TypeName>| it.as_ref().map_or_else(|| "NONE".to_owned(), ToString::to_string);
        match (it.object, &it.part, &it.arguments) {
            (ObjectType::Column, Some(part), _) => write!(f, "{}.{part}", it.name),
            (ObjectType::DomainConstraint, Some(part), _) => write!(f, "{part} ON DOMAIN {}", it.name),
            (_, Some(part), _) => write!(f, "{part} ON {}", it.name),
            (ObjectType::Cast, _, Some(types)) => {
                let types: Vec<String> = types.iter().map(type_).collect();
                write!(f, "({})", types.join(" AS "))
            }
            (ObjectType::Operator, _, Some(types)) => {
                let name = create_operator::print_name(it.name.schema.as_ref(), &it.name.name);
                write!(f, "{name} ({})", comma(types.iter().map(type_)))
            }
            (ObjectType::Aggregate, _, Some(types)) if types.is_empty() => write!(f, "{}(*)", it.name),
            (_, _, Some(types)) => write!(f, "{}({})", it.name, comma(types.iter().map(type_))),
            (ObjectType::Role, ..) => f.write_str(&role(&it.name.name)),
            _ => match &it.method {
                Some(method) => write!(f, "{} USING {method}", it.name),
                None => write!(f, "{}", it.name),
            },
        }
    }
}

/// `RoleSpec`: the words for the session's own roles stay words.
pub fn role(name: &Ident) -> String {
    match name.as_str() {
        "current_user" | "current_role" | "session_user" | "public" => name.as_str().to_uppercase(),
        _ => name.to_string(),
    }
}

pub(super) fn roles(names: &[Ident]) -> String {
    comma(names.iter().map(role))
}
