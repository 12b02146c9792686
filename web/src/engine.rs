//! The engine in a worker. One question is under way at a time and only the newest of each kind
//! waits. A worker that traps, or takes too long, is ended and started again.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use js_sys::{JSON, Object, Reflect};
use lockstep_core::report::wire::{Request, Step, Trace};
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::{AttrValue, Callback};

use crate::documents::{self, Kind, Made};
use crate::state::{Action, Asked, Shared};

/// Until the worker has fetched and compiled the module, which a slow network decides.
const BOOT_MS: u32 = 120_000;

#[derive(Clone, Copy, PartialEq)]
enum Call {
    Simulate,
    Document(Kind),
}

impl Call {
    const COUNT: usize = 1 + Kind::ALL.len();

    fn slot(self) -> usize {
        match self {
            Call::Simulate => 0,
            Call::Document(kind) => 1 + kind as usize,
        }
    }

    /// What the module exports it as.
    fn name(self) -> &'static str {
        match self {
            Call::Simulate => "simulateJson",
            Call::Document(kind) => kind.call(),
        }
    }

    /// A document is looked at, not waited for at every key.
    fn limit_seconds(self) -> u32 {
        match self {
            Call::Simulate => 5,
            Call::Document(_) => 20,
        }
    }
}

struct Question {
    call: Call,
    asked: Asked,
    /// As JSON.
    text: String,
}

impl Question {
    fn failed(&self, why: impl Into<AttrValue>) -> Action {
        match self.call {
            Call::Simulate => Action::Failed(self.asked.revision, why.into()),
            Call::Document(kind) => Action::Made(kind, self.asked, Err(why.into())),
        }
    }
}

/// Why a worker was ended.
#[derive(Clone, Copy)]
enum Stopped {
    TooLong,
    Trapped,
    Broken,
}

impl Stopped {
    fn words(self, call: Call) -> String {
        let (what, command) = match call {
            Call::Simulate => ("simulation".to_owned(), "simulate"),
            Call::Document(kind) => (kind.noun().to_owned(), kind.command()),
        };
        match self {
            Stopped::TooLong => format!(
                "The {what} took longer than {} seconds and was stopped. The text is kept: shorten it, or run lockstep \
                 {command} on the command line, which has no limit.",
                call.limit_seconds()
            ),
            Stopped::Trapped => format!(
                "The engine stopped on this text ({what}) and was started again. The text is kept: take out the part that \
                 was added last."
            ),
            Stopped::Broken => "The engine stopped and was started again. The text is kept.".into(),
        }
    }
}

/// Parts are read as they come: each is a task of its own on the page's main thread.
#[derive(Default)]
struct Parts {
    trace: Option<Trace>,
    texts: Vec<String>,
}

struct Running {
    worker: Worker,
    ready: bool,
    _listeners: [Closure<dyn FnMut(Event)>; 2],
}

struct Inner {
    answer: Callback<Action>,
    worker: Option<Running>,
    /// Grows with every question, so that an answer is known to belong to the one under way.
    id: u32,
    under_way: Option<(Question, Timeout)>,
    /// What has come of its answer.
    parts: Parts,
    waiting: [Option<Question>; Call::COUNT],
}

