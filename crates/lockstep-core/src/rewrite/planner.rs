//! The fold over a migration: each statement kept, or replaced by what a recipe makes of it.

use crate::diagnostic::Severity;
use crate::hazard::{self, Finding};
use crate::rewrite::draft::{Action, Draft, Phase, Rewrite};
use crate::rewrite::proof::{self, Proof};
use crate::rewrite::site::{Site, holds_up};
use crate::rewrite::trial::{self, State};
use crate::rewrite::{ALL, Recipe, split};
use crate::simulate::trace::{Step, Trace, Transaction, TransactionEnd, TransactionKind};
use crate::syntax::statement::{Set, Statement};

/// A migration as it can be run beside an application.
#[derive(Debug)]
pub struct SafePlan {
    pub steps: Vec<PlannedStep>,
    /// What became of each statement of the migration, in its order.
    pub verdicts: Vec<Verdict>,
    /// Whether it ends where the migration ends.
    pub proof: Proof,
    /// Why the plan ends before the migration does.
    pub stopped: Option<String>,
}

#[derive(Debug)]
pub struct PlannedStep {
    pub draft: Draft,
    /// The steps of the migration that it comes from (1-based).
    pub origin: Vec<usize>,
    pub recipe: Option<&'static Recipe>,
    /// Its statements as simulated where they stand.
    pub steps: Vec<Step>,
    /// What is dangerous about it all the same.
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone)]
pub struct Verdict {
    /// The step of the migration (1-based).
    pub step: usize,
    pub kind: VerdictKind,
    /// What changes and why, or why nothing does, in one sentence.
    pub why: String,
    /// Recipes that replaced it, or parts of it.
    pub recipes: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictKind {
    /// It is safe as it is.
    Kept,
    Replaced,
    /// It is dangerous, and no recipe is known to replace it.
    Unsolved,
    /// The plan has no need of it.
    LeftOut,
}

/// The plan that does what the migration does, without holding up the application.
pub fn safe_plan(trace: &Trace) -> SafePlan {
    let session = trace.steps.first().map_or(&trace.end_session, |it| &it.session).clone();
    let state = State { schema: trace.start.clone(), session };
    let mut planner =
        Planner { whole: trace, state, steps: vec![], deferred: vec![], verdicts: vec![], stopped: None };
    for transaction in &trace.transactions {
        planner.transaction(transaction);
    }
    planner.contract();
    let proof = match &planner.stopped {
        Some(_) => Proof::Differs(vec![]),
        None => proof::compare(&trace.end, &planner.state.schema),
    };
    SafePlan { steps: planner.steps, verdicts: planner.verdicts, proof, stopped: planner.stopped }
}

struct Planner<'a> {
    whole: &'a Trace,
    state: State,
    steps: Vec<PlannedStep>,
    /// What waits until the application has moved on, in order.
    deferred: Vec<Deferred>,
    verdicts: Vec<Verdict>,
    stopped: Option<String>,
}

#[derive(Clone)]
struct Deferred {
    draft: Draft,
    origin: usize,
    recipe: &'static Recipe,
}

/// A recipe that holds on the model.
struct Adopted {
    recipe: &'static Recipe,
    rewrite: Rewrite,
}

impl<'a> Planner<'a> {
    fn transaction(&mut self, transaction: &Transaction) {
        let whole = self.whole;
        let steps = &whole.steps[transaction.first - 1..transaction.last];
        if self.stopped.is_some() {
            return;
        }
        if transaction.kind != TransactionKind::Single && transaction.end != TransactionEnd::Commit && undone(steps) {
            self.leave_out(steps, "Its transaction is rolled back, so it changes nothing.");
        } else if steps.len() > 1 && self.is_harmless(steps) {
            self.keep_together(steps);
        } else {
            for step in steps {
                self.statement(step);
            }
        }
    }

    fn leave_out(&mut self, steps: &[Step], why: &str) {
        for step in steps {
            self.verdict(step.index, VerdictKind::LeftOut, why, vec![]);
        }
    }

