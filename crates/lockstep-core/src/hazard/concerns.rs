//! Which steps a hazard is asked of: most have nothing to say of most steps, and asking takes time.

use crate::simulate::trace::{Outcome, Step};
use crate::syntax::statement::Statement;

/// A set of traits. A hazard is asked of the steps that have one of those it declares; what it declares may be too
/// much but never too little, which the tests hold against every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concerns(u16);

impl Concerns {
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
    pub const EVERY: Concerns = Concerns(u16::MAX);

    pub const fn or(self, other: Concerns) -> Concerns {
        Concerns(self.0 | other.0)
    }

    pub fn meet(self, other: Concerns) -> bool {
        self.0 & other.0 != 0
    }

    /// The traits of a step.
    pub fn of(step: &Step) -> Concerns {
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
        let traits = [
            (Concerns::REFUSED, matches!(step.outcome, Outcome::Failed(_) | Outcome::Unknown(_))),
            (Concerns::WORK, !step.work.is_empty()),
            (Concerns::MAKES, step.locks.iter().any(|it| it.new)),
            (Concerns::LOCKS, step.locks.iter().any(|it| !it.new)),
            (Concerns::NOTICES, !step.notices.is_empty()),
        ];
        traits.into_iter().filter(|(_, has)| *has).fold(kind, |all, (one, _)| all.or(one))
    }
}
