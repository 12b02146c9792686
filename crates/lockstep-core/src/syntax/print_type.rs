//! Statements about types and domains as SQL that reads back to the same tree.

use std::fmt::{self, Display, Formatter};

use crate::name::quote_literal;
use crate::syntax::print_statement::comma;
use crate::syntax::statement::{
    AlterDomain, AlterType, Attribute, AttributeAction, CreateComposite, DomainAction, TypeAction,
};

fn behavior(cascade: bool) -> &'static str {
    if cascade { " CASCADE" } else { "" }
}

impl Display for CreateComposite {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE TYPE {} AS ({})", self.name, comma(&self.attributes))
    }
}

impl Display for Attribute {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.type_name)?;
        match &self.collation {
            Some(collation) => write!(f, " COLLATE {collation}"),
            None => Ok(()),
        }
    }
}

impl Display for AlterDomain {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER DOMAIN {} ", self.name)?;
        match &self.action {
            DomainAction::SetDefault(expression) => write!(f, "SET DEFAULT {expression}"),
            DomainAction::DropDefault => f.write_str("DROP DEFAULT"),
            DomainAction::SetNotNull => f.write_str("SET NOT NULL"),
            DomainAction::DropNotNull => f.write_str("DROP NOT NULL"),
            DomainAction::AddConstraint(constraint) => {
                f.write_str("ADD")?;
                if let Some(name) = &constraint.name {
                    write!(f, " CONSTRAINT {name}")?;
                }
                match &constraint.check {
                    Some(expression) => write!(f, " CHECK ({expression})")?,
                    None => f.write_str(" NOT NULL")?,
                }
                write!(f, "{}", constraint.attributes)
            }
            DomainAction::DropConstraint { name, if_exists, cascade } => {
                let guard = if *if_exists { "IF EXISTS " } else { "" };
                write!(f, "DROP CONSTRAINT {guard}{name}{}", behavior(*cascade))
            }
            DomainAction::ValidateConstraint(name) => write!(f, "VALIDATE CONSTRAINT {name}"),
            DomainAction::RenameConstraint { from, to } => write!(f, "RENAME CONSTRAINT {from} TO {to}"),
        }
    }
}

impl Display for AlterType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER {} {} ", self.object, self.name)?;
        match &self.action {
            TypeAction::RenameTo(name) => write!(f, "RENAME TO {name}"),
            TypeAction::OwnerTo(role) => write!(f, "OWNER TO {role}"),
            TypeAction::SetSchema(schema) => write!(f, "SET SCHEMA {schema}"),
            TypeAction::RenameValue { from, to } => {
                write!(f, "RENAME VALUE {} TO {}", quote_literal(from), quote_literal(to))
            }
            TypeAction::DropValue(label) => write!(f, "DROP VALUE {}", quote_literal(label)),
            TypeAction::RenameAttribute { from, to, cascade } => {
                write!(f, "RENAME ATTRIBUTE {from} TO {to}{}", behavior(*cascade))
            }
            TypeAction::Attributes(actions) => f.write_str(&comma(actions)),
        }
    }
}

impl Display for AttributeAction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            AttributeAction::Add { attribute, cascade } => {
                write!(f, "ADD ATTRIBUTE {attribute}{}", behavior(*cascade))
            }
            AttributeAction::Drop { name, if_exists, cascade } => {
                let guard = if *if_exists { "IF EXISTS " } else { "" };
                write!(f, "DROP ATTRIBUTE {guard}{name}{}", behavior(*cascade))
            }
            AttributeAction::SetType { attribute, cascade } => {
                write!(f, "ALTER ATTRIBUTE {} TYPE {}", attribute.name, attribute.type_name)?;
                if let Some(collation) = &attribute.collation {
                    write!(f, " COLLATE {collation}")?;
                }
                f.write_str(behavior(*cascade))
            }
        }
    }
}
