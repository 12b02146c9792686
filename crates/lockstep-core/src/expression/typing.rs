//! What `lsyscache.c` and `parse_coerce.c` ask about types: base types, categories, conversions.

use crate::expression::Context;
use crate::expression::scope::{Scope, UserTypeInfo};
use crate::pg::catalog::{self, Function};
use crate::pg::types::{self, Type, TypeRef};

/// How a value gets from one type to another (`CoercionPathType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    Function { function: Function, arguments: u8 },
    Relabel,
    Array,
    ThroughText,
}

/// The domain beneath which the type lies, if it is one.
fn domain_base(type_: Type, scope: &dyn Scope) -> Option<Type> {
    match type_.base {
        TypeRef::User(id) if !type_.array => match scope.user_type(id) {
            Some(UserTypeInfo::Domain { base, .. }) => Some(base),
            _ => None,
        },
        _ => None,
    }
}

/// `getBaseTypeAndTypmod`: domains looked through; the modifier is that of the innermost domain.
pub(super) fn base_type(type_: Type, scope: &dyn Scope) -> Type {
    let mut current = type_;
    while let Some(base) = domain_base(current, scope) {
        current = base;
    }
    current
}

pub(super) fn is_enum(type_: Type, scope: &dyn Scope) -> bool {
    match type_.base {
        TypeRef::User(id) if !type_.array => matches!(scope.user_type(id), Some(UserTypeInfo::Enum { .. })),
        _ => false,
    }
}

/// `get_type_category_preferred`.
pub(super) fn category(type_: Type, scope: &dyn Scope) -> (char, bool) {
    let base = base_type(type_, scope);
    if base.array {
        return ('A', false);
    }
    match base.row() {
        Some(row) => (row.category, row.preferred && base.is(type_)),
        None if is_enum(base, scope) => ('E', false),
        None => ('U', false),
    }
}

/// A row of a table, or of a composite type.
pub(super) fn is_composite(type_: Type, scope: &dyn Scope) -> bool {
    let base = base_type(type_, scope);
    match base.base {
        TypeRef::User(id) => {
            !matches!(scope.user_type(id), Some(UserTypeInfo::Enum { .. } | UserTypeInfo::Domain { .. }))
        }
        TypeRef::Builtin(_) => base.is(Type::RECORD),
    }
}

pub(super) fn is_preferred(wanted: char, type_: Type, scope: &dyn Scope) -> bool {
    let (category, preferred) = category(type_, scope);
    preferred && wanted == category
}

/// `format_type_be`.
pub(super) fn name(type_: Type, scope: &dyn Scope) -> String {
    types::format_type_be(&type_, |id| scope.user_type_name(id))
}

/// `find_coercion_pathway`.
pub(super) fn pathway(source: Type, target: Type, context: Context, scope: &dyn Scope) -> Option<Path> {
    let source = base_type(source, scope).bare();
    let target = base_type(target, scope).bare();
    if source == target {
        return Some(Path::Relabel);
    }
    if let Some(cast) = catalog::cast(source, target, scope.version()) {
        let allowed = match cast.context {
            'i' => Context::Implicit,
            'a' => Context::Assignment,
            _ => Context::Explicit,
        };
        return (context >= allowed).then_some(match cast.method {
            'f' => Path::Function { function: cast.function, arguments: cast.arguments },
            'i' => Path::ThroughText,
            _ => Path::Relabel,
        });
    }
    if let (Some(from), Some(to)) = (source.element(), target.element().filter(|_| target.array))
        && pathway(from, to, context, scope).is_some()
    {
        return Some(Path::Array);
    }
    let into_string = context >= Context::Assignment && category(target, scope).0 == 'S';
    let out_of_string = context >= Context::Explicit && category(source, scope).0 == 'S';
    (into_string || out_of_string).then_some(Path::ThroughText)
}

