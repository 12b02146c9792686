//! What JavaScript can call: the engine for other sites, and the same as text for the page's worker.

#![expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]

use lockstep_core::report::{self, checklist::wire::Evidence, wire};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;

use crate::documents::{self, ANSWER_LIMIT, Kind};

/// As much of a trace as the page reads in one task: its main thread has other things to do in between.
const PART: usize = 48 * 1024;

fn request<T: DeserializeOwned>(value: JsValue) -> Result<T, JsError> {
    serde_wasm_bindgen::from_value(value).map_err(|error| JsError::new(&format!("The request cannot be read: {error}")))
}

fn answer(value: &impl Serialize) -> Result<JsValue, JsError> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

fn document(kind: Kind, text: &str) -> Result<Vec<String>, JsError> {
    documents::answer(kind, &serde_json::from_str(text)?).map_err(|why| JsError::new(&why))
}

/// Simulates `request` and returns the trace, both as plain objects.
#[wasm_bindgen]
pub fn simulate(value: JsValue) -> Result<JsValue, JsError> {
    answer(&report::simulate(&request(value)?))
}

/// The way back from after `request.step`.
#[wasm_bindgen]
pub fn rollback(value: JsValue) -> Result<JsValue, JsError> {
    answer(&report::rollback(&request(value)?))
}

/// The plan that does what the migration does without holding up the application.
#[wasm_bindgen]
pub fn plan(value: JsValue) -> Result<JsValue, JsError> {
    answer(&report::plan(&request(value)?))
}

/// What those who write the application have to know and to do.
#[wasm_bindgen]
pub fn handoff(value: JsValue) -> Result<JsValue, JsError> {
    answer(&report::handoff(&request(value)?))
}

/// Queries that say whether the rows are as the migration needs them.
#[wasm_bindgen]
pub fn validation(value: JsValue) -> Result<JsValue, JsError> {
    answer(&report::validation(&request(value)?))
}

/// Checklists, ticked by what the simulation and `evidence` (where it is given) prove.
#[wasm_bindgen]
pub fn checklist(value: JsValue, evidence: JsValue) -> Result<JsValue, JsError> {
    let evidence: Option<Evidence> = request(evidence)?;
    answer(&report::checklist(&request(value)?, &evidence.unwrap_or_default()))
}

/// What could be better about what the migration makes, and about the application's queries.
#[wasm_bindgen]
pub fn advice(value: JsValue) -> Result<JsValue, JsError> {
    answer(&report::advice(&request(value)?))
}

/// Everything about the change, as the files of one folder.
#[wasm_bindgen(js_name = changePackage)]
pub fn package(value: JsValue) -> Result<JsValue, JsError> {
    answer(&report::package(&request(value)?))
}

/// The trace without steps and schema, then the steps in arrays that are read quickly, each by itself.
#[wasm_bindgen(js_name = simulateJson)]
pub fn simulate_json(text: &str) -> Result<Vec<String>, JsError> {
    let mut trace = report::simulate(&serde_json::from_str(text)?);
    trace.schema = serde_json::Value::Null;
    let mut parts = parts(&trace.steps)?;
    if parts.iter().map(String::len).sum::<usize>() > ANSWER_LIMIT {
        bound(&mut trace);
        parts = self::parts(&trace.steps)?;
    }
    trace.steps.clear();
    parts.insert(0, serde_json::to_string(&trace)?);
    Ok(parts)
}

fn parts(steps: &[wire::Step]) -> serde_json::Result<Vec<String>> {
    let mut parts: Vec<String> = vec![];
    for step in steps {
        let json = serde_json::to_string(step)?;
        match parts.last_mut().filter(|it| it.len() + json.len() < PART) {
            Some(part) => *part += &format!(",{json}"),
            None => parts.push(format!("[{json}")),
        }
    }
    parts.iter_mut().for_each(|it| it.push(']'));
    Ok(parts)
}

#[wasm_bindgen(js_name = planJson)]
pub fn plan_json(text: &str) -> Result<Vec<String>, JsError> {
    document(Kind::Plan, text)
}

#[wasm_bindgen(js_name = rollbackJson)]
pub fn rollback_json(text: &str) -> Result<Vec<String>, JsError> {
    document(Kind::Rollback, text)
}

#[wasm_bindgen(js_name = validationJson)]
pub fn validation_json(text: &str) -> Result<Vec<String>, JsError> {
    document(Kind::Validation, text)
}

#[wasm_bindgen(js_name = handoffJson)]
pub fn handoff_json(text: &str) -> Result<Vec<String>, JsError> {
    document(Kind::Handoff, text)
}

#[wasm_bindgen(js_name = checklistJson)]
pub fn checklist_json(text: &str) -> Result<Vec<String>, JsError> {
    document(Kind::Checklist, text)
}

#[wasm_bindgen(js_name = adviceJson)]
pub fn advice_json(text: &str) -> Result<Vec<String>, JsError> {
    document(Kind::Advice, text)
}

#[wasm_bindgen(js_name = packageJson)]
pub fn package_json(text: &str) -> Result<Vec<String>, JsError> {
    document(Kind::Package, text)
}

#[wasm_bindgen(js_name = traceJson)]
pub fn trace_json(text: &str) -> Result<Vec<String>, JsError> {
    document(Kind::Trace, text)
}

/// Leaves out what makes a trace grow fastest: what changes in each step. Says so, since what is not shown must not look like nothing.
fn bound(trace: &mut wire::Trace) {
    let (mut size, mut last_whole) = (0, 0);
    for step in &mut trace.steps {
        size += serde_json::to_string(&step.changes).map_or(0, |it| it.len());
        if size <= ANSWER_LIMIT / 2 {
            last_whole = step.index;
        } else {
            step.changes = vec![];
        }
    }
    trace.diagnostics.push(wire::Diagnostic {
        severity: "note".into(),
        message: format!(
            "This migration is too large to draw whole: schema changes after step {last_whole} are left out."
        ),
        file: trace.steps.first().map(|it| it.file.clone()).unwrap_or_default(),
        line: 1,
        column: 1,
        from: 0,
        to: 0,
        hints: vec!["The command line shows them: lockstep simulate --format json.".into()],
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_too_large_for_the_page_loses_changes_and_says_so() {
        let mut trace = crate::fixture::trace();
        trace.steps[1].changes = vec![wire::Change {
            object: "relation".into(),
            name: "t".into(),
            before: serde_json::Value::Null.into(),
            after: serde_json::json!({ "kind": "x".repeat(ANSWER_LIMIT) }).into(),
            ..Default::default()
        }];
        trace.schema = serde_json::Value::Null;
        bound(&mut trace);
        assert!(!trace.steps[0].changes.is_empty() && trace.steps[1].changes.is_empty());
        assert!(trace.diagnostics.last().unwrap().message.contains("after step 1"));
        assert!(serde_json::to_string(&trace).unwrap().len() < ANSWER_LIMIT);
    }

    #[test]
    fn steps_go_in_parts_that_make_the_whole() {
        let mut trace = crate::fixture::trace();
        trace.steps[2].sql = "x".repeat(PART);
        let parts = parts(&trace.steps).unwrap();
        assert_eq!(parts.len(), 3, "what is too large goes alone");
        let read: Vec<wire::Step> =
            parts.iter().flat_map(|it| serde_json::from_str::<Vec<wire::Step>>(it).unwrap()).collect();
        assert_eq!(read, trace.steps);
    }
}
