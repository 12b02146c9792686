//! `DROP CONSTRAINT`: `ATExecDropConstraint`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::ConstraintKind;
use crate::schema::dependency::Object;
use crate::statement::alter_table::not_null;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, fail, unknown};

pub(super) fn run(
    execution: &mut Execution,
    table: RelationId,
    name: &Ident,
    if_exists: bool,
    cascade: bool,
) -> Outcome {
    let relation = execution.bare_name(table);
    let Some(constraint) = execution.schema.table(table).constraint(name.as_str()) else {
        let message = format!("constraint \"{}\" of relation \"{relation}\" does not exist", name.as_str());
        if if_exists {
            execution.notice(format!("{message}, skipping"));
            return Ok(());
        }
        return fail(sqlstate::UNDEFINED_OBJECT, message);
    };
    if let ConstraintKind::NotNull { column, .. } = constraint.kind {
        let Some(column) = execution.schema.table(table).attribute(column).map(|it| it.name.clone()) else {
            return unknown("a constraint of no column");
        };
        return not_null::drop(execution, table, &column);
    }
    if let Some(referenced) = constraint.foreign_key().map(|it| it.references) {
        if referenced != table {
            execution.lock(referenced, LockMode::AccessExclusive, "the foreign key's triggers on it are dropped");
            execution.not_in_use(referenced, "ALTER TABLE")?;
        }
        for (below, _) in execution.schema.descendants(table) {
            execution.not_in_use(below, "ALTER TABLE")?;
        }
    }
    delete(execution, &[Object::Constraint(table, name.clone())], cascade)
}