/// A handle; clones share the worker.
#[derive(Clone)]
pub(crate) struct Engine(Rc<RefCell<Inner>>);

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Engine {
    /// Every answer becomes an action. The worker starts with the first question.
    pub(crate) fn new(answer: Callback<Action>) -> Engine {
        let waiting = [const { None }; Call::COUNT];
        Engine(Rc::new(RefCell::new(Inner {
            answer,
            worker: None,
            id: 0,
            under_way: None,
            parts: Parts::default(),
            waiting,
        })))
    }

    pub(crate) fn simulate(&self, revision: u64, request: Request) {
        self.ask(Call::Simulate, Asked { revision, ..Asked::default() }, &request);
    }

    pub(crate) fn document(&self, kind: Kind, asked: Asked, question: &documents::Question) {
        self.ask(Call::Document(kind), asked, question);
    }

    fn ask(&self, call: Call, asked: Asked, request: &impl serde::Serialize) {
        let question = Question { call, asked, text: serde_json::to_string(request).unwrap_or_default() };
        let mut inner = self.0.borrow_mut();
        for waiting in &mut inner.waiting {
            // Nobody waits any more for what an older text would have given.
            waiting.take_if(|it| it.asked.revision < question.asked.revision);
        }
        let slot = question.call.slot();
        inner.waiting[slot] = Some(question);
        drop(inner);
        self.next();
    }

    fn boot(&self) {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let Ok(worker) = Worker::new_with_options("./js/worker.js", &options) else { return };
        let listen = |react: fn(&Engine, Event)| {
            let engine = self.clone();
            Closure::<dyn FnMut(Event)>::new(move |event| react(&engine, event))
        };
        let listeners = [listen(Engine::heard), listen(Engine::broken)];
        worker.set_onmessage(Some(listeners[0].as_ref().unchecked_ref()));
        worker.set_onerror(Some(listeners[1].as_ref().unchecked_ref()));
        self.0.borrow_mut().worker = Some(Running { worker, ready: false, _listeners: listeners });
    }

    fn next(&self) {
        let (idle, asleep) = {
            let inner = self.0.borrow();
            (inner.under_way.is_none() && inner.waiting.iter().any(Option::is_some), inner.worker.is_none())
        };
        if !idle {
            return;
        }
        if asleep {
            self.boot();
        }
        let mut inner = self.0.borrow_mut();
        let Some(question) = inner.waiting.iter_mut().find_map(Option::take) else { return };
        inner.id += 1;
        let Some(running) = &inner.worker else {
            let failed = question.failed("This browser does not start web workers.");
            let answer = inner.answer.clone();
            drop(inner);
            return answer.emit(failed);
        };
        // Text, not objects: the structured clone of a large trace costs more than parsing it.
        let message = Object::new();
        let call = question.call.name();
        let request = &question.text;
        for (key, value) in [("id", inner.id.into()), ("call", call.into()), ("request", request.into())] {
            // Setting a key of a plain object does not fail.
            let _ = Reflect::set(&message, &key.into(), &value);
        }
        let ready = running.ready;
        let _ = running.worker.post_message(&message);
        let timeout = self.timeout(if ready { question.call.limit_seconds() * 1_000 } else { BOOT_MS });
        inner.under_way = Some((question, timeout));
        inner.parts = Parts::default();
    }

    fn timeout(&self, milliseconds: u32) -> Timeout {
        let engine = self.clone();
        Timeout::new(milliseconds, move || engine.restart(Stopped::TooLong))
    }

    fn heard(&self, event: Event) {
        let data = event.unchecked_into::<MessageEvent>().data();
        let get = |key: &str| Reflect::get(&data, &key.into()).ok().filter(|it| !it.is_undefined());
        if get("ready").is_some() {
            return self.is_ready();
        }
        let mut inner = self.0.borrow_mut();
        if get("id").and_then(|it| it.as_f64()) != Some(f64::from(inner.id)) {
            return;
        }
        if get("trapped").is_some_and(|it| it.is_truthy()) {
            drop(inner);
            return self.restart(Stopped::Trapped);
        }
        let part = get("part").and_then(|it| it.as_string());
        let mut failed = get("error").map(|it| it.as_string().unwrap_or_else(|| "The engine did not answer.".into()));
        if let (Some((question, _)), Some(part)) = (&inner.under_way, part) {
            let call = question.call;
            match inner.parts.add(call, part) {
                Ok(()) => return,
                Err(error) => failed = Some(format!("The engine's answer cannot be read: {error}")),
            }
        }
        let Some((question, timeout)) = inner.under_way.take() else { return };
        timeout.cancel();
        let answer = inner.answer.clone();
        let parts = std::mem::take(&mut inner.parts);
        drop(inner);
        answer.emit(match failed {
            None => parts.read(&question),
            Some(why) => question.failed(why),
        });
        self.next();
    }

    fn is_ready(&self) {
        let mut inner = self.0.borrow_mut();
        if let Some(running) = &mut inner.worker {
            running.ready = true;
        }
        if let Some((question, timeout)) = &mut inner.under_way {
            *timeout = self.timeout(question.call.limit_seconds() * 1_000);
        }
    }

    fn broken(&self, event: Event) {
        event.prevent_default();
        self.restart(Stopped::Broken);
    }

    /// Ends the worker and starts another: at once, unless it never came so far as to answer.
    fn restart(&self, why: Stopped) {
        let mut inner = self.0.borrow_mut();
        let worked = inner.worker.as_ref().is_some_and(|it| it.ready);
        if let Some(running) = inner.worker.take() {
            running.worker.set_onmessage(None);
            running.worker.set_onerror(None);
            running.worker.terminate();
        }
        let failed = inner.under_way.take().map(|(question, timeout)| {
            timeout.cancel();
            question.failed(why.words(question.call))
        });
        let answer = inner.answer.clone();
        drop(inner);
        if worked {
            self.boot();
        }
        if let Some(failed) = failed {
            answer.emit(failed);
        }
        self.next();
    }
}

impl Parts {
    fn add(&mut self, call: Call, part: String) -> serde_json::Result<()> {
        match (call, &mut self.trace) {
            (Call::Document(_), _) => self.texts.push(part),
            (Call::Simulate, None) => self.trace = Some(serde_json::from_str(&part)?),
            (Call::Simulate, Some(trace)) => trace.steps.extend(serde_json::from_str::<Vec<Step>>(&part)?),
        }
        Ok(())
    }

    fn read(self, question: &Question) -> Action {
        match (question.call, self.trace) {
            (Call::Simulate, Some(trace)) => Action::Traced(question.asked.revision, Shared::new(trace)),
            (Call::Simulate, None) => question.failed("The engine did not answer."),
            (Call::Document(kind), _) => match Made::read(kind, self.texts) {
                Ok(made) => Action::Made(kind, question.asked, Ok(made)),
                Err(error) => question.failed(format!("The engine's answer cannot be read: {error}")),
            },
        }
    }
}

/// Pretty JSON by the browser's own printer, which is quicker than ours in WebAssembly.
pub(crate) fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value)
        .ok()
        .and_then(|text| JSON::parse(&text).ok())
        .and_then(|it| JSON::stringify_with_replacer_and_space(&it, &JsValue::NULL, &2.into()).ok())
        .map(String::from)
        .unwrap_or_default()
}
