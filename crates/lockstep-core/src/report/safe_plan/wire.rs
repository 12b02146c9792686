//! The JSON of a safe plan: format `lockstep-plan/1`.

use serde::{Deserialize, Serialize};

use crate::report::wire::{Held, Precondition, RollbackStatement};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SafePlan {
    pub format: String,
    pub postgres: u8,
    /// The migration's files.
    pub files: Vec<String>,
    pub stages: Vec<Stage>,
    /// What became of each statement of the migration.
    pub statements: Vec<Statement>,
    /// Whether the plan ends where the migration ends.
    pub end: End,
    /// Why the plan ends before the migration does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stopped: Option<String>,
    /// All of it as a script, with comments; runs as it is where the application needs nothing in between.
    pub sql: String,
}

/// Steps between two deployments of the application.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Stage {
    /// 1-based.
    pub index: usize,
    /// `expand`, `backfill` or `contract`.
    pub phase: String,
    /// What must hold of every running application before the stage begins, one sentence each.
    pub deploy: Vec<String>,
    pub steps: Vec<Step>,
    /// Back to where the stage began, the stages before it being left as they are; missing where it is not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rollback: Option<Rollback>,
}

/// What undoes a stage.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Rollback {
    /// `exact`, `leaves_rows`, `loses_data` or `impossible`.
    pub grade: String,
    /// Empty: nothing is to be done, or there is no way.
    pub statements: Vec<RollbackStatement>,
    /// Statements that are left to do by hand, once the rows allow it.
    pub unfinished: Vec<String>,
    /// Rows that were added and stay, what does not come back, why there is no way back: one sentence each.
    pub stays: Vec<String>,
    pub lost: Vec<String>,
    pub impossible: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Step {
    /// 1-based, through all stages.
    pub index: usize,
    /// The statements of the migration that it comes from.
    pub origin: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recipe: Option<String>,
    /// `statement`, `transaction` (several that commit together) or `backfill`.
    pub kind: String,
    /// A backfill's is a `DO` block that commits after every batch.
    pub statements: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub backfill: Option<Backfill>,
    pub why: String,
    /// Must run outside a transaction block.
    pub outside_transaction: bool,
    /// Missing where nobody queues behind the step: it may wait as long as it has to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub patience: Option<Patience>,
    /// Queries whose answers decide whether the step succeeds; without an SQLSTATE those that it would not notice itself.
    pub gates: Vec<Precondition>,
    pub locks: Vec<Held>,
    /// What is dangerous about it all the same.
    pub findings: Vec<Finding>,
}

impl Step {
    /// Findings that the step's reason does not tell in the same words.
    pub fn untold_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|it| !self.why.contains(&it.message))
    }
}

/// How long a lock is asked for, and how long the pause is before it is asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Patience {
    pub lock_timeout_ms: u32,
    pub pause_low_ms: u32,
    pub pause_high_ms: u32,
}

/// A change of many rows, batch by batch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Backfill {
    pub table: String,
    /// Yields the first and the last number of the walk.
    pub bounds: String,
    /// One batch, from `$1` to before `$2`.
    pub batch: String,
    /// How far one batch reaches.
    pub stride: u32,
    /// The walk begins anew until it finds nothing to do.
    pub until_nothing_is_left: bool,
    /// Makes the room of changed rows free again, or lets the planner know copied ones: to be run after each tenth of
    /// the way of a large table, between two batches or beside them, and outside of a transaction.
    #[serde(default)]
    pub vacuum: String,
}

impl Backfill {
    /// Rows go to another table, rather than becoming old where they are.
    pub fn copies(&self) -> bool {
        self.batch.starts_with("INSERT")
    }

    /// What `vacuum` is for, once all is done.
    pub fn why_vacuum(&self) -> &'static str {
        match self.copies() {
            true => "Lets the planner know the rows that were copied; reads and writes go on.",
            false => "Makes the room of old rows free; reads and writes go on.",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Finding {
    pub id: String,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Statement {
    /// The step of the migration (1-based).
    pub step: usize,
    /// `kept`, `replaced`, `unsolved` or `left_out`.
    pub verdict: String,
    pub why: String,
    pub recipes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct End {
    /// `same`, `order_differs` (of columns) or `differs`.
    pub schema: String,
    /// The tables whose columns stand in another order, or the objects that differ.
    pub objects: Vec<String>,
}
