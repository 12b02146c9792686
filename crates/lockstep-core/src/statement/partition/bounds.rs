//! The bounds of the partitions of one table, in order, and which of them a value meets (`PartitionBoundInfo`,
//! `get_matching_list_bounds`, `get_matching_range_bounds`).

use std::cmp::Ordering;
use std::collections::BTreeSet;

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::{compare_constants, constants_are_equal};
use crate::pg::types::Type;
use crate::schema::partition::{Bound, Limit, Strategy};
use crate::statement::execution::Execution;
use crate::statement::partition::overlap::compare;

/// How the key of one column is compared.
#[derive(Clone)]
pub(super) struct KeyType {
    pub(super) type_: Type,
    /// Strings by their bytes.
    pub(super) by_bytes: bool,
}

impl KeyType {
    pub(super) fn order(&self, a: &str, b: &str) -> Option<Ordering> {
        match self.by_bytes {
            true => Some(a.cmp(b)),
            false => compare_constants(&self.type_, a, b),
        }
    }
}

/// `PruneStepResult`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Met {
    pub(super) offsets: BTreeSet<usize>,
    pub(super) default: bool,
    pub(super) null: bool,
}

pub(super) struct Bounds {
    pub(super) strategy: Strategy,
    pub(super) keys: Vec<KeyType>,
    /// Values of a list, each with its partition.
    values: Vec<(Arc<str>, RelationId)>,
    /// Ends of ranges, each once and in order; and the partition that ends there, none behind the last.
    ends: Vec<Vec<Limit>>,
    ending: Vec<Option<RelationId>>,
    pub(super) null: Option<RelationId>,
    pub(super) default: Option<RelationId>,
    pub(super) all: Vec<RelationId>,
}

impl Bounds {
    /// `None` where the order of the bounds is not known.
    pub(super) fn of(execution: &Execution, table: RelationId, strategy: Strategy, keys: Vec<KeyType>) -> Option<Self> {
        let all = execution.schema.children(table);
        let mut made = Bounds {
            strategy,
            keys,
            values: vec![],
            ends: vec![],
            ending: vec![],
            null: None,
            default: None,
            all: all.clone(),
        };
        let types: Vec<Type> = made.keys.iter().map(|it| it.type_).collect();
        let mut ends: Vec<(Vec<Limit>, Option<RelationId>)> = vec![];
        for id in all {
            match execution.schema.table(id).bound.as_deref()? {
                Bound::Default => made.default = Some(id),
                Bound::List(values) => {
                    for value in values {
                        match value {
                            Some(value) => made.values.push((value.clone(), id)),
                            None => made.null = Some(id),
                        }
                    }
                }
                Bound::Range { from, to } => ends.extend([(from.clone(), None), (to.clone(), Some(id))]),
                Bound::Hash { .. } => {}
            }
        }
        let mut known = true;
        ends.sort_by(|(a, _), (b, _)| {
            made.compare_ends(&types, a, b).unwrap_or_else(|| {
                known = false;
                Ordering::Equal
            })
        });
        for (end, ending) in ends {
            let same =
                made.ends.last().is_some_and(|last| made.compare_ends(&types, last, &end) == Some(Ordering::Equal));
            match made.ending.last_mut().filter(|_| same) {
                Some(last) => *last = last.or(ending),
                None => {
                    made.ends.push(end);
                    made.ending.push(ending);
                }
            }
        }
        made.ending.push(None);
        known.then_some(made)
    }

