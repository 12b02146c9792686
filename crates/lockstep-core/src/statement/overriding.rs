//! `OVERRIDING … VALUE`, and columns whose values are the server's own.

use crate::effect::RelationId;
use crate::pg::sqlstate;
use crate::schema::relation::Column;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::insert::check_values;
use crate::syntax::expression::Expr;
use crate::syntax::statement::{Insert, InsertSource, Overriding};

impl Insert {
    /// `rewriteTargetListIU`: with `OVERRIDING USER VALUE` identity columns get their defaults, whatever is
    /// written; `None` where none is among the targets.
    pub(super) fn without_users_values(
        &self,
        execution: &Execution,
        table: RelationId,
        targets: &[u16],
    ) -> Outcome<Option<Insert>> {
        let columns = execution.schema.table(table);
        let is_identity = |number: &u16| columns.attribute(*number).is_some_and(|it| it.identity.is_some());
        if !targets.iter().any(is_identity) {
            return Ok(None);
        }
        let InsertSource::Values(rows) = &self.source else {
            return unknown("OVERRIDING USER VALUE of the rows of a query is not modelled");
        };
        // What is written is analysed all the same.
        check_values(self, execution, table, targets, rows)?;
        let mut rows = rows.clone();
        for (place, _) in targets.iter().enumerate().filter(|(_, number)| is_identity(number)) {
            rows.iter_mut().filter_map(|row| row.get_mut(place)).for_each(|value| *value = Expr::Default);
        }
        Ok(Some(Insert { overriding: None, source: InsertSource::Values(rows), ..self.clone() }))
    }
}

/// `rewriteTargetListIU`: a column whose values are the server's own takes none from a statement.
pub(super) fn refuse_computed(column: &Column, overriding: Option<Overriding>) -> Outcome {
    match column.generated.is_some() || column.identity == Some(true) && overriding.is_none() {
        true => {
            let message = format!("cannot insert a non-DEFAULT value into column \"{}\"", column.name.as_str());
            fail(sqlstate::GENERATED_ALWAYS, message)
        }
        false => Ok(()),
    }
}
