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
    let mut planner = Planner { whole: trace, state, steps: vec![], deferred: vec![], verdicts: vec![], stopped: None };
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
    solitary: bool,
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
        if inner.is_empty() {
            return self.leave_out(steps, "It is an empty transaction.");
        }
        let sql: Vec<String> = inner.iter().map(|it| text(it)).collect();
        let why = "These are safe as they are, and stay one transaction.";
        let draft =
            Draft { phase: Phase::Expand, action: Action::Run(sql), why: why.into(), needs: None, settles: &[] };
        let trial = trial::run_action(self.whole, &self.state, &draft.action);
        if trial::after(&trial).is_none() && !self.deferred.is_empty() {
            self.contract();
        }
        let origin = inner.iter().map(|it| it.index).collect();
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
        let mut refused = match self.adopt(&alone, &wanted, step.index) {
            Ok(adopted) if self.must_wait(&adopted) => {
                self.contract();
                return self.statement(step);
            }
            Ok(adopted) => return self.take(adopted, step.index),
            // What waits for the application may be in the way.
            Err(refused) if !refused.is_empty() && !self.deferred.is_empty() => {
                self.contract();
                return self.statement(step);
            }
            Err(refused) => refused,
        };
        let parts = alone.steps.first().map(split::parts).unwrap_or_default();
        if !parts.is_empty() {
            match self.take_parts(&parts, &alone, &wanted, step.index) {
                Ok(()) => return,
                Err(why) => refused.extend(why),
            }
        }
        self.keep(step, text, &alone, &refused);
    }

    /// The first recipe whose steps hold on the model; else why those that were tried do not.
    fn adopt(&self, alone: &Trace, wanted: &State, origin: usize) -> Result<Adopted, Vec<String>> {
        let Some(step) = alone.steps.first() else { return Err(vec![]) };
        let rest = &self.whole.steps[origin.min(self.whole.steps.len())..];
        let tried = |text: &str| trial::run(self.whole, &self.state, text);
        let site = Site { step, trace: alone, rest, tried: &tried };
        let mut refused = vec![];
        for recipe in ALL {
            let Some(rewrite) = (recipe.rewrite)(&site) else { continue };
            match self.holds(&rewrite, wanted) {
                Ok(()) => return Ok(Adopted { recipe, rewrite }),
                Err(why) => refused.push(format!("{} does not fit here: {why}", recipe.id)),
            }
        }
        Err(refused)
    }

    /// All steps run, hold nobody up, and lead where the statement leads.
    fn holds(&self, rewrite: &Rewrite, wanted: &State) -> Result<(), String> {
        let mut state = self.state.clone();
        for draft in &rewrite.steps {
            let trace = trial::run_action(self.whole, &state, &draft.action);
            let shown = |step: &Step| step.text.lines().next().unwrap_or_default().to_owned();
            if let Some((step, why)) = trial::trouble(&trace) {
                return Err(format!("{} does not run, since {why}", shown(step)));
            }
            let waits = |step: &&Step| step.work.iter().any(|it| holds_up(step, &trace, it));
            if let Some(step) = trace.steps.iter().find(waits) {
                return Err(format!("{} would hold others up", shown(step)));
            }
            state = trial::end(&trace);
        }
        match proof::compare(&wanted.schema, &state.schema) {
            Proof::Differs(objects) => Err(format!("it would leave {} otherwise", objects.join(", "))),
            Proof::Same | Proof::OrderDiffers(_) => Ok(()),
        }
    }

    fn must_wait(&self, adopted: &Adopted) -> bool {
        adopted.rewrite.solitary && self.deferred.iter().any(|it| it.solitary)
    }

    fn take(&mut self, adopted: Adopted, origin: usize) {
        let (id, why) = (adopted.recipe.id, adopted.rewrite.why.clone());
        self.verdict(origin, VerdictKind::Replaced, why, vec![id]);
        self.place(adopted, origin);
    }

    fn place(&mut self, adopted: Adopted, origin: usize) {
        let Adopted { recipe, rewrite } = adopted;
        let solitary = rewrite.solitary;
        for draft in rewrite.steps {
            match draft.phase {
                Phase::Contract => self.deferred.push(Deferred { draft, origin, recipe, solitary }),
                Phase::Expand | Phase::Backfill => {
                    if let Err(why) = self.emit(draft, vec![origin], Some(recipe)) {
                        self.stopped.get_or_insert(why);
                    }
                }
            }
        }
    }

    /// A statement in parts, where that removes a danger and leads to the same; else why recipes do not fit.
    fn take_parts(
        &mut self,
        parts: &[String],
        alone: &Trace,
        wanted: &State,
        origin: usize,
    ) -> Result<(), Vec<String>> {
        let is_danger = |step: &Step| {
            hazard::findings(step, alone).iter().any(|it| !is_settled(it, None))
                || step.work.iter().any(|it| holds_up(step, alone, it))
        };
        if !alone.steps.iter().any(is_danger) {
            return Err(vec![]);
        }
        let (state, steps, deferred) = (self.state.clone(), self.steps.len(), self.deferred.clone());
        let (mut recipes, mut whys, mut refused) = (vec![], vec![], vec![]);
        let all_placed = parts.iter().all(|part| {
            let mut alone = trial::run(self.whole, &self.state, part);
            let Some(mut wanted) = trial::after(&alone) else { return false };
            let mut adopted = self.adopt(&alone, &wanted, origin);
            if adopted.as_ref().is_ok_and(|it| self.must_wait(it)) {
                self.contract();
                alone = trial::run(self.whole, &self.state, part);
                wanted = trial::end(&alone);
                adopted = self.adopt(&alone, &wanted, origin);
            }
            match adopted {
                Ok(adopted) => {
                    recipes.push(adopted.recipe.id);
                    whys.push(adopted.rewrite.why.clone());
                    self.place(adopted, origin);
                    true
                }
                Err(why) => {
                    refused.extend(why);
                    let why = "This part is safe by itself: it takes no longer than its lock.";
                    let action = Action::Run(vec![part.clone()]);
                    let draft = Draft { phase: Phase::Expand, action, why: why.into(), needs: None, settles: &[] };
                    self.emit(draft, vec![origin], None).is_ok()
                }
            }
        });
        let end =
            self.deferred.iter().skip(deferred.len()).fold(self.state.clone(), |state, it| {
                trial::end(&trial::run_action(self.whole, &state, &it.draft.action))
            });
        let holds = all_placed && proof::compare(&wanted.schema, &end.schema).holds();
        if !holds || !self.is_better(steps) {
            self.state = state;
            self.steps.truncate(steps);
            self.deferred = deferred;
            return Err(refused);
        }
        whys.insert(
            0,
            "Its parts are steps of their own, so that no lock is held longer than its own part takes.".into(),
        );
        self.verdict(origin, VerdictKind::Replaced, whys.join(" "), recipes);
        Ok(())
    }

    /// Whether nothing that was kept from there on is dangerous.
    fn is_better(&self, from: usize) -> bool {
        self.steps[from..].iter().all(|it| it.recipe.is_some() || it.findings.is_empty())
    }

    fn keep(&mut self, step: &Step, text: String, alone: &Trace, refused: &[String]) {
        let findings: Vec<Finding> = alone.steps.iter().flat_map(|it| hazard::findings(it, alone)).collect();
        let left: Vec<&Finding> = findings.iter().filter(|it| !is_settled(it, None)).collect();
        let (kind, why) = match left.first() {
            None => (VerdictKind::Kept, "It is safe as it is.".to_owned()),
            Some(first) => {
                let why = if refused.is_empty() { "No recipe replaces it".to_owned() } else { refused.join("; ") };
                (VerdictKind::Unsolved, format!("It stays as it is: {} {why}.", first.message))
            }
        };
        let draft = Draft {
            phase: Phase::Expand,
            action: Action::Run(vec![text]),
            why: why.clone(),
            needs: None,
            settles: &[],
        };
        match self.emit(draft, vec![step.index], None) {
            Ok(()) => self.verdict(step.index, kind, why, vec![]),
            Err(why) => _ = self.stopped.get_or_insert(why),
        }
    }

    /// A statement that fails, or of which the model does not know what it does.
    fn as_it_is(&mut self, step: &Step, text: &str, alone: Trace) {
        let why = trial::trouble(&alone).map(|(_, why)| why).unwrap_or_default();
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
            settles: &[],
        };
        self.state = State { schema: alone.end.clone(), session: alone.end_session.clone() };
        let findings = alone.steps.iter().flat_map(|it| hazard::findings(it, &alone)).collect();
        self.steps.push(PlannedStep { draft, origin: vec![line], recipe: None, steps: alone.steps, findings });
        self.verdict(line, VerdictKind::Unsolved, note, vec![]);
    }

    /// Adds a step to the plan; an error where it does not run on the model.
    fn emit(&mut self, draft: Draft, origin: Vec<usize>, recipe: Option<&'static Recipe>) -> Result<(), String> {
        let trace = trial::run_action(self.whole, &self.state, &draft.action);
        if let Some((step, why)) = trial::trouble(&trace) {
            return Err(format!("A step of the plan does not run: {why}, at {}", step.text));
        }
        let after = trial::end(&trace);
        let is_own = |it: &Step| match draft.action {
            Action::Backfill(_) => matches!(it.statement.as_deref(), Some(Statement::Update(_) | Statement::Delete(_))),
            Action::Run(_) => !is_boundary(it),
        };
        let own = trace.steps.iter().filter(|it| is_own(it));
        let findings = own.flat_map(|it| hazard::findings(it, &trace)).filter(|it| !is_settled(it, Some(&draft)));
        let findings = findings.collect();
        self.state = after;
        let steps = trace.steps.into_iter().filter(is_own).collect();
        self.steps.push(PlannedStep { draft, origin, recipe, steps, findings });
        Ok(())
    }

    /// What had to wait for the application.
    fn contract(&mut self) {
        for Deferred { draft, origin, recipe, .. } in std::mem::take(&mut self.deferred) {
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
        || draft.is_some_and(|it| it.settles.contains(&finding.hazard.id))
        || draft.is_some_and(|it| match &it.action {
            Action::Backfill(_) => by_plan(&["unbatched_update", "deletes_every_row"]),
            // Locked for a moment, and the application has moved on before it.
            Action::Run(all) => {
                all.len() == 1 && by_plan(&["foreign_key_drop_locks_parent"])
                    || it.needs.is_some() && by_plan(&["drop_breaks_application", "rename_breaks_application"])
            }
        })
}
