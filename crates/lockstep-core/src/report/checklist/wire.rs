//! The JSON of checklists: format `lockstep-checklist/1`, and of the evidence that ticks their items.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::report::validation::wire::Report;

pub const FORMAT: &str = "lockstep-checklist/1";

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Checklist {
    pub format: String,
    pub files: Vec<String>,
    pub sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Section {
    /// `design`, `pre_deployment`, `staging` or `production`.
    pub id: String,
    pub title: String,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Item {
    pub id: String,
    pub text: String,
    pub ticked: bool,
    /// What proves it, or, where it is not ticked, what would.
    pub evidence: String,
    /// The name under which people state it, where that is enough: no program sees it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub statement: Option<String>,
}

/// What was done so far. Nothing is ticked without.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Reports of `rehearse --format json`.
    pub rehearsals: Vec<Value>,
    /// Reports of `validate --url … --format json`.
    pub validations: Vec<Report>,
    /// What people say of what no program sees, by the item's name: `{"backup": "restored on 2 May, by Ada"}`.
    pub statements: BTreeMap<String, String>,
}
