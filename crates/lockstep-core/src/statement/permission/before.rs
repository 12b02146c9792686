//! Checks that come before a command's own: who owns what it names, and where it may create.

use crate::name::QualifiedName;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::schema::dependency::Object;
use crate::schema::rights::Right;
use crate::statement::execution::{Execution, Outcome};
use crate::statement::permission::{grant, object, role};
use crate::syntax::statement::{
    AlterTable, AlterTableAction, Drop, LockTable, ObjectType, Persistence, Reindex, ReindexKind, Statement,
};

/// Whether every check of the statement is known here or in [`super::after`].
pub(super) fn check(statement: &Statement, execution: &mut Execution) -> Outcome<bool> {
    match statement {
        Statement::AlterTable(it) => return alter_table(it, execution),
        Statement::AlterSequence(it) => owns(execution, &it.name)?,
        Statement::CreateIndex(it) => {
            owns(execution, &it.table)?;
            if let Some(table) = found(execution, &it.table) {
                let schema = execution.schema.relation(table).name.schema.clone();
                execution.must_create_in(&schema)?;
            }
        }
        Statement::CreatePolicy(it) => owns(execution, &it.table)?,
        Statement::AlterPolicy(it) => owns(execution, &it.table)?,
        Statement::RenamePart(it) => owns(execution, &it.table)?,
        Statement::AlterRule(it) => owns(execution, &it.table)?,
        Statement::Drop(it) => return drop(it, execution),
        Statement::Truncate(it) => {
            it.tables.iter().try_for_each(|(name, _)| has(execution, name, "truncate"))?;
        }
        Statement::LockTable(it) => lock_table(it, execution)?,
        Statement::Cluster(it) => match &it.table {
            Some(table) => maintains(execution, table)?,
            None => return Ok(false),
        },
        Statement::Reindex(it) => return reindex(it, execution),
        Statement::RefreshMaterializedView(it) => maintains(execution, &it.name)?,
        Statement::Vacuum(it) => {
            // It leaves out, with a warning, what is not the role's.
            let owns = |name: &QualifiedName| match found(execution, name) {
                Some(id) => execution.owns(&Object::Relation(id)).is_yes(),
                None => true,
            };
            return Ok(!it.targets.is_empty() && it.targets.iter().all(|it| owns(&it.table)));
        }
        Statement::CreateTable(it) => creates(execution, &it.name, it.persistence)?,
        Statement::CreateView(it) => {
            creates(execution, &it.name, it.persistence)?;
            if it.replace {
                owns(execution, &it.name)?;
            }
        }
        Statement::CreateMaterializedView(it) => creates(execution, &it.name, it.persistence)?,
        Statement::CreateSequence(it) => creates(execution, &it.name, it.persistence)?,
        Statement::Grant(it) => return grant::check(it, execution),
        Statement::GrantRole(it) => return role::check_grant(it, execution),
        Statement::Role(it) => return role::check(it, execution),
        Statement::Insert(_)
        | Statement::Update(_)
        | Statement::Delete(_)
        | Statement::Merge(_)
        | Statement::Select(_)
        | Statement::Copy(_)
        | Statement::CreateTrigger(_)
        | Statement::CreateRule(_)
        | Statement::DropRule(_)
        | Statement::DropPart(_)
        | Statement::Session(_)
        | Statement::Do(_)
        | Statement::Transaction(_) => {}
        _ => return object::check(statement, execution),
    }
    Ok(true)
}

/// The relation of that name; where there is none, the command says so itself.
pub(super) fn found(execution: &Execution, name: &QualifiedName) -> Option<crate::effect::RelationId> {
    execution.look_up(name).ok().flatten()
}

/// `RangeVarCallbackOwnsRelation`.
pub(super) fn owns(execution: &mut Execution, name: &QualifiedName) -> Outcome {
    match found(execution, name) {
        Some(id) => execution.must_own(id),
        None => Ok(()),
    }
}

fn has(execution: &mut Execution, name: &QualifiedName, privilege: &str) -> Outcome {
    match found(execution, name) {
        Some(id) => execution.must_have(id, privilege),
        None => Ok(()),
    }
}

/// `RangeVarCallbackMaintainsTable`: the owner, before there was a privilege for it.
fn maintains(execution: &mut Execution, name: &QualifiedName) -> Outcome {
    match behavior::has_maintain_privilege(execution.version) {
        true => has(execution, name, "maintain"),
        false => owns(execution, name),
    }
}

