//! `DELETE`: which of the rows that are known go.

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::expression::evaluate::Trouble;
use crate::schema::known_rows::Row;
use crate::statement::execution::Execution;
use crate::statement::known_rows::references::Affected;
use crate::statement::known_rows::{RowScope, Verdict, rows};

pub(in crate::statement) struct Deleted {
    pub(in crate::statement) verdict: Verdict,
    /// What stays.
    pub(in crate::statement) rows: Vec<Row>,
    pub(in crate::statement) affected: Vec<Affected>,
}

/// `None` where the rows are not known, or not which of them the condition means.
pub(in crate::statement) fn delete(
    execution: &Execution,
    table: RelationId,
    condition: Option<&Expression>,
) -> Option<Deleted> {
    let scope = RowScope::new(execution);
    let mut made = Deleted { verdict: Verdict::Fine, rows: vec![], affected: vec![] };
    for row in rows(execution, table)? {
        let meant = match condition {
            None => Ok(true),
            Some(condition) => scope.over(&row).truth(condition).map(|it| it == Some(true)),
        };
        match meant {
            Ok(true) => made.affected.push(Affected { old: row, new: None }),
            Ok(false) => made.rows.push(row),
            Err(Trouble::Unknown) => return None,
            Err(Trouble::Error(error)) => {
                made.verdict = Verdict::Fails(error);
                return Some(made);
            }
        }
    }
    Some(made)
}
