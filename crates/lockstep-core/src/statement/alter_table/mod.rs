//! `ALTER TABLE`: `ATController` of `tablecmds.c`. Subcommands are prepared in the order in which
//! they stand, run pass by pass, and the table is read or rewritten once, at the end.

mod add_column;
mod add_constraint;
mod alter_constraint;
mod attach_index;
pub(super) mod attributes;
mod conversion;
mod drop_constraint;
mod generated;
mod hierarchy;
mod identity;
mod marked_index;
mod not_null;
pub(super) mod parameters;
mod queue;
mod recursion;
mod recursive_drop;
mod rename;
mod row_type;
mod scan;
mod set_type;
pub(super) mod storage;
mod validate;

use crate::effect::{RelationId, WorkKind};
use crate::name::Ident;
use crate::pg::alter_table::{self as facts, Pass};
use crate::pg::behavior;
use crate::pg::catalogs;
use crate::pg::hierarchy as versions;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::statement::Command;
use crate::statement::alter_table::queue::{Queue, Task};
use crate::statement::column::{attribute, create_toast};
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::statement::{foreign_key, owner, partition, policy, rule, scope, table_part, typed_table};
use crate::syntax::expression::Expr;
use crate::syntax::statement::{AlterTable, AlterTableAction, ObjectType, Subcommand};

/// `AlteredTableInfo`: what the subcommands leave for the end.
#[derive(Debug, Default)]
pub(super) struct Altered {
    /// `ALTER TABLE ONLY`: not the tables below.
    only: bool,
    /// Why every row must be written anew.
    rewrite: Option<&'static str>,
    /// A column gets its values anew, in every row (`newvals`).
    computes: bool,
    /// Why every row must be read.
    verify: Option<&'static str>,
    /// Indexes to be built if the table is not rewritten.
    rebuild: Vec<RelationId>,
    foreign_keys: Vec<Ident>,
    /// Keys of other tables that must be checked again.
    foreign_keys_of: Vec<(RelationId, Ident)>,
    /// Columns that this statement added: new in every row.
    added: Vec<u16>,
    /// Type changes of this statement, with the types as they were.
    retyped: Vec<set_type::Retyped>,
    /// What is asked of the rows.
    scan: scan::Scan,
}

impl Command for AlterTable {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(self.tag())?;
        match &self.action {
            AlterTableAction::Subcommands(subcommands) => {
                if let [Subcommand::DetachPartition { concurrently: true, .. }] = subcommands.as_slice() {
                    execution.outside_block("ALTER TABLE ... DETACH CONCURRENTLY")?;
                }
                let mode = subcommands.iter().map(facts::lock_mode).max().unwrap_or(LockMode::AccessExclusive);
                let reason = "ALTER TABLE takes the strongest lock that any of its subcommands needs";
                let Some(table) = self.open(execution, mode, reason)? else { return Ok(()) };
                if let Some(done) = self.in_hierarchy(execution, table, subcommands) {
                    return done;
                }
                if let [Subcommand::OwnerTo(role)] = subcommands.as_slice() {
                    self.check_kind(execution, table, &[])?;
                    return owner::change(execution, table, role);
                }
                self.check_kind(execution, table, subcommands)?;
                execution.not_in_use(table, "ALTER TABLE")?;
                typed_table::refuse(execution, table, subcommands)?;
                alter(execution, table, subcommands, mode, !self.only)
            }
            _ => rename::run(self, execution),
        }
    }
}

