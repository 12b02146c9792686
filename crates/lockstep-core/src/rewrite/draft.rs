//! What recipes propose: steps with their phase and reason, before they are tried.

use crate::effect::ObjectName;
use crate::name::{Ident, quote_identifier};
use crate::rewrite::backfill::Backfill;

/// The three parts of a change that old and new application both survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Adds what the new application needs; the old one does not notice.
    Expand,
    /// Fills in rows, in small transactions.
    Backfill,
    /// Takes away what only the old application used.
    Contract,
}

/// One step of a plan.
#[derive(Debug, Clone)]
pub struct Draft {
    pub phase: Phase,
    pub action: Action,
    /// Why it is there and why it is safe, in one sentence.
    pub why: String,
    /// What the application must do before this step.
    pub needs: Option<String>,
    /// Hazards of its statements that the plan as a whole takes care of.
    pub settles: &'static [&'static str],
    /// Queries that must count no row before this step: the step itself would not notice.
    pub checks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Statements that are one transaction; a single one is by itself.
    Run(Vec<String>),
    Backfill(Box<Backfill>),
}

/// What a recipe makes of a statement.
#[derive(Debug, Clone)]
pub struct Rewrite {
    pub steps: Vec<Draft>,
    /// What changes for the reader, in one sentence.
    pub why: String,
    /// Others of its kind must have ended before it begins: they would copy each other's keys.
    pub solitary: bool,
    /// Why nothing replaces the statement, in one sentence without its full stop; there are no steps then.
    pub refusal: Option<String>,
    /// So many of the migration's statements that follow are a part of it.
    pub takes: usize,
}

impl Draft {
    pub fn new(phase: Phase, action: Action, why: impl Into<String>) -> Self {
        Draft { phase, action, why: why.into(), needs: None, settles: &[], checks: vec![] }
    }
}

impl Rewrite {
    pub fn new(why: impl Into<String>) -> Self {
        Rewrite { steps: vec![], why: why.into(), solitary: false, refusal: None, takes: 0 }
    }

    /// The statement stays as it is. `why`: a sentence without its full stop.
    pub fn refuse(why: impl Into<String>) -> Option<Self> {
        Some(Rewrite { refusal: Some(why.into()), ..Rewrite::new("") })
    }

    /// Adds a statement by itself.
    pub fn run(self, phase: Phase, sql: impl Into<String>, why: impl Into<String>) -> Self {
        self.together(phase, vec![sql.into()], why)
    }

    /// Adds statements that are one transaction.
    pub fn together(mut self, phase: Phase, sql: Vec<String>, why: impl Into<String>) -> Self {
        self.steps.push(Draft::new(phase, Action::Run(sql), why));
        self
    }

    pub fn backfill(mut self, backfill: Backfill, why: impl Into<String>) -> Self {
        self.steps.push(Draft::new(Phase::Backfill, Action::Backfill(Box::new(backfill)), why));
        self
    }

    /// A query that must count no row before the step that was added last.
    pub fn check(mut self, query: impl Into<String>) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.checks.push(query.into());
        }
        self
    }

    /// Hazards of the step that was added last, which the steps around it take care of.
    pub fn settles(mut self, hazards: &'static [&'static str]) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.settles = hazards;
        }
        self
    }

    /// What the application must do before the step that was added last.
    pub fn needs(mut self, needs: impl Into<String>) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.needs = Some(needs.into());
        }
        self
    }
}

impl Phase {
    pub fn word(self) -> &'static str {
        match self {
            Phase::Expand => "expand",
            Phase::Backfill => "backfill",
            Phase::Contract => "contract",
        }
    }
}

impl Action {
    /// A name occurs in its text.
    pub fn mentions(&self, name: &str) -> bool {
        let quoted = quote_identifier(name);
        let is_in = |text: &str| text.contains(name) || text.contains(&*quoted);
        match self {
            Action::Run(statements) => statements.iter().any(|it| is_in(it)),
            Action::Backfill(backfill) => is_in(&backfill.statement(None)),
        }
    }

    /// The same in statements that the model reads: a backfill as if it were not cut into batches. `own`: the plan's
    /// triggers on a table.
    pub fn text(&self, own: impl FnOnce(&ObjectName) -> Vec<Ident>) -> String {
        match self {
            Action::Run(statements) => match &statements[..] {
                [only] => format!("{only};"),
                several => format!("BEGIN;\n{};\nCOMMIT;", several.join(";\n")),
            },
            Action::Backfill(backfill) => backfill.modelled(&own(&backfill.table)),
        }
    }
}
