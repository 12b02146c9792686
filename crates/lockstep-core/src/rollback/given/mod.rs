//! A way back that somebody wrote, held against the schema that it should lead to: run on the model from where the
//! migration has led, and compared by the catalog's normal form.

pub(super) mod difference;
mod losses;

#[cfg(test)]
mod tests;

use crate::effect::Precondition;
use crate::rollback::{WayBack, way_back};
use crate::simulate::trace::{GivenBack, Outcome, Step, Trace};

pub use difference::{Difference, Kind};
pub use losses::losses;

/// What is to be said of a way back as a whole: its worst trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The schema is what it was.
    Restores,
    /// The schema is what it was, but columns stand in another order.
    ColumnOrder,
    /// It holds no statement, and there is something to undo.
    Empty,
    /// What the migration changed, or how the way back ends, is not known.
    Unknown,
    /// The schema comes back, but values or rows that were still there go.
    LosesMore,
    /// It ends with an error as soon as a table holds a row.
    FailsOnFilledTable,
    AnotherSchema,
    Fails,
}

impl Verdict {
    /// As in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Restores => "restores",
            Verdict::ColumnOrder => "column_order",
            Verdict::Empty => "empty",
            Verdict::Unknown => "unknown",
            Verdict::LosesMore => "loses_more",
            Verdict::FailsOnFilledTable => "fails_on_filled_table",
            Verdict::AnotherSchema => "another_schema",
            Verdict::Fails => "fails",
        }
    }

    /// Whether somebody should mend it.
    pub fn is_wrong(self) -> bool {
        self >= Verdict::LosesMore
    }
}

/// A step of a way back that cannot run, whatever the rows or with the first row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// 1-based, within the way back.
    pub step: usize,
    pub command: String,
    pub sqlstate: String,
    /// The server's message; empty where rows decide.
    pub message: String,
}

/// Everything that was found out about a way back.
#[derive(Debug, Clone, Default)]
pub struct Check {
    pub is_empty: bool,
    /// From the schema before the migration to the one that the way back leads to.
    pub differences: Vec<Difference>,
    /// Tables whose columns are there again in another order.
    pub reordered: Vec<String>,
    pub failure: Option<Refusal>,
    pub on_filled_tables: Vec<Refusal>,
    /// What other rows could make fail: the queries that decide.
    pub on_some_rows: Vec<(usize, Precondition)>,
    /// Why steps whose effects are known may fail all the same, one sentence each.
    pub doubts: Vec<String>,
    /// What goes though it was still there.
    pub losses: Vec<String>,
    pub unknown: Vec<String>,
}

impl Check {
    pub fn verdict(&self) -> Verdict {
        let holds = [
            (self.failure.is_some(), Verdict::Fails),
            (self.is_empty && !self.differences.is_empty(), Verdict::Empty),
            (!self.differences.is_empty(), Verdict::AnotherSchema),
            (!self.on_filled_tables.is_empty(), Verdict::FailsOnFilledTable),
            (!self.losses.is_empty(), Verdict::LosesMore),
            (!self.unknown.is_empty(), Verdict::Unknown),
            (!self.reordered.is_empty(), Verdict::ColumnOrder),
        ];
        holds.into_iter().find(|(holds, _)| *holds).map_or(Verdict::Restores, |(_, verdict)| verdict)
    }
}

/// Holds a way back against the schema before its migration.
pub fn check(back: &GivenBack) -> Check {
    let mut check = Check { is_empty: back.trace.steps.is_empty(), ..Check::default() };
    if let Some(why) = &back.hindrance {
        check.unknown.push(why.clone());
        return check;
    }
    check.failure = failure(back);
    check.on_filled_tables = on_filled_tables(back);
    check.on_some_rows = on_some_rows(back);
    if check.failure.is_some() {
        return check;
    }
    for step in &back.trace.steps {
        if let Outcome::Unknown(why) = &step.outcome {
            let list = if step.applied { &mut check.doubts } else { &mut check.unknown };
            list.push(format!("Step {} of the way back ({}): {why}.", step.index, named(step)));
        }
    }
    let (before, end) = (&back.before, &back.trace.end);
    let found = difference::between(before, end);
    for difference in found.differences {
        match difference::doubt(&difference, before, end) {
            Some(why) => check.unknown.push(why),
            None => check.differences.push(difference),
        }
    }
    check.reordered = found.reordered;
    check.losses = losses(back);
    check.unknown.sort();
    check.unknown.dedup();
    check
}

/// The first step that cannot run, whatever the rows.
pub fn failure(back: &GivenBack) -> Option<Refusal> {
    back.trace.steps.iter().take_while(|_| back.hindrance.is_none()).find_map(|step| match &step.outcome {
        Outcome::Failed(error) => Some(refusal(step, error.sqlstate.to_string(), error.message.clone())),
        _ => None,
    })
}

/// Steps that the first row of a table makes fail.
pub fn on_filled_tables(back: &GivenBack) -> Vec<Refusal> {
    let asked = questions(back).filter(|(_, it)| it.is_of_no_row());
    asked.map(|(step, it)| refusal(step, it.sqlstate_otherwise.to_string(), String::new())).collect()
}

fn on_some_rows(back: &GivenBack) -> Vec<(usize, Precondition)> {
    questions(back).filter(|(_, it)| !it.is_of_no_row()).map(|(step, it)| (step.index, it.clone())).collect()
}

fn questions(back: &GivenBack) -> impl Iterator<Item = (&Step, &Precondition)> {
    back.trace.steps.iter().filter(|_| back.hindrance.is_none()).flat_map(|step| {
        let questions: &[Precondition] = match &step.outcome {
            Outcome::DependsOnData(questions) => questions,
            _ => &[],
        };
        questions.iter().map(move |it| (step, it))
    })
}

fn refusal(step: &Step, sqlstate: String, message: String) -> Refusal {
    Refusal { step: step.index, command: named(step).to_owned(), sqlstate, message }
}

fn named(step: &Step) -> &str {
    if step.command.is_empty() { "a statement that is not read" } else { &step.command }
}

/// What should stand there instead: the way back that the schemas themselves give.
pub fn corrected(trace: &Trace, back: &GivenBack) -> (Trace, WayBack) {
    let forward = back.forward(trace);
    let way = way_back(&forward, None);
    (forward, way)
}