/// `RangeVarGetAndCheckCreationNamespace`.
fn creates(execution: &mut Execution, name: &QualifiedName, persistence: Persistence) -> Outcome {
    if persistence == Persistence::Temporary {
        return execution.must_create_in(&crate::name::Ident::new("pg_temp"));
    }
    match execution.creation_name(name) {
        Ok(full) => execution.must_create_in(&full.schema),
        Err(_) => Ok(()),
    }
}

/// `RangeVarCallbackForAlterRelation`, `RangeVarCallbackForRenameAttribute`.
fn alter_table(statement: &AlterTable, execution: &mut Execution) -> Outcome<bool> {
    owns(execution, &statement.name)?;
    let Some(id) = found(execution, &statement.name) else { return Ok(true) };
    if matches!(statement.action, AlterTableAction::RenameTo(_)) {
        let schema = execution.schema.relation(id).name.schema.clone();
        execution.must_create_in(&schema)?;
    }
    Ok(true)
}

/// `RangeVarCallbackForDropRelation`: the relation's owner, or that of its schema.
fn drop(statement: &Drop, execution: &mut Execution) -> Outcome<bool> {
    match statement.object {
        ObjectType::Table
        | ObjectType::Index
        | ObjectType::Sequence
        | ObjectType::View
        | ObjectType::MaterializedView => {}
        _ => return object::drop(statement, execution),
    }
    for name in &statement.names {
        let Some(id) = found(execution, name) else { continue };
        // The wrong kind of relation is refused first.
        let fits = match statement.object {
            ObjectType::Table => matches!(execution.schema.relation(id).kind(), 'r' | 'p'),
            ObjectType::Index => matches!(execution.schema.relation(id).kind(), 'i' | 'I'),
            ObjectType::Sequence => execution.schema.relation(id).kind() == 'S',
            ObjectType::View => execution.schema.relation(id).kind() == 'v',
            _ => execution.schema.relation(id).kind() == 'm',
        };
        if !fits {
            continue;
        }
        let schema = execution.schema.relation(id).name.schema.clone();
        let right = execution.owns(&Object::Relation(id)) | execution.owns(&Object::Namespace(schema));
        let words = execution.words_of(id);
        execution.settle(right, || format!("must be owner of {words}"))?;
    }
    Ok(true)
}

/// `LockTableAclCheck`.
fn lock_table(statement: &LockTable, execution: &mut Execution) -> Outcome {
    let mode = statement.mode.unwrap_or(LockMode::AccessExclusive);
    let weaker = behavior::locks_by_weaker_privileges(execution.version);
    let mut privileges = vec!["update", "delete", "truncate"];
    if behavior::has_maintain_privilege(execution.version) {
        privileges.push("maintain");
    }
    match mode {
        LockMode::AccessShare if !weaker => privileges = vec!["select"],
        LockMode::AccessShare => privileges.extend(["select", "insert"]),
        LockMode::RowShare if weaker => privileges.push("insert"),
        LockMode::RowExclusive => privileges.push("insert"),
        _ => {}
    }
    for (name, _) in &statement.tables {
        let Some(id) = found(execution, name) else { continue };
        let object = Object::Relation(id);
        let right = privileges.iter().fold(Right::No, |right, it| right | execution.may(&object, it));
        if execution.schema.relation(id).view().is_some() {
            // `LockViewRecurse` asks for the rights of the view's owner, or of whoever calls it.
            let relation = execution.schema.relation(id);
            let invoker = relation.options.iter().any(|it| it == "security_invoker=true");
            if invoker || execution.schema.owner_of(&object).is_some() {
                let why = super::why(execution);
                execution.doubt(why);
            }
        }
        let words = execution.words_of(id);
        execution.settle(right, || format!("permission denied for {words}"))?;
    }
    Ok(())
}

/// `RangeVarCallbackForReindexIndex`.
fn reindex(statement: &Reindex, execution: &mut Execution) -> Outcome<bool> {
    let Some(name) = statement.name.as_ref() else { return Ok(false) };
    match statement.kind {
        ReindexKind::Table => maintains(execution, name)?,
        ReindexKind::Index => {
            let Some(id) = found(execution, name) else { return Ok(true) };
            let Some(table) = execution.schema.get(id).and_then(|it| it.index()).map(|it| it.table) else {
                return Ok(true);
            };
            match behavior::has_maintain_privilege(execution.version) {
                true => {
                    let right = execution.may(&Object::Relation(table), "maintain");
                    let words = execution.words_of(id);
                    execution.settle(right, || format!("permission denied for {words}"))?;
                }
                false => execution.must_own(id)?,
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}
