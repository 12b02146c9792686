//! Ways back are proved by the catalog and the rows, not by their grade.

mod common;

use lockstep_core::report::wire;
use lockstep_pg::observe::Observer;
use lockstep_pg::rehearse::report::{Agreement, Rollback};
use lockstep_pg::rehearse::{Options, State, back};

const START: &str = "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 7); INSERT INTO t VALUES (1, 2)";

/// Goes up with `up` and back with `sql`.
fn proved(up: &str, sql: &str, grade: &str, notes: &[&str]) -> Option<Rollback> {
    proved_from("", up, sql, grade, notes)
}

fn proved_from(more: &str, up: &str, sql: &str, grade: &str, notes: &[&str]) -> Option<Rollback> {
    let target = common::database()?;
    let mut observer = Observer::open(&target).unwrap();
    observer.watcher().batch_execute(START).unwrap();
    observer.watcher().batch_execute(more).unwrap();
    let start = State::of(&mut observer).unwrap();
    observer.watcher().batch_execute(up).unwrap();
    let rollback = wire::Rollback {
        format: "lockstep-rollback/1".into(),
        from_step: 1,
        grade: grade.into(),
        sql: sql.into(),
        statements: vec![],
        lost: vec!["the values of t.a".into()],
        impossible: vec![],
        stays: vec![],
        unfinished: vec![],
        point_of_no_return: None,
        recovery: vec![],
        notes: notes.iter().map(|it| (*it).into()).collect(),
    };
    Some(back::prove(&rollback, &target, &Options::default(), &start).unwrap())
}

#[test]
fn an_exact_way_back_restores_schema_and_rows() {
    let sql = "BEGIN;\n-- the column was not there\nALTER TABLE t DROP COLUMN b;\nCOMMIT;\n";
    let Some(it) = proved("ALTER TABLE t ADD b int DEFAULT 1", sql, "exact", &[]) else { return };
    assert_eq!([&it.script, &it.schema, &it.rows].map(|it| it.agreement), [Agreement::Agrees; 3], "{it:?}");
}

#[test]
fn a_forgotten_default_is_found() {
    let up = "ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD b int";
    let sql = "ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN a int";
    let Some(it) = proved(up, sql, "loses_data", &[]) else { return };
    assert_eq!(it.schema.differences, ["relations.t.columns.a.default: \"7\" → nothing"]);
    assert_eq!(it.rows.agreement, Agreement::NotPredicted);
}

#[test]
fn lost_rows_refute_an_exact_grade() {
    let Some(it) = proved("UPDATE t SET a = 3", "SELECT 1", "exact", &[]) else { return };
    assert_eq!((it.schema.agreement, it.rows.agreement), (Agreement::Agrees, Agreement::Contradicts));
}

#[test]
fn a_script_that_fails_is_told_with_its_error() {
    let Some(it) = proved("ALTER TABLE t ADD b int", "ALTER TABLE t DROP COLUMN c", "exact", &[]) else { return };
    assert_eq!(
        it.script.differences,
        ["ALTER TABLE t DROP COLUMN c: 42703 column \"c\" of relation \"t\" does not exist"]
    );
    assert_eq!(it.schema.agreement, Agreement::NotMeasured);
}

#[test]
fn the_order_of_columns_may_differ_where_the_notes_say_so() {
    let (up, sql) = ("ALTER TABLE t DROP COLUMN id", "ALTER TABLE t ADD COLUMN id int PRIMARY KEY");
    let notes = ["The order of the columns of t changes."];
    for (notes, agreement) in [(&[][..], Agreement::Contradicts), (&notes[..], Agreement::Agrees)] {
        let up = format!("DELETE FROM t; {up}");
        let Some(it) = proved(&up, sql, "loses_data", notes) else { return };
        assert_eq!(it.schema.agreement, agreement, "{it:?}");
    }
}

#[test]
fn a_not_null_that_is_announced_as_lost_is_no_contradiction() {
    let (up, sql) = ("ALTER TABLE t DROP COLUMN b", "ALTER TABLE t ADD COLUMN b int");
    let schema = "ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 1; ALTER TABLE t ALTER b DROP DEFAULT";
    let lost = "t.b comes again as NULL in every row, and without NOT NULL.";
    for (notes, agreement) in [(&[][..], Agreement::Contradicts), (&[lost][..], Agreement::Agrees)] {
        let Some(it) = proved_from(schema, up, sql, "loses_data", notes) else { return };
        assert_eq!(it.schema.agreement, agreement, "{it:?}");
    }
}
