//! The predicted schema after the last step against the catalog.

use serde_json::{Map, Value};

use crate::difference::{Leniency, comparable, difference};
use crate::rehearse::Prediction;
use crate::rehearse::compare::parts;
use crate::rehearse::forward::Up;
use crate::rehearse::report::Verdict;

pub(super) fn verdict(prediction: &Prediction, up: &Up, measured: &Value) -> Verdict {
    if !up.complete {
        return Verdict::not_measured("not all steps ran");
    }
    if up.steps.iter().any(|it| it.measured.outcome == "skipped" && it.predicted.outcome != "skipped") {
        return Verdict::not_measured("a step was left out");
    }
    if !prediction.certain {
        return Verdict::not_predicted("some statements are not modelled, so parts of the schema are unknown");
    }
    Verdict::of(differences(&prediction.trace.schema, measured))
}

/// The model's normal form against the catalog's, one line for each difference.
pub fn differences(predicted: &Value, measured: &Value) -> Vec<String> {
    let mut measured = comparable(measured, Leniency::default());
    let predicted = plain(&comparable(predicted, Leniency::default()));
    forget_unpredicted(&predicted, &mut measured);
    difference(&predicted, &measured)
}

/// Names without quotes, as the catalog's normal form has them, and without the session's own tables.
fn plain(form: &Value) -> Value {
    let Value::Object(groups) = form else { return form.clone() };
    let renamed = groups.iter().filter_map(|(group, objects)| {
        let Value::Object(objects) = objects else { return Some((group.clone(), objects.clone())) };
        let kept = objects.iter().filter(|(_, it)| it["persistence"] != "t");
        let objects: Map<_, _> = kept.map(|(name, it)| (parts(name).join("."), it.clone())).collect();
        (!objects.is_empty()).then(|| (group.clone(), Value::Object(objects)))
    });
    Value::Object(renamed.collect())
}

/// What a sequence gave last depends on rows: it is only compared where it is predicted.
fn forget_unpredicted(predicted: &Value, measured: &mut Value) {
    let Some(relations) = measured.get_mut("relations").and_then(Value::as_object_mut) else { return };
    for (name, relation) in relations {
        if predicted["relations"][name]["sequence"]["last"].is_null()
            && let Some(sequence) = relation.get_mut("sequence").and_then(Value::as_object_mut)
        {
            sequence.shift_remove("last");
        }
    }
}
