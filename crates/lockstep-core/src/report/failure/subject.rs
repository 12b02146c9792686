//! What a failure is about: the step, the names in the server's message, and what the step would have made.

use triomphe::Arc;

use crate::effect::Precondition;
use crate::name::quote_literal;
use crate::report::failure::rows;
use crate::schema::Schema;
use crate::schema::constraint::Constraint;
use crate::schema::index::Index;
use crate::schema::relation::{Column, Relation, Table};
use crate::simulate::again::with_any_rows;
use crate::simulate::trace::{Outcome, Step, Trace};
use crate::syntax::statement::{AlterTable, AlterTableAction, Statement, Subcommand};

pub(super) struct Subject<'a> {
    pub(super) trace: &'a Trace,
    pub(super) step: &'a Step,
    pub(super) sqlstate: String,
    pub(super) message: String,
    /// The step where its rows permit it.
    permitted: Option<Step>,
}

/// A column before a step and after it.
pub(super) struct Changed<'a> {
    pub(super) relation: &'a Relation,
    pub(super) number: u16,
    /// `None`: the step adds it.
    pub(super) before: Option<&'a Column>,
    pub(super) after: &'a Column,
}

impl<'a> Subject<'a> {
    pub(super) fn new(trace: &'a Trace, step: &'a Step, sqlstate: String, message: String) -> Self {
        // What was never sent has not been followed.
        let settled = matches!(step.outcome, Outcome::Done | Outcome::DependsOnData(_));
        let statement = match step.statement.as_deref() {
            Some(Statement::AlterTable(it)) if sqlstate == "42804" => {
                with_casts(it).map(|it| Arc::new(Statement::AlterTable(it)))
            }
            _ => step.statement.clone(),
        };
        let permitted = statement.filter(|_| !settled).and_then(|it| with_any_rows(step, it, trace));
        Subject { trace, step, sqlstate, message, permitted }
    }

    pub(super) fn before(&self) -> &'a Schema {
        &self.step.before
    }

    /// Where the step could run to its end.
    pub(super) fn after(&self) -> &Schema {
        &self.followed().after
    }

    fn followed(&self) -> &Step {
        self.permitted.as_ref().unwrap_or(self.step)
    }

    /// Those of the step that decide about this SQLSTATE.
    pub(super) fn questions(&self) -> Vec<&Precondition> {
        match &self.followed().outcome {
            Outcome::DependsOnData(all) => all.iter().filter(|it| it.sqlstate_otherwise.0 == self.sqlstate).collect(),
            _ => vec![],
        }
    }

    /// The name that the message has in quotes after that word: `relation "users"`.
    pub(super) fn named(&self, word: &str) -> Option<&str> {
        let start = self.message.find(&format!("{word} \""))? + word.len() + 2;
        let rest = &self.message[start..];
        Some(&rest[..rest.find('"')?])
    }

    /// The relation that the message names, or else the one that the step locks first of the strongest.
    pub(super) fn relation(&self) -> Option<&Relation> {
        let by_name = ["relation", "table", "view"].into_iter().find_map(|word| self.find(self.named(word)?));
        by_name.or_else(|| self.locked())
    }

    fn find(&self, name: &str) -> Option<&Relation> {
        let id = self.before().find_plain(name).or_else(|| self.after().find_plain(name))?;
        self.before().get(id).or_else(|| self.after().get(id))
    }

    fn locked(&self) -> Option<&Relation> {
        let of_tables =
            self.followed().locks.iter().filter(|it| !it.new && matches!(it.kind, 'r' | 'p' | 'v' | 'm' | 'f'));
        let strongest = of_tables.rev().max_by_key(|it| it.mode)?;
        self.before().get(strongest.relation)
    }

    /// Tables that the step locks, each once.
    pub(super) fn tables(&self) -> Vec<&Relation> {
        let step = self.followed();
        let held = step.held.iter().filter(|it| !it.new && it.toast.is_none()).map(|it| (it.relation, it.kind));
        let own = step.locks.iter().filter(|it| !it.new && it.toast.is_none()).map(|it| (it.relation, it.kind));
        let mut ids: Vec<_> =
            held.chain(own).filter(|(_, kind)| matches!(kind, 'r' | 'p' | 'm')).map(|it| it.0).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.before().get(id)).collect()
    }

    /// Constraints that the step makes or proves, each with its table and whether it was there.
    pub(super) fn constraints(&self) -> Vec<(&Relation, &Constraint, bool)> {
        let mut found = vec![];
        for (relation, table) in self.touched() {
            let old = self.before().get(relation.id).and_then(|it| it.table());
            for constraint in &table.constraints {
                let was = old.and_then(|it| it.constraint(constraint.name.as_str()));
                if was.is_none_or(|it| it != constraint) && constraint.inherited == 0 {
                    found.push((relation, constraint, was.is_some()));
                }
            }
        }
        found
    }

    /// Unique indexes that the step makes.
    pub(super) fn unique_indexes(&self) -> Vec<(&Relation, &Relation, &Index)> {
        let mut found = vec![];
        for (relation, table) in self.touched() {
            for made in table.indexes.iter().filter(|id| self.before().get(**id).is_none()) {
                let Some(index) = self.after().get(*made) else { continue };
                found.extend(
                    index.index().filter(|it| it.unique && it.parent.is_none()).map(|it| (relation, index, it)),
                );
            }
        }
        found
    }

    /// Columns that the step adds or changes, of tables that were there.
    pub(super) fn columns(&self) -> Vec<Changed<'_>> {
        let mut found = vec![];
        for (relation, table) in self.touched() {
            let Some(old) = self.before().get(relation.id).and_then(|it| it.table()) else { continue };
            for (number, after) in table.columns.live() {
                let before = old.attribute(number);
                if before.is_none_or(|it| it.type_ != after.type_ || it.not_null != after.not_null) {
                    found.push(Changed { relation, number, before, after });
                }
            }
        }
        found
    }

    /// Tables as they would be after the step.
    fn touched(&self) -> impl Iterator<Item = (&Relation, &Table)> {
        let mut ids: Vec<_> =
            self.followed().locks.iter().filter(|it| it.toast.is_none()).map(|it| it.relation).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.after().get(id)).filter_map(|it| Some((it, it.table()?)))
    }
}

/// The same with every change of a type said as a cast; `None` where it has no other.
pub(super) fn with_casts(statement: &AlterTable) -> Option<AlterTable> {
    let mut statement = statement.clone();
    let AlterTableAction::Subcommands(all) = &mut statement.action else { return None };
    let mut changed = false;
    for subcommand in all {
        if let Subcommand::SetType { column, type_name, using: using @ None, .. } = subcommand {
            *using = rows::cast(column, type_name);
            changed = true;
        }
    }
    changed.then_some(statement)
}

/// `'public.users'`, to be read by `to_regclass` whatever the search path is.
pub(super) fn literal(relation: &Relation) -> String {
    quote_literal(&format!("{}.{}", relation.name.schema, relation.name.name))
}
