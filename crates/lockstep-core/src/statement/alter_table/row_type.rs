//! What a table's own row type keeps it from: being a part of itself, and changing under values that are
//! stored elsewhere.

use crate::effect::RelationId;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::user_type::TypeId;
use crate::statement::composite_type;
use crate::statement::execution::{Execution, Outcome, fail};

/// `CheckAttributeType`: no column may hold rows of its own table.
pub(super) fn refuse_itself(execution: &Execution, table: RelationId, column: &Type) -> Outcome {
    composite_type::refuse_itself(execution, TypeId(table.0), column)
}

/// `find_composite_type_dependencies`: rows of the table are stored in a column of another.
pub(super) fn refuse_stored(execution: &Execution, table: RelationId) -> Outcome {
    if !execution.schema.uses_row_types() {
        return Ok(());
    }
    let Some((holder, number)) = execution.schema.column_that_holds(TypeId(table.0)) else { return Ok(()) };
    let relation = execution.schema.relation(table);
    let what = if relation.kind() == 'f' { "foreign table" } else { "table" };
    let holder = execution.schema.relation(holder);
    let column = holder.columns().column_name(number);
    let message = format!(
        "cannot alter {what} \"{}\" because column \"{}.{}\" uses its row type",
        relation.name.name.as_str(),
        holder.name.name.as_str(),
        column.as_str()
    );
    fail(sqlstate::FEATURE_NOT_SUPPORTED, message)
}
