//! Calls the core: with a stack that deep expressions cannot exhaust, and a sign of life when it
//! takes long.

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use lockstep_core::STACK;
use lockstep_core::report::advice::wire::Advice;
use lockstep_core::report::checklist::wire::{Checklist, Evidence};
use lockstep_core::report::failure::{Failure, Given, Nothing};
use lockstep_core::report::handoff::wire::Handoff;
use lockstep_core::report::package::wire::Package;
use lockstep_core::report::plan_form::{PlanFiles, Tool};
use lockstep_core::report::rollback_form::{self, FileBack, Form};
use lockstep_core::report::validation::wire::Validation;
use lockstep_core::report::{self, given_back, wire};

/// Nobody needs to be told about work that is shorter.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) fn simulate(request: &wire::Request) -> Result<wire::Trace> {
    watched(request, || report::simulate(request))
}

/// Work that simulates the request on its way.
pub(crate) fn watched<T: Send>(request: &wire::Request, work: impl FnOnce() -> T + Send) -> Result<T> {
    working(&format!("simulating {}", files(request)), work)
}

pub(crate) fn rollback(request: &wire::Request) -> Result<wire::Rollback> {
    working(&format!("looking for the way back through {}", files(request)), || report::rollback(request))
}

pub(crate) fn check_rollback(request: &wire::Request) -> Result<given_back::RollbackCheck> {
    working(&format!("checking the ways back of {}", files(request)), || given_back::check_rollback(request))
}

/// The report of a failure, or why there is none.
pub(crate) fn failure(request: &wire::Request, given: &Given) -> Result<Result<Failure, Nothing>> {
    watched(request, || report::failure::failure(request, given))
}

pub(crate) fn validation(request: &wire::Request) -> Result<Validation> {
    watched(request, || report::validation(request))
}

pub(crate) fn handoff(request: &wire::Request) -> Result<Handoff> {
    watched(request, || report::handoff(request))
}

pub(crate) fn checklist(request: &wire::Request, evidence: &Evidence) -> Result<Checklist> {
    watched(request, || report::checklist(request, evidence))
}

pub(crate) fn advice(request: &wire::Request) -> Result<Advice> {
    watched(request, || report::advice(request))
}

pub(crate) fn package(request: &wire::Request) -> Result<Package> {
    watched(request, || report::package(request))
}

pub(crate) fn plan(request: &wire::Request) -> Result<report::safe_plan::wire::SafePlan> {
    working(&format!("planning {}", files(request)), || report::plan(request))
}

pub(crate) fn plan_files(request: &wire::Request, tool: Tool) -> Result<PlanFiles> {
    working(&format!("planning {}", files(request)), || report::plan_form::files(request, tool))
}

pub(crate) fn rollback_forms(request: &wire::Request, form: Form) -> Result<Vec<FileBack>> {
    working(&format!("looking for the ways back of {}", files(request)), || rollback_form::forms(request, form))
}

fn files(request: &wire::Request) -> String {
    report::words::count(request.files.len(), "file")
}

/// Runs `work` on a thread of its own while this one watches the clock.
fn working<T: Send>(what: &str, work: impl FnOnce() -> T + Send) -> Result<T> {
    thread::scope(|scope| {
        let (done, wait) = mpsc::channel::<()>();
        let worker = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
            let _signals_when_dropped = done;
            work()
        })?;
        let late = wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
        let spinner = (late && std::io::stderr().is_terminal()).then(|| spinner(what));
        let result = worker.join();
        if let Some(spinner) = spinner {
            spinner.finish_and_clear();
        }
        result.map_err(|_| anyhow!("internal error while {what}; please report it with the input that shows it"))
    })
}

fn spinner(what: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}