    fn compare_ends(&self, types: &[Type], a: &[Limit], b: &[Limit]) -> Option<Ordering> {
        match self.keys.iter().any(|it| it.by_bytes) {
            false => compare(types, a, b),
            true => {
                for ((key, a), b) in self.keys.iter().zip(a).zip(b) {
                    let order = match (a, b) {
                        (Limit::Value(a), Limit::Value(b)) => key.order(a, b)?,
                        (Limit::MinValue, Limit::MinValue) | (Limit::MaxValue, Limit::MaxValue) => {
                            return Some(Ordering::Equal);
                        }
                        (Limit::MinValue, _) | (_, Limit::MaxValue) => Ordering::Less,
                        _ => Ordering::Greater,
                    };
                    if order.is_ne() {
                        return Some(order);
                    }
                }
                Some(Ordering::Equal)
            }
        }
    }

    pub(super) fn none(&self) -> Met {
        Met { offsets: BTreeSet::new(), default: false, null: false }
    }

    /// A step without a condition of its own.
    pub(super) fn everything(&self) -> Met {
        let count = match self.strategy {
            Strategy::List => self.values.len(),
            Strategy::Range => self.ending.len(),
            Strategy::Hash => self.all.len(),
        };
        Met { offsets: (0..count).collect(), default: self.default.is_some(), null: self.null.is_some() }
    }

    /// `IS NULL` of some column.
    pub(super) fn nulls(&self) -> Met {
        let null = self.strategy == Strategy::List && self.null.is_some();
        Met { null, default: !null && self.default.is_some(), ..self.none() }
    }

    /// `IS NOT NULL` of all columns.
    pub(super) fn not_null(&self) -> Met {
        match self.strategy {
            Strategy::List => Met { null: false, ..self.everything() },
            Strategy::Hash => self.everything(),
            Strategy::Range if self.ends.is_empty() => Met { default: self.default.is_some(), ..self.none() },
            Strategy::Range => {
                let covered = |at: usize| self.ending.get(at).copied().flatten().is_some();
                let (mut low, mut high) = (0, self.ends.len());
                low += usize::from(!covered(low));
                high -= usize::from(!covered(high));
                Met { offsets: (low..=high).collect(), default: self.default.is_some(), null: false }
            }
        }
    }

    /// `None`: not known.
    pub(super) fn meet(&self, operator: &str, values: &[Arc<str>]) -> Option<Met> {
        match self.strategy {
            Strategy::List => self.meet_list(operator, values.first()?),
            Strategy::Range => self.meet_range(operator, values),
            Strategy::Hash => None,
        }
    }

    fn meet_list(&self, operator: &str, value: &Arc<str>) -> Option<Met> {
        let has_default = self.default.is_some();
        if self.values.is_empty() {
            return Some(Met { default: has_default, ..self.none() });
        }
        let key = self.keys.first()?;
        let mut offsets = BTreeSet::new();
        for (at, (own, _)) in self.values.iter().enumerate() {
            let met = match operator {
                "=" => constants_are_equal(&key.type_, own, value)?,
                "<>" => !constants_are_equal(&key.type_, own, value)?,
                _ => {
                    let order = key.order(own, value)?;
                    match operator {
                        "<" => order.is_lt(),
                        "<=" => order.is_le(),
                        ">" => order.is_gt(),
                        ">=" => order.is_ge(),
                        _ => return None,
                    }
                }
            };
            if met {
                offsets.insert(at);
            }
        }
        let default = has_default && (operator != "=" || offsets.is_empty());
        Some(Met { offsets, default, null: false })
    }

    /// `partition_rbound_datum_cmp`
    fn against(&self, at: usize, values: &[Arc<str>]) -> Option<Ordering> {
        for ((key, limit), value) in self.keys.iter().zip(self.ends.get(at)?).zip(values) {
            let order = match limit {
                Limit::MinValue => return Some(Ordering::Less),
                Limit::MaxValue => return Some(Ordering::Greater),
                Limit::Value(own) => key.order(own, value)?,
            };
            if order.is_ne() {
                return Some(order);
            }
        }
        Some(Ordering::Equal)
    }