impl AlterTable {
    pub(super) fn tag(&self) -> &'static str {
        match self.object {
            ObjectType::Index => "ALTER INDEX",
            ObjectType::View => "ALTER VIEW",
            ObjectType::MaterializedView => "ALTER MATERIALIZED VIEW",
            ObjectType::Sequence => "ALTER SEQUENCE",
            ObjectType::ForeignTable => "ALTER FOREIGN TABLE",
            _ => "ALTER TABLE",
        }
    }

    /// `RangeVarCallbackForAlterRelation` refuses system catalogs before they are locked.
    fn open(&self, execution: &mut Execution, mode: LockMode, reason: &'static str) -> Outcome<Option<RelationId>> {
        if catalogs::is_system_catalog(&self.name) {
            let message = format!("permission denied: \"{}\" is a system catalog", self.name.name.as_str());
            return fail(sqlstate::INSUFFICIENT_PRIVILEGE, message);
        }
        match execution.look_up(&self.name)? {
            Some(table) => {
                execution.lock(table, mode, reason);
                Ok(Some(table))
            }
            None if self.if_exists => {
                let name = plain(&self.name);
                execution.notice(format!("relation \"{name}\" does not exist, skipping"));
                Ok(None)
            }
            None => execution.resolve(&self.name).map(Some),
        }
    }

    /// Subcommands that change where the table stands among others; `None` for all others.
    fn in_hierarchy(
        &self,
        execution: &mut Execution,
        table: RelationId,
        subcommands: &[Subcommand],
    ) -> Option<Outcome> {
        let [only] = subcommands else { return None };
        if self.object == ObjectType::Index {
            return match only {
                Subcommand::AttachPartition { partition, .. } => Some(attach_index::run(execution, table, partition)),
                _ => None,
            };
        }
        if self.object != ObjectType::Table {
            return None;
        }
        if let Err(stop) = execution.not_in_use(table, "ALTER TABLE") {
            return Some(Err(stop));
        }
        Some(match only {
            Subcommand::AttachPartition { partition: name, bound: Some(bound) } => {
                partition::attach::attach(execution, table, name, bound)
            }
            Subcommand::DetachPartition { partition: name, finalize: true, .. } => {
                partition::detach::finalize(execution, table, name)
            }
            Subcommand::DetachPartition { partition: name, concurrently, .. } => {
                partition::detach::detach(execution, table, name, *concurrently)
            }
            Subcommand::Inherit(parent) if execution.schema.relation(table).table().is_some() => {
                partition::adoption::inherit(execution, table, parent)
            }
            Subcommand::NoInherit(parent) if execution.schema.relation(table).table().is_some() => {
                partition::adoption::no_inherit(execution, table, parent)
            }
            _ => return None,
        })
    }

    /// `RangeVarCallbackForAlterRelation` and `ATSimplePermissions`.
    fn check_kind(&self, execution: &Execution, id: RelationId, subcommands: &[Subcommand]) -> Outcome {
        let relation = execution.schema.relation(id);
        let kind = relation.kind();
        let name = relation.name.name.as_str();
        let expected = match (self.object, kind) {
            (ObjectType::Index, kind) if !matches!(kind, 'i' | 'I') => Some("an index"),
            (ObjectType::View, kind) if kind != 'v' => Some("a view"),
            (ObjectType::MaterializedView, kind) if kind != 'm' => Some("a materialized view"),
            (ObjectType::Sequence, kind) if kind != 'S' => Some("a sequence"),
            (ObjectType::ForeignTable, kind) if kind != 'f' => Some("a foreign table"),
            _ => None,
        };
        if let Some(expected) = expected {
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not {expected}"));
        }
        for subcommand in subcommands {
            if !facts::possible_kinds(subcommand).contains(kind) {
                let message = format!("ALTER action {subcommand} cannot be performed on relation \"{name}\"");
                return fail(sqlstate::WRONG_OBJECT_TYPE, message);
            }
            match facts::kinds(subcommand, execution.version) {
                Some(kinds) if !kinds.contains(kind) => {
                    let words = subcommand.to_string();
                    let message = format!("ALTER action {words} cannot be performed on relation \"{name}\"");
                    return fail(sqlstate::WRONG_OBJECT_TYPE, message);
                }
                Some(_) => {}
                None if self.object == ObjectType::Table && matches!(kind, 'r' | 'p') => {}
                None if matches!(subcommand, Subcommand::OwnerTo(_)) && matches!(kind, 'v' | 'm' | 'S') => {}
                None if matches!(kind, 'S' | 'i' | 'I') && facts::is_of_tables_only(subcommand) => {
                    let words = subcommand.to_string();
                    let message = format!("ALTER action {words} cannot be performed on relation \"{name}\"");
                    return fail(sqlstate::WRONG_OBJECT_TYPE, message);
                }
                None => return unknown(format!("{} on this kind of relation is not modelled", self.tag())),
            }
        }
        Ok(())
    }
}

