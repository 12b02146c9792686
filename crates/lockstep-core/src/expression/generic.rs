//! Polymorphic types: `check_generic_type_consistency` and `enforce_generic_type_consistency`.

use crate::expression::Context;
use crate::expression::scope::Scope;
use crate::expression::typing::{
    base_type, can_coerce, is_enum, is_polymorphic, multirange_range, range_element, range_multirange, select_common,
};
use crate::pg::types::Type;

/// What the arguments say about the types that stand for any.
#[derive(Default)]
struct Found {
    element: Option<Type>,
    array: Option<Type>,
    range: Option<Type>,
    multirange: Option<Type>,
    compatible: Vec<Type>,
    compatible_range: Option<Type>,
}

/// `None`: the arguments contradict each other.
fn gather(inputs: &[Type], targets: &[Type], scope: &dyn Scope) -> Option<Found> {
    fn same(slot: &mut Option<Type>, type_: Type) -> bool {
        match slot {
            Some(known) => known.is(type_),
            None => {
                *slot = Some(type_.bare());
                true
            }
        }
    }
    let mut found = Found::default();
    let (mut no_array, mut must_be_enum, mut compatible_no_array) = (false, false, false);
    for (input, target) in inputs.iter().zip(targets) {
        let base = base_type(*input, scope);
        let unknown = input.is(Type::UNKNOWN);
        let consistent = match target.bare() {
            Type::ANYELEMENT | Type::ANYNONARRAY | Type::ANYENUM => {
                no_array |= target.is(Type::ANYNONARRAY);
                must_be_enum |= target.is(Type::ANYENUM);
                unknown || same(&mut found.element, *input)
            }
            Type::ANYARRAY => unknown || same(&mut found.array, base),
            Type::ANYRANGE => unknown || same(&mut found.range, base),
            Type::ANYMULTIRANGE => unknown || same(&mut found.multirange, base),
            Type::ANYCOMPATIBLE | Type::ANYCOMPATIBLENONARRAY => {
                compatible_no_array |= target.is(Type::ANYCOMPATIBLENONARRAY);
                if !unknown {
                    found.compatible.push(input.bare());
                }
                true
            }
            Type::ANYCOMPATIBLEARRAY => match (unknown, base.element()) {
                (true, _) => true,
                (false, Some(element)) => {
                    found.compatible.push(element.bare());
                    true
                }
                (false, None) => false,
            },
            Type::ANYCOMPATIBLERANGE => match (unknown, range_element(base)) {
                (true, _) => true,
                (false, Some(element)) => {
                    found.compatible.push(element);
                    same(&mut found.compatible_range, base)
                }
                (false, None) => false,
            },
            Type::ANYCOMPATIBLEMULTIRANGE => match (unknown, multirange_range(base)) {
                (true, _) => true,
                (false, Some(range)) => {
                    found.compatible.extend(range_element(range));
                    same(&mut found.compatible_range, range)
                }
                (false, None) => false,
            },
            _ => true,
        };
        if !consistent {
            return None;
        }
    }
    if let Some(array) = found.array {
        // `anyarray` itself is the type of some columns of the catalogs only.
        if !same(&mut found.element, array.element()?) {
            return None;
        }
    }
    if let Some(multirange) = found.multirange
        && !same(&mut found.range, multirange_range(multirange)?)
    {
        return None;
    }
    if let Some(range) = found.range
        && !same(&mut found.element, range_element(range)?)
    {
        return None;
    }
    if no_array && found.element.is_some_and(|it| base_type(it, scope).array) {
        return None;
    }
    if must_be_enum && found.element.is_some_and(|it| !is_enum(base_type(it, scope), scope)) {
        return None;
    }
    if !found.compatible.is_empty() {
        let common = select_common(&found.compatible, scope).ok()?;
        let fits = found.compatible.iter().all(|it| can_coerce(&[*it], &[common], Context::Implicit, scope));
        if !fits || compatible_no_array && common.array {
            return None;
        }
        if let Some(range) = found.compatible_range
            && !range_element(range)?.is(common)
        {
            return None;
        }
        found.compatible = vec![common];
    }
    Some(found)
}

/// `check_generic_type_consistency`.
pub(super) fn is_consistent(inputs: &[Type], targets: &[Type], scope: &dyn Scope) -> bool {
    gather(inputs, targets, scope).is_some()
}

/// `enforce_generic_type_consistency`: what the polymorphic types stand for in this call, and the
/// result's type. `None`: not to be told from the arguments.
pub(super) fn resolve(inputs: &[Type], targets: &[Type], result: Type, scope: &dyn Scope) -> Option<(Vec<Type>, Type)> {
    if !targets.iter().any(|it| is_polymorphic(*it)) {
        return Some((targets.to_vec(), result));
    }
    let mut found = gather(inputs, targets, scope)?;
    if found.element.is_none() {
        // Nothing but unknown literals: they are text, where an element will do.
        let element_only = targets.iter().any(|it| it.is_any(&[Type::ANYELEMENT, Type::ANYNONARRAY]));
        found.element = element_only.then_some(Type::TEXT);
    }
    let common = found.compatible.first().copied().unwrap_or(Type::TEXT);
    let resolved = |type_: Type| match type_.bare() {
        Type::ANYELEMENT | Type::ANYNONARRAY | Type::ANYENUM => found.element,
        Type::ANYARRAY => found.array.or(found.element.map(Type::array_of)),
        Type::ANYRANGE => found.range,
        Type::ANYMULTIRANGE => found.multirange.or(found.range.and_then(range_multirange)),
        Type::ANYCOMPATIBLE | Type::ANYCOMPATIBLENONARRAY => Some(common),
        Type::ANYCOMPATIBLEARRAY => Some(common.array_of()),
        Type::ANYCOMPATIBLERANGE => found.compatible_range,
        Type::ANYCOMPATIBLEMULTIRANGE => found.compatible_range.and_then(range_multirange),
        _ => Some(type_),
    };
    let targets = targets.iter().map(|it| resolved(*it)).collect::<Option<Vec<Type>>>()?;
    Some((targets, resolved(result)?))
}
