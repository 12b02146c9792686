//! Types: `pg_type`, the names the grammar gives them, and how the server prints them.

use crate::effect::PgError;
use crate::pg::sqlstate;
use crate::pg::version::PgVersion;
use crate::syntax::expression::TypeName;

/// A type with its modifier, as `atttypid` and `atttypmod` hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Type {
    /// The element's type where `array` is set.
    pub base: TypeRef,
    /// `atttypmod`: -1 for none.
    pub modifier: i32,
    pub array: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeRef {
    Builtin(Builtin),
    User(u32),
}

/// A type that every server has, by its `pg_type.oid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Builtin(pub u32);

/// `typenameType` for the types that every server has. 42704 where there is none of that name: the
/// caller then looks at the types of the schema.
pub fn resolve_builtin(name: &TypeName, _version: PgVersion) -> Result<Type, PgError> {
    Err(PgError::new(sqlstate::UNDEFINED_OBJECT, format!("type \"{}\" does not exist", name.name.name.as_str())))
}

/// `format_type_with_typemod`.
pub fn format_type(type_: &Type, user_name: impl Fn(u32) -> String) -> String {
    match type_.base {
        TypeRef::Builtin(_) => "???".to_owned(),
        TypeRef::User(id) => user_name(id),
    }
}

/// `smallint`, `integer` or `bigint`.
pub fn integer_type(name: &str) -> Type {
    let oid = match name {
        "smallint" => 21,
        "bigint" => 20,
        _ => 23,
    };
    Type { base: TypeRef::Builtin(Builtin(oid)), modifier: -1, array: false }
}

/// Whether values of the type have a collation (`type_is_collatable`).
pub fn is_collatable(_type: &Type) -> bool {
    false
}

/// The name that the grammar hands on: `int4`, `varchar`, `timestamptz` (`SystemTypeName`).
pub fn catalog_name(name: &TypeName) -> String {
    name.name.name.as_str().to_owned()
}
