//! Checklists of design, pre-deployment, staging and production. An item is ticked by evidence alone: what the trace
//! says, a rehearsal, answers of a database, or a person's statement on what no program sees.

pub mod markdown;
pub mod wire;

mod evidence;

#[cfg(test)]
mod tests;

use crate::hazard;
use crate::report::checklist::evidence::Proof;
use crate::report::checklist::wire::{Checklist, Evidence, FORMAT, Item, Section};
use crate::report::validation::wire::Validation;
use crate::report::words;
use crate::rollback::{Grade, way_back};
use crate::simulate::trace::{Outcome, Trace};

pub fn checklist(trace: &Trace, validation: &Validation, evidence: &Evidence) -> Checklist {
    let proof = Proof { trace, evidence };
    let section = |id: &str, title: &str, items: Vec<Item>| Section { id: id.into(), title: title.into(), items };
    Checklist {
        format: FORMAT.into(),
        files: trace.plan.sources.iter().map(|it| it.name.to_string()).collect(),
        sections: vec![
            section("design", "Design", design(trace, validation)),
            section("pre_deployment", "Before the deployment", pre_deployment(trace, &proof)),
            section("staging", "Staging", staging(&proof)),
            section("production", "Production", production(trace, &proof)),
        ],
    }
}

fn item(id: &str, text: &str, proved: Result<String, String>) -> Item {
    let ticked = proved.is_ok();
    let (Ok(evidence) | Err(evidence)) = proved;
    Item { id: id.into(), text: text.into(), ticked, evidence, statement: None }
}

/// What people may state under this name, where nothing else `proved` it.
fn stated(proof: &Proof<'_>, id: &str, text: &str, name: &str, proved: Option<String>) -> Item {
    let proved = proved.map_or_else(|| proof.stated(name), Ok);
    Item { statement: Some(name.into()), ..item(id, text, proved) }
}

fn design(trace: &Trace, validation: &Validation) -> Vec<Item> {
    vec![
        item("outcomes_known", "Every step is known to run, or the query that decides it is", outcomes(trace)),
        item("reversible", "Reversible", reversible(trace)),
        item(
            "zero_downtime",
            "Zero downtime: no step is known to hold up or break the application",
            zero_downtime(trace),
        ),
        item("foreign_keys_indexed", "Indexes for foreign keys", none_of(trace, "foreign_key_without_index")),
        item("validation_queries", "Validation queries", queries(validation)),
        item("rollback_documented", "The way back is written", written_back(trace)),
    ]
}

fn outcomes(trace: &Trace) -> Result<String, String> {
    let steps = |is: fn(&Outcome) -> bool| -> Vec<String> {
        trace.steps.iter().filter(|it| is(&it.outcome)).map(|it| it.index.to_string()).collect()
    };
    let failed = steps(|it| matches!(it, Outcome::Failed(_)));
    let unknown = steps(|it| matches!(it, Outcome::Unknown(_)));
    if !failed.is_empty() {
        return Err(format!("mend step {}, which fails: `lockstep simulate` says why", failed.join(", ")));
    }
    if !unknown.is_empty() {
        return Err(format!(
            "rehearse step {}, which is not modelled: `lockstep rehearse` shows what it does",
            unknown.join(", ")
        ));
    }
    let open = trace.steps.iter().filter(|it| matches!(it.outcome, Outcome::DependsOnData(_))).count();
    let open = if open > 0 {
        format!(", of which {open} {} on rows that a query counts", if open == 1 { "depends" } else { "depend" })
    } else {
        String::new()
    };
    Ok(format!("the simulation of {}{open}", words::count(trace.steps.len(), "step")))
}

fn reversible(trace: &Trace) -> Result<String, String> {
    let way = way_back(trace, None);
    match way.grade() {
        Grade::Exact => Ok("the way back is exact".into()),
        Grade::LeavesRows => Ok(format!("the way back loses nothing; {}", words::lower_first(&way.stays.join(" ")))),
        Grade::LosesData => Err(format!("decide that it may lose data: {}", way.lost.join(" "))),
        Grade::Impossible => {
            Err(format!("decide that there need be no complete way back: {}", way.impossible.join(" ")))
        }
    }
}

