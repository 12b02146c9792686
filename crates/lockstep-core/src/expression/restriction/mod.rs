//! What the conditions of a query say of the rows of each of its tables alone, as planning gathers it before it
//! looks for partitions: `deconstruct_jointree`, `generate_base_implied_equalities`.

mod clause;
mod equal;
mod join;
mod reduce;

use std::collections::{BTreeMap, BTreeSet};

use crate::expression::node::{Expression, Node};
use crate::expression::query::{Query, QueryTree, Source, Variable};
use crate::expression::restriction::clause::Simplify;
use crate::expression::restriction::equal::Classes;
use crate::expression::restriction::join::{Join, Tree};
use crate::expression::scope::Scope;
use crate::name::Ident;

pub use clause::Restriction;

/// Entries of range tables, by their numbers.
type Entries = BTreeSet<u16>;

/// What is known of the tables of a query; those that are not there may be restricted in ways that are not followed.
pub struct Restrictions {
    pub of: BTreeMap<u16, Vec<Restriction>>,
}

/// The restrictions of every table of a query, at any depth.
pub fn restrictions(tree: &QueryTree, scope: &dyn Scope) -> Restrictions {
    let mut work = Work { tree, scope, of: BTreeMap::new(), unknown: Entries::new(), named: BTreeMap::new() };
    work.level(&tree.root);
    let unknown = work.unknown;
    work.of.retain(|entry, _| !unknown.contains(entry));
    Restrictions { of: work.of }
}

/// What one condition says of the rows of a table.
pub fn restriction(condition: &Expression, scope: &dyn Scope) -> Restriction {
    Simplify { scope }.restriction(condition)
}

/// A column of that entry, as the tree numbers it.
pub fn number_of(tree: &QueryTree, entry: u16, column: u16) -> Option<u16> {
    let place = tree.variables.iter().position(|it| *it == Variable { entry, column })?;
    u16::try_from(place).ok()
}

struct Work<'a> {
    tree: &'a QueryTree,
    scope: &'a dyn Scope,
    of: BTreeMap<u16, Vec<Restriction>>,
    unknown: Entries,
    /// Entries that read a query of `WITH`, by its name.
    named: BTreeMap<Ident, Vec<u16>>,
}

impl Work<'_> {
    /// One query, with the subqueries that become a part of it; the others by themselves.
    fn level(&mut self, query: &Query) {
        let mut tree = Tree::new(self.tree);
        let join = tree.of_query(query);
        let (inside, apart) = (tree.entries.clone(), std::mem::take(&mut tree.apart));
        let join = reduce::reduce(join, &Entries::new(), self.tree);
        let mut found = Gathered::default();
        found.walk(&join, self.tree, true, false);
        let mut simplify = Simplify { scope: self.scope };
        let classes = Classes::of(&found, self.tree, inside.len() == 1, &mut simplify);
        let mut restricted: BTreeMap<u16, Vec<Restriction>> = BTreeMap::new();
        for entry in &inside {
            restricted.entry(*entry).or_default();
        }
        for (entry, conditions) in &found.restrictions {
            let made = conditions.iter().map(|it| simplify.restriction(it));
            restricted.entry(*entry).or_default().extend(made);
        }
        for (entry, made) in classes.restrictions {
            restricted.entry(entry).or_default().push(made);
        }
        self.unknown.extend(&found.unknown);
        for (entry, restriction) in restricted {
            self.of.entry(entry).or_default().extend(restriction);
        }
        for (holder, inner) in apart {
            self.level(&inner);
            // What is asked of its results may be asked inside as well.
            let asked = holder.is_some_and(|it| self.of.get(&it).is_some_and(|it| !it.is_empty()));
            if asked {
                self.forget(&inner);
            }
        }
        for common in &query.with {
            let readers = entries_reading(query, &common.name);
            self.named.insert(common.name.clone(), readers.clone());
            self.level(&common.query);
            let asked = readers.iter().any(|it| self.of.get(it).is_none_or(|it| !it.is_empty()));
            if asked && common.materialized != Some(true) && readers.len() == 1 {
                self.forget(&common.query);
            }
        }
    }

    fn forget(&mut self, query: &Query) {
        for level in query.all_levels() {
            self.unknown.extend(level.entries.iter().map(|it| it.id));
        }
    }
}

