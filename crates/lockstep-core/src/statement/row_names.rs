//! Names in the expressions of `UPDATE` and `DELETE`.

use crate::effect::{PgError, RelationId};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::statement::execution::{Execution, Outcome};
use crate::statement::scope;
use crate::statement::select;
use crate::syntax::expression::Expr;
use crate::syntax::statement::RowStatement;

/// Whether every column named in the expression is one of the target's or of the other sources'.
pub(super) fn resolve_names(
    statement: &RowStatement,
    execution: &Execution,
    table: RelationId,
    expression: &Expr,
) -> Outcome {
    let mut sources: Vec<(Ident, RelationId)> = vec![];
    let own = statement.alias.clone().unwrap_or_else(|| statement.table.name.clone());
    sources.push((own, table));
    for (name, alias) in &statement.from {
        if name.name.as_str().is_empty() {
            return Ok(());
        }
        let id = execution.resolve_in_query(name)?;
        sources.push((alias.clone().unwrap_or_else(|| name.name.clone()), id));
    }
    let mut refused: Option<PgError> = None;
    let mut doubtful = None;
    expression.visit(&mut |it| {
        if let Expr::Query(query) = it {
            doubtful = doubtful.take().or_else(|| select::check_columns(execution, query, &sources).err());
        }
        let Expr::Column(parts) = it else { return };
        let found = match parts.as_slice() {
            [column] => {
                let having = sources.iter().filter(|(_, id)| has_column(execution, *id, column)).count();
                if having > 1 {
                    let message = format!("column reference \"{}\" is ambiguous", column.as_str());
                    refused.get_or_insert(PgError::new(sqlstate::AMBIGUOUS_COLUMN, message));
                }
                having > 0 || sources.iter().any(|(name, _)| name == column)
            }
            [.., source, column] => match sources.iter().find(|(name, _)| name == source) {
                Some((_, id)) => {
                    if !has_column(execution, *id, column) {
                        refused.get_or_insert(scope::missing(&parts[parts.len() - 2..]));
                    }
                    true
                }
                None => {
                    refused.get_or_insert(scope::missing_table(source));
                    true
                }
            },
            [] => true,
        };
        if !found {
            refused.get_or_insert(scope::missing(parts));
        }
    });
    match (refused, doubtful) {
        (Some(error), _) => Err(error.into()),
        (None, Some(stop)) => Err(stop),
        (None, None) => Ok(()),
    }
}

fn has_column(execution: &Execution, table: RelationId, column: &Ident) -> bool {
    let known = execution.schema.get(table).is_some_and(|it| it.columns().find(column.as_str()).is_some());
    known || super::column::check_name(column).is_err()
}
