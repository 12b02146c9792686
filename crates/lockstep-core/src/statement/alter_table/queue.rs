//! The work queue of `ALTER TABLE` (`AlteredTableInfo`s): which tables a statement changes, and with
//! which subcommands. `ATPrepCmd` fills it, `ATRewriteCatalogs` empties it pass by pass.

use crate::effect::RelationId;
use crate::pg::alter_table::{self as facts, Pass};
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::statement::alter_table::{Altered, hierarchy, set_type, storage};
use crate::statement::execution::{Execution, Outcome};
use crate::syntax::statement::Subcommand;

/// One subcommand for one table.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) subcommand: Subcommand,
    /// The tables below are still to follow, when it is executed.
    pub(super) recurse: bool,
}

#[derive(Debug)]
struct Item {
    table: RelationId,
    altered: Altered,
    tasks: Vec<Task>,
}

#[derive(Debug)]
pub(super) struct Queue {
    items: Vec<Item>,
    /// The lock that the statement takes, on the tables below as well.
    pub(super) mode: LockMode,
}

pub(super) const REASON: &str = "the tables that inherit change with the one that is named";

impl Queue {
    pub(super) fn new(mode: LockMode) -> Self {
        Queue { items: vec![], mode }
    }

    /// `ATGetQueueEntry`.
    fn place(&mut self, table: RelationId) -> usize {
        if let Some(place) = self.items.iter().position(|it| it.table == table) {
            return place;
        }
        self.items.push(Item { table, altered: Altered::default(), tasks: vec![] });
        self.items.len() - 1
    }

    pub(super) fn altered(&mut self, table: RelationId) -> &mut Altered {
        let place = self.place(table);
        &mut self.items[place].altered
    }

    fn push(&mut self, table: RelationId, subcommand: &Subcommand, recurse: bool) {
        let place = self.place(table);
        self.items[place].tasks.push(Task { subcommand: subcommand.clone(), recurse });
    }

    /// Something is to be done in that pass.
    pub(super) fn has(&self, pass: Pass) -> bool {
        self.items.iter().flat_map(|it| &it.tasks).any(|it| facts::pass(&it.subcommand) == pass)
    }

    /// The table at a place of the queue and what is to be done to it in a pass.
    pub(super) fn tasks(&self, place: usize, pass: Pass) -> Option<(RelationId, Vec<Task>)> {
        let item = self.items.get(place)?;
        let tasks = item.tasks.iter().filter(|it| facts::pass(&it.subcommand) == pass).cloned().collect();
        Some((item.table, tasks))
    }

    pub(super) fn finished(self) -> impl Iterator<Item = (RelationId, Altered)> {
        self.items.into_iter().map(|it| (it.table, it.altered))
    }

    /// `ATPrepCmd`.
    pub(super) fn prepare(
        &mut self,
        execution: &mut Execution,
        table: RelationId,
        subcommand: &Subcommand,
        recurse: bool,
        recursing: bool,
    ) -> Outcome {
        match subcommand {
            Subcommand::SetType { column, type_name, collation, using } => {
                hierarchy::check_type_change(execution, table, column, recursing)?;
                let altered = self.altered(table);
                set_type::prepare(execution, table, altered, column, type_name, collation.as_ref(), using.as_ref())?;
                if recurse {
                    hierarchy::check_types_below(execution, table, column)?;
                    self.follow(execution, table, subcommand)?;
                } else if !recursing {
                    hierarchy::refuse_only(execution, table, column)?;
                }
            }
            Subcommand::SetNotNull { column } if !behavior::not_null_is_a_constraint(execution.version) => {
                let partitioned = execution.schema.table(table).is_partitioned();
                let marked = execution.schema.table(table).column(column.as_str()).is_some_and(|(_, it)| it.not_null);
                if !(recursing || partitioned && marked) {
                    if partitioned && !recurse {
                        hierarchy::children_are_not_null(execution, table, column, self.mode)?;
                    } else if recurse {
                        self.follow(execution, table, subcommand)?;
                    }
                }
            }
            Subcommand::DropNotNull { .. } if !behavior::not_null_is_a_constraint(execution.version) => {
                if !recurse && !recursing {
                    hierarchy::refuse_only_on_partitioned(execution, table)?;
                }
                if recurse {
                    self.follow(execution, table, subcommand)?;
                }
            }
            Subcommand::SetDefault { .. }
            | Subcommand::DropDefault { .. }
            | Subcommand::SetStatistics { .. }
            | Subcommand::SetStorage { .. }
                if recurse =>
            {
                self.follow(execution, table, subcommand)?;
            }
            Subcommand::AddConstraint(_)
                if recurse && crate::pg::hierarchy::add_constraint_locks_descendants(execution.version) =>
            {
                execution.lock_descendants(table, self.mode, REASON);
            }
            Subcommand::SetLogged(logged) => storage::set_logged(execution, table, self.altered(table), *logged)?,
            Subcommand::SetAccessMethod(method) => {
                storage::set_access_method(execution, table, self.altered(table), method.as_ref())?;
            }
            _ => {}
        }
        // The table that is named comes before those below, which may have been queued just now.
        self.push(table, subcommand, recurse);
        Ok(())
    }

    /// `ATSimpleRecursion`: the same for every table below.
    fn follow(&mut self, execution: &mut Execution, table: RelationId, subcommand: &Subcommand) -> Outcome {
        self.place(table);
        for (below, _) in execution.schema.descendants(table) {
            execution.lock(below, self.mode, REASON);
            execution.not_in_use(below, "ALTER TABLE")?;
            self.prepare(execution, below, subcommand, false, true)?;
        }
        Ok(())
    }
}
