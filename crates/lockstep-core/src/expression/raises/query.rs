//! Whole queries: what computing one may raise.

use crate::expression::query::{Distinct, Limit, Query, QueryTree, SetNode, Source};
use crate::expression::raises::{Raised, Raises, constant};
use crate::pg::sqlstate::{self, SqlState};

impl Raises<'_> {
    pub(super) fn query(&mut self, query: &Query) -> Raised {
        let mut found = vec![];
        query.own_expressions(&mut found);
        self.all(found)?;
        for limit in query.limit.iter().filter_map(|it| match it {
            Limit::Count(count) | Limit::WithTies(count) => Some(count),
            Limit::All => None,
        }) {
            self.count(limit, sqlstate::INVALID_ROW_COUNT_IN_LIMIT_CLAUSE)?;
        }
        if let Some(offset) = &query.offset {
            self.count(offset, sqlstate::INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE)?;
        }
        for common in &query.with {
            self.query(&common.query)?;
        }
        for entry in &query.entries {
            if let Source::Query(inner) = &entry.source {
                self.query(inner)?;
            }
        }
        match &query.operations {
            Some(operations) => self.operations(operations),
            None => Ok(()),
        }
    }

    fn operations(&mut self, node: &SetNode) -> Raised {
        match node {
            SetNode::Leaf(query) => self.query(query),
            SetNode::Operation { left, right, .. } => {
                self.operations(left)?;
                self.operations(right)
            }
        }
    }

    /// `recompute_limits`.
    fn count(&mut self, it: &crate::expression::Expression, state: SqlState) -> Raised {
        self.expression(it)?;
        if constant(it).is_none_or(|text| text.starts_with('-')) {
            self.may(state);
        }
        Ok(())
    }
}

/// A query without groups that computes aggregates, one without a table, or one that is cut off after a row.
pub(super) fn yields_one_row(query: &Query) -> bool {
    let limited = match &query.limit {
        Some(Limit::Count(count)) => matches!(constant(count), Some("0" | "1")),
        _ => false,
    };
    let plain = query.operations.is_none() && !query.is_values && query.group.is_empty();
    let aggregates = query.targets.iter().any(|it| crate::expression::calls_aggregate(&it.value));
    limited || plain && (aggregates || query.from.is_empty() && matches!(query.distinct, Distinct::None))
}

/// What computing the query may raise.
pub fn of_query(tree: &QueryTree, raises: &mut Raises<'_>) -> Raised {
    raises.query(&tree.root)
}