/// `find_typmod_coercion_function`: how values of a type are fitted to a modifier.
pub(super) fn length_pathway(type_: Type, scope: &dyn Scope) -> Option<Path> {
    let element = Type { array: false, ..type_.bare() };
    let cast = catalog::cast(element, element, scope.version())?;
    Some(match type_.array {
        true => Path::Array,
        false => Path::Function { function: cast.function, arguments: cast.arguments },
    })
}

pub(super) fn is_polymorphic(type_: Type) -> bool {
    type_.is_any(&[
        Type::ANYELEMENT,
        Type::ANYARRAY,
        Type::ANYNONARRAY,
        Type::ANYENUM,
        Type::ANYRANGE,
        Type::ANYMULTIRANGE,
        Type::ANYCOMPATIBLE,
        Type::ANYCOMPATIBLEARRAY,
        Type::ANYCOMPATIBLENONARRAY,
        Type::ANYCOMPATIBLERANGE,
        Type::ANYCOMPATIBLEMULTIRANGE,
    ])
}

/// `can_coerce_type`.
pub(super) fn can_coerce(inputs: &[Type], targets: &[Type], context: Context, scope: &dyn Scope) -> bool {
    let mut generic = false;
    for (input, target) in inputs.iter().zip(targets) {
        if input.is(*target) || target.is(Type::ANY) {
            continue;
        }
        if is_polymorphic(*target) {
            generic = true;
            continue;
        }
        if input.is(Type::UNKNOWN) || pathway(*input, *target, context, scope).is_some() {
            continue;
        }
        return false;
    }
    !generic || crate::expression::generic::is_consistent(inputs, targets, scope)
}

/// Range types, their elements, and the multiranges over them (`pg_range`).
const RANGES: [(Type, Type, Type); 6] = [
    (Type::builtin(3904), Type::INT4, Type::builtin(4451)),
    (Type::builtin(3906), Type::NUMERIC, Type::builtin(4532)),
    (Type::builtin(3908), Type::TIMESTAMP, Type::builtin(4533)),
    (Type::builtin(3910), Type::TIMESTAMPTZ, Type::builtin(4534)),
    (Type::builtin(3912), Type::DATE, Type::builtin(4535)),
    (Type::builtin(3926), Type::INT8, Type::builtin(4536)),
];

pub(super) fn range_element(type_: Type) -> Option<Type> {
    RANGES.iter().find(|(range, _, _)| range.is(type_)).map(|(_, element, _)| *element)
}

pub(super) fn multirange_range(type_: Type) -> Option<Type> {
    RANGES.iter().find(|(_, _, multirange)| multirange.is(type_)).map(|(range, _, _)| *range)
}

pub(super) fn range_multirange(type_: Type) -> Option<Type> {
    RANGES.iter().find(|(range, _, _)| range.is(type_)).map(|(_, _, multirange)| *multirange)
}

/// What resolves as text when nothing else is said: the operands of one kind (`select_common_type`).
/// `Err` holds the two types that do not fit.
pub(super) fn select_common(items: &[Type], scope: &dyn Scope) -> Result<Type, (Type, Type)> {
    let Some(first) = items.first().copied() else { return Ok(Type::TEXT) };
    if !first.is(Type::UNKNOWN) && items.iter().all(|it| it.is(first)) {
        return Ok(first.bare());
    }
    let mut common = base_type(first, scope).bare();
    let (mut common_category, mut common_preferred) = category(common, scope);
    for item in &items[1..] {
        let next = base_type(*item, scope).bare();
        if next.is(Type::UNKNOWN) || next.is(common) {
            continue;
        }
        let (next_category, next_preferred) = category(next, scope);
        if common.is(Type::UNKNOWN) {
            (common, common_category, common_preferred) = (next, next_category, next_preferred);
        } else if next_category != common_category {
            return Err((common, next));
        } else if !common_preferred
            && can_coerce(&[common], &[next], Context::Implicit, scope)
            && !can_coerce(&[next], &[common], Context::Implicit, scope)
        {
            (common, common_category, common_preferred) = (next, next_category, next_preferred);
        }
    }
    Ok(if common.is(Type::UNKNOWN) { Type::TEXT } else { common })
}
