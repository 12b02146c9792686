//! The engine in a worker. One question is under way at a time and only the newest of each kind
//! waits. A worker that traps, or takes longer than five seconds, is ended and started again.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use js_sys::{JSON, Object, Reflect};
use lockstep_core::report::safe_plan::wire::SafePlan;
use lockstep_core::report::wire::{Request, Rollback, Trace};
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use crate::state::{Action, Shared};

const LIMIT_MS: u32 = 5_000;
/// Until the worker has fetched and compiled the module, which a slow network decides.
const BOOT_MS: u32 = 120_000;

#[derive(Clone, Copy, PartialEq)]
enum Call {
    Simulate,
    Rollback,
    Plan,
}

struct Question {
    call: Call,
    revision: u64,
    request: Request,
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
    waiting: [Option<Question>; 3],
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
    /// Every answer becomes an action.
    pub(crate) fn new(answer: Callback<Action>) -> Engine {
        let inner = Inner { answer, worker: None, id: 0, under_way: None, waiting: [None, None, None] };
        let engine = Engine(Rc::new(RefCell::new(inner)));
        engine.boot();
        engine
    }

    pub(crate) fn simulate(&self, revision: u64, request: Request) {
        self.ask(Question { call: Call::Simulate, revision, request });
    }

    pub(crate) fn rollback(&self, revision: u64, request: Request) {
        self.ask(Question { call: Call::Rollback, revision, request });
    }

    pub(crate) fn plan(&self, revision: u64, request: Request) {
        self.ask(Question { call: Call::Plan, revision, request });
    }

    fn ask(&self, question: Question) {
        let slot = question.call as usize;
        self.0.borrow_mut().waiting[slot] = Some(question);
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
        if self.0.borrow().under_way.is_some() {
            return;
        }
        let mut inner = self.0.borrow_mut();
        let Some(question) = inner.waiting.iter_mut().find_map(Option::take) else { return };
        inner.id += 1;
        let Some(running) = &inner.worker else {
            let failed = Action::Failed(question.revision, "This browser does not start web workers.".into());
            let answer = inner.answer.clone();
            drop(inner);
            return answer.emit(failed);
        };
        // Text, not objects: the structured clone of a large trace costs more than parsing it.
        let message = Object::new();
        let call = match question.call {
            Call::Simulate => "simulateJson",
            Call::Rollback => "rollbackJson",
            Call::Plan => "planJson",
        };
        let request = serde_json::to_string(&question.request).unwrap_or_default();
        for (key, value) in [("id", inner.id.into()), ("call", call.into()), ("request", request.into())] {
            // Setting a key of a plain object does not fail.
            let _ = Reflect::set(&message, &key.into(), &value);
        }
        let ready = running.ready;
        let _ = running.worker.post_message(&message);
        let timeout = self.timeout(if ready { LIMIT_MS } else { BOOT_MS });
        inner.under_way = Some((question, timeout));
    }

    fn timeout(&self, milliseconds: u32) -> Timeout {
        let engine = self.clone();
        Timeout::new(milliseconds, move || {
            engine.restart("The simulation took longer than 5 seconds and was stopped. The text is kept: shorten it, or run lockstep simulate on the command line, which has no limit.");
        })
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
            return self.restart("The engine stopped on this text and was started again. The text is kept: take out the part that was added last.");
        }
        let Some((question, timeout)) = inner.under_way.take() else { return };
        timeout.cancel();
        let answer = inner.answer.clone();
        drop(inner);
        answer.emit(match (get("answer").and_then(|it| it.as_string()), get("error")) {
            (Some(text), _) => read(&question, &text),
            (None, error) => {
                let why = error.and_then(|it| it.as_string()).unwrap_or_else(|| "no answer".into());
                Action::Failed(question.revision, format!("The engine did not answer: {why}").into())
            }
        });
        self.next();
    }

    fn is_ready(&self) {
        let timeout = self.timeout(LIMIT_MS);
        let mut inner = self.0.borrow_mut();
        if let Some(running) = &mut inner.worker {
            running.ready = true;
        }
        match &mut inner.under_way {
            Some((_, old)) => *old = timeout,
            None => drop(timeout.cancel()),
        }
    }

    fn broken(&self, event: Event) {
        event.prevent_default();
        self.restart("The engine stopped and was started again. The text is kept.");
    }

    fn restart(&self, why: &'static str) {
        let mut inner = self.0.borrow_mut();
        if let Some(running) = inner.worker.take() {
            running.worker.set_onmessage(None);
            running.worker.set_onerror(None);
            running.worker.terminate();
        }
        let failed = inner.under_way.take().map(|(question, timeout)| {
            timeout.cancel();
            Action::Failed(question.revision, why.into())
        });
        let answer = inner.answer.clone();
        drop(inner);
        self.boot();
        if let Some(failed) = failed {
            answer.emit(failed);
        }
        self.next();
    }
}

fn read(question: &Question, text: &str) -> Action {
    let broken = |error: serde_json::Error| {
        Action::Failed(question.revision, format!("The engine's answer cannot be read: {error}").into())
    };
    match question.call {
        Call::Simulate => serde_json::from_str::<Trace>(text)
            .map_or_else(broken, |trace| Action::Traced(question.revision, Shared::new(trace))),
        Call::Rollback => serde_json::from_str::<Rollback>(text)
            .map_or_else(broken, |rollback| Action::RolledBack(question.revision, Shared::new(rollback))),
        Call::Plan => serde_json::from_str::<SafePlan>(text)
            .map_or_else(broken, |plan| Action::Planned(question.revision, Shared::new(plan))),
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
