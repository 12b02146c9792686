//! Equivalence classes: what is equal to a constant, by way of others too (`equivclass.c`).

use triomphe::Arc;

use crate::expression::evaluate::Value;
use crate::expression::node::{Expression, Node, Operator};
use crate::expression::query::QueryTree;
use crate::expression::restriction::clause::{Constant, Restriction, Simplify, bare, collation_of};
use crate::expression::restriction::{Gathered, entries_of};
use crate::pg::types::Type;
use crate::pg::volatility::Volatility;

/// The sides of an equation that can make a class.
pub(super) fn sides(it: &Expression) -> Option<(&Expression, &Expression)> {
    match &it.node {
        Node::Operator { operator, arguments } if operator.symbol == "=" && operator.function.strict => {
            let [a, b] = arguments.as_slice() else { return None };
            let volatile = [a, b].iter().any(|it| it.volatility() == Volatility::Volatile);
            // `b = true` becomes `b` before.
            // Those of another collation are classes of their own.
            let collated = [a, b].iter().any(|it| collation_of(it).is_some());
            (!volatile && !collated && !a.type_.is(Type::BOOL)).then_some((a, b))
        }
        _ => None,
    }
}

pub(super) fn of(operator: Operator, left: Expression, right: Expression) -> Expression {
    Expression::new(Node::Operator { operator, arguments: vec![left, right] }, Type::BOOL)
}

pub(super) struct Classes {
    pub(super) restrictions: Vec<(u16, Restriction)>,
}

#[derive(Default)]
struct Class {
    members: Vec<Expression>,
    constants: Vec<Arc<str>>,
    /// A member that is neither a column's nor a constant of this model, or a null.
    never: bool,
    /// An equation of it stands below an outer join.
    below: bool,
}

impl Classes {
    /// `single`: the query reads one table only.
    pub(super) fn of(found: &Gathered, tree: &QueryTree, single: bool, simplify: &mut Simplify<'_>) -> Self {
        let mut classes: Vec<Class> = vec![];
        for (a, b, below) in &found.equal {
            join(&mut classes, a, b, *below, simplify);
        }
        // `reconsider_outer_join_clauses`: each constant is one of the inner side as well.
        let mut derived: Vec<Class> = vec![];
        let mut waiting: Vec<&(Expression, Expression)> = found.outer_equal.iter().collect();
        loop {
            let before = waiting.len();
            waiting.retain(|(outer, inner)| {
                let has = |class: &&Class| class.members.iter().any(|it| bare(it) == bare(outer));
                let class = classes.iter().chain(&derived).find(|it| has(it) && !it.constants.is_empty());
                let Some(constants) = class.map(|it| it.constants.clone()) else { return true };
                derived.push(Class { members: vec![inner.clone()], constants, never: false, below: true });
                false
            });
            if waiting.len() == before {
                break;
            }
        }
        let mut restrictions = vec![];
        for class in &classes {
            class.restrict(tree, single, &mut restrictions);
        }
        for class in &derived {
            class.restrict(tree, single, &mut restrictions);
        }
        Classes { restrictions }
    }
}

impl Class {
    /// `generate_base_implied_equalities_const`.
    fn restrict(&self, tree: &QueryTree, single: bool, found: &mut Vec<(u16, Restriction)>) {
        let all = self.of_one_table(tree);
        let Some(value) = self.constants.first() else {
            if self.never {
                found.extend(all.iter().map(|(entry, _)| (*entry, Restriction::Other)));
            }
            return;
        };
        let differ = self.constants.iter().any(|it| it != value);
        for (entry, member) in &all {
            // False at once: that is a condition on the whole query, or on what is below the outer join.
            let only = all.iter().all(|(other, _)| other == entry);
            if differ && (single || self.below && only) {
                found.push((*entry, Restriction::False));
            }
            found.push((*entry, Restriction::compare(member, "=", value.clone())));
        }
    }

    fn of_one_table(&self, tree: &QueryTree) -> Vec<(u16, &Expression)> {
        let of_one = |it: &&Expression| entries_of(it, tree).len() == 1;
        let members = self.members.iter().filter(of_one);
        members.filter_map(|it| Some((*entries_of(it, tree).first()?, it))).collect()
    }
}

fn join(classes: &mut Vec<Class>, a: &Expression, b: &Expression, below: bool, simplify: &mut Simplify<'_>) {
    let mut made = Class { below, ..Class::default() };
    for side in [a, b] {
        match simplify.constant(side) {
            Constant::Value(Value::Null) | Constant::Unknown => made.never = true,
            Constant::Value(value) => match value.as_text().map(Arc::from) {
                Some(text) => made.constants.push(text),
                None => made.never = true,
            },
            Constant::Not => made.members.push(side.clone()),
        }
    }
    let touches = |class: &Class| class.members.iter().any(|it| made.members.iter().any(|own| bare(own) == bare(it)));
    let (own, rest): (Vec<Class>, Vec<Class>) = std::mem::take(classes).into_iter().partition(touches);
    *classes = rest;
    for class in own {
        made.members.extend(class.members);
        made.constants.extend(class.constants);
        made.never |= class.never;
        made.below |= class.below;
    }
    classes.push(made);
}