/// Subcommands whose way through a hierarchy is modelled, or that concern the table alone.
fn is_modelled_in_hierarchy(execution: &Execution, table: RelationId, subcommand: &Subcommand) -> bool {
    let partitioned = execution.schema.get(table).and_then(|it| it.table()).is_some_and(|it| it.is_partitioned());
    match subcommand {
        Subcommand::OwnerTo(_)
        | Subcommand::SetAccessMethod(_)
        | Subcommand::SetLogged(_)
        | Subcommand::AddColumn { .. }
        | Subcommand::DropColumn { .. }
        | Subcommand::SetDefault { .. }
        | Subcommand::DropDefault { .. }
        | Subcommand::SetNotNull { .. }
        | Subcommand::DropNotNull { .. }
        | Subcommand::SetType { .. }
        | Subcommand::AddConstraint(_)
        | Subcommand::ValidateConstraint { .. }
        | Subcommand::DropConstraint { .. }
        | Subcommand::SetStatistics { .. }
        | Subcommand::SetStorage { .. }
        | Subcommand::AlterConstraint { no_inherit: None, .. }
        | Subcommand::ClusterOn(_)
        | Subcommand::EnableTrigger { .. }
        | Subcommand::ReplicaIdentity(_)
        | Subcommand::RowSecurity(_)
        | Subcommand::SetColumnOptions { .. }
        | Subcommand::SetCompression { .. }
        | Subcommand::SetWithoutCluster
        | Subcommand::EnableRule { .. }
        | Subcommand::SetWithoutOids => true,
        Subcommand::SetOptions { .. } | Subcommand::SetTablespace(_) => !partitioned,
        Subcommand::AddIdentity { .. } | Subcommand::AlterIdentity { .. } | Subcommand::DropIdentity { .. } => {
            !partitioned || !versions::partitions_share_identity(execution.version)
        }
        _ => false,
    }
}

/// `ATController`.
pub(super) fn alter(
    execution: &mut Execution,
    table: RelationId,
    subcommands: &[Subcommand],
    mode: LockMode,
    recurse: bool,
) -> Outcome {
    if !subcommands.iter().all(|it| is_modelled_in_hierarchy(execution, table, it)) {
        execution.stands_alone(table)?;
    }
    let mut queue = Queue::new(mode);
    for subcommand in subcommands {
        queue.prepare(execution, table, subcommand, recurse, false)?;
    }
    for pass in Pass::ALL {
        if !queue.has(pass) {
            continue;
        }
        let mut place = 0;
        // Tables may join the queue meanwhile.
        while let Some((id, tasks)) = queue.tasks(place, pass) {
            for task in tasks {
                execute(execution, &mut queue, id, &task)?;
            }
            if pass == Pass::AlterType {
                let altered = queue.altered(id);
                let retyped: Vec<u16> = altered.retyped.iter().map(set_type::Retyped::column).collect();
                set_type::recreate_dependents(execution, id, altered, &retyped)?;
            }
            place += 1;
        }
    }
    for (id, mut altered) in queue.finished() {
        if execution.schema.get(id).is_some_and(|it| it.table().is_some()) {
            finish(execution, id, &mut altered)?;
            create_toast(execution, id);
        }
    }
    Ok(())
}

