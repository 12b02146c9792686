//! `CREATE TYPE`, `ALTER TYPE` and `ALTER DOMAIN`.

use crate::syntax::constraint::{self, parenthesised_expression};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::object::behavior;
use crate::syntax::parse_expression::expression;
use crate::syntax::statement::{
    AlterDomain, AlterType, AlterTypeAddValue, Attribute, AttributeAction, CreateComposite, CreateEnum, DomainAction,
    DomainConstraint, ObjectType, Statement, TypeAction,
};
use crate::syntax::type_name;

/// After `CREATE TYPE`; ranges and base types have no tree.
pub(super) fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let name = cursor.qualified_name()?;
    if cursor.accept(&["as", "enum"]) {
        cursor.expect_sign("(")?;
        let labels = if cursor.is_sign(")") { vec![] } else { cursor.list(Cursor::string)? };
        cursor.expect_sign(")")?;
        return Ok(Some(Statement::CreateEnum(CreateEnum { name, labels })));
    }
    if cursor.is_word("as") && cursor.is_sign_at(1, "(") {
        cursor.next();
        cursor.next();
        let attributes = if cursor.is_sign(")") { vec![] } else { cursor.list(attribute)? };
        cursor.expect_sign(")")?;
        return Ok(Some(Statement::CreateComposite(CreateComposite { name, attributes })));
    }
    let plain = cursor.at_end() || cursor.is_sign("(") || cursor.are_words(&["as", "range"]);
    if plain { Ok(None) } else { cursor.error() }
}

fn attribute(cursor: &mut Cursor<'_>) -> Result<Attribute> {
    let name = cursor.name()?;
    let type_name = type_name::parse(cursor)?;
    let collation = if cursor.accept_word("collate") { Some(cursor.qualified_name()?) } else { None };
    Ok(Attribute { name, type_name, collation })
}

/// What stands after the name alike for types and domains.
fn common(cursor: &mut Cursor<'_>) -> Result<Option<TypeAction>> {
    Ok(if cursor.accept(&["rename", "to"]) {
        Some(TypeAction::RenameTo(cursor.name()?))
    } else if cursor.accept(&["owner", "to"]) {
        Some(TypeAction::OwnerTo(cursor.label()?))
    } else if cursor.accept(&["set", "schema"]) {
        Some(TypeAction::SetSchema(cursor.name()?))
    } else {
        None
    })
}

/// After `ALTER DOMAIN`.
pub(super) fn alter_domain(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let name = cursor.qualified_name()?;
    if let Some(action) = common(cursor)? {
        return Ok(Some(Statement::AlterType(AlterType { object: ObjectType::Domain, name, action })));
    }
    let action = if cursor.accept(&["set", "default"]) {
        DomainAction::SetDefault(expression(cursor)?)
    } else if cursor.accept(&["drop", "default"]) {
        DomainAction::DropDefault
    } else if cursor.accept(&["set", "not", "null"]) {
        DomainAction::SetNotNull
    } else if cursor.accept(&["drop", "not", "null"]) {
        DomainAction::DropNotNull
    } else if cursor.accept_word("add") {
        let name = if cursor.accept_word("constraint") { Some(cursor.name()?) } else { None };
        let check = match cursor.accept_word("check") {
            true => Some(parenthesised_expression(cursor)?),
            false => {
                cursor.expect(&["not", "null"])?;
                None
            }
        };
        let attributes = constraint::attributes(cursor)?;
        DomainAction::AddConstraint(DomainConstraint { name, check, attributes })
    } else if cursor.accept(&["drop", "constraint"]) {
        let if_exists = cursor.accept(&["if", "exists"]);
        let name = cursor.name()?;
        DomainAction::DropConstraint { name, if_exists, cascade: behavior(cursor) }
    } else if cursor.accept(&["validate", "constraint"]) {
        DomainAction::ValidateConstraint(cursor.name()?)
    } else if cursor.accept(&["rename", "constraint"]) {
        let from = cursor.name()?;
        cursor.expect(&["to"])?;
        DomainAction::RenameConstraint { from, to: cursor.name()? }
    } else {
        return cursor.error();
    };
    Ok(Some(Statement::AlterDomain(AlterDomain { name, action })))
}

/// After `ALTER TYPE`; the options of base types have no tree.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let name = cursor.qualified_name()?;
    if cursor.accept(&["add", "value"]) {
        return add_value(cursor, name).map(Some);
    }
    let action = if let Some(action) = common(cursor)? {
        action
    } else if cursor.accept(&["rename", "value"]) {
        let from = cursor.string()?;
        cursor.expect(&["to"])?;
        TypeAction::RenameValue { from, to: cursor.string()? }
    } else if cursor.accept(&["drop", "value"]) {
        TypeAction::DropValue(cursor.string()?)
    } else if cursor.accept(&["rename", "attribute"]) {
        let from = cursor.name()?;
        cursor.expect(&["to"])?;
        let to = cursor.name()?;
        TypeAction::RenameAttribute { from, to, cascade: behavior(cursor) }
    } else if cursor.is_word("set") && cursor.is_sign_at(1, "(") {
        return Ok(None);
    } else {
        TypeAction::Attributes(cursor.list(attribute_action)?)
    };
    Ok(Some(Statement::AlterType(AlterType { object: ObjectType::Type, name, action })))
}

fn add_value(cursor: &mut Cursor<'_>, name: crate::name::QualifiedName) -> Result<Statement> {
    let if_not_exists = cursor.accept(&["if", "not", "exists"]);
    let label = cursor.string()?;
    let place = if cursor.accept_word("before") {
        Some((true, cursor.string()?))
    } else if cursor.accept_word("after") {
        Some((false, cursor.string()?))
    } else {
        None
    };
    Ok(Statement::AlterTypeAddValue(AlterTypeAddValue { name, if_not_exists, label, place }))
}

fn attribute_action(cursor: &mut Cursor<'_>) -> Result<AttributeAction> {
    if cursor.accept(&["add", "attribute"]) {
        let attribute = attribute(cursor)?;
        return Ok(AttributeAction::Add { attribute, cascade: behavior(cursor) });
    }
    if cursor.accept(&["drop", "attribute"]) {
        let if_exists = cursor.accept(&["if", "exists"]);
        let name = cursor.name()?;
        return Ok(AttributeAction::Drop { name, if_exists, cascade: behavior(cursor) });
    }
    cursor.expect(&["alter", "attribute"])?;
    let name = cursor.name()?;
    cursor.accept(&["set", "data"]);
    cursor.expect(&["type"])?;
    let type_name = type_name::parse(cursor)?;
    let collation = if cursor.accept_word("collate") { Some(cursor.qualified_name()?) } else { None };
    let attribute = Attribute { name, type_name, collation };
    Ok(AttributeAction::SetType { attribute, cascade: behavior(cursor) })
}
