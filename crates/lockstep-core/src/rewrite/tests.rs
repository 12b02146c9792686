//! The list of recipes, and plans for what only the model can show.

use super::{ALL, FILES, Proof, VerdictKind, answer, find, safe_plan};
use crate::hazard;
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

/// What the plan says of the only statement, which stays as it is.
fn refusal(schema: &str, migration: &str) -> String {
    let plan = planned(schema, migration);
    assert_eq!(plan.verdicts[0].kind, VerdictKind::Unsolved, "{migration}: {:?}", plan.verdicts);
    plan.verdicts[0].why.clone()
}

#[test]
fn what_postgresql_cannot_do_beside_others_says_what_is_left() {
    let schema = "CREATE DOMAIN email AS text; \
                  CREATE TABLE t (id bigint PRIMARY KEY, n integer, during daterange, mail email, body json); \
                  CREATE TABLE u (n integer, during daterange); \
                  CREATE TABLE p (at date, n integer) PARTITION BY RANGE (at); CREATE TABLE q PARTITION OF p DEFAULT;";
    for (migration, why) in [
        ("ALTER TABLE u ADD EXCLUDE USING gist (during WITH &&);", "neither CONCURRENTLY"),
        ("ALTER TABLE u ADD d integer GENERATED ALWAYS AS (n * 2) STORED;", "cannot become a generated one"),
        ("ALTER DOMAIN email ADD CHECK (VALUE <> '');", "by VALIDATE CONSTRAINT as well"),
        ("ALTER TABLE t SET UNLOGGED;", "no form of it that rewrites"),
        ("UPDATE t SET n = n + 1;", "computed from what it writes"),
        ("UPDATE t SET n = (SELECT count(*) FROM t);", "computed from other rows"),
        ("UPDATE t SET n = random() * 10;", "comes out otherwise each time"),
        ("UPDATE p SET at = '2024-01-01';", "primary key of one integer column"),
        ("UPDATE t SET n = 1 RETURNING id;", "RETURNING"),
        ("ALTER TABLE p ALTER COLUMN n TYPE bigint;", "has partitions or is one of a hierarchy"),
    ] {
        let said = refusal(schema, migration);
        assert!(said.contains(why), "{migration}: {said}");
    }
}

#[test]
fn a_key_to_a_partitioned_table_says_what_versions_before_18_lack() {
    let schema = "CREATE TABLE p (id bigint PRIMARY KEY) PARTITION BY HASH (id); CREATE TABLE t (p bigint); \
                  CREATE TABLE q PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0);";
    let migration = "ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p;";
    let trace = |version| {
        let sources = (vec![Source::new("schema.sql", schema)], vec![Source::new("up.sql", migration)]);
        simulate(plan(sources.0, sources.1, RUNNERS[0], None), version)
    };
    let before = safe_plan(&trace(PgVersion::V17));
    assert!(before.verdicts[0].why.contains("Before PostgreSQL 18"), "{:?}", before.verdicts);
    assert_eq!(safe_plan(&trace(PgVersion::V18)).verdicts[0].kind, VerdictKind::Replaced);
}

#[test]
fn tables_that_are_locked_together_are_locked_one_after_the_other() {
    let schema = "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY);";
    let plan = planned(schema, "CREATE TABLE c (a bigint REFERENCES a, b bigint REFERENCES b);");
    assert_eq!((plan.steps.len(), plan.proof), (3, Proof::Same), "{:?}", plan.steps);
    let plan = planned(schema, "CREATE TABLE c (a bigint REFERENCES a, b bigint);");
    assert_eq!(plan.steps.len(), 1, "one is locked for a moment only");
}

#[test]
fn what_waits_for_the_application_is_done_before_what_it_would_disturb() {
    let schema = "CREATE TABLE t (id bigint PRIMARY KEY, n integer DEFAULT 0);";
    let plan = planned(schema, "ALTER TABLE t ALTER n TYPE bigint; ALTER TABLE t ALTER n SET DEFAULT 7;");
    assert!(plan.proof.holds(), "the default is the new column's: {:?}", plan.proof);
}

#[test]
fn a_finding_names_the_recipe_that_replaces_its_statement() {
    let schema = "CREATE TABLE t (id bigint PRIMARY KEY, n integer, m integer);";
    for (migration, hazard, recipe) in [
        ("CREATE INDEX ON t (n);", "blocking_index_build", Some("create_index")),
        ("ALTER TABLE t ALTER n SET NOT NULL;", "scan_under_access_exclusive", Some("set_not_null")),
        ("ALTER TABLE t ADD CHECK (n > 0);", "scan_under_access_exclusive", Some("add_check")),
        ("ALTER TABLE t ALTER n TYPE bigint;", "table_rewrite", Some("change_type")),
        ("ALTER TABLE t ADD o bigint GENERATED ALWAYS AS IDENTITY;", "table_rewrite", Some("number_rows")),
        ("ALTER TABLE t RENAME n TO o;", "rename_breaks_application", Some("rename_column")),
        ("ALTER TABLE t DROP n;", "drop_breaks_application", Some("drop_column")),
        ("ALTER TABLE t ADD EXCLUDE USING btree (n WITH =);", "unique_constraint_builds_index", None),
        ("ALTER TABLE t SET UNLOGGED;", "table_rewrite", None),
    ] {
        let plans = plan(vec![Source::new("s.sql", schema)], vec![Source::new("up.sql", migration)], RUNNERS[0], None);
        let trace = simulate(plans, PgVersion::V18);
        let found = hazard::findings(&trace.steps[0], &trace);
        let finding = found.iter().find(|it| it.hazard.id == hazard);
        let finding = finding.unwrap_or_else(|| panic!("{migration}: {found:?}"));
        assert_eq!(answer(&trace.steps[0], finding).map(|it| it.id), recipe, "{migration}");
    }
    assert!(hazard::all().iter().filter_map(|it| it.recipe).all(|it| find(it).is_some()));
}