/// `ATExecCmd`: what goes on to the tables below, and what does not.
fn execute(execution: &mut Execution, queue: &mut Queue, table: RelationId, task: &Task) -> Outcome {
    let recurse = task.recurse;
    if execution.schema.relation(table).table().is_none() {
        return run(execution, table, queue.altered(table), &task.subcommand);
    }
    match &task.subcommand {
        Subcommand::AddColumn { column, if_not_exists } => {
            recursion::add_column(execution, queue, table, column, *if_not_exists, recurse)
        }
        Subcommand::DropColumn { name, if_exists, cascade } => {
            recursion::drop_column(execution, queue, table, name, (*if_exists, *cascade), recurse)
        }
        Subcommand::AddConstraint(constraint) => {
            recursion::add_constraint(execution, queue, table, constraint, recurse, false)
        }
        Subcommand::DropConstraint { name, if_exists, cascade } => {
            recursive_drop::drop_constraint(execution, queue, table, name, (*if_exists, *cascade), recurse)
        }
        Subcommand::ValidateConstraint { name } => recursive_drop::validate(execution, queue, table, name, recurse),
        Subcommand::SetNotNull { column }
            if behavior::not_null_is_a_constraint(execution.version) && execution.schema.table(table).is_related() =>
        {
            let wanted = recursion::NewNotNull { name: None, valid: true, recurse };
            recursion::not_null_on(execution, queue, table, column, wanted, false)
        }
        Subcommand::DropNotNull { column } => recursive_drop::drop_not_null(execution, queue, table, column, recurse),
        Subcommand::EnableTrigger { what, state } => {
            table_part::enable(execution, table, what, *state, recurse.then_some(queue.mode))
        }
        other => run(execution, table, queue.altered(table), other),
    }
}

fn run(execution: &mut Execution, table: RelationId, altered: &mut Altered, subcommand: &Subcommand) -> Outcome {
    match subcommand {
        Subcommand::SetDefault { column, default } => set_default(execution, table, column, Some(default)),
        Subcommand::DropDefault { column } => set_default(execution, table, column, None),
        Subcommand::SetNotNull { column } => not_null::set(execution, table, altered, column),
        Subcommand::SetType { column, .. } => set_type::run(execution, table, altered, column),
        Subcommand::AddIdentity { column, always, options } => {
            identity::add(execution, table, column, *always, options)
        }
        Subcommand::AlterIdentity { column, always, options } => {
            identity::alter(execution, table, column, *always, options)
        }
        Subcommand::DropIdentity { column, if_exists } => identity::drop(execution, table, column, *if_exists),
        Subcommand::OwnerTo(role) => owner::change(execution, table, role),
        Subcommand::SetStorage { .. } | Subcommand::SetCompression { .. } | Subcommand::SetColumnOptions { .. }
            if execution.schema.relation(table).table().is_none() =>
        {
            unknown("this subcommand on an index is not modelled")
        }
        Subcommand::SetStatistics { column, target } => attributes::set_statistics(execution, table, column, *target),
        Subcommand::SetStorage { column, storage } => attributes::set_storage(execution, table, column, storage),
        Subcommand::SetCompression { column, method } => attributes::set_compression(execution, table, column, method),
        Subcommand::SetColumnOptions { column, options, reset } => {
            parameters::set_on_column(execution, table, column, options, *reset)
        }
        Subcommand::SetOptions { options, reset } => parameters::set(execution, table, options, *reset),
        Subcommand::EnableTrigger { what, state } => table_part::enable(execution, table, what, *state, None),
        Subcommand::RowSecurity(what) => {
            policy::set(execution, table, *what);
            Ok(())
        }
        Subcommand::ClusterOn(index) => marked_index::cluster_on(execution, table, index),
        Subcommand::SetWithoutCluster => marked_index::without_cluster(execution, table),
        Subcommand::ReplicaIdentity(identity) => marked_index::replica_identity(execution, table, identity),
        Subcommand::EnableRule { name, state } => rule::set_state(execution, table, name, *state),
        Subcommand::SetTablespace(tablespace) => storage::set_tablespace(execution, table, tablespace),
        Subcommand::SetExpression { column, expression } => {
            generated::set(execution, table, altered, column, expression)
        }
        Subcommand::DropExpression { column, if_exists } => generated::drop(execution, table, column, *if_exists),
        Subcommand::AlterConstraint { name, attributes, no_inherit } => {
            alter_constraint::run(execution, table, altered, name, *attributes, *no_inherit)
        }
        Subcommand::OfType(name) => typed_table::of(execution, table, name),
        Subcommand::NotOf => typed_table::not_of(execution, table),
        // Their work was done when they were prepared; `WITHOUT OIDS` is what every table is.
        Subcommand::SetLogged(_) | Subcommand::SetAccessMethod(_) | Subcommand::SetWithoutOids => Ok(()),
        _ => unknown("this subcommand of ALTER TABLE is not modelled"),
    }
}

