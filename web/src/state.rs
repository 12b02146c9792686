//! Everything the page knows, and how it changes: a pure reducer. It asks for work by numbering the
//! scenario (`revision`); the answers come back as actions that carry the number they belong to.

use std::{ops::Deref, rc::Rc};

use lockstep_core::report::safe_plan::wire::SafePlan;
use lockstep_core::report::wire::{Rollback, Trace};
use yew::{AttrValue, Reducible};

use crate::scenario::{Document, Scenario};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    pub(crate) scenario: Scenario,
    /// Grows with every change of the scenario.
    pub(crate) revision: u64,
    /// Grows when a text is replaced from outside the editor.
    pub(crate) loaded: u64,
    pub(crate) trace: Option<Answer<Trace>>,
    pub(crate) rollback: Option<Answer<Rollback>>,
    pub(crate) plan: Option<Answer<SafePlan>>,
    /// Why the newest text has no trace.
    pub(crate) failure: Option<AttrValue>,
    /// 1-based; 0 while there is no step.
    pub(crate) step: usize,
    pub(crate) playing: bool,
    pub(crate) speed: Speed,
    pub(crate) document: Document,
    pub(crate) view: View,
    pub(crate) pane: Pane,
    pub(crate) dialog: Option<Dialog>,
    pub(crate) theme: Theme,
    /// Something about the whole page, such as a broken link.
    pub(crate) alert: Option<AttrValue>,
    pub(crate) embed: bool,
}

/// An answer of the engine and the question it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer<T> {
    pub(crate) revision: u64,
    pub(crate) value: Shared<T>,
}

/// A large value that never changes: equal means the very same, so comparing costs nothing.
#[derive(Debug)]
pub(crate) struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Shared<T> {
        Shared(Rc::new(value))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Step,
    Plan,
    Rollback,
    Trace,
}

impl View {
    pub(crate) const ALL: [View; 4] = [View::Step, View::Plan, View::Rollback, View::Trace];

    pub(crate) fn title(self) -> &'static str {
        match self {
            View::Step => "Step by step",
            View::Plan => "Safe plan",
            View::Rollback => "Rollback",
            View::Trace => "Trace",
        }
    }
}

/// What a narrow screen shows; a wide one shows all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pane {
    Code,
    Watch,
    Report,
}

impl Pane {
    pub(crate) const ALL: [Pane; 3] = [Pane::Code, Pane::Watch, Pane::Report];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Pane::Code => "Code",
            Pane::Watch => "Watch",
            Pane::Report => "Report",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Dialog {
    Help,
    Examples,
    Share,
    Hazard(AttrValue),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speed {
    Half,
    One,
    Two,
}

impl Speed {
    pub(crate) const ALL: [Speed; 3] = [Speed::Half, Speed::One, Speed::Two];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Speed::Half => "½×",
            Speed::One => "1×",
            Speed::Two => "2×",
        }
    }

