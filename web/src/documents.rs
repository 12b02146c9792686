//! The documents of a change: what each is called, how the worker makes it, and as which files people keep it.

use lockstep_core::report;
use lockstep_core::report::advice::{self, wire::Advice};
use lockstep_core::report::checklist::{self, wire::Checklist, wire::Evidence};
use lockstep_core::report::handoff::{self, wire::Handoff};
use lockstep_core::report::package::wire::Package;
use lockstep_core::report::safe_plan::{self, wire::SafePlan};
use lockstep_core::report::validation::{self, wire::Validation};
use lockstep_core::report::wire::{Request, Rollback};
use serde::{Deserialize, Serialize};

use crate::archive;
use crate::state::Shared;

/// What the page is willing to read in one go on its main thread.
pub(crate) const ANSWER_LIMIT: usize = 8 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plan,
    Rollback,
    Validation,
    Handoff,
    Checklist,
    Advice,
    Package,
    Trace,
}

impl Kind {
    pub(crate) const ALL: [Kind; 8] = [
        Kind::Plan,
        Kind::Rollback,
        Kind::Validation,
        Kind::Handoff,
        Kind::Checklist,
        Kind::Advice,
        Kind::Package,
        Kind::Trace,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Plan => "Safe plan",
            Kind::Rollback => "Rollback",
            Kind::Validation => "Validation",
            Kind::Handoff => "Handoff",
            Kind::Checklist => "Checklist",
            Kind::Advice => "Advice",
            Kind::Trace => "Trace",
            Kind::Package => "Package",
        }
    }

    /// In a sentence.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Kind::Plan => "safe plan",
            Kind::Rollback => "way back",
            Kind::Validation => "list of validation queries",
            Kind::Handoff => "handoff note",
            Kind::Checklist => "checklist",
            Kind::Advice => "advice",
            Kind::Trace => "trace",
            Kind::Package => "package",
        }
    }

    /// Of the command line.
    pub(crate) fn command(self) -> &'static str {
        match self {
            Kind::Plan => "plan",
            Kind::Rollback => "rollback",
            Kind::Validation => "validate",
            Kind::Handoff => "handoff",
            Kind::Checklist => "checklist",
            Kind::Advice => "advise",
            Kind::Trace => "simulate --format json",
            Kind::Package => "package",
        }
    }

    /// The worker's call.
    pub(crate) fn call(self) -> &'static str {
        match self {
            Kind::Plan => "planJson",
            Kind::Rollback => "rollbackJson",
            Kind::Validation => "validationJson",
            Kind::Handoff => "handoffJson",
            Kind::Checklist => "checklistJson",
            Kind::Advice => "adviceJson",
            Kind::Trace => "traceJson",
            Kind::Package => "packageJson",
        }
    }

    /// What files of it are called.
    pub(crate) fn stem(self) -> &'static str {
        match self {
            Kind::Plan => "safe_plan",
            Kind::Rollback => "rollback",
            Kind::Validation => "validation",
            Kind::Handoff => "handoff",
            Kind::Checklist => "checklist",
            Kind::Advice => "advice",
            Kind::Trace => "trace",
            Kind::Package => "change_package",
        }
    }
}

/// What a document is made of. Only a checklist asks for evidence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Question {
    #[serde(flatten)]
    pub(crate) request: Request,
    #[serde(default)]
    pub(crate) evidence: Evidence,
}

/// A document on its way from the worker: the report as JSON, then name and text of each file. A script that is part
/// of the report is not there twice. `Err`: it is too large for the page.
pub(crate) fn answer(kind: Kind, question: &Question) -> Result<Vec<String>, String> {
    let request = &question.request;
    let answer = match kind {
        Kind::Plan => {
            let plan = report::plan(request);
            [json(&plan)?, name(kind, "md"), safe_plan::markdown(&plan)].into()
        }
        Kind::Rollback => vec![json(&report::rollback(request))?],
        Kind::Package => vec![json(&report::package(request))?],
        Kind::Validation => {
            let found = report::validation(request);
            let (script, text) = (validation::script::script(&found), validation::markdown::markdown(&found));
            [json(&found)?, name(kind, "sql"), script, name(kind, "md"), text].into()
        }
        Kind::Handoff => {
            let handoff = report::handoff(request);
            [json(&handoff)?, name(kind, "md"), handoff::markdown::markdown(&handoff)].into()
        }
        Kind::Checklist => {
            let checklist = report::checklist(request, &question.evidence);
            [json(&checklist)?, name(kind, "md"), checklist::markdown::markdown(&checklist)].into()
        }
        Kind::Advice => {
            let advice = report::advice(request);
            [json(&advice)?, name(kind, "md"), advice::markdown::markdown(&advice)].into()
        }
        Kind::Trace => {
            let trace = report::simulate(request);
            let text = serde_json::to_string_pretty(&trace).map_err(|error| error.to_string())?;
            ["null".into(), name(kind, "json"), text].into()
        }
    };
    if answer.iter().map(String::len).sum::<usize>() > ANSWER_LIMIT {
        let (noun, command) = (kind.noun(), kind.command());
        return Err(format!("The {noun} of this migration is too large to show here: lockstep {command} writes it."));
    }
    Ok(answer)
}

fn name(kind: Kind, extension: &str) -> String {
    format!("{}.{extension}", kind.stem())
}

fn json(report: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(report).map_err(|error| error.to_string())
}

/// A report, and the texts that are made of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document<T> {
    pub(crate) report: T,
    /// Name and text of each.
    files: Vec<(String, String)>,
}

