//! Whether a new partition fits beside those that exist: `check_new_partition_bound`.

use std::cmp::Ordering;

use crate::effect::RelationId;
use crate::expression::{compare_constants, constants_are_equal};
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::partition::{Bound, Limit};
use crate::statement::execution::{Execution, Outcome, fail};

fn refuse<T>(message: String) -> Outcome<T> {
    fail(sqlstate::INVALID_OBJECT_DEFINITION, message)
}

/// `name` is that of the partition to be.
pub(in crate::statement) fn check(execution: &mut Execution, parent: RelationId, name: &str, new: &Bound) -> Outcome {
    let Some(key) = execution.schema.table(parent).partition_key.clone() else { return Ok(()) };
    let types = key.types();
    if let Bound::Range { from, to } = new {
        match compare(&types, from, to) {
            Some(Ordering::Less) => {}
            Some(_) => return refuse(format!("empty range bound specified for partition \"{name}\"")),
            None => execution.doubt("whether the partition's bounds are in order is not known"),
        }
    }
    for other in execution.schema.children(parent) {
        let Some(bound) = execution.schema.table(other).bound.clone() else { continue };
        let theirs = execution.bare_name(other);
        if *new == Bound::Default && *bound == Bound::Default {
            return refuse(format!("partition \"{name}\" conflicts with existing default partition \"{theirs}\""));
        }
        match overlap(&types, new, &bound) {
            Some(false) => {}
            Some(true) => return refuse(format!("partition \"{name}\" would overlap partition \"{theirs}\"")),
            None => execution.doubt(format!("whether the partition overlaps {theirs} is not known")),
        }
    }
    moduli(execution, parent, new)
}

fn overlap(types: &[Type], new: &Bound, old: &Bound) -> Option<bool> {
    match (new, old) {
        (Bound::List(ours), Bound::List(theirs)) => {
            let mut sure = true;
            for value in ours {
                for other in theirs {
                    match (value, other) {
                        (None, None) => return Some(true),
                        (Some(a), Some(b)) => match constants_are_equal(types.first()?, a, b) {
                            Some(true) => return Some(true),
                            Some(false) => {}
                            None => sure = false,
                        },
                        _ => {}
                    }
                }
            }
            sure.then_some(false)
        }
        (Bound::Range { from, to }, Bound::Range { from: other_from, to: other_to }) => {
            let before = compare(types, to, other_from).map(Ordering::is_le);
            let after = compare(types, other_to, from).map(Ordering::is_le);
            match (before, after) {
                (Some(true), _) | (_, Some(true)) => Some(false),
                (Some(false), Some(false)) => Some(true),
                _ => None,
            }
        }
        (Bound::Hash { modulus, remainder }, Bound::Hash { modulus: other, remainder: theirs }) => {
            let (most, least) = (modulus.max(other), modulus.min(other));
            Some(most % least == 0 && remainder % least == theirs % least)
        }
        _ => Some(false),
    }
}

/// `partition_rbound_cmp`, of the values alone.
pub(in crate::statement) fn compare(types: &[Type], a: &[Limit], b: &[Limit]) -> Option<Ordering> {
    let rank = |limit: &Limit| match limit {
        Limit::MinValue => 0,
        Limit::Value(_) => 1,
        Limit::MaxValue => 2,
    };
    for (place, (a, b)) in a.iter().zip(b).enumerate() {
        let order = match (a, b) {
            (Limit::Value(a), Limit::Value(b)) => compare_constants(types.get(place)?, a, b)?,
            (a, b) => match rank(a).cmp(&rank(b)) {
                // Nothing after an infinite value says anything more.
                Ordering::Equal => return Some(Ordering::Equal),
                order => order,
            },
        };
        if order.is_ne() {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

/// The partitions in the order of their bounds (`partition_bounds_create`), the default one last; in that of
/// their making where constants cannot be compared.
pub(in crate::statement) fn in_order(execution: &Execution, parent: RelationId) -> Vec<RelationId> {
    let mut partitions = execution.schema.children(parent);
    let Some(key) = execution.schema.table(parent).partition_key.clone() else { return partitions };
    let types = key.types();
    let bound = |id: &RelationId| execution.schema.table(*id).bound.clone();
    partitions.sort_by(|a, b| {
        let (Some(a), Some(b)) = (bound(a), bound(b)) else { return Ordering::Equal };
        match (&*a, &*b) {
            (Bound::Default, Bound::Default) => Ordering::Equal,
            (Bound::Default, _) => Ordering::Greater,
            (_, Bound::Default) => Ordering::Less,
            (Bound::Range { from: a, .. }, Bound::Range { from: b, .. }) => {
                compare(&types, a, b).unwrap_or(Ordering::Equal)
            }
            (Bound::List(a), Bound::List(b)) => {
                let least = |values: &[crate::schema::partition::Datum]| {
                    let texts = values.iter().flatten().cloned();
                    let order = |a: &triomphe::Arc<str>, b: &triomphe::Arc<str>| {
                        types.first().and_then(|it| compare_constants(it, a, b)).unwrap_or(Ordering::Equal)
                    };
                    texts.min_by(order)
                };
                match (least(a), least(b), types.first()) {
                    (Some(a), Some(b), Some(type_)) => compare_constants(type_, &a, &b).unwrap_or(Ordering::Equal),
                    (None, Some(_), _) => Ordering::Greater,
                    (Some(_), None, _) => Ordering::Less,
                    _ => Ordering::Equal,
                }
            }
            (Bound::Hash { modulus: a, remainder: c }, Bound::Hash { modulus: b, remainder: d }) => {
                a.cmp(b).then(c.cmp(d))
            }
            _ => Ordering::Equal,
        }
    });
    partitions
}

/// Every modulus must be a factor of the next larger one.
fn moduli(execution: &Execution, parent: RelationId, new: &Bound) -> Outcome {
    let Bound::Hash { modulus, .. } = new else { return Ok(()) };
    let others = execution.schema.children(parent).into_iter().filter_map(|id| {
        match execution.schema.table(id).bound.as_deref() {
            Some(Bound::Hash { modulus, .. }) => Some(*modulus),
            _ => None,
        }
    });
    for other in others {
        let (most, least) = (*modulus.max(&other), *modulus.min(&other));
        if most % least != 0 {
            return refuse("every hash partition modulus must be a factor of the next larger modulus".to_owned());
        }
    }
    Ok(())
}
