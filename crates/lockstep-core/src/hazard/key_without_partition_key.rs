#![doc = include_str!("key_without_partition_key.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "key_without_partition_key",
    severity: Severity::Error,
    page: include_str!("key_without_partition_key.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(error) = refused(step, sqlstate::FEATURE_NOT_SUPPORTED) else { return vec![] };
    if !error.message.contains("on partitioned table must include all partitioning columns") {
        return vec![];
    }
    let message = "Each partition keeps its own index, so a key can only be unique together with all columns of the partition key.".to_owned();
    vec![Finding::new(&HAZARD, message)]
}