    fn verdict(&mut self, step: usize, kind: VerdictKind, why: impl Into<String>, recipes: Vec<&'static str>) {
        self.verdicts.push(Verdict { step, kind, why: why.into(), recipes });
    }

    /// A transaction that does nothing dangerous stays one.
    fn is_harmless(&self, steps: &[Step]) -> bool {
        let findings = |step: &Step| hazard::findings(step, self.whole);
        steps.iter().all(|step| step.succeeds() && findings(step).iter().all(|it| is_settled(it, None)))
    }

    fn keep_together(&mut self, steps: &[Step]) {
        let inner: Vec<&Step> = steps.iter().filter(|it| !is_boundary(it)).collect();
        let Some(first) = inner.first() else { return self.leave_out(steps, "It is an empty transaction.") };
        let sql: Vec<String> = inner.iter().map(|it| text(it)).collect();
        let why = "These are safe as they are, and stay one transaction.";
        let draft = Draft { phase: Phase::Expand, action: Action::Run(sql), why: why.into(), needs: None };
        let trial = trial::run(self.whole, &self.state, &draft.action.text());
        if trial::after(&trial).is_none() && !self.deferred.is_empty() {
            self.contract();
        }
        let origin = inner.iter().map(|it| it.index).collect();
        let _ = first;
        match self.emit(draft, origin, None) {
            Ok(()) => steps.iter().for_each(|it| self.verdict(it.index, VerdictKind::Kept, why, vec![])),
            Err(_) => steps.iter().for_each(|it| self.statement(it)),
        }
    }

    fn statement(&mut self, step: &Step) {
        if self.stopped.is_some() {
            return;
        }
        if is_boundary(step) {
            let why = "Each step of the plan is a transaction of its own.";
            return self.verdict(step.index, VerdictKind::LeftOut, why, vec![]);
        }
        if sets_timeout(step) {
            let why = "The plan sets the timeouts that each of its steps needs.";
            return self.verdict(step.index, VerdictKind::LeftOut, why, vec![]);
        }
        let text = text(step);
        let mut alone = trial::run(self.whole, &self.state, &text);
        if trial::after(&alone).is_none() && !self.deferred.is_empty() {
            // It may need what waits for the application.
            self.contract();
            alone = trial::run(self.whole, &self.state, &text);
        }
        let Some(wanted) = trial::after(&alone) else { return self.as_it_is(step, &text, alone) };
        if let Some(adopted) = self.adopt(&alone, &wanted, step.index) {
            self.take(adopted, step.index);
            return;
        }
        let parts = alone.steps.first().map(split::parts).unwrap_or_default();
        if !parts.is_empty() && self.take_parts(&parts, &alone, &wanted, step.index) {
            return;
        }
        self.keep(step, text, &alone);
    }

    /// The first recipe whose steps hold on the model.
    fn adopt(&self, alone: &Trace, wanted: &State, origin: usize) -> Option<Adopted> {
        let step = alone.steps.first()?;
        let site = Site { step, trace: alone, rest: &self.whole.steps[origin.min(self.whole.steps.len())..] };
        ALL.iter().find_map(|recipe| {
            let rewrite = (recipe.rewrite)(&site)?;
            self.holds(&rewrite, wanted).then_some(Adopted { recipe, rewrite })
        })
    }

    /// All steps run, hold nobody up, and lead where the statement leads.
    fn holds(&self, rewrite: &Rewrite, wanted: &State) -> bool {
        let mut state = self.state.clone();
        for draft in &rewrite.steps {
            let trace = trial::run(self.whole, &state, &draft.action.text());
            let waits = |step: &Step| step.work.iter().any(|it| holds_up(step, &trace, it));
            if trace.steps.iter().any(waits) {
                return false;
            }
            match trial::after(&trace) {
                Some(after) => state = after,
                None => return false,
            }
        }
        proof::compare(&wanted.schema, &state.schema).holds()
    }

