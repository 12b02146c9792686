//! The way back from any step: computed from two schemas, object by object, so that it does not
//! matter how the migration got there. Graded by what it cannot bring back.

mod beside;
mod columns;
mod conversions;
pub mod given;
mod guard;
mod hierarchy;
mod inserted;
mod keys;
mod losses;
mod objects;
mod ownership;
mod proof;
mod recovery;
mod relations;
mod rename;
mod row_types;
mod rules;
mod script;
mod state;
mod types;
mod views;

#[cfg(test)]
mod tests;

pub(crate) use ownership::grants_on;

use std::collections::BTreeMap;

use crate::effect::RelationId;
use crate::pg::version::PgVersion;
use crate::schema::Schema;
use crate::schema::diff::{Diff, TablePair};
use crate::simulate::trace::Trace;

pub use recovery::Recovery;
pub use script::{Action, Place};

/// How much of what there was comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The catalogs are equal, and no row has lost anything.
    Exact,
    /// Nothing is lost, but rows that were added stay.
    LeavesRows,
    LosesData,
    Impossible,
}

#[derive(Debug, Clone)]
pub struct WayBack {
    /// From after this step; 0: before the first one.
    pub from_step: usize,
    /// What is done, in order.
    pub actions: Vec<Action>,
    /// What is left to do by hand, once the rows allow it.
    pub unfinished: Vec<String>,
    /// Rows that were added and are not taken away.
    pub stays: Vec<String>,
    pub lost: Vec<String>,
    pub impossible: Vec<String>,
    pub notes: Vec<String>,
    /// The first step (1-based) after which something is lost or cannot be undone; `None` where nothing is.
    pub point_of_no_return: Option<usize>,
    /// How to keep what is lost.
    pub recoveries: Vec<Recovery>,
}

impl WayBack {
    pub fn grade(&self) -> Grade {
        match (self.impossible.is_empty(), self.lost.is_empty(), self.stays.is_empty()) {
            (false, ..) => Grade::Impossible,
            (true, false, _) => Grade::LosesData,
            (true, true, false) => Grade::LeavesRows,
            (true, true, true) => Grade::Exact,
        }
    }
}

impl Grade {
    pub fn word(self) -> &'static str {
        match self {
            Grade::Exact => "exact",
            Grade::LeavesRows => "leaves_rows",
            Grade::LosesData => "loses_data",
            Grade::Impossible => "impossible",
        }
    }
}

/// The way back to the trace's start from after `step` (1-based); `None`: from its end.
pub fn way_back(trace: &Trace, step: Option<usize>) -> WayBack {
    let step = step.map(|step| step.min(trace.steps.len()));
    let state = state::State::after(trace, step);
    let mut work = Work::new(&trace.start, &state.schema, trace.version);
    work.note_all(&state.notes);
    work.read_zones(&state);
    work.release_from_parents();
    work.drop_made_relations();
    work.rename_back();
    work.restore_types();
    work.restore_relations();
    work.restore_columns();
    work.restore_keys(&state);
    work.restore_views();
    work.restore_rules();
    work.restore_objects();
    work.drop_made_types();
    work.restore_ownership(&state);
    work.undo_what_stands_beside(&state);
    work.find_losses(trace, &state);
    work.refuse_hierarchies();
    work.refuse_rows_of_views();
    work.guard_against_missing_tables();
    let recoveries = work.recoveries(&state);
    let mut way = WayBack { recoveries, ..work.finish(step.unwrap_or(trace.steps.len())) };
    proof::prove(&mut way, &trace.start, &state.schema, trace);
    way
}

/// What is being put together.
struct Work<'a> {
    version: PgVersion,
    /// Where the way leads.
    start: &'a Schema,
    /// Where it begins.
    now: &'a Schema,
    /// Like `now`, but objects that stay have the names that they had at the start.
    renamed: Schema,
    diff: Diff,
    actions: Vec<(script::Phase, Action)>,
    unfinished: Vec<String>,
    stays: Vec<String>,
    lost: Vec<String>,
    impossible: Vec<String>,
    notes: Vec<String>,
    gone: Vec<recovery::Gone>,
    /// By a column of the start.
    zones: BTreeMap<(RelationId, u16), String>,
    /// Steps whose effects are not known, or that lose something which no query keeps.
    unknown_steps: Vec<usize>,
}

impl<'a> Work<'a> {
    fn new(start: &'a Schema, now: &'a Schema, version: PgVersion) -> Self {
        Work {
            version,
            start,
            now,
            renamed: now.clone(),
            diff: Diff::between(start, now),
            actions: vec![],
            unfinished: vec![],
            stays: vec![],
            lost: vec![],
            impossible: vec![],
            notes: vec![],
            gone: vec![],
            zones: BTreeMap::new(),
            unknown_steps: vec![],
        }
    }

    fn add(&mut self, phase: script::Phase, sql: impl Into<String>) {
        self.actions.push((phase, Action::new(phase.place(), sql)));
    }

    /// Only where the condition holds: what makes the script safe to run again.
    fn add_if(&mut self, phase: script::Phase, condition: String, sql: impl Into<String>) {
        self.actions.push((phase, Action { condition: Some(condition), ..Action::new(phase.place(), sql) }));
    }

    fn note(&mut self, text: impl Into<String>) {
        push_once(&mut self.notes, text.into());
    }

    fn note_all(&mut self, texts: &[String]) {
        for text in texts {
            self.note(text.clone());
        }
    }

    fn stay(&mut self, text: impl Into<String>) {
        push_once(&mut self.stays, text.into());
    }

    fn lose(&mut self, text: impl Into<String>) {
        push_once(&mut self.lost, text.into());
    }

    fn cannot(&mut self, text: impl Into<String>) {
        push_once(&mut self.impossible, text.into());
    }

    /// The pair that holds this table of the start.
    fn pair_of(&self, was: RelationId) -> Option<&TablePair> {
        self.diff.tables.iter().find(|pair| pair.was == was)
    }

    fn finish(mut self, from_step: usize) -> WayBack {
        // Stable: within a phase the order in which they were added stays.
        self.actions.sort_by_key(|(phase, _)| *phase);
        WayBack {
            from_step,
            actions: self.actions.into_iter().map(|(_, action)| action).collect(),
            unfinished: self.unfinished,
            stays: self.stays,
            lost: self.lost,
            impossible: self.impossible,
            notes: self.notes,
            point_of_no_return: self.gone.iter().map(|it| it.step).chain(self.unknown_steps).min(),
            recoveries: vec![],
        }
    }
}

fn push_once(texts: &mut Vec<String>, text: String) {
    if !texts.contains(&text) {
        texts.push(text);
    }
}
