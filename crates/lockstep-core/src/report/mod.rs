//! Renderings of a trace. A report computes nothing: it prints what the trace says.

pub mod advice;
pub mod change;
pub mod checklist;
pub mod document;
pub mod failure;
pub mod given_back;
pub mod handoff;
pub mod json;
pub mod markdown;
pub mod package;
pub mod plan_form;
pub mod rollback_form;
pub mod rollback_script;
pub mod safe_plan;
pub mod styled;
pub mod timeline;
pub mod validation;
pub mod wire;
pub mod words;

mod caption;
mod changes;
mod estimate;
mod position;

use serde_json::Value;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::hazard;
use crate::input::annotated::{self, AnnotatedQuery};
use crate::pg::version::PgVersion;
use crate::plan::runner::{RUNNERS, Runner, Wrapping};
use crate::plan::{Plan, Plans};
use crate::schema::Schema;
use crate::simulate;
use crate::simulate::trace::Trace;
use crate::source::{Source, Span};

/// Simulates the request's files on its starting schema. Never fails: what cannot be read is a
/// diagnostic, what is not modelled an `unknown` step.
pub fn simulate(request: &wire::Request) -> wire::Trace {
    let mut steps = vec![];
    let (trace, schema) = simulate_each(request, &mut |step| steps.push(step));
    wire::Trace { steps, schema: schema.normal_form(), ..trace }
}

/// `each` gets the steps one after another; the trace that is left has neither them nor the schema, which
/// comes as it is.
fn simulate_each(request: &wire::Request, each: &mut dyn FnMut(wire::Step)) -> (wire::Trace, Schema) {
    let (plans, version) = plans(request);
    let facts = plans.migration.facts.clone();
    let mut stream = json::Stream::new(&facts);
    let trace = simulate::in_pieces(plans, version, &mut |piece| stream.piece(piece, each));
    (stream.end(&trace), trace.end)
}

/// The trace itself, for faces that link the core.
pub fn trace(request: &wire::Request) -> Trace {
    let (plans, version) = plans(request);
    simulate::simulate(plans, version)
}

fn plans(request: &wire::Request) -> (Plans, PgVersion) {
    let sources = |files: &[wire::File]| files.iter().map(|file| Source::new(&file.name, &file.text)).collect();
    let runner = request.runner.as_deref().and_then(Runner::find).unwrap_or(RUNNERS[0]);
    let wrapping = match request.transaction.as_deref() {
        Some("per-file") => Some(Wrapping::File),
        Some("per-statement") => Some(Wrapping::Statement),
        _ => None,
    };
    let version = PgVersion::from_major(request.postgres).unwrap_or_default();
    let mut plans = crate::plan::plan(sources(&request.schema), sources(&request.files), runner, wrapping);
    if let Some(given) = &request.facts {
        plans.migration.facts.fill(given.tables.iter().map(|(name, it)| (name.as_str(), it.into())));
    }
    if let Some(given) = &request.config {
        configure(&mut plans.migration, given);
    }
    for back in &request.ways_back {
        plans.migration.give_back(&back.of, Source::new(&back.name, &back.text));
    }
    plans.migration.leave_unwrapped(&request.unwrapped);
    (plans, version)
}

/// What cannot be taken is said: a face checks the file before.
fn configure(plan: &mut Plan, given: &Value) {
    let mut config = Config::default();
    let wrong = config.set_all(given).into_iter().map(|(key, it)| (format!("{key}: {}", it.message), it.hint));
    let unknown = config.levels.keys().filter(|id| hazard::find(id).is_none());
    let unknown = unknown.map(|id| (format!("there is no hazard `{id}`"), hazard::ignore::meant(id)));
    let source = Source::new("lockstep.toml", "");
    for (message, hint) in wrong.chain(unknown) {
        let (span, hints) = (Span::default(), vec![hint]);
        plan.diagnostics.push((source.clone(), Diagnostic { severity: Severity::Warning, message, span, hints }));
    }
    plan.configure(config);
}

/// The plan that does what the migration does, without holding up the application.
pub fn plan(request: &wire::Request) -> safe_plan::wire::SafePlan {
    safe_plan::plan(&trace(request))
}

/// The way back to the starting schema, from after `request.step`.
pub fn rollback(request: &wire::Request) -> wire::Rollback {
    rollback_script::rollback(&trace(request), request.step)
}

/// Queries that say whether the rows are as the migration needs them.
pub fn validation(request: &wire::Request) -> validation::wire::Validation {
    validation::validation(&trace(request), &application(request))
}

/// The application's queries as they will be, or, where those are not given, as they are.
fn application(request: &wire::Request) -> Vec<AnnotatedQuery> {
    let file = request.app_new.as_ref().or(request.app_old.as_ref());
    file.map(|it| annotated::read(&it.text)).unwrap_or_default()
}

/// What those who write the application have to know and to do.
pub fn handoff(request: &wire::Request) -> handoff::wire::Handoff {
    let trace = trace(request);
    let validation = validation::validation(&trace, &[]);
    // What changes is changed where the application is as it was; a new version is changed already.
    let file = request.app_old.as_ref().or(request.app_new.as_ref());
    let queries = file.map(|it| annotated::read(&it.text)).unwrap_or_default();
    let application = file.map(|it| handoff::Queries { file: &it.name, queries: &queries });
    handoff::handoff(&trace, &validation, application.as_ref())
}

/// Checklists, ticked by what the trace and the evidence prove.
pub fn checklist(request: &wire::Request, evidence: &checklist::wire::Evidence) -> checklist::wire::Checklist {
    let trace = trace(request);
    let validation = validation::validation(&trace, &application(request));
    checklist::checklist(&trace, &validation, evidence)
}

/// What could be better about the names and indexes that the migration makes, and about the application's queries.
pub fn advice(request: &wire::Request) -> advice::wire::Advice {
    advice::advice(trace(request), &application(request))
}

/// Everything that a team needs to ship the change, as the documents of one folder.
pub fn package(request: &wire::Request) -> package::wire::Package {
    let trace = trace(request);
    let old = request.app_old.as_ref().or(request.app_new.as_ref());
    let touched = old.map(|it| annotated::read(&it.text)).unwrap_or_default();
    let touched = old.map(|it| handoff::Queries { file: &it.name, queries: &touched });
    package::package(trace, &request.files, &application(request), touched.as_ref())
}
