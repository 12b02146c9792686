//! The lock that each `ALTER TABLE` subcommand takes on its table, and the pass in which it runs.
//!
//! Mirrors `AlterTableGetLockLevel` and `ATPrepCmd` of `tablecmds.c`: all lock decisions are made
//! here only, and a statement with several subcommands takes the strongest of their locks.

use crate::pg::lock_mode::LockMode::{self, *};
use crate::syntax::statement::{Subcommand, TableConstraintKind, TriggerSelection};

/// The order in which `ATRewriteCatalogs` runs subcommands, whatever the order in which they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    Drop,
    AlterType,
    AddColumn,
    SetExpression,
    AddConstraint,
    ColumnAttributes,
    AddIndex,
    AddOtherConstraint,
    Miscellaneous,
}

impl Pass {
    pub const ALL: [Pass; 9] = [
        Pass::Drop,
        Pass::AlterType,
        Pass::AddColumn,
        Pass::SetExpression,
        Pass::AddConstraint,
        Pass::ColumnAttributes,
        Pass::AddIndex,
        Pass::AddOtherConstraint,
        Pass::Miscellaneous,
    ];
}

/// Storage parameters that only autovacuum and planning read: `AlterTableGetRelOptionsLockLevel`
/// asks each option for its own level.
const STRONG_OPTIONS: [&str; 1] = ["user_catalog_table"];

pub fn lock_mode(subcommand: &Subcommand) -> LockMode {
    match subcommand {
        Subcommand::AddConstraint(constraint) => match constraint.kind {
            TableConstraintKind::ForeignKey { .. } => ShareRowExclusive,
            _ => AccessExclusive,
        },
        Subcommand::EnableTrigger {
            what: TriggerSelection::Named(_) | TriggerSelection::All | TriggerSelection::User,
            ..
        } => ShareRowExclusive,
        Subcommand::ValidateConstraint { .. }
        | Subcommand::SetStatistics { .. }
        | Subcommand::SetColumnOptions { .. }
        | Subcommand::ClusterOn(_)
        | Subcommand::SetWithoutCluster
        | Subcommand::AttachPartition { .. } => ShareUpdateExclusive,
        Subcommand::DetachPartition { concurrently, finalize, .. } => {
            if *concurrently || *finalize {
                ShareUpdateExclusive
            } else {
                AccessExclusive
            }
        }
        Subcommand::SetOptions { options, .. } => {
            let strong = options.iter().any(|(name, _)| STRONG_OPTIONS.contains(&name.as_str()));
            if strong { AccessExclusive } else { ShareUpdateExclusive }
        }
        _ => AccessExclusive,
    }
}

pub fn pass(subcommand: &Subcommand) -> Pass {
    match subcommand {
        Subcommand::DropColumn { .. }
        | Subcommand::DropConstraint { .. }
        | Subcommand::DropNotNull { .. }
        | Subcommand::DropDefault { .. }
        | Subcommand::DropIdentity { .. }
        | Subcommand::DropExpression { .. } => Pass::Drop,
        Subcommand::SetType { .. } => Pass::AlterType,
        Subcommand::AddColumn { .. } => Pass::AddColumn,
        Subcommand::SetExpression { .. } => Pass::SetExpression,
        Subcommand::AddConstraint(constraint) => match constraint.kind {
            TableConstraintKind::Check { .. } => Pass::AddConstraint,
            TableConstraintKind::NotNull { .. } => Pass::ColumnAttributes,
            TableConstraintKind::ForeignKey { .. } => Pass::AddOtherConstraint,
            _ => Pass::AddIndex,
        },
        Subcommand::SetNotNull { .. } => Pass::ColumnAttributes,
        Subcommand::SetDefault { .. } | Subcommand::AddIdentity { .. } => Pass::AddOtherConstraint,
        _ => Pass::Miscellaneous,
    }
}