    /// `partition_range_datum_bsearch`: the place behind the greatest bound that is not greater, and whether it
    /// is equal.
    fn search(&self, values: &[Arc<str>]) -> Option<(usize, bool)> {
        let (mut low, mut high, mut equal) = (0, self.ends.len(), false);
        while low < high {
            let middle = (low + high).div_ceil(2);
            match self.against(middle - 1, values)? {
                Ordering::Greater => high = middle - 1,
                order => {
                    low = middle;
                    equal = order.is_eq();
                    if equal {
                        break;
                    }
                }
            }
        }
        Some((low, equal))
    }

    fn meet_range(&self, operator: &str, values: &[Arc<str>]) -> Option<Met> {
        let count = self.ends.len();
        let has_default = self.default.is_some();
        if count == 0 {
            return Some(Met { default: has_default, ..self.none() });
        }
        let partial = values.len() < self.keys.len();
        let default = partial && has_default;
        let (behind, equal) = self.search(values)?;
        let same = |at: usize| self.against(at, values).map(Ordering::is_eq);
        let kind = |at: usize, key: usize| self.ends.get(at).and_then(|it| it.get(key));
        let (mut least, mut most) = (0, count);
        match operator {
            "=" if !equal || !partial => {
                return Some(Met { offsets: BTreeSet::from([behind]), default, null: false });
            }
            "=" => {
                let mut at = behind - 1;
                while at >= 1 && same(at - 1)? {
                    at -= 1;
                }
                least = at + usize::from(kind(at, values.len()) == Some(&Limit::MinValue));
                let mut at = behind - 1;
                while at + 1 < count && same(at + 1)? {
                    at += 1;
                }
                return Some(Met { offsets: (least..=at + 1).collect(), default, null: false });
            }
            ">" | ">=" => {
                let inclusive = operator == ">=";
                if equal && partial {
                    let at = self.walk(behind - 1, !inclusive, values)?;
                    least = if inclusive { at } else { at + 1 };
                } else {
                    least = behind;
                }
            }
            "<" | "<=" => {
                let inclusive = operator == "<=";
                most = match () {
                    () if behind == 0 => 0,
                    () if equal && partial => {
                        let at = self.walk(behind - 1, inclusive, values)?;
                        if inclusive { at + 1 } else { at }
                    }
                    () if !equal || inclusive => behind,
                    () => behind - 1,
                };
            }
            _ => return None,
        }
        let last = values.len() - 1;
        if least < count && self.ending[least].is_none() && kind(least, last) == Some(&Limit::MinValue) {
            least += 1;
        }
        if most >= 1 && self.ending[most].is_none() && kind(most - 1, last) == Some(&Limit::MaxValue) {
            most -= 1;
        }
        let offsets = if least <= most { (least..=most).collect() } else { BTreeSet::new() };
        Some(Met { offsets, default, null: false })
    }

    /// From bound to bound as long as they are equal to the values.
    fn walk(&self, from: usize, forward: bool, values: &[Arc<str>]) -> Option<usize> {
        let mut at = from;
        while at >= 1 && at + 1 < self.ends.len() {
            let next = if forward { at + 1 } else { at - 1 };
            if !self.against(next, values)?.is_eq() {
                break;
            }
            at = next;
        }
        Some(at)
    }

    /// `get_matching_partitions`
    pub(super) fn partitions(&self, met: &Met) -> Vec<RelationId> {
        let mut found = BTreeSet::new();
        let mut default = met.default;
        for at in &met.offsets {
            match self.strategy {
                Strategy::List => found.extend(self.values.get(*at).map(|(_, id)| *id)),
                Strategy::Range => match self.ending.get(*at).copied().flatten() {
                    Some(id) => {
                        found.insert(id);
                    }
                    None => default = true,
                },
                Strategy::Hash => found.extend(self.all.get(*at).copied()),
            }
        }
        found.extend(self.null.filter(|_| met.null));
        found.extend(self.default.filter(|_| default));
        self.all.iter().copied().filter(|it| found.contains(it)).collect()
    }
}
