//! Which steps a hazard is asked of: most have nothing to say of most steps, and asking takes time.

use crate::effect::RelationId;
use crate::hazard::exposure::runs;
use crate::hazard::shapes::{changed, new_columns_of, written_subcommands};
use crate::schema::constraint::Constraint;
use crate::simulate::trace::{Outcome, Step};
use crate::syntax::statement::{Statement, Subcommand};

/// A set of traits. A hazard is asked of the steps that have one of those it declares; what it declares may be too
/// much but never too little, which the tests hold against every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concerns(u32);

impl Concerns {
    pub const NONE: Concerns = Concerns(0);
    /// The outcome is an error, or not known.
    pub const REFUSED: Concerns = Concerns(1);
    pub const ALTER_TABLE: Concerns = Concerns(1 << 1);
    pub const CREATE_TABLE: Concerns = Concerns(1 << 2);
    pub const CREATE_INDEX: Concerns = Concerns(1 << 3);
    pub const DROP: Concerns = Concerns(1 << 4);
    /// A statement about rows: `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `COPY`, `TRUNCATE`.
    pub const ROWS: Concerns = Concerns(1 << 5);
    /// Any other statement.
    pub const OTHER: Concerns = Concerns(1 << 6);
    /// It rewrites, reads, builds or writes.
    pub const WORK: Concerns = Concerns(1 << 7);
    /// It locks what it makes.
    pub const MAKES: Concerns = Concerns(1 << 8);
    /// It locks what was there.
    pub const LOCKS: Concerns = Concerns(1 << 9);
    pub const NOTICES: Concerns = Concerns(1 << 10);
    /// Columns are new in a table after it.
    pub const COLUMNS: Concerns = Concerns(1 << 11);
    /// A constraint is new in a table after it, or enforced otherwise than before.
    pub const CONSTRAINTS: Concerns = Concerns(1 << 12);
    /// A subcommand of `ALTER TABLE` adds a column or constraint …
    pub const ADDS: Concerns = Concerns(1 << 13);
    /// … takes a column, constraint or `NOT NULL` away …
    pub const REMOVES: Concerns = Concerns(1 << 14);
    /// … gives a column another type …
    pub const RETYPES: Concerns = Concerns(1 << 15);
    /// … or does something else.
    pub const SWITCHES: Concerns = Concerns(1 << 16);
    pub const EVERY: Concerns = Concerns(u32::MAX);

    pub const fn or(self, other: Concerns) -> Concerns {
        Concerns(self.0 | other.0)
    }

    pub fn meet(self, other: Concerns) -> bool {
        self.0 & other.0 != 0
    }

    /// The traits of a step; none where it does not run.
    pub fn of(step: &Step) -> Concerns {
        if step.outcome == Outcome::Skipped {
            return Concerns::NONE;
        }
        let kind = match step.statement.as_deref() {
            Some(Statement::AlterTable(_)) => Concerns::ALTER_TABLE,
            Some(Statement::CreateTable(_)) => Concerns::CREATE_TABLE,
            Some(Statement::CreateIndex(_)) => Concerns::CREATE_INDEX,
            Some(Statement::Drop(_)) => Concerns::DROP,
            Some(
                Statement::Insert(_)
                | Statement::Update(_)
                | Statement::Delete(_)
                | Statement::Merge(_)
                | Statement::Copy(_)
                | Statement::Truncate(_),
            ) => Concerns::ROWS,
            _ => Concerns::OTHER,
        };
        let changed = changed(step, &['r', 'p', 'f']);
        let traits = [
            (Concerns::REFUSED, matches!(step.outcome, Outcome::Failed(_) | Outcome::Unknown(_))),
            (Concerns::WORK, !step.work.is_empty()),
            (Concerns::MAKES, step.locks.iter().any(|it| it.new)),
            (Concerns::LOCKS, step.locks.iter().any(|it| !it.new)),
            (Concerns::NOTICES, !step.notices.is_empty()),
            (Concerns::COLUMNS, !new_columns_of(step, &changed).is_empty()),
            (Concerns::CONSTRAINTS, has_new_constraint(step, &changed)),
        ];
        let kind = written_subcommands(step).iter().fold(kind, |all, it| all.or(Concerns::of_subcommand(it)));
        traits.into_iter().filter(|(_, has)| *has).fold(kind, |all, (one, _)| all.or(one))
    }

    fn of_subcommand(it: &Subcommand) -> Concerns {
        match it {
            Subcommand::AddColumn { .. } | Subcommand::AddConstraint(_) => Concerns::ADDS,
            Subcommand::DropColumn { .. } | Subcommand::DropConstraint { .. } | Subcommand::DropNotNull { .. } => {
                Concerns::REMOVES
            }
            Subcommand::SetType { .. } => Concerns::RETYPES,
            _ => Concerns::SWITCHES,
        }
    }
}

fn has_new_constraint(step: &Step, changed: &[RelationId]) -> bool {
    let mut tables = changed.iter().filter_map(|id| step.after.get(*id)?.table().map(|it| (*id, it)));
    runs(step)
        && tables.any(|(id, new)| {
            let Some(old) = step.before.get(id).and_then(|it| it.table()) else { return !new.constraints.is_empty() };
            let differs = |it: &Constraint| {
                old.constraint(it.name.as_str()).is_none_or(|old| old.enforced != it.enforced || old.kind != it.kind)
            };
            !new.constraints.is_same(&old.constraints) && new.constraints.iter().any(differs)
        })
}
