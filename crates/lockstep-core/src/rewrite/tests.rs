//! The list of recipes, and plans for what only the model can show.

use super::{ALL, FILES, Proof, VerdictKind, find, safe_plan};
use crate::pg::version::PgVersion;
use crate::plan::plan;
use crate::plan::runner::RUNNERS;
use crate::simulate::simulate;
use crate::source::Source;

fn planned(schema: &str, migration: &str) -> super::SafePlan {
    let plans = plan(vec![Source::new("schema.sql", schema)], vec![Source::new("up.sql", migration)], RUNNERS[0], None);
    safe_plan(&simulate(plans, PgVersion::V18))
}

#[test]
fn a_recipe_has_the_name_of_its_file() {
    assert_eq!(ALL.iter().map(|it| it.id).collect::<Vec<_>>(), FILES);
    assert!(ALL.iter().all(|it| find(it.id).is_some_and(|found| found.title == it.title)));
}

#[test]
fn what_is_safe_stays_as_it_is() {
    let plan =
        planned("CREATE TABLE t (a integer);", "BEGIN; CREATE TABLE u (a integer); CREATE INDEX ON u (a); COMMIT;");
    assert!(plan.verdicts.iter().all(|it| it.kind == VerdictKind::Kept), "{:?}", plan.verdicts);
    assert_eq!((plan.steps.len(), plan.proof), (1, Proof::Same), "one transaction");
}

#[test]
fn a_failing_statement_ends_the_plan_and_says_so() {
    let plan = planned(
        "CREATE TABLE t (a integer);",
        "ALTER TABLE t ADD b integer; ALTER TABLE t ADD b integer; DROP TABLE t;",
    );
    assert_eq!(plan.steps.len(), 1);
    assert!(
        plan.stopped.as_ref().is_some_and(|it| it.contains("before step 2") && it.contains("42701")),
        "{:?}",
        plan.stopped
    );
    assert!(!plan.proof.holds());
}

#[test]
fn a_transaction_that_is_rolled_back_is_left_out() {
    let plan = planned("CREATE TABLE t (a integer);", "BEGIN; DROP TABLE t; ROLLBACK;");
    assert!(plan.steps.is_empty() && plan.verdicts.iter().all(|it| it.kind == VerdictKind::LeftOut));
    assert_eq!(plan.proof, Proof::Same);
}

#[test]
fn what_no_recipe_replaces_says_why() {
    let schema = "CREATE TABLE t (id bigint PRIMARY KEY, n integer);";
    let plan = planned(schema, "UPDATE t SET n = n + 1;");
    assert_eq!(plan.verdicts[0].kind, VerdictKind::Unsolved, "done twice it counts twice");
    let plan = planned(&format!("{schema} CREATE VIEW v AS SELECT n FROM t;"), "ALTER TABLE t RENAME n TO m;");
    let why = &plan.verdicts[0].why;
    assert!(plan.verdicts[0].kind == VerdictKind::Unsolved && why.contains("rename_column does not fit"), "{why}");
}

#[test]
fn what_the_migration_makes_itself_waits_for_nobody() {
    let plan = planned("", "CREATE TABLE t (a integer); CREATE INDEX ON t (a); ALTER TABLE t ADD PRIMARY KEY (a);");
    assert!(plan.verdicts.iter().all(|it| it.kind == VerdictKind::Kept), "{:?}", plan.verdicts);
}