fn entries_reading(query: &Query, name: &Ident) -> Vec<u16> {
    let all = query.all_levels().into_iter().flat_map(|level| level.entries.iter());
    all.filter(|it| matches!(&it.source, Source::Common(other) if other == name)).map(|it| it.id).collect()
}

/// The conditions, each where it stands.
#[derive(Default)]
struct Gathered {
    restrictions: BTreeMap<u16, Vec<Expression>>,
    /// Whether each stands below an outer join.
    equal: Vec<(Expression, Expression, bool)>,
    /// What the rows of the outer side are equal to on the inner one.
    outer_equal: Vec<(Expression, Expression)>,
    unknown: Entries,
    /// What is looked at stands below an outer join.
    below: bool,
}

impl Gathered {
    /// `distribute_qual_to_rels`. `below`: below an outer join.
    fn walk(&mut self, join: &Join, tree: &QueryTree, top: bool, below: bool) {
        match join {
            Join::Entry(_) => {}
            Join::Inner(parts, conditions) => {
                parts.iter().for_each(|it| self.walk(it, tree, false, below));
                let nullable = parts.iter().flat_map(Join::nullable).collect();
                let all = join.entries();
                self.below = below;
                conditions.iter().for_each(|it| self.condition(it, tree, &nullable, &all, top));
            }
            Join::Outer { left, right, conditions, full } => {
                self.walk(left, tree, false, below || *full);
                self.walk(right, tree, false, true);
                self.below = below;
                if *full {
                    return;
                }
                let (outer, inner) = (left.entries(), right.entries());
                let nullable = right.nullable().into_iter().collect();
                for condition in conditions {
                    let read = entries_of(condition, tree);
                    if read.is_disjoint(&outer) {
                        self.condition(condition, tree, &nullable, &inner, false);
                    } else if let Some((a, b)) = equal::sides(condition) {
                        let (of_a, of_b) = (entries_of(a, tree), entries_of(b, tree));
                        if of_a.is_subset(&outer) && of_b.is_subset(&inner) {
                            self.outer_equal.push((a.clone(), b.clone()));
                        } else if of_b.is_subset(&outer) && of_a.is_subset(&inner) {
                            self.outer_equal.push((b.clone(), a.clone()));
                        }
                    }
                }
            }
        }
    }

    fn condition(&mut self, it: &Expression, tree: &QueryTree, nullable: &Entries, all: &Entries, top: bool) {
        let read = entries_of(it, tree);
        let own: Entries = read.intersection(all).copied().collect();
        // `check_outerjoin_delay`
        if !own.is_disjoint(nullable) {
            return;
        }
        if let Some((a, b)) = equal::sides(it).filter(|_| !read.is_empty()) {
            self.equal.push((a.clone(), b.clone(), self.below));
            return;
        }
        match (own.len(), own.first()) {
            // False at once: of the only table, nothing is read.
            (0, _) if read.is_empty() && top && all.len() == 1 => {
                self.restrictions.entry(*all.first().unwrap_or(&0)).or_default().push(it.clone());
            }
            (1, Some(only)) if read.len() == 1 => self.restrictions.entry(*only).or_default().push(it.clone()),
            (0 | 1, _) => {}
            // `extract_restriction_or_clauses` decides by estimates.
            _ => {
                if let Node::Or(arms) = &it.node {
                    let alone = |entry: &u16| arms.iter().all(|arm| has_part_of(arm, *entry, tree));
                    self.unknown.extend(own.iter().copied().filter(alone));
                }
            }
        }
    }
}

/// Whether some condition of the arm is about that entry alone.
fn has_part_of(arm: &Expression, entry: u16, tree: &QueryTree) -> bool {
    let alone = |it: &Expression| entries_of(it, tree) == Entries::from([entry]);
    match &arm.node {
        Node::And(items) => items.iter().any(alone),
        _ => alone(arm),
    }
}

fn entries_of(it: &Expression, tree: &QueryTree) -> Entries {
    let mut found = Entries::new();
    it.visit(&mut |it| {
        if let Node::Column(number) = it.node
            && let Some(variable) = tree.variables.get(usize::from(number))
        {
            found.insert(variable.entry);
        }
    });
    found
}
