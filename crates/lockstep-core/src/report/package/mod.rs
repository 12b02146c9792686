//! Everything that a team needs to ship a change, as the documents of one folder: made of one simulation.

pub mod wire;

mod failures;
mod findings;
mod index;
mod name;
mod rollback;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::input::annotated::AnnotatedQuery;
use crate::report::checklist::wire::Evidence;
use crate::report::failure::Failure;
use crate::report::handoff::wire::Handoff;
use crate::report::handoff::{self, Queries};
use crate::report::package::wire::{Document, FORMAT, Package};
use crate::report::plan_form::{self, Part, PlanFiles, Tool};
use crate::report::safe_plan::wire::SafePlan;
use crate::report::validation::wire::Validation;
use crate::report::validation::{self, script};
use crate::report::wire::{File, Rollback};
use crate::report::{advice, checklist, json, markdown, rollback_script, safe_plan};
use crate::simulate::trace::Trace;

/// What the documents are made of.
struct Parts {
    trace: super::wire::Trace,
    plan: SafePlan,
    /// The same as files of the tool that runs the migration, where it has a form.
    tool: Option<(Tool, PlanFiles)>,
    rollback: Rollback,
    validation: Validation,
    handoff: Handoff,
    failures: Vec<(String, Failure)>,
}

/// `files`: the migration's own texts; `queries`: those of the application, whose plans are looked at; `touched`: those
/// that the change may concern.
pub fn package(
    trace: Trace,
    files: &[File],
    queries: &[AnnotatedQuery],
    touched: Option<&Queries<'_>>,
) -> wire::Package {
    let validation = validation::validation(&trace, queries);
    let handoff = handoff::handoff(&trace, &validation, touched);
    let checklist = checklist::checklist(&trace, &validation, &Evidence::default());
    let tool = Tool::find(trace.plan.runner.id).map(|tool| (tool, plan_form::of_trace(&trace, tool)));
    let parts = Parts {
        trace: json::trace(&trace),
        plan: tool.as_ref().map_or_else(|| safe_plan::plan(&trace), |(_, made)| made.plan.clone()),
        tool,
        rollback: rollback_script::rollback(&trace, None),
        failures: failures::scenarios(&trace, &handoff),
        validation,
        handoff,
    };
    let advice = advice::advice(trace, queries);
    let mut folder = Folder::default();
    folder.plan(&parts);
    folder.rollback(&parts);
    folder.validation(&parts.validation);
    folder.markdown(
        "handoff.md",
        "What those who change the application have to know and to do: models, queries, order of deploys, errors.",
        handoff::markdown::markdown(&parts.handoff),
    );
    folder.json("handoff.json", "The handoff note for programs.", &parts.handoff);
    folder.markdown(
        "checklist.md",
        "What is proved by the simulation alone, and what is still to do before, on staging and in production.",
        checklist::markdown::markdown(&checklist),
    );
    folder.json("checklist.json", "The checklist for programs.", &checklist);
    folder.failures(&parts.failures);
    folder.markdown(
        "findings.md",
        "What is dangerous about the migration as it is, step by step.",
        findings::markdown(&parts.trace),
    );
    folder.markdown(
        "advice.md",
        "Names, indexes and queries that could be better.",
        advice::markdown::markdown(&advice),
    );
    folder.json("advice.json", "The advice for programs.", &advice);
    folder.markdown(
        "timeline.md",
        "Every step of the migration as it is: locks, work, outcome, change of the schema.",
        markdown::markdown(&parts.trace),
    );
    folder.json("trace.json", "The simulation for programs, format lockstep-trace/1.", &parts.trace);
    folder.migration(files);
    let index = Document {
        name: "index.md".into(),
        media_type: MARKDOWN.into(),
        about: "What changes, what is dangerous, in which order it goes out, and where everything is.".into(),
        text: index::markdown(&parts, &folder.documents),
    };
    Package {
        format: FORMAT.into(),
        postgres: parts.trace.postgres,
        files: parts.plan.files,
        documents: std::iter::once(index).chain(folder.documents).collect(),
    }
}

const MARKDOWN: &str = "text/markdown";
const SQL: &str = "application/sql";
const JSON: &str = "application/json";

