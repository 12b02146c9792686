//! `UNION`, `INTERSECT` and `EXCEPT`: `transformSetOperationStmt` of `analyze.c`.

use crate::effect::PgError;
use crate::expression::query::{Query, SetNode, SetOperator, Sort};
use crate::expression::{self, Context, Expression, Refusal};
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::statement::query::environment::Environment;
use crate::statement::query::plain::Made;
use crate::statement::query::{ResultColumn, unknown};
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::select::{Body, Select, SortKey};

impl Environment<'_> {
    pub(super) fn set_operation(&self, select: &Select) -> Result<Made, Refusal> {
        let (node, results) = self.branch(&select.body)?;
        let results: Vec<ResultColumn> = results
            .into_iter()
            .map(|it| match it.type_.is(Type::UNKNOWN) {
                true => ResultColumn { type_: Type::TEXT, origin: None, ..it },
                false => ResultColumn { origin: None, ..it },
            })
            .collect();
        let mut order = vec![];
        for key in &select.order {
            order.push(sort(key, &results)?);
        }
        Ok((Query { operations: Some(node), order, ..Query::default() }, results))
    }

    /// `transformSetOperationTree`.
    fn branch(&self, body: &Body) -> Result<(SetNode, Vec<ResultColumn>), Refusal> {
        let Body::Set { operator, all, left, right } = body else {
            return unknown("no set operation");
        };
        let (mut ours, our_columns) = self.side(left)?;
        let (mut theirs, their_columns) = self.side(right)?;
        let words = match operator {
            SetOperator::Union => "UNION",
            SetOperator::Intersect => "INTERSECT",
            SetOperator::Except => "EXCEPT",
        };
        if our_columns.len() != their_columns.len() {
            let message = format!("each {words} query must have the same number of columns");
            return Err(PgError::new(sqlstate::SYNTAX_ERROR, message).into());
        }
        let mut results = vec![];
        for (place, (a, b)) in our_columns.iter().zip(&their_columns).enumerate() {
            let common = self.common_type(&[a.type_, b.type_], words)?;
            for (node, column) in [(&mut ours, a), (&mut theirs, b)] {
                if column.type_.is(Type::UNKNOWN) {
                    self.resolve(node, place, common)?;
                } else if !expression::fits(column.type_, common, self) {
                    let name = |type_: Type| self.execution.schema.format_type(&type_.bare());
                    let message = format!("{words} could not convert type {} to {}", name(column.type_), name(common));
                    return Err(PgError::new(sqlstate::CANNOT_COERCE, message).into());
                }
            }
            if a.collation != b.collation {
                return unknown("which collation a result has is not modelled");
            }
            let is_json = common.row().is_some_and(|row| row.name == "json") && !common.array;
            if is_json && !(*all && *operator == SetOperator::Union) {
                let message = "could not identify an equality operator for type json";
                return Err(PgError::new(sqlstate::UNDEFINED_FUNCTION, message).into());
            }
            results.push(ResultColumn { type_: common, origin: None, ..a.clone() });
        }
        let node = SetNode::Operation { operator: *operator, all: *all, left: Box::new(ours), right: Box::new(theirs) };
        Ok((node, results))
    }

    fn side(&self, select: &Select) -> Result<(SetNode, Vec<ResultColumn>), Refusal> {
        let bare = select.with.is_empty()
            && select.order.is_empty()
            && select.limit.is_none()
            && select.offset.is_none()
            && !select.locks_rows;
        if matches!(select.body, Body::Set { .. }) && bare {
            return self.branch(&select.body);
        }
        let (query, results) = self.nested_query(select, false)?;
        Ok((SetNode::Leaf(Box::new(query)), results))
    }

    /// A constant without a type takes that of the other branch.
    fn resolve(&self, node: &mut SetNode, place: usize, common: Type) -> Result<(), Refusal> {
        match node {
            SetNode::Leaf(query) => {
                let Some(target) = query.targets.get_mut(place) else { return Ok(()) };
                let value = target.value.clone();
                let made = expression::coerce_to_target(value, &common, Context::Implicit, self)?;
                target.value = made.ok_or_else(|| Refusal::Unknown("a constant that does not fit".to_owned()))?;
                Ok(())
            }
            SetNode::Operation { left, right, .. } => {
                // Only where every branch has such a constant.
                self.resolve(left, place, common)?;
                self.resolve(right, place, common)
            }
        }
    }
}

/// Only names and numbers of results can be meant.
fn sort(key: &SortKey, results: &[ResultColumn]) -> Result<Sort, Refusal> {
    let place = match &key.value {
        Expr::Column(parts) if parts.len() == 1 => {
            let mut found = results.iter().enumerate().filter(|(_, it)| it.name == parts[0]);
            match (found.next(), found.next()) {
                (Some((place, _)), None) => Some(place),
                (Some(_), Some(_)) => return unknown("an ambiguous order is not modelled"),
                (None, _) => {
                    return Err(crate::statement::scope::missing(parts).into());
                }
            }
        }
        Expr::Literal(Literal::Integer(digits)) => {
            match digits.parse::<usize>().ok().and_then(|it| it.checked_sub(1)) {
                Some(place) if place < results.len() => Some(place),
                _ => {
                    let message = format!("ORDER BY position {digits} is not in select list");
                    return Err(PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message).into());
                }
            }
        }
        _ => None,
    };
    let Some(place) = place else {
        return match key.value {
            Expr::Column(_) => unknown("an order by a column of a table is not modelled"),
            _ => {
                let message = "invalid UNION/INTERSECT/EXCEPT ORDER BY clause";
                Err(PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).into())
            }
        };
    };
    let value = Expression::column(u16::MAX, results[place].type_);
    let nulls_first = key.nulls_first.unwrap_or(key.descending);
    Ok(Sort { value, descending: key.descending, nulls_first, target: Some(place + 1) })
}