/// A document as the page holds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Made {
    Plan(Shared<Document<SafePlan>>),
    Rollback(Shared<Document<Rollback>>),
    Validation(Shared<Document<Validation>>),
    Handoff(Shared<Document<Handoff>>),
    Checklist(Shared<Document<Checklist>>),
    Advice(Shared<Document<Advice>>),
    Trace(Shared<Document<()>>),
    Package(Shared<Document<Package>>),
}

impl Made {
    pub(crate) fn read(kind: Kind, answer: Vec<String>) -> serde_json::Result<Made> {
        Ok(match kind {
            Kind::Plan => Made::Plan(shared(answer)?),
            Kind::Rollback => Made::Rollback(shared(answer)?),
            Kind::Validation => Made::Validation(shared(answer)?),
            Kind::Handoff => Made::Handoff(shared(answer)?),
            Kind::Checklist => Made::Checklist(shared(answer)?),
            Kind::Advice => Made::Advice(shared(answer)?),
            Kind::Trace => Made::Trace(shared(answer)?),
            Kind::Package => Made::Package(shared(answer)?),
        })
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Made::Plan(_) => Kind::Plan,
            Made::Rollback(_) => Kind::Rollback,
            Made::Validation(_) => Kind::Validation,
            Made::Handoff(_) => Kind::Handoff,
            Made::Checklist(_) => Kind::Checklist,
            Made::Advice(_) => Kind::Advice,
            Made::Trace(_) => Kind::Trace,
            Made::Package(_) => Kind::Package,
        }
    }

    /// Name and text of each file; what most people want comes first.
    pub(crate) fn files(&self) -> Vec<(String, &str)> {
        let (script, files) = match self {
            Made::Plan(it) => (it.report.sql.as_str(), &it.files),
            Made::Rollback(it) => (it.report.sql.as_str(), &it.files),
            Made::Validation(it) => ("", &it.files),
            Made::Handoff(it) => ("", &it.files),
            Made::Checklist(it) => ("", &it.files),
            Made::Advice(it) => ("", &it.files),
            Made::Trace(it) => ("", &it.files),
            Made::Package(it) => ("", &it.files),
        };
        let script = (!script.trim().is_empty()).then(|| (name(self.kind(), "sql"), script));
        script.into_iter().chain(files.iter().map(|(name, text)| (name.clone(), text.as_str()))).collect()
    }

    /// All of a package's files in one.
    pub(crate) fn archive(&self) -> Option<(String, Vec<u8>)> {
        let Made::Package(it) = self else { return None };
        let files = it.report.documents.iter().map(|it| (it.name.as_str(), it.text.as_str()));
        let stem = self.kind().stem();
        Some((format!("{stem}.zip"), archive::zip(stem, files).ok()?))
    }

    /// The report as the command line prints it with `--format json`, where it is none of the files.
    pub(crate) fn json(&self) -> Option<String> {
        use crate::engine::pretty;
        Some(match self {
            Made::Plan(it) => pretty(&it.report),
            Made::Rollback(it) => pretty(&it.report),
            Made::Validation(it) => pretty(&it.report),
            Made::Handoff(it) => pretty(&it.report),
            Made::Checklist(it) => pretty(&it.report),
            Made::Advice(it) => pretty(&it.report),
            Made::Package(it) => pretty(&it.report),
            Made::Trace(_) => return None,
        })
    }
}

fn shared<T: for<'a> Deserialize<'a>>(answer: Vec<String>) -> serde_json::Result<Shared<Document<T>>> {
    let mut parts = answer.into_iter();
    let report = serde_json::from_str(&parts.next().unwrap_or_default())?;
    let mut files = vec![];
    while let (Some(name), Some(text)) = (parts.next(), parts.next()) {
        files.push((name, text));
    }
    Ok(Shared::new(Document { report, files }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn question(migration: &str) -> Question {
        let schema = "CREATE TABLE users (id bigint PRIMARY KEY, name text);".into();
        let scenario = Scenario { migration: migration.to_owned().into(), schema, ..Scenario::default() };
        Question { request: scenario.request(None), ..Question::default() }
    }

    #[test]
    fn what_the_worker_answers_the_page_reads() {
        let question =
            question("ALTER TABLE users ADD COLUMN age int; ALTER TABLE users ALTER COLUMN name SET NOT NULL;");
        for kind in Kind::ALL {
            let made = Made::read(kind, answer(kind, &question).unwrap()).unwrap();
            assert_eq!(made.kind(), kind);
            let files = made.files();
            assert!(files.iter().all(|(name, text)| name.starts_with(kind.stem()) && !text.is_empty()), "{kind:?}");
            assert!(!files.is_empty() || made.archive().is_some(), "{kind:?}");
        }
    }

    #[test]
    fn a_document_too_large_for_the_page_says_what_writes_it() {
        let comment = format!("COMMENT ON TABLE users IS '{}';", "x".repeat(ANSWER_LIMIT));
        let why = answer(Kind::Plan, &question(&comment)).unwrap_err();
        assert!(why.contains("lockstep plan writes it"), "{why}");
    }

    #[test]
    fn a_question_survives_its_way_to_the_worker() {
        let statements = [("backup".to_owned(), "Ada".to_owned())].into();
        let evidence = Evidence { statements, ..Evidence::default() };
        let question = Question { evidence, ..question("SELECT 1;") };
        let text = serde_json::to_string(&question).unwrap();
        assert_eq!(serde_json::from_str::<Question>(&text).unwrap(), question);
        let plain = serde_json::to_string(&question.request).unwrap();
        assert_eq!(serde_json::from_str::<Question>(&plain).unwrap().request, question.request);
        let Made::Checklist(made) = Made::read(Kind::Checklist, answer(Kind::Checklist, &question).unwrap()).unwrap()
        else {
            panic!("a checklist")
        };
        assert!(made.report.sections.iter().flat_map(|it| &it.items).any(|it| it.evidence == "stated: Ada"));
    }
}