/// What a file of a tool is.
fn about_file(tool: &Tool, made: &PlanFiles, part: Part, release: usize) -> String {
    let what = match part {
        Part::Up => "the safe plan as a migration",
        Part::Down => "the way back of one of its migrations",
        Part::Setting => "tells that no transaction is to be around the file beside it",
    };
    match made.releases.len() {
        1 => format!("For {}: {what}.", tool.id),
        _ => format!("For {}, release {release}: {what}.", tool.id),
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("sql") => SQL,
        Some("py") => "text/x-python",
        Some("js") => "text/javascript",
        _ => "text/plain",
    }
}

#[derive(Default)]
struct Folder {
    documents: Vec<Document>,
}

impl Folder {
    fn add(&mut self, name: &str, media_type: &str, about: &str, text: String) {
        let text = if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" };
        self.documents.push(Document { name: name.into(), media_type: media_type.into(), about: about.into(), text });
    }

    fn markdown(&mut self, name: &str, about: &str, text: String) {
        self.add(name, MARKDOWN, about, text);
    }

    fn json(&mut self, name: &str, about: &str, value: &impl Serialize) {
        // What is serialized has neither maps with other keys than texts nor anything that refuses.
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        self.add(name, JSON, about, text);
    }

    fn plan(&mut self, parts: &Parts) {
        let about = "The safe plan as a script for psql, a stage at a time.";
        let about = match index::plan_is_complete(&parts.plan) {
            true => about,
            false => "The safe plan as a script for psql, as far as there is one: read plan.md first.",
        };
        self.add("plan.sql", SQL, about, parts.plan.sql.clone());
        let about =
            "The safe plan to read: stages, what to deploy between them, what becomes of each statement and why.";
        self.markdown("plan.md", about, safe_plan::markdown(&parts.plan));
        self.json("plan.json", "The safe plan for programs, format lockstep-plan/1.", &parts.plan);
        let stages = &parts.plan.stages;
        for stage in stages.iter().filter(|_| stages.len() > 1) {
            let name = format!("plan/stage-{}-{}.sql", stage.index, stage.phase);
            let about = format!("Stage {} of plan.sql by itself.", stage.index);
            self.add(&name, SQL, &about, safe_plan::stage_script(&parts.plan, stage));
        }
        let Some((tool, made)) = &parts.tool else { return };
        for (release, number) in made.releases.iter().zip(1..) {
            for file in &release.files {
                let name = format!("plan/{}/{}", tool.id, file.name);
                self.add(&name, media_type(&file.name), &about_file(tool, made, file.part, number), file.text.clone());
            }
        }
    }

    fn rollback(&mut self, parts: &Parts) {
        let about = "The way back from the migration's end, as a script for psql.";
        self.add("rollback.sql", SQL, about, parts.rollback.sql.clone());
        self.markdown(
            "rollback.md",
            "What the way back restores, what it loses, and how to keep that.",
            rollback::markdown(&parts.rollback, parts.trace.steps.len()),
        );
        self.json("rollback.json", "The way back for programs, format lockstep-rollback/1.", &parts.rollback);
    }

    fn validation(&mut self, validation: &Validation) {
        let about = "Queries to run with psql before the migration: whether the rows let it through. They read only.";
        self.add("validation-before.sql", SQL, about, script::script_at(validation, 0));
        let about =
            "Queries to run with psql after its end: whether rows, constraints and indexes are as they should be.";
        self.add("validation-after.sql", SQL, about, script::script_at(validation, validation.steps));
        self.markdown(
            "validation.md",
            "Each of these queries, and those to ask in between: what it must answer, when, and which error it prevents.",
            validation::markdown::markdown(validation),
        );
        self.json("validation.json", "The validation queries for programs, format lockstep-validation/1.", validation);
    }

    fn failures(&mut self, failures: &[(String, Failure)]) {
        if failures.is_empty() {
            return;
        }
        let about = "Errors that can come, and SQL that finds out more or mends it.";
        self.markdown("failures.md", about, failures::markdown(failures));
        let reports: Vec<&Failure> = failures.iter().map(|(_, report)| report).collect();
        self.json("failures.json", "The same as reports for programs.", &reports);
    }

    /// The texts as they are, which the steps of everything else count in.
    fn migration(&mut self, files: &[File]) {
        let mut taken = BTreeSet::new();
        for file in files {
            let name = name::inside("migration", &file.name, &mut taken);
            // Its line breaks are its own.
            let (media_type, about) = (SQL.into(), "The migration as it is, of which the safe plan is made.".into());
            self.documents.push(Document { name, media_type, about, text: file.text.clone() });
        }
    }
}
