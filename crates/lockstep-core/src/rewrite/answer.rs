//! Which recipe replaces a statement for the hazard that it raises.

use crate::hazard::Finding;
use crate::rewrite::{Recipe, find};
use crate::simulate::trace::Step;
use crate::syntax::statement::{
    AlterTableAction, ColumnConstraintKind, ObjectType, Statement, Subcommand, TableConstraintKind,
};

/// The recipe that a safe plan takes against the finding, where its statement is of a kind that one is made for.
pub fn answer(step: &Step, finding: &Finding) -> Option<&'static Recipe> {
    let statement = step.statement.as_deref()?;
    if let Some(id) = finding.hazard.recipe {
        return find(id);
    }
    let id = match (finding.hazard.id, statement) {
        ("blocking_index_build", Statement::CreateIndex(_)) => "create_index",
        ("blocking_index_build", Statement::Reindex(_)) => "concurrently",
        ("blocking_index_drop", Statement::Drop(it)) if it.object == ObjectType::Index => "drop_index",
        ("drop_breaks_application", Statement::Drop(it)) if it.object == ObjectType::Table => "drop_table",
        ("unbatched_update" | "deletes_every_row", Statement::Update(_) | Statement::Delete(_)) => "backfill_rows",
        (hazard, Statement::AlterTable(alter)) => match &alter.action {
            AlterTableAction::RenameColumn { .. } if hazard == "rename_breaks_application" => "rename_column",
            AlterTableAction::RenameTo(_) if hazard == "rename_breaks_application" => "rename_table",
            AlterTableAction::Subcommands(all) => all.iter().find_map(|it| of_subcommand(hazard, it))?,
            _ => return None,
        },
        _ => return None,
    };
    find(id)
}

fn of_subcommand(hazard: &str, subcommand: &Subcommand) -> Option<&'static str> {
    let id = match (hazard, subcommand) {
        ("scan_under_access_exclusive", Subcommand::SetNotNull { .. }) => "set_not_null",
        ("scan_under_access_exclusive", Subcommand::AttachPartition { .. }) => "attach_partition",
        ("table_rewrite" | "unique_constraint_builds_index" | "blocking_index_build", Subcommand::SetType { .. }) => {
            "change_type"
        }
        ("drop_breaks_application" | "drop_column_takes_index", Subcommand::DropColumn { .. }) => "drop_column",
        ("foreign_key_drop_locks_parent" | "primary_key_dropped", Subcommand::DropConstraint { .. }) => {
            "drop_constraint"
        }
        ("row_security_without_policy", Subcommand::RowSecurity(_)) => "row_security",
        (_, Subcommand::AddColumn { column, .. }) => {
            let has = |wanted: fn(&ColumnConstraintKind) -> bool| column.constraints.iter().any(|it| wanted(&it.kind));
            match hazard {
                "table_rewrite" if has(|it| matches!(it, ColumnConstraintKind::Identity { .. })) => "number_rows",
                "table_rewrite" if has(|it| matches!(it, ColumnConstraintKind::Default(_))) => "fill_new_column",
                "required_column_without_default" => "add_required_column",
                "validating_foreign_key" => "add_foreign_key",
                _ => return None,
            }
        }
        (_, Subcommand::AddConstraint(constraint)) => match (hazard, &constraint.kind) {
            ("scan_under_access_exclusive", TableConstraintKind::Check { .. }) => "add_check",
            ("scan_under_access_exclusive", TableConstraintKind::NotNull { .. }) => "add_not_null_constraint",
            ("validating_foreign_key", TableConstraintKind::ForeignKey { .. }) => "add_foreign_key",
            (
                "unique_constraint_builds_index" | "scan_under_access_exclusive" | "blocking_index_build",
                TableConstraintKind::PrimaryKey { .. },
            ) => "add_primary_key",
            ("unique_constraint_builds_index" | "blocking_index_build", TableConstraintKind::Unique { .. }) => {
                "add_unique"
            }
            _ => return None,
        },
        _ => return None,
    };
    Some(id)
}
