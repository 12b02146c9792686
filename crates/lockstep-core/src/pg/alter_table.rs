//! The lock that each `ALTER TABLE` subcommand takes on its table, and the pass in which it runs.
//!
//! Mirrors `AlterTableGetLockLevel` and `ATPrepCmd` of `tablecmds.c`: all lock decisions are made
//! here only, and a statement with several subcommands takes the strongest of their locks.

use crate::pg::behavior::{has_default_access_method, has_grammar_of_15, has_unlogged_sequences};
use crate::pg::hierarchy::partitioned_tables_refuse_unlogged;
use crate::pg::lock_mode::LockMode::{self, *};
use crate::pg::version::PgVersion;
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
            crate::pg::storage_parameter::lock_mode(options.iter().map(|(name, _)| name.as_str()))
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

/// Kinds of relations that a subcommand may change at all, where [`kinds`] leaves it to the subcommand
/// which of them are modelled.
pub fn possible_kinds(subcommand: &Subcommand) -> &'static str {
    match subcommand {
        Subcommand::SetDefault { .. } | Subcommand::DropDefault { .. } => "rpfv",
        Subcommand::AddIdentity { .. } | Subcommand::AlterIdentity { .. } | Subcommand::DropIdentity { .. } => "rpfv",
        Subcommand::AddColumn { .. }
        | Subcommand::DropColumn { .. }
        | Subcommand::SetType { .. }
        | Subcommand::SetNotNull { .. }
        | Subcommand::DropNotNull { .. }
        | Subcommand::SetExpression { .. }
        | Subcommand::DropExpression { .. }
        | Subcommand::AddConstraint(_)
        | Subcommand::DropConstraint { .. }
        | Subcommand::ValidateConstraint { .. }
        | Subcommand::AlterConstraint { .. }
        | Subcommand::EnableTrigger { .. }
        | Subcommand::Inherit(_)
        | Subcommand::NoInherit(_) => "rpf",
        Subcommand::EnableRule { .. } | Subcommand::RowSecurity(_) => "rp",
        _ => "rpmfviIS",
    }
}

/// Kinds of relations that a subcommand may change (`ATSimplePermissions`), as letters of `relkind`;
/// `None` where that is left to the subcommand.
pub fn kinds(subcommand: &Subcommand, version: PgVersion) -> Option<&'static str> {
    match subcommand {
        Subcommand::SetStatistics { .. } => Some("rpmiIf"),
        Subcommand::SetColumnOptions { .. } | Subcommand::SetStorage { .. } => Some("rpmf"),
        Subcommand::SetCompression { .. }
        | Subcommand::ReplicaIdentity(_)
        | Subcommand::ClusterOn(_)
        | Subcommand::SetWithoutCluster => Some("rpm"),
        // Up to 17 a partitioned table accepts it, and nothing changes.
        Subcommand::SetLogged(_) if !has_unlogged_sequences(version) => Some("rp"),
        Subcommand::SetLogged(_) if !partitioned_tables_refuse_unlogged(version) => Some("rpS"),
        Subcommand::SetLogged(_) => Some("rS"),
        Subcommand::SetAccessMethod(_) if !has_grammar_of_15(version) => None,
        Subcommand::SetAccessMethod(_) if !has_default_access_method(version) => Some("rm"),
        Subcommand::SetAccessMethod(_) => Some("rpm"),
        Subcommand::SetTablespace(_) => Some("rpmiI"),
        Subcommand::SetOptions { .. } => Some("rpmvi"),
        Subcommand::OfType(_) | Subcommand::NotOf => Some("rp"),
        Subcommand::SetWithoutOids => Some("rpf"),
        _ => None,
    }
}

/// Subcommands that no index and no sequence takes, whatever else does (`ATSimplePermissions`).
pub fn is_of_tables_only(subcommand: &Subcommand) -> bool {
    matches!(
        subcommand,
        Subcommand::AddColumn { .. }
            | Subcommand::DropColumn { .. }
            | Subcommand::SetType { .. }
            | Subcommand::SetDefault { .. }
            | Subcommand::DropDefault { .. }
            | Subcommand::SetNotNull { .. }
            | Subcommand::DropNotNull { .. }
            | Subcommand::AddConstraint(_)
            | Subcommand::DropConstraint { .. }
            | Subcommand::ValidateConstraint { .. }
            | Subcommand::AddIdentity { .. }
            | Subcommand::DropIdentity { .. }
    )
}