fn zero_downtime(trace: &Trace) -> Result<String, String> {
    let found = trace.steps.iter().flat_map(|step| hazard::findings(step, trace));
    let mut errors: Vec<&str> =
        found.filter(|it| it.severity == crate::diagnostic::Severity::Error).map(|it| it.hazard.id).collect();
    errors.sort_unstable();
    errors.dedup();
    let unknown = trace.steps.iter().filter(|it| !it.succeeds() && !matches!(it.outcome, Outcome::DependsOnData(_)));
    let unknown: Vec<String> = unknown.map(|it| it.index.to_string()).collect();
    if errors.is_empty() && !unknown.is_empty() {
        return Err(format!(
            "find out what step {} would do: it fails, is skipped, or is not modelled",
            unknown.join(", ")
        ));
    }
    match errors.is_empty() {
        true => Ok("no hazard of level error is found".into()),
        false => Err(format!(
            "do without {}: `lockstep check` says where, `lockstep plan` how",
            errors.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}

fn none_of(trace: &Trace, id: &str) -> Result<String, String> {
    let mut found = trace.steps.iter().flat_map(|step| hazard::findings(step, trace)).filter(|it| it.hazard.id == id);
    match found.next() {
        None => Ok("no new foreign key lacks one".into()),
        Some(finding) => Err(format!("add one: {}", finding.message)),
    }
}

fn queries(validation: &Validation) -> Result<String, String> {
    match validation.checks.len() {
        0 => Ok("none is needed: no step depends on rows, and no table that was there changes".into()),
        1 => Ok("1 query (`lockstep validate`)".into()),
        more => Ok(format!("{more} queries (`lockstep validate`)")),
    }
}

fn written_back(trace: &Trace) -> Result<String, String> {
    match way_back(trace, None).grade() {
        Grade::Impossible => Err("write by hand a way back for what `lockstep rollback` cannot undo".into()),
        grade => Ok(format!("`lockstep rollback` writes it; its grade: {}", grade.word().replace('_', " "))),
    }
}

fn pre_deployment(trace: &Trace, proof: &Proof<'_>) -> Vec<Item> {
    vec![
        item("tested_locally", "Tested on a local database", proof.rehearsed()),
        stated(proof, "tested_on_staging", "Tested on staging", "staging", proof.validated_at_end().ok()),
        stated(proof, "backup", "Backup made and verified (it can be restored)", "backup", None),
        item("rollback_tested", "The way back is tested", proof.way_back()),
        item(
            "performance",
            "Queries are as fast as they must be: 50 ms critical, 200 ms other, 5 s batch",
            proof.fast(),
        ),
        item("valid_before", "Validation queries find nothing", proof.validated_before()),
        item("order_documented", "The order of deploys is written", Ok("`lockstep handoff` has it".into())),
        item("rollback_documented", "The way back is written", written_back(trace)),
        stated(proof, "on_call", "The engineer on call knows", "on_call", None),
    ]
}

fn staging(proof: &Proof<'_>) -> Vec<Item> {
    vec![
        item(
            "applied",
            "The migration is through, and validation queries find nothing at its end",
            proof.validated_at_end(),
        ),
        stated(proof, "application_tests", "The application's tests pass", "application_tests", None),
        item("plans", "No query reads a large table from end to end", proof.planned()),
        stated(proof, "monitored", "Watched for 24 hours: errors, slow queries, broken rows", "monitored", None),
    ]
}

fn production(trace: &Trace, proof: &Proof<'_>) -> Vec<Item> {
    let tested = match (written_back(trace), proof.way_back()) {
        (Ok(written), Ok(tested)) => Ok(format!("{written}; {tested}")),
        (Err(why), _) | (_, Err(why)) => Err(why),
    };
    vec![
        stated(proof, "staged", "On staging for 24 hours or more", "monitored", None),
        stated(proof, "backup", "Backup made and verified", "backup", None),
        stated(proof, "window", "A time of little traffic is chosen", "window", None),
        stated(proof, "on_call", "An engineer is on call", "on_call", None),
        item("rollback", "The way back is written and tested", tested),
        stated(proof, "alerts", "Alerts are set", "alerts", None),
    ]
}
