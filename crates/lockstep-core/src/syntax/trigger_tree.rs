//! Triggers, event triggers and policies as written.

use crate::name::{Ident, QualifiedName};
use crate::syntax::expression::Expr;
use crate::syntax::statement::{ConstraintAttributes, FiringState};

#[derive(Debug, Clone, PartialEq)]
pub struct CreateTrigger {
    pub replace: bool,
    pub constraint: bool,
    pub name: Ident,
    pub timing: TriggerTiming,
    pub events: TriggerEvents,
    /// `UPDATE OF …`.
    pub columns: Vec<Ident>,
    pub table: QualifiedName,
    /// `FROM`, of a constraint trigger.
    pub from: Option<QualifiedName>,
    pub attributes: ConstraintAttributes,
    pub transitions: Vec<Transition>,
    pub for_each_row: bool,
    pub when: Option<Expr>,
    pub function: QualifiedName,
    pub arguments: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerTiming {
    Before,
    After,
    InsteadOf,
}

impl TriggerTiming {
    pub fn words(self) -> &'static str {
        match self {
            TriggerTiming::Before => "BEFORE",
            TriggerTiming::After => "AFTER",
            TriggerTiming::InsteadOf => "INSTEAD OF",
        }
    }
}

impl FiringState {
    /// As `ALTER TABLE` asks for it.
    pub fn words(self) -> &'static str {
        match self {
            FiringState::Enabled => "ENABLE",
            FiringState::Disabled => "DISABLE",
            FiringState::Replica => "ENABLE REPLICA",
            FiringState::Always => "ENABLE ALWAYS",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TriggerEvents {
    pub insert: bool,
    pub delete: bool,
    pub update: bool,
    pub truncate: bool,
}

impl TriggerEvents {
    pub fn count(self) -> usize {
        [self.insert, self.delete, self.update, self.truncate].iter().filter(|it| **it).count()
    }
}

/// `REFERENCING NEW TABLE AS name`.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    pub new: bool,
    pub table: bool,
    pub name: Ident,
}

/// A trigger or policy, which a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    Trigger,
    Policy,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DropPart {
    pub kind: PartKind,
    pub name: Ident,
    pub table: QualifiedName,
    pub if_exists: bool,
    pub cascade: bool,
}

/// `ALTER TRIGGER … RENAME TO`, `ALTER POLICY … RENAME TO`.
#[derive(Debug, Clone, PartialEq)]
pub struct RenamePart {
    pub kind: PartKind,
    pub name: Ident,
    pub table: QualifiedName,
    pub to: Ident,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreatePolicy {
    pub name: Ident,
    pub table: QualifiedName,
    pub permissive: bool,
    /// `all`, `select`, `insert`, `update` or `delete`.
    pub command: Ident,
    /// Empty: everybody.
    pub roles: Vec<Ident>,
    pub using: Option<Expr>,
    pub check: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterPolicy {
    pub name: Ident,
    pub table: QualifiedName,
    /// Empty: they stay.
    pub roles: Vec<Ident>,
    pub using: Option<Expr>,
    pub check: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateEventTrigger {
    pub name: Ident,
    pub event: Ident,
    /// `WHEN tag IN (…)`.
    pub filters: Vec<(Ident, Vec<String>)>,
    pub function: QualifiedName,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterEventTrigger {
    pub name: Ident,
    pub action: EventTriggerAction,
}

#[derive(Debug, Clone, PartialEq)]
pub enum EventTriggerAction {
    Enable(FiringState),
    RenameTo(Ident),
    OwnerTo(Ident),
}
