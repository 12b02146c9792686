//! Operator classes: `pg_opclass`.

use crate::pg::catalog::extension::Installed;
use crate::pg::catalog::{self, CastRow, OperatorClassRow};
use crate::pg::types::{Type, TypeRef};
use crate::pg::version::PgVersion;

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

/// Access methods that every server has.
const METHODS: [&str; 6] = ["brin", "btree", "gin", "gist", "hash", "spgist"];

/// `GetDefaultOpClass`: whether there is one; `None` for an access method that is not known. Domains are
/// looked through by the caller; types of the schema are taken for enums.
pub(crate) fn default_for(base: &Type, method: &str, installed: Installed) -> Option<bool> {
    let known = METHODS.contains(&method) || installed.classes().any(|row| row.method == method);
    known.then(|| default_class(base, method, installed).is_some())
}

pub(crate) fn default_class(base: &Type, method: &str, installed: Installed) -> Option<&'static OperatorClassRow> {
    let added = || installed.classes().filter(|row| row.default && row.method == method);
    let rows = || catalog::default_classes(method).iter().copied().chain(added());
    if let Some(exact) = rows().find(|row| row.input.is(*base)) {
        return Some(exact);
    }
    // Types that the class takes as they are, preferred ones first; two of a kind are too many.
    let (mut preferred, mut others) = (vec![], vec![]);
    let also = taken_as_they_are(*base);
    for row in rows().filter(|row| accepts_by(row.input, *base, &also)) {
        match row.input.row().is_some_and(|type_| type_.preferred) {
            true => preferred.push(row),
            false => others.push(row),
        }
    }
    match (preferred.as_slice(), others.as_slice()) {
        ([only], _) | ([], [only]) => Some(only),
        _ => None,
    }
}

/// `CheckIndexCompatible`: whether the default classes of both types are one and the same, so that an
/// index stays as it is. A class over a family of types is another one for each of them.
pub(crate) fn same_default(from: &Type, to: &Type, method: &str, installed: Installed) -> bool {
    if from.base == to.base && from.array == to.array {
        return true;
    }
    let polymorphic =
        [Type::ANYELEMENT, Type::ANYARRAY, Type::ANYENUM, Type::ANYRANGE, Type::ANYMULTIRANGE, Type::ANYNONARRAY];
    match (default_class(from, method, installed), default_class(to, method, installed)) {
        (Some(a), Some(b)) => a.name == b.name && !a.input.is_any(&polymorphic),
        _ => false,
    }
}

/// `IsBinaryCoercible`, domains looked through.
pub(crate) fn accepts(input: Type, type_: Type) -> bool {
    accepts_by(input, type_, &taken_as_they_are(type_))
}

/// Types for which values of that type stand without a change (`IsBinaryCoercible`).
fn taken_as_they_are(type_: Type) -> Vec<Type> {
    let binary = |row: &&CastRow| row.method == 'b' && row.context == 'i';
    catalog::casts(type_, PgVersion::default()).filter(binary).map(|row| row.target).collect()
}

/// The same, with those types at hand.
fn accepts_by(input: Type, type_: Type, also: &[Type]) -> bool {
    if input.is(type_) || input.is(Type::ANYELEMENT) {
        return true;
    }
    if input.is(Type::ANYARRAY) {
        return type_.array;
    }
    if type_.array {
        return false;
    }
    if input.is(Type::ANYENUM) {
        return matches!(type_.base, TypeRef::User(_));
    }
    let kind = type_.row().map(|row| row.kind);
    if input.is(Type::ANYRANGE) {
        return kind == Some('r');
    }
    if input.is(Type::ANYMULTIRANGE) {
        return kind == Some('m');
    }
    also.iter().any(|it| it.is(input))
}

/// `ResolveOpClass` of a class that is named; `own`: where the name may be one of the server's own.
pub(crate) fn named(name: &str, base: &Type, method: &str, own: bool, visible: Installed, all: Installed) -> Named {
    let rows = catalog::operator_classes().iter().filter(|_| own).chain(visible.classes());
    let found = rows.into_iter().find(|row| row.method == method && row.name == name);
    match found {
        None => Named::Missing,
        Some(row) if !accepts(row.input, *base) => Named::OtherType,
        Some(row) => match default_class(base, method, all) {
            Some(default) if default.name == row.name => Named::Default,
            _ => Named::Other,
        },
    }
}
