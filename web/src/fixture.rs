//! A trace written by hand, for tests of what the page makes of one: locks held over several steps,
//! work, a failure, outcomes that depend on data, findings, changes.

use lockstep_core::report::wire::Trace;

pub(crate) fn trace() -> Trace {
    serde_json::from_str(include_str!("fixture.json")).expect("the fixture is a trace")
}