    /// How long a step stays on the stage.
    pub(crate) fn milliseconds(self) -> u32 {
        match self {
            Speed::Half => 4_800,
            Speed::One => 2_400,
            Speed::Two => 1_200,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub(crate) fn of_name(name: &str) -> Theme {
        match name {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::Auto,
        }
    }

    pub(crate) fn next(self) -> Theme {
        match self {
            Theme::Auto => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Auto,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Edit(Document, AttrValue),
    Load(Scenario, usize),
    Postgres(u8),
    Runner(AttrValue),
    Traced(u64, Shared<Trace>),
    RolledBack(u64, Shared<Rollback>),
    Planned(u64, Shared<SafePlan>),
    /// The engine could not answer for this revision.
    Failed(u64, AttrValue),
    /// To a step, counted from 1; beyond the ends is the end.
    Go(usize),
    Move(isize),
    TogglePlay,
    /// The time of the step on the stage is over.
    Tick,
    Speed(Speed),
    Document(Document),
    View(View),
    Pane(Pane),
    Open(Dialog),
    Close,
    Theme(Theme),
    Alert(Option<AttrValue>),
}

impl State {
    pub(crate) fn new(scenario: Scenario, step: usize, embed: bool) -> State {
        State {
            scenario,
            revision: 1,
            loaded: 0,
            trace: None,
            rollback: None,
            plan: None,
            failure: None,
            step,
            playing: false,
            speed: Speed::One,
            document: Document::Migration,
            view: View::Step,
            pane: Pane::Watch,
            dialog: None,
            theme: Theme::Auto,
            alert: None,
            embed,
        }
    }

    pub(crate) fn steps(&self) -> usize {
        self.trace.as_ref().map_or(0, |it| it.value.steps.len())
    }

    /// The frames on the stage belong to an older text that the newest one cannot replace.
    pub(crate) fn stale(&self) -> bool {
        self.failure.is_some() && self.trace.is_some()
    }

    /// The engine has not answered yet for what the editors hold.
    pub(crate) fn working(&self) -> bool {
        self.failure.is_none() && self.trace.as_ref().is_none_or(|it| it.revision < self.revision)
    }

    /// The rollback from after the step on the stage, where it has been asked for and answered.
    pub(crate) fn current_rollback(&self) -> Option<&Shared<Rollback>> {
        let answer = self.rollback.as_ref()?;
        (answer.revision == self.revision && answer.value.from_step == self.step).then_some(&answer.value)
    }

    /// The safe plan, where it has been asked for and answered.
    pub(crate) fn current_plan(&self) -> Option<&Shared<SafePlan>> {
        let answer = self.plan.as_ref()?;
        (answer.revision == self.revision).then_some(&answer.value)
    }

    fn changed(&mut self) {
        self.revision += 1;
        self.playing = false;
        (self.rollback, self.plan) = (None, None);
        self.failure = None;
    }

    fn go(&mut self, step: usize) {
        let steps = self.steps();
        self.step = step.clamp(steps.min(1), steps);
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::Edit(document, text) => {
                if *self.scenario.text(document) == text {
                    return;
                }
                match document {
                    Document::Migration => self.scenario.migration = text,
                    Document::Schema => self.scenario.schema = text,
                }
                self.changed();
            }
            Action::Load(scenario, step) => {
                self.scenario = scenario;
                self.changed();
                self.loaded += 1;
                self.trace = None;
                self.step = step;
                self.document = Document::Migration;
                self.view = View::Step;
                self.alert = None;
            }
            Action::Postgres(version) if version != self.scenario.postgres => {
                self.scenario.postgres = version;
                self.changed();
            }
            Action::Runner(runner) if runner != self.scenario.runner => {
                self.scenario.runner = runner;
                self.changed();
            }
            Action::Postgres(_) | Action::Runner(_) => {}
            Action::Traced(revision, value) => {
                if self.trace.as_ref().is_some_and(|it| it.revision >= revision) {
                    return;
                }
                self.trace = Some(Answer { revision, value });
                if revision == self.revision {
                    self.failure = None;
                }
                self.go(self.step);
            }
            Action::RolledBack(revision, value) => self.rollback = Some(Answer { revision, value }),
            Action::Planned(revision, value) => self.plan = Some(Answer { revision, value }),
            Action::Failed(revision, why) => {
                if revision == self.revision {
                    self.failure = Some(why);
                    self.playing = false;
                }
            }
            Action::Go(step) => {
                self.playing = false;
                self.go(step);
            }
            Action::Move(by) => {
                self.playing = false;
                self.go(self.step.saturating_add_signed(by));
            }
            Action::TogglePlay => {
                self.playing = !self.playing && self.steps() > 0;
                if self.playing && self.step == self.steps() {
                    self.go(1);
                }
                if self.playing {
                    (self.view, self.pane) = (View::Step, Pane::Watch);
                }
            }
            Action::Tick if self.playing => {
                self.go(self.step + 1);
                self.playing = self.step < self.steps();
            }
            Action::Tick => {}
            Action::Speed(speed) => self.speed = speed,
            Action::Document(document) => self.document = document,
            Action::View(view) => {
                self.view = view;
                self.pane = if view == View::Step { Pane::Watch } else { Pane::Report };
            }
            Action::Pane(pane) => {
                self.pane = pane;
                match (pane, self.view) {
                    (Pane::Watch, _) => self.view = View::Step,
                    (Pane::Report, View::Step) => self.view = View::Rollback,
                    _ => {}
                }
            }
            Action::Open(dialog) => {
                self.playing = false;
                self.dialog = Some(dialog);
            }
            Action::Close => self.dialog = None,
            Action::Theme(theme) => self.theme = theme,
            Action::Alert(alert) => self.alert = alert,
        }
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        next.apply(action);
        Rc::new(next)
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