/// `ATRewriteTables`: one rewrite, or one scan, whatever number of subcommands asked for it; foreign
/// keys are checked last.
fn finish(execution: &mut Execution, table: RelationId, altered: &mut Altered) -> Outcome {
    if (altered.computes || altered.rewrite.is_some()) && matches!(execution.schema.relation(table).kind(), 'r' | 'm') {
        row_type::refuse_stored(execution, table)?;
    }
    if execution.schema.table(table).is_partitioned() {
        // It has no rows; its partitions are altered for themselves.
    } else if let Some(reason) = altered.rewrite {
        let relation = execution.schema.relation(table);
        if relation.options.iter().any(|it| it == "user_catalog_table=true") {
            let name = relation.name.name.as_str();
            let message = format!("cannot rewrite table \"{name}\" used as a catalog table");
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        execution.work(table, WorkKind::Rewrite, None, reason);
        // Rows written anew hold every column: nothing is missing from them any more.
        let columns = &mut execution.schema.table_mut(table).columns;
        if columns.iter().any(|column| column.missing.is_some()) {
            let missing = columns.iter_mut().filter(|column| column.missing.is_some());
            missing.for_each(|column| column.missing = None);
        }
        // `reindex_relation` opens the new heap like any other table.
        execution.lock(table, LockMode::Share, "a rewritten table's indexes are all built anew");
        execution.lock_toast_index(table, "a rewritten table's TOAST table is built anew with it");
        for index in execution.schema.table(table).indexes.clone() {
            let name = execution.schema.relation(index).name.clone();
            execution.lock(index, LockMode::AccessExclusive, "a rewritten table's indexes are all built anew");
            execution.work(table, WorkKind::BuildIndex, Some(name), "a rewritten table's indexes are all built anew");
        }
    } else {
        if let Some(reason) = altered.verify {
            execution.work(table, WorkKind::Verify, None, reason);
        }
        for index in &altered.rebuild {
            let name = execution.schema.relation(*index).name.clone();
            execution.work(table, WorkKind::BuildIndex, Some(name), "the index is built from every row of the table");
        }
    }
    scan::run(execution, table, &mut altered.scan, altered.rewrite.is_some())?;
    for name in &altered.foreign_keys {
        foreign_key::validate(execution, table, name)?;
    }
    for (child, name) in &altered.foreign_keys_of {
        foreign_key::validate(execution, *child, name)?;
    }
    Ok(())
}

/// `ATExecColumnDefault`.
fn set_default(execution: &mut Execution, table: RelationId, name: &Ident, default: Option<&Expr>) -> Outcome {
    let relation = execution.bare_name(table);
    let number = attribute(execution, table, name)?;
    let Some(column) = execution.schema.table(table).attribute(number) else { return unknown("no such attribute") };
    let refuse = |what: &str, hint: String| {
        let message = format!("column \"{}\" of relation \"{relation}\" is {what}", name.as_str());
        let error = crate::effect::PgError::new(sqlstate::SYNTAX_ERROR, message);
        Err(if hint.is_empty() { error } else { error.hint(hint) }.into())
    };
    if column.identity.is_some() {
        let hint = match default {
            Some(_) => String::new(),
            None => "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.".to_owned(),
        };
        return refuse("an identity column", hint);
    }
    if let Some(generated) = &column.generated {
        let instead = match default {
            Some(_) => "SET EXPRESSION",
            None => "DROP EXPRESSION",
        };
        let hint = match generated.stored {
            true => format!("Use ALTER TABLE ... ALTER COLUMN ... {instead} instead."),
            false => String::new(),
        };
        return refuse("a generated column", hint);
    }
    let default = match default {
        Some(expression) => scope::analyze_default(execution, table, number, expression)?,
        None => None,
    };
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        column.default = default;
    }
    Ok(())
}
