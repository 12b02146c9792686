//! The tables of a query and how they are joined, simple subqueries pulled up (`pull_up_subqueries`,
//! `pull_up_sublinks`).

use std::collections::BTreeMap;

use crate::expression::aggregate::calls_aggregate;
use crate::expression::node::{Expression, Node};
use crate::expression::query::{Distinct, FromNode, JoinKind, Query, QueryTree, Source, SubQueryUse, Variable};
use crate::expression::restriction::{Entries, entries_of, equal};

pub(super) enum Join {
    Entry(u16),
    Inner(Vec<Join>, Vec<Expression>),
    /// `LEFT` or, of the same shape, what `NOT EXISTS` becomes; or `FULL`.
    Outer {
        left: Box<Join>,
        right: Box<Join>,
        conditions: Vec<Expression>,
        full: bool,
    },
}

impl Join {
    pub(super) fn entries(&self) -> Entries {
        match self {
            Join::Entry(id) => Entries::from([*id]),
            Join::Inner(parts, _) => parts.iter().flat_map(Join::entries).collect(),
            Join::Outer { left, right, .. } => left.entries().into_iter().chain(right.entries()).collect(),
        }
    }

    /// Entries whose rows an outer join inside may fill with nulls.
    pub(super) fn nullable(&self) -> Entries {
        match self {
            Join::Entry(_) => Entries::new(),
            Join::Inner(parts, _) => parts.iter().flat_map(Join::nullable).collect(),
            Join::Outer { left, right, full, .. } => {
                let outer = if *full { left.entries() } else { left.nullable() };
                outer.into_iter().chain(right.entries()).collect()
            }
        }
    }
}

