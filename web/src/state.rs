//! Everything the page knows, and how it changes: a pure reducer. It asks for work by numbering the
//! scenario (`revision`); the answers come back as actions that carry the number they belong to.

use std::{collections::BTreeMap, ops::Deref, rc::Rc};

use lockstep_core::report::wire::Trace;
use yew::{AttrValue, Reducible};

use crate::documents::{Kind, Made};
use crate::scenario::{Document, Scenario};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    pub(crate) scenario: Scenario,
    /// Grows with every change of the scenario.
    pub(crate) revision: u64,
    /// Grows when a text is replaced from outside the editor.
    pub(crate) loaded: u64,
    pub(crate) trace: Option<Answer<Trace>>,
    /// The newest answer for each kind that was looked at, which may be older than the text.
    pub(crate) documents: [Option<Told>; Kind::ALL.len()],
    /// Why the newest text has no trace.
    pub(crate) failure: Option<AttrValue>,
    /// 1-based; 0 while there is no step.
    pub(crate) step: usize,
    pub(crate) playing: bool,
    pub(crate) speed: Speed,
    pub(crate) document: Document,
    pub(crate) view: View,
    /// The view that the pane of reports comes back to.
    pub(crate) report: View,
    /// Whose models the handoff note shows; empty: those that go with the runner.
    pub(crate) tool: AttrValue,
    /// What people state of what no program sees, by the name that checklists give it.
    pub(crate) statements: Rc<BTreeMap<String, String>>,
    /// Grows with every change of them.
    pub(crate) stated: u64,
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

/// What a document was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    pub(crate) revision: u64,
    /// From after which step; only a way back depends on it.
    pub(crate) step: Option<usize>,
    /// With how many statements made so far; only a checklist depends on them.
    pub(crate) stated: u64,
}

/// A document, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) asked: Asked,
    pub(crate) answer: Result<Made, AttrValue>,
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
    Document(Kind),
}

impl View {
    pub(crate) const ALL: [View; 1 + Kind::ALL.len()] = {
        let mut all = [View::Step; 1 + Kind::ALL.len()];
        let mut at = 0;
        while at < Kind::ALL.len() {
            all[1 + at] = View::Document(Kind::ALL[at]);
            at += 1;
        }
        all
    };

    /// Its place in `ALL`.
    pub(crate) fn place(self) -> usize {
        match self {
            View::Step => 0,
            View::Document(kind) => 1 + kind as usize,
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            View::Step => "Step by step",
            View::Document(kind) => kind.title(),
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
    Made(Kind, Asked, Result<Made, AttrValue>),
    /// Asks again for a document that could not be made.
    Retry(Kind),
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
    Tool(AttrValue),
    /// States something by its name; nothing takes it back.
    Statement(AttrValue, AttrValue),
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
            documents: Default::default(),
            failure: None,
            step,
            playing: false,
            speed: Speed::One,
            document: Document::Migration,
            view: View::Step,
            report: View::Document(Kind::Plan),
            tool: AttrValue::Static(""),
            statements: Rc::default(),
            stated: 0,
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

    /// What a document of that kind has to be an answer to; `None`: there is nothing to ask.
    fn asked(&self, kind: Kind) -> Option<Asked> {
        let step = (kind == Kind::Rollback).then_some(self.step);
        let stated = if kind == Kind::Checklist { self.stated } else { 0 };
        (step != Some(0)).then_some(Asked { revision: self.revision, step, stated })
    }

    /// The document that is looked at and not yet known. What the engine stopped on is not asked for again.
    pub(crate) fn wanted(&self) -> Option<(Kind, Asked)> {
        let View::Document(kind) = self.view else { return None };
        let asked = self.asked(kind)?;
        let known = self.documents[kind as usize].as_ref().is_some_and(|it| it.asked == asked);
        (!known && !self.working() && self.failure.is_none()).then_some((kind, asked))
    }

    /// Whether what is shown of that kind is missing, or older than the text or the step.
    pub(crate) fn waits_for(&self, kind: Kind) -> bool {
        let known = self.documents[kind as usize].as_ref().map(|it| it.asked);
        self.failure.is_none() && self.asked(kind).is_some_and(|asked| known != Some(asked))
    }

    fn changed(&mut self) {
        self.revision += 1;
        self.playing = false;
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
                self.documents = Default::default();
                self.statements = Rc::default();
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
            Action::Made(kind, asked, answer) => {
                if asked.revision == self.revision {
                    self.documents[kind as usize] = Some(Told { asked, answer });
                }
            }
            Action::Retry(kind) => self.documents[kind as usize] = None,
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
                if view != View::Step {
                    self.report = view;
                }
            }
            Action::Tool(tool) => self.tool = tool,
            Action::Statement(name, text) => {
                let statements = Rc::make_mut(&mut self.statements);
                if text.trim().is_empty() {
                    statements.remove(name.as_str());
                } else {
                    statements.insert(name.to_string(), text.to_string());
                }
                self.stated += 1;
            }
            Action::Pane(pane) => {
                self.pane = pane;
                match (pane, self.view) {
                    (Pane::Watch, _) => self.view = View::Step,
                    (Pane::Report, View::Step) => self.view = self.report,
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
