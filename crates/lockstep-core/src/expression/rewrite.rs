//! Whether a type change has to write the table anew: `ATColumnChangeRequiresRewrite` over the planned
//! conversion, with what the support functions of the length conversions simplify away.

use crate::expression::literal::is_utc;
use crate::expression::node::{Expression, Node, length_conversion};
use crate::expression::scope::{Scope, UserTypeInfo};
use crate::pg::catalog::Function;
use crate::pg::types::format::numeric_parts;
use crate::pg::types::modifier::{FULL_PRECISION, FULL_RANGE, MAX_PRECISION};
use crate::pg::types::{Type, TypeRef};

/// `F_TIMESTAMPTZ_TIMESTAMP` and `F_TIMESTAMP_TIMESTAMPTZ`.
const BETWEEN_TIMESTAMPS: [u32; 2] = [2027, 2028];

/// Whether the conversion of the column changes any stored value. `None`: not known, because it depends
/// on the session's time zone.
pub fn requires_rewrite(conversion: &Expression, column: u16, scope: &dyn Scope) -> Option<bool> {
    let mut current = conversion;
    let mut known = true;
    loop {
        match &current.node {
            Node::Column(attribute) if *attribute == column => return if known { Some(false) } else { None },
            // A collation of its own is planned as a relabelling.
            Node::Relabel { operand, .. } | Node::Collate { operand, .. } => current = operand,
            Node::ToDomain { operand, .. } => {
                if has_constraints(current.type_, scope)? {
                    return Some(true);
                }
                current = operand;
            }
            Node::Function { function, arguments, .. } => {
                let operand = arguments.first()?;
                if BETWEEN_TIMESTAMPS.contains(&function.oid) {
                    match scope.time_zone() {
                        Some(zone) if !is_utc(&zone) => return Some(true),
                        Some(_) => {}
                        None => known = false,
                    }
                } else if !is_no_op(*function, arguments) {
                    return Some(true);
                }
                current = operand;
            }
            _ => return Some(true),
        }
    }
}

/// `DomainHasConstraints`.
fn has_constraints(type_: Type, scope: &dyn Scope) -> Option<bool> {
    let TypeRef::User(id) = type_.base else { return Some(false) };
    match scope.user_type(id)? {
        UserTypeInfo::Domain { constrained, .. } => Some(constrained),
        _ => Some(false),
    }
}

/// Length conversions that let every value pass (`varchar_support` and its like).
fn is_no_op(function: Function, arguments: &[Expression]) -> bool {
    let (Some(new), Some(source)) = (length_conversion(arguments), arguments.first()) else { return false };
    let old = source.type_.modifier;
    match function.oid {
        // `varchar(varchar, integer, boolean)`.
        669 => new < 0 || old >= 0 && old <= new,
        // `numeric(numeric, integer)`.
        1703 => match (numeric_parts(old), numeric_parts(new)) {
            (_, None) => true,
            (Some((old, old_scale)), Some((new, new_scale))) => new_scale == old_scale && new >= old,
            (None, Some(_)) => false,
        },
        // `timestamp`, `timestamptz`, `time` and `timetz` (`TemporalSimplify`).
        1961 | 1967 | 1968 | 1969 => new < 0 || i64::from(new) >= MAX_PRECISION || old >= 0 && new >= old,
        // `interval(interval, integer)`.
        1200 => interval_is_no_op(old, new),
        // `varbit(varbit, integer, boolean)`.
        1687 => new <= 0 || old > 0 && old <= new,
        _ => false,
    }
}

/// `interval_support`.
fn interval_is_no_op(old: i32, new: i32) -> bool {
    if new < 0 {
        return true;
    }
    let precision = |modifier: i32| if modifier < 0 { FULL_PRECISION } else { modifier & 0xFFFF };
    let (old_least, new_least) = (least_field(old), least_field(new));
    new_least <= old_least
        && (old_least > 0 || i64::from(precision(new)) >= MAX_PRECISION || precision(new) >= precision(old))
}

/// `intervaltypmodleastfield`: 0 for seconds up to 5 for years.
fn least_field(modifier: i32) -> i32 {
    if modifier < 0 {
        return 0;
    }
    let range = (modifier >> 16) & 0x7FFF;
    if range == FULL_RANGE {
        return 0;
    }
    let bits = [12, 11, 10, 3, 1, 2];
    bits.iter().position(|bit| range & (1 << bit) != 0).map_or(0, |place| place as i32)
}
