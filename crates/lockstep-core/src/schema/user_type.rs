//! Types that migrations make: what `pg_type` and `pg_enum` hold.

use std::rc::Rc;

use crate::effect::ObjectName;
use crate::expression::Expression;
use crate::name::Ident;
use crate::pg::types::Type;

/// A type's number in one schema, as `pg_type.oid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

#[derive(Debug, Clone, PartialEq)]
pub struct UserType {
    pub id: TypeId,
    pub name: ObjectName,
    pub comment: Option<String>,
    pub kind: UserTypeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum UserTypeKind {
    Enum {
        labels: Vec<String>,
    },
    Domain {
        base: Type,
        /// The name of its `NOT NULL`, where the version has such a constraint.
        not_null_name: Option<Ident>,
        not_null: bool,
        default: Option<Rc<Expression>>,
        checks: Vec<DomainCheck>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct DomainCheck {
    pub name: Ident,
    pub expression: Rc<Expression>,
    pub validated: bool,
}

impl UserType {
    pub fn has_check(&self, name: &Ident) -> bool {
        match &self.kind {
            UserTypeKind::Domain { checks, .. } => checks.iter().any(|check| check.name == *name),
            UserTypeKind::Enum { .. } => false,
        }
    }
}
