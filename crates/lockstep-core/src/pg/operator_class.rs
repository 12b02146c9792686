//! Operator classes: `pg_opclass`.

use crate::pg::types::Type;

/// What an operator class of that name means for a column of that type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The class the column would have anyway.
    Default,
    Other,
    /// No class of that name for the access method.
    Missing,
    /// The class does not accept the type.
    OtherType,
}

/// `GetDefaultOpClass`: whether there is one; `None` where that is not known.
pub fn default_for(_base: &Type, _method: &str) -> Option<bool> {
    None
}

/// `ResolveOpClass` of a class that is named.
pub fn named(_name: &str, _base: &Type, _method: &str) -> Named {
    Named::Missing
}