    fn take(&mut self, adopted: Adopted, origin: usize) {
        let Adopted { recipe, rewrite } = adopted;
        self.verdict(origin, VerdictKind::Replaced, rewrite.why, vec![recipe.id]);
        self.place(rewrite.steps, origin, recipe);
    }

    fn place(&mut self, drafts: Vec<Draft>, origin: usize, recipe: &'static Recipe) {
        for draft in drafts {
            match draft.phase {
                Phase::Contract => self.deferred.push(Deferred { draft, origin, recipe }),
                Phase::Expand | Phase::Backfill => {
                    if let Err(why) = self.emit(draft, vec![origin], Some(recipe)) {
                        self.stopped.get_or_insert(why);
                    }
                }
            }
        }
    }

    /// A statement in parts, where that removes a danger and leads to the same.
    fn take_parts(&mut self, parts: &[String], alone: &Trace, wanted: &State, origin: usize) -> bool {
        let dangerous = alone.steps.iter().any(|step| {
            hazard::findings(step, alone).iter().any(|it| !is_settled(it, None))
                || step.work.iter().any(|it| holds_up(step, alone, it))
        });
        if !dangerous {
            return false;
        }
        let saved = (self.state.clone(), self.steps.len(), self.deferred.clone());
        let mut state = self.state.clone();
        let (mut recipes, mut whys) = (vec![], vec![]);
        for part in parts {
            let part_alone = trial::run(self.whole, &self.state, part);
            let placed = trial::after(&part_alone).is_some_and(|part_wanted| {
                match self.adopt(&part_alone, &part_wanted, origin) {
                    Some(Adopted { recipe, rewrite }) => {
                        recipes.push(recipe.id);
                        whys.push(rewrite.why);
                        self.place(rewrite.steps, origin, recipe);
                    }
                    None => {
                        let why = "This part is safe by itself: it takes no longer than its lock.";
                        let action = Action::Run(vec![part.clone()]);
                        let draft = Draft { phase: Phase::Expand, action, why: why.into(), needs: None };
                        if self.emit(draft, vec![origin], None).is_err() {
                            return false;
                        }
                    }
                }
                true
            });
            if !placed {
                state = saved.0.clone();
                break;
            }
            state = self.state.clone();
        }
        let mut end = state;
        for deferred in &self.deferred[saved.2.len()..] {
            if let Some(after) = trial::after(&trial::run(self.whole, &end, &deferred.draft.action.text())) {
                end = after;
            }
        }
        if recipes.is_empty() && !self.is_better(saved.1) || !proof::compare(&wanted.schema, &end.schema).holds() {
            (self.state, self.deferred) = (saved.0, saved.2);
            self.steps.truncate(saved.1);
            return false;
        }
        whys.insert(0, "Its parts are steps of their own, so that no lock is held longer than its own part takes.".into());
        self.verdict(origin, VerdictKind::Replaced, whys.join(" "), recipes);
        true
    }

    /// Whether none of the steps from there on is dangerous.
    fn is_better(&self, from: usize) -> bool {
        self.steps[from..].iter().all(|it| it.findings.is_empty())
    }

    fn keep(&mut self, step: &Step, text: String, alone: &Trace) {
        let findings: Vec<Finding> = alone.steps.iter().flat_map(|it| hazard::findings(it, alone)).collect();
        let left: Vec<&Finding> = findings.iter().filter(|it| !is_settled(it, None)).collect();
        let (kind, why) = match left.first() {
            None => (VerdictKind::Kept, "It is safe as it is.".to_owned()),
            Some(first) => {
                (VerdictKind::Unsolved, format!("No recipe replaces it, and it stays as it is: {}", first.message))
            }
        };
        let draft = Draft { phase: Phase::Expand, action: Action::Run(vec![text]), why: why.clone(), needs: None };
        match self.emit(draft, vec![step.index], None) {
            Ok(()) => self.verdict(step.index, kind, why, vec![]),
            Err(why) => _ = self.stopped.get_or_insert(why),
        }
    }

