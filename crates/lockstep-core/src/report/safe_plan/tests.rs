//! Stages with their way back and their gates, as data and as Markdown.

use super::markdown;
use crate::report::plan;
use crate::report::wire::{File, Request};

const SPLIT: &str = "-- lockstep: schema
CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL);
-- lockstep: migration
ALTER TABLE people ADD COLUMN first text;
UPDATE people SET first = split_part(name, ' ', 1);
ALTER TABLE people DROP COLUMN name;
";

fn planned(text: &str) -> super::wire::SafePlan {
    let file = File { name: "up.sql".into(), text: text.into() };
    plan(&Request { files: vec![file], postgres: 18, ..Request::default() })
}

#[test]
fn each_stage_has_its_own_way_back() {
    let plan = planned(SPLIT);
    let ways: Vec<_> = plan.stages.iter().map(|it| (it.phase.as_str(), it.rollback.clone().expect("known"))).collect();
    let grades: Vec<_> = ways.iter().map(|(phase, way)| (*phase, way.grade.as_str())).collect();
    let wanted = [("expand", "exact"), ("backfill", "exact"), ("expand", "exact"), ("contract", "loses_data")];
    assert_eq!(grades, wanted);
    assert!(ways[0].1.statements.iter().any(|it| it.sql.contains("DROP COLUMN IF EXISTS first")), "{:?}", ways[0]);
    assert!(ways[1].1.statements.is_empty(), "what was empty before may stay filled: {:?}", ways[1]);
    let last = plan.stages.last().and_then(|it| it.steps.last()).expect("a step");
    assert!(last.statements[0].contains("DROP COLUMN name"), "{last:?}");
    let told = format!("dropped by step {}", last.index);
    assert!(ways[3].1.lost.iter().any(|it| it.contains(&told)), "as the plan counts: {:?}", ways[3].1.lost);
}

#[test]
fn what_a_step_would_not_notice_is_a_gate() {
    let plan = planned(SPLIT);
    let gates: Vec<_> = plan.stages.iter().flat_map(|it| &it.steps).flat_map(|it| &it.gates).collect();
    let own: Vec<_> = gates.iter().filter(|it| it.sqlstate.is_empty()).map(|it| it.query.as_str()).collect();
    let query = "SELECT count(*) FROM people WHERE (first IS NULL AND split_part(name, ' ', 1) IS NOT NULL)";
    assert_eq!(own, [query]);
    assert!(plan.sql.contains(&format!("Not before this yields 0:\n--    {query};")), "{}", plan.sql);
}

#[test]
fn markdown_tells_how_a_stage_is_undone() {
    let text = markdown(&planned(SPLIT));
    for part in [
        "### Way back from this stage: nothing is lost",
        "### Way back from this stage: something is lost",
        "The schema needs nothing.",
        "- [ ] Not before `SELECT count(*) FROM people",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn half_a_way_back_is_not_shown() {
    let plan = planned(
        "-- lockstep: schema
CREATE TABLE t (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE t_old PARTITION OF t FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
-- lockstep: migration
ALTER TABLE t DETACH PARTITION t_old CONCURRENTLY;
",
    );
    let way = plan.stages.last().and_then(|it| it.rollback.as_ref()).expect("known");
    assert_eq!((way.grade.as_str(), way.statements.len()), ("impossible", 0), "{way:?}");
    assert!(!way.impossible.is_empty() && !markdown(&plan).contains(";;"));
}
