//! The fold over a migration: each statement kept, or replaced by what a recipe makes of it.

use crate::hazard::{self, Finding};
use crate::rewrite::draft::{Action, Draft, Phase, Rewrite};
use crate::rewrite::proof::{self, Proof};
use crate::rewrite::settled::{is_boundary, is_settled, locks_several, sets_timeout, text, undone};
use crate::rewrite::site::{Site, holds_up};
use crate::rewrite::trial::{self, State};
use crate::rewrite::{ALL, Recipe, refused, split};
use crate::simulate::trace::{Outcome, Step, Trace, Transaction, TransactionEnd, TransactionKind};
use crate::syntax::statement::Statement;

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
    pub(super) before: State,
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
    let mut planner = Planner {
        whole: trace,
        state,
        steps: vec![],
        deferred: vec![],
        verdicts: vec![],
        taken: vec![],
        stopped: None,
    };
    for transaction in &trace.transactions {
        planner.transaction(transaction);
    }
    planner.contract();
    let proof = match &planner.stopped {
        Some(_) => Proof::Differs(vec![]),
        None => proof::compare(&proof::wanted_end(trace), &planner.state.schema),
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
    /// Statements that are a part of what replaced an earlier one, and by which recipe.
    taken: Vec<(usize, &'static str)>,
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

/// Why no recipe replaces a statement.
#[derive(Default)]
struct Refused {
    why: Vec<String>,
    /// One had steps, which do not hold here; they may once what is deferred is done.
    here: bool,
}

/// Of what is no work that steps could divide.
const NO_SMALLER_STEPS: &str = "No recipe replaces it: it is one act, which smaller steps would not come to";

impl<'a> Planner<'a> {
    fn transaction(&mut self, transaction: &Transaction) {
        let whole = self.whole;
        let steps = &whole.steps[transaction.first - 1..transaction.last];
        if self.stopped.is_some() {
            return;
        }
        if transaction.kind != TransactionKind::Single && transaction.end != TransactionEnd::Commit && undone(steps) {
            self.leave_out(steps, "Its transaction is rolled back, so it changes nothing.");
        } else if steps.len() > 1 && !self.takes_some(steps) && self.is_harmless(steps) {
            self.keep_together(steps);
        } else {
            for step in steps {
                self.statement(step);
            }
        }
    }

    fn takes_some(&self, steps: &[Step]) -> bool {
        steps.iter().any(|step| self.taken.iter().any(|(taken, _)| *taken == step.index))
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
        let harmless = |step: &Step| findings(step).iter().all(|it| is_settled(it, None));
        steps.iter().all(|step| step.succeeds() && harmless(step) && !locks_several(step, self.whole))
    }

    fn keep_together(&mut self, steps: &[Step]) {
        let inner: Vec<&Step> = steps.iter().filter(|it| !is_boundary(it)).collect();
        if inner.is_empty() {
            return self.leave_out(steps, "It is an empty transaction.");
        }
        let sql: Vec<String> = inner.iter().map(|it| text(it)).collect();
        let why = "These are safe as they are, and stay one transaction.";
        let draft = Draft::new(Phase::Expand, Action::Run(sql), why);
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
        if let Some((_, recipe)) = self.taken.iter().find(|(taken, _)| *taken == step.index) {
            let (kind, why) = (VerdictKind::Replaced, "It is a part of what replaces the statement before it.");
            return self.verdict(step.index, kind, why, vec![recipe]);
        }
        let text = text(step);
        let mut alone = trial::run(self.whole, &self.state, &text);
        if trial::after(&alone).is_none() && !self.deferred.is_empty() {
            // It may need what waits for the application.
            self.contract();
            alone = trial::run(self.whole, &self.state, &text);
        }
        let Some(wanted) = trial::after(&alone) else { return self.as_it_is(step, &text, alone) };
        if !self.deferred.is_empty() && self.disturbs(&text, &alone) {
            self.contract();
            return self.statement(step);
        }
        let mut refused = match self.adopt(&alone, &wanted, step.index) {
            Ok(adopted) if self.must_wait(&adopted) => {
                self.contract();
                return self.statement(step);
            }
            Ok(adopted) => return self.take(adopted, step.index),
            // What waits for the application may be in the way.
            Err(refused) if refused.here && !self.deferred.is_empty() => {
                self.contract();
                return self.statement(step);
            }
            Err(refused) => refused.why,
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
    fn adopt(&self, alone: &Trace, wanted: &State, origin: usize) -> Result<Adopted, Refused> {
        let mut refused = Refused::default();
        let Some(step) = alone.steps.first() else { return Err(refused) };
        let rest = &self.whole.steps[origin.min(self.whole.steps.len())..];
        let tried = |text: &str| trial::run(self.whole, &self.state, text);
        let site = Site { step, trace: alone, rest, tried: &tried };
        for recipe in ALL {
            let Some(rewrite) = (recipe.rewrite)(&site) else { continue };
            if let Some(why) = rewrite.refusal {
                refused.why.push(why);
                continue;
            }
            let held = match self.followed(wanted, &rest[..rewrite.takes.min(rest.len())]) {
                Some(wanted) => self.holds(&rewrite, &wanted),
                None => Err("what follows does not run".to_owned()),
            };
            match held {
                Ok(()) => return Ok(Adopted { recipe, rewrite }),
                Err(why) => {
                    refused.why.push(format!("{} does not fit here: {why}", recipe.id));
                    refused.here = true;
                }
            }
        }
        if refused.why.is_empty() {
            refused.why.extend(refused::why(&site));
        }
        Err(refused)
    }

    /// The state after these statements too.
    fn followed(&self, state: &State, steps: &[Step]) -> Option<State> {
        let mut own = steps.iter().filter(|it| !is_boundary(it));
        own.try_fold(state.clone(), |state, it| trial::after(&trial::run(self.whole, &state, &text(it))))
    }

    /// What is deferred cannot be done after this statement, or leads elsewhere than before it.
    fn disturbs(&self, text: &str, alone: &Trace) -> bool {
        let run = |state: &State, text: &str| trial::after(&trial::run(self.whole, state, text));
        let locks = || alone.steps.iter().flat_map(|it| &it.locks);
        // What has nothing to do with the same tables cannot; of what locks none it is not known.
        let related = |it: &&Deferred| {
            locks().next().is_none() || locks().any(|lock| it.draft.action.mentions(lock.name.name.as_str()))
        };
        let all: Vec<&Deferred> = self.deferred.iter().filter(related).collect();
        if all.is_empty() {
            return false;
        }
        let deferred = |state: State| {
            let mut all = all.iter();
            all.try_fold(state, |state, it| trial::after(&trial::run_action(self.whole, &state, &it.draft.action)))
        };
        let Some(before) = deferred(self.state.clone()).and_then(|state| run(&state, text)) else { return false };
        match run(&self.state, text).and_then(deferred) {
            Some(after) => !proof::compare(&before.schema, &after.schema).holds(),
            None => true,
        }
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
        for step in self.whole.steps.iter().skip(origin).take(adopted.rewrite.takes) {
            self.taken.push((step.index, id));
        }
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
                || locks_several(step, alone)
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
                    refused.extend(why.why);
                    let why = "This part is safe by itself: it takes no longer than its lock.";
                    let action = Action::Run(vec![part.clone()]);
                    let draft = Draft::new(Phase::Expand, action, why);
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
                let why = if refused.is_empty() { NO_SMALLER_STEPS.to_owned() } else { refused.join("; ") };
                (VerdictKind::Unsolved, format!("It stays as it is: {} {why}.", first.message))
            }
        };
        let draft = Draft::new(Phase::Expand, Action::Run(vec![text]), why.clone());
        let (kind, why) = match (&step.outcome, kind) {
            (Outcome::Failed(error), VerdictKind::Kept) => {
                let why = format!(
                    "In one transaction with what is before it, it fails: {} ({}); here that is committed first.",
                    error.message, error.sqlstate
                );
                (VerdictKind::Replaced, why)
            }
            (_, kind) => (kind, why),
        };
        let draft = Draft { why: why.clone(), ..draft };
        match self.emit(draft, vec![step.index], None) {
            Ok(()) => self.verdict(step.index, kind, why, vec![]),
            Err(why) => _ = self.stopped.get_or_insert(why),
        }
    }

    /// A statement that fails, or of which the model does not know what it does.
    fn as_it_is(&mut self, step: &Step, text: &str, alone: Trace) {
        let why = trial::trouble(&alone).map(|(_, why)| why).unwrap_or_default();
        let fails = alone.steps.iter().any(|it| matches!(it.outcome, Outcome::Failed(_)));
        let line = step.index;
        if fails || alone.steps.is_empty() {
            self.stopped = Some(format!("The plan ends before step {line}, which fails: {why}"));
            return;
        }
        let note = format!("It is taken as it is: {why}.");
        let draft = Draft::new(Phase::Expand, Action::Run(vec![text.to_owned()]), note.clone());
        let before = std::mem::replace(&mut self.state, trial::end(&alone));
        let findings = alone.steps.iter().flat_map(|it| hazard::findings(it, &alone)).collect();
        let steps = alone.steps;
        self.steps.push(PlannedStep { draft, origin: vec![line], recipe: None, steps, findings, before });
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
            Action::Backfill(_) => {
                matches!(
                    it.statement.as_deref(),
                    Some(Statement::Update(_) | Statement::Delete(_) | Statement::Insert(_))
                )
            }
            Action::Run(_) => !is_boundary(it),
        };
        let own = trace.steps.iter().filter(|it| is_own(it));
        let findings = own.flat_map(|it| hazard::findings(it, &trace)).filter(|it| !is_settled(it, Some(&draft)));
        let findings = findings.collect();
        let before = std::mem::replace(&mut self.state, after);
        let steps = trace.steps.into_iter().filter(is_own).collect();
        self.steps.push(PlannedStep { draft, origin, recipe, steps, findings, before });
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