    /// A statement that fails, or of which the model does not know what it does.
    fn as_it_is(&mut self, step: &Step, text: &str, alone: Trace) {
        let why = trial::trouble(&alone).unwrap_or_default();
        let fails = alone.steps.iter().any(|it| matches!(it.outcome, crate::simulate::trace::Outcome::Failed(_)));
        let line = step.index;
        if fails || alone.steps.is_empty() {
            self.stopped = Some(format!("The plan ends before step {line}, which fails: {why}"));
            return;
        }
        let note = format!("It is taken as it is: {why}.");
        let draft = Draft {
            phase: Phase::Expand,
            action: Action::Run(vec![text.to_owned()]),
            why: note.clone(),
            needs: None,
        };
        self.state = State { schema: alone.end.clone(), session: alone.end_session.clone() };
        let findings = alone.steps.iter().flat_map(|it| hazard::findings(it, &alone)).collect();
        self.steps.push(PlannedStep { draft, origin: vec![line], recipe: None, steps: alone.steps, findings });
        self.verdict(line, VerdictKind::Unsolved, note, vec![]);
    }

    /// Adds a step to the plan; an error where it does not run on the model.
    fn emit(&mut self, draft: Draft, origin: Vec<usize>, recipe: Option<&'static Recipe>) -> Result<(), String> {
        let trace = trial::run(self.whole, &self.state, &draft.action.text());
        let Some(after) = trial::after(&trace) else {
            let why = trial::trouble(&trace).unwrap_or_default();
            return Err(format!("A step of the plan does not run: {why}"));
        };
        let findings = trace
            .steps
            .iter()
            .flat_map(|it| hazard::findings(it, &trace))
            .filter(|it| !is_settled(it, Some(&draft)))
            .collect();
        self.state = after;
        let steps = trace.steps.into_iter().filter(|it| !is_boundary(it)).collect();
        self.steps.push(PlannedStep { draft, origin, recipe, steps, findings });
        Ok(())
    }

    /// What had to wait for the application.
    fn contract(&mut self) {
        for Deferred { draft, origin, recipe } in std::mem::take(&mut self.deferred) {
            if let Err(why) = self.emit(draft, vec![origin], Some(recipe)) {
                self.stopped.get_or_insert(why);
            }
        }
    }
}

/// The text of a statement; data that follows a `COPY` is a part of it.
fn text(step: &Step) -> String {
    match step.statement.as_deref() {
        Some(Statement::Copy(copy)) => match &copy.data {
            Some(data) => format!("{};\n{}\\.", step.text, data),
            None => step.text.to_string(),
        },
        _ => step.text.to_string(),
    }
}

fn is_boundary(step: &Step) -> bool {
    matches!(step.statement.as_deref(), Some(Statement::Transaction(_)))
}

/// Nothing of it was committed, and no error of its own ended it.
fn undone(steps: &[Step]) -> bool {
    steps.iter().all(Step::succeeds)
}

fn sets_timeout(step: &Step) -> bool {
    let name = match step.statement.as_deref() {
        Some(Statement::Set(Set::Set { name, .. } | Set::Reset { name })) => name,
        _ => return false,
    };
    ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"].contains(&name.as_str())
}

/// What the plan itself takes care of, or what is no danger.
fn is_settled(finding: &Finding, draft: Option<&Draft>) -> bool {
    let by_plan = |ids: &[&str]| ids.contains(&finding.hazard.id);
    finding.severity == Severity::Note
        // Each step has the timeout that it needs.
        || by_plan(&["missing_lock_timeout"])
        || draft.is_some_and(|it| match &it.action {
            Action::Backfill(_) => by_plan(&["unbatched_update", "deletes_every_row"]),
            // Locked for a moment, and the application has moved on before it.
            Action::Run(all) => {
                all.len() == 1 && by_plan(&["foreign_key_drop_locks_parent"])
                    || it.needs.is_some() && by_plan(&["drop_breaks_application", "rename_breaks_application"])
            }
        })
}
