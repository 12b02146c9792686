//! Types and domains as written: `CompositeTypeStmt`, `AlterDomainStmt` and the forms of `ALTER TYPE`.

use crate::name::{Ident, QualifiedName};
use crate::syntax::expression::{Expr, TypeName};
use crate::syntax::statement::{ConstraintAttributes, ObjectType};

/// `CREATE TYPE name AS (attribute type, …)`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateComposite {
    pub name: QualifiedName,
    pub attributes: Vec<Attribute>,
}

/// `TableFuncElement`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub name: Ident,
    pub type_name: TypeName,
    pub collation: Option<QualifiedName>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterDomain {
    pub name: QualifiedName,
    pub action: DomainAction,
}

#[derive(Debug, Clone, PartialEq)]
pub enum DomainAction {
    SetDefault(Expr),
    DropDefault,
    SetNotNull,
    DropNotNull,
    AddConstraint(DomainConstraint),
    DropConstraint { name: Ident, if_exists: bool, cascade: bool },
    ValidateConstraint(Ident),
    RenameConstraint { from: Ident, to: Ident },
}

#[derive(Debug, Clone, PartialEq)]
pub struct DomainConstraint {
    pub name: Option<Ident>,
    /// `None`: `NOT NULL`.
    pub check: Option<Expr>,
    pub attributes: ConstraintAttributes,
}

/// What `ALTER TYPE` and `ALTER DOMAIN` share, and what types alone have.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterType {
    /// As written: `Type` or `Domain`.
    pub object: ObjectType,
    pub name: QualifiedName,
    pub action: TypeAction,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TypeAction {
    RenameTo(Ident),
    OwnerTo(Ident),
    SetSchema(Ident),
    RenameValue {
        from: String,
        to: String,
    },
    /// `DROP VALUE`: read by the grammar of later versions only to be refused.
    DropValue(String),
    RenameAttribute {
        from: Ident,
        to: Ident,
        cascade: bool,
    },
    Attributes(Vec<AttributeAction>),
}

/// `alter_type_cmd`.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeAction {
    Add { attribute: Attribute, cascade: bool },
    Drop { name: Ident, if_exists: bool, cascade: bool },
    SetType { attribute: Attribute, cascade: bool },
}