pub(super) struct Tree<'a> {
    tree: &'a QueryTree,
    /// What columns of subqueries that were pulled up stand for.
    meaning: BTreeMap<Variable, Expression>,
    pub(super) entries: Entries,
    /// Queries that are planned by themselves, and the entry that reads them.
    pub(super) apart: Vec<(Option<u16>, Query)>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(tree: &'a QueryTree) -> Self {
        Tree { tree, meaning: BTreeMap::new(), entries: Entries::new(), apart: vec![] }
    }

    pub(super) fn of_query(&mut self, query: &Query) -> Join {
        if let Some(operations) = &query.operations {
            for leaf in operations.all_leaves() {
                self.apart.push((None, leaf.clone()));
            }
        }
        let mut parts: Vec<Join> = query.from.iter().map(|node| self.node(node, query)).collect();
        let mut conditions = vec![];
        let moved = query.having.iter().flat_map(conjuncts).filter(|it| !calls_aggregate(it));
        for condition in query.condition.iter().flat_map(conjuncts).chain(moved) {
            self.condition(condition, &mut parts, &mut conditions);
        }
        query.targets.iter().map(|it| &it.value).chain(&query.group).for_each(|it| self.set_apart(it));
        query.order.iter().map(|it| &it.value).for_each(|it| self.set_apart(it));
        Join::Inner(parts, conditions)
    }

    fn condition(&mut self, it: &Expression, parts: &mut Vec<Join>, conditions: &mut Vec<Expression>) {
        let (negated, inner) = match &it.node {
            Node::Not(inner) => (true, &**inner),
            _ => (false, it),
        };
        let Node::Query(sub) = &inner.node else {
            self.set_apart(it);
            conditions.push(self.meant(it));
            return;
        };
        let simple = is_simple(&sub.query) && sub.query.with.is_empty();
        match &sub.use_ {
            SubQueryUse::Exists if simple && self.is_correlated(&sub.query) => {
                let right = self.of_query(&sub.query);
                if negated {
                    let left = Box::new(Join::Inner(std::mem::take(parts), vec![]));
                    let Join::Inner(inside, on) = right else { return };
                    let right = Box::new(Join::Inner(inside, vec![]));
                    parts.push(Join::Outer { left, right, conditions: on, full: false });
                } else if let Join::Inner(inside, on) = right {
                    // What it says of the tables around it holds for them.
                    parts.extend(inside);
                    conditions.extend(on);
                }
            }
            SubQueryUse::Compare { left, operator, any: true }
                if simple && !negated && !self.is_correlated(&sub.query) =>
            {
                let left = self.meant(left);
                parts.push(self.of_query(&sub.query));
                if let Some(target) = sub.query.targets.first().filter(|_| operator.symbol == "=") {
                    let target = self.meant(&target.value);
                    conditions.push(equal::of(operator.clone(), left, target));
                }
            }
            _ => {
                self.set_apart(it);
                conditions.push(self.meant(it));
            }
        }
    }

    /// It names columns from outside of it.
    fn is_correlated(&self, query: &Query) -> bool {
        let levels = query.all_levels();
        let own: Entries = levels.iter().flat_map(|it| it.entries.iter().map(|it| it.id)).collect();
        let mut outside = false;
        for level in levels {
            let mut expressions = vec![];
            level.own_expressions(&mut expressions);
            outside |= expressions.iter().any(|it| !entries_of(it, self.tree).is_subset(&own));
        }
        outside
    }

    /// Queries inside an expression are planned by themselves.
    fn set_apart(&mut self, it: &Expression) {
        match &it.node {
            Node::Query(inner) => self.apart.push((None, inner.query.clone())),
            _ => it.children().into_iter().for_each(|it| self.set_apart(it)),
        }
    }

    fn node(&mut self, node: &FromNode, query: &Query) -> Join {
        match node {
            FromNode::Entry(id) => {
                let source = query.entries.iter().find(|it| it.id == *id).map(|it| &it.source);
                if let Some(Source::Query(inner)) = source {
                    if is_simple(inner) && inner.with.is_empty() && !inner.from.is_empty() {
                        let join = self.of_query(inner);
                        for (place, target) in (1u16..).zip(&inner.targets) {
                            let value = self.meant(&target.value);
                            self.meaning.insert(Variable { entry: *id, column: place }, value);
                        }
                        return join;
                    }
                    self.apart.push((Some(*id), (**inner).clone()));
                }
                self.entries.insert(*id);
                Join::Entry(*id)
            }
            FromNode::Join { left, right, kind, condition, .. } => {
                let left = self.node(left, query);
                let right = self.node(right, query);
                let conditions: Vec<Expression> = condition.iter().flat_map(conjuncts).cloned().collect();
                conditions.iter().for_each(|it| self.set_apart(it));
                let conditions = conditions.iter().map(|it| self.meant(it)).collect();
                match kind {
                    JoinKind::Inner => Join::Inner(vec![left, right], conditions),
                    JoinKind::Right => {
                        Join::Outer { left: Box::new(right), right: Box::new(left), conditions, full: false }
                    }
                    kind => Join::Outer {
                        left: Box::new(left),
                        right: Box::new(right),
                        conditions,
                        full: *kind == JoinKind::Full,
                    },
                }
            }
        }
    }

    /// With what columns of subqueries stand for in their place.
    fn meant(&self, it: &Expression) -> Expression {
        let mut made = it.clone();
        made.visit_mut(&mut |it| {
            if let Node::Column(number) = it.node
                && let Some(variable) = self.tree.variables.get(usize::from(number))
                && let Some(meaning) = self.meaning.get(variable)
            {
                *it = meaning.clone();
            }
        });
        made
    }
}

/// The parts of a condition that all hold.
pub(super) fn conjuncts(it: &Expression) -> Vec<&Expression> {
    match &it.node {
        Node::And(items) => items.iter().flat_map(conjuncts).collect(),
        _ => vec![it],
    }
}

/// `is_simple_subquery`.
fn is_simple(query: &Query) -> bool {
    query.operations.is_none()
        && !query.is_values
        && query.group.is_empty()
        && query.having.is_none()
        && query.windows.is_empty()
        && query.order.is_empty()
        && query.limit.is_none()
        && query.offset.is_none()
        && query.distinct == Distinct::None
        && query.targets.iter().all(|it| is_plain(&it.value))
}

/// No aggregate, no window, no set and nothing volatile.
fn is_plain(it: &Expression) -> bool {
    let mut plain = it.volatility() != crate::pg::volatility::Volatility::Volatile;
    it.visit(&mut |it| {
        plain &= match &it.node {
            Node::Aggregate(_) => false,
            Node::Function { function, .. } => !crate::expression::query::returns_set(function),
            _ => true,
        };
    });
    plain
}
