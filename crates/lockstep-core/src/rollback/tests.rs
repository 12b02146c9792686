//! Forward, back, and compared with the start: from the end of each migration and from every step.

use serde_json::Value;

use super::{Grade, Place, WayBack, way_back};
use crate::pg::version::PgVersion;
use crate::plan::runner::RUNNERS;
use crate::plan::{Plans, plan};
use crate::schema::Schema;
use crate::simulate::simulate;
use crate::simulate::trace::{Outcome, Trace};
use crate::source::Source;

mod pairs;

fn traced(schema: &str, migration: &str, version: PgVersion) -> Trace {
    let plans: Plans =
        plan(vec![Source::new("schema.sql", schema)], vec![Source::new("up.sql", migration)], RUNNERS[0], None);
    simulate(plans, version)
}

/// Runs the way back on the schema that it starts from; what cannot be simulated is an error.
fn run_back(way: &WayBack, from: &str, version: PgVersion) -> Result<Schema, String> {
    let script: String = way.actions.iter().map(|action| format!("{};\n", action.sql)).collect();
    let trace = traced(from, &script, version);
    if let Some(trouble) = trace.start_troubles.first() {
        return Err(format!("{trouble:?}"));
    }
    for step in &trace.steps {
        if let Outcome::Failed(error) = &step.outcome {
            return Err(format!("{}: {}", step.text, error.message));
        }
        if let Outcome::Unknown(why) = &step.outcome {
            return Err(format!("{}: unknown: {why}", step.text));
        }
    }
    Ok(trace.end)
}

/// Without what a dropped column leaves behind, what older rows show of an added one, places in the
/// table, and how far sequences have come.
fn comparable(schema: &Schema) -> Value {
    fn strip(value: &mut Value) {
        if let Value::Object(entries) = value {
            for key in ["dropped_columns", "missing", "pos", "last"] {
                entries.remove(key);
            }
            entries.values_mut().for_each(strip);
        }
    }
    let mut form = schema.normal_form();
    strip(&mut form);
    form
}

/// Names of a table's columns in their order.
fn orders(schema: &Schema) -> Vec<(String, Vec<String>)> {
    let tables = schema.relations_by_name().filter_map(|it| Some((it.name.to_string(), it.table()?)));
    tables.map(|(name, table)| (name, table.live().map(|(_, it)| it.name.to_string()).collect())).collect()
}

#[test]
fn the_way_back_leads_to_the_start() {
    let mut wrong = vec![];
    for version in [PgVersion::V15, PgVersion::V18] {
        for pair in pairs::PAIRS {
            let trace = traced(pair.schema, pair.migration, version);
            if let Some(trouble) = trace.start_troubles.first() {
                wrong.push(format!("{} ({version}): the start: {trouble:?}", pair.name));
                continue;
            }
            for step in &trace.steps {
                if !step.succeeds() {
                    wrong.push(format!("{} ({version}): step {}: {:?}", pair.name, step.index, step.outcome));
                }
            }
            let way = way_back(&trace, None);
            if way.grade() != pair.grade {
                let why = (&way.lost, &way.impossible);
                wrong.push(format!(
                    "{} ({version}): {:?} where {:?} is right: {why:?}",
                    pair.name,
                    way.grade(),
                    pair.grade
                ));
            }
            for step in 0..=trace.steps.len() {
                let way = way_back(&trace, Some(step));
                let texts: Vec<&str> = trace.steps[..step].iter().map(|it| &*it.text).collect();
                let from = format!("{}\n{};", pair.schema, texts.join(";\n"));
                // What only fits once the rows do: here there are no rows.
                let mut whole = way.clone();
                if way.grade() != Grade::Impossible {
                    let rest = way.unfinished.iter().map(|sql| super::Action {
                        sql: sql.clone(),
                        place: Place::After,
                        condition: None,
                    });
                    whole.actions.extend(rest);
                }
                match run_back(&whole, &from, version) {
                    Err(error) => wrong.push(format!("{} ({version}) from step {step}: {error}", pair.name)),
                    Ok(end) if way.grade() == Grade::Impossible => drop(end),
                    Ok(end) => {
                        let (start, end_form) = (comparable(&trace.start), comparable(&end));
                        if start != end_form {
                            wrong.push(format!(
                                "{} ({version}) from step {step}:\n  start {start}\n  back  {end_form}",
                                pair.name
                            ));
                        }
                        if way.grade() == Grade::Exact && orders(&trace.start) != orders(&end) {
                            wrong.push(format!("{} ({version}) from step {step}: another order of columns", pair.name));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn before_the_first_step_nothing_is_to_be_done() {
    for pair in pairs::PAIRS {
        let way = way_back(&traced(pair.schema, pair.migration, PgVersion::V18), Some(0));
        assert_eq!((way.grade(), way.actions.len()), (Grade::Exact, 0), "{}", pair.name);
    }
}

#[test]
fn a_failed_step_needs_no_undoing() {
    let trace = traced("CREATE TABLE t (a integer);", "ALTER TABLE t ADD COLUMN a integer;", PgVersion::V18);
    let way = way_back(&trace, None);
    assert_eq!((way.grade(), way.actions.len()), (Grade::Exact, 0));
}

#[test]
fn a_transaction_that_rolls_back_needs_no_undoing_and_one_that_is_open_says_so() {
    let migration = "BEGIN; ALTER TABLE t ADD COLUMN b integer; ALTER TABLE t DROP COLUMN a; ROLLBACK;";
    let trace = traced("CREATE TABLE t (a integer);", migration, PgVersion::V18);
    let end = way_back(&trace, None);
    assert_eq!((end.grade(), end.actions.len()), (Grade::Exact, 0));
    let inside = way_back(&trace, Some(2));
    assert_eq!(inside.grade(), Grade::Exact);
    assert!(inside.notes.iter().any(|it| it.contains("inside a transaction")), "{:?}", inside.notes);
    assert_eq!(inside.actions.len(), 1);
}

#[test]
fn what_a_savepoint_took_back_needs_no_undoing() {
    let migration = "BEGIN; SAVEPOINT s; UPDATE t SET a = 1; DROP TABLE t; ROLLBACK TO s; COMMIT;";
    let way = way_back(&traced("CREATE TABLE t (a integer);", migration, PgVersion::V18), None);
    assert_eq!((way.grade(), way.actions.len()), (Grade::Exact, 0), "{:?}", way.lost);
}

#[test]
fn a_step_that_is_not_known_makes_exactness_impossible_to_promise() {
    let migration = "ALTER TABLE t ADD COLUMN b integer; CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION f(internal));";
    let way = way_back(&traced("CREATE TABLE t (a integer);", migration, PgVersion::V18), None);
    assert_eq!(way.grade(), Grade::Impossible);
    assert!(way.impossible[0].contains("step 2"), "{:?}", way.impossible);
    assert!(way.actions.iter().any(|it| it.sql.contains("DROP COLUMN IF EXISTS b")), "the rest is undone");
}

#[test]
fn overwritten_and_deleted_rows_are_lost_though_the_schema_is_the_same() {
    let schema = "CREATE TABLE t (a integer, b integer);";
    let way = way_back(&traced(schema, "UPDATE t SET a = 0; DELETE FROM t WHERE b = 1;", PgVersion::V18), None);
    assert_eq!(way.grade(), Grade::LosesData);
    assert_eq!(way.lost.len(), 2, "{:?}", way.lost);
    assert!(way.lost[0].contains("t.a"), "{:?}", way.lost);
}

#[test]
fn a_line_break_in_a_name_does_not_end_a_comment() {
    let migration = "ALTER TABLE t ADD COLUMN \"x\nDROP TABLE t; --\" integer;";
    let back = crate::report::rollback_script::rollback(
        &traced("CREATE TABLE t (a integer);", migration, PgVersion::V18),
        None,
    );
    assert!(!back.sql.lines().any(|line| line.starts_with("DROP TABLE t") && !back.sql.contains("IF EXISTS \"x")));
    let head = back.sql.split("SET search_path").next().unwrap_or_default();
    assert!(head.lines().all(|line| line.is_empty() || line.starts_with("--")), "{head}");
}

#[test]
fn indexes_go_concurrently_where_they_came_concurrently() {
    let schema = "CREATE TABLE t (a integer, b integer); CREATE INDEX t_b ON t (b);";
    let migration = "CREATE INDEX CONCURRENTLY t_a ON t (a); DROP INDEX CONCURRENTLY t_b;";
    let way = way_back(&traced(schema, migration, PgVersion::V18), None);
    let actions: Vec<(Place, &str)> = way.actions.iter().map(|it| (it.place, it.sql.as_str())).collect();
    assert_eq!(
        actions,
        [
            (Place::Before, "DROP INDEX CONCURRENTLY IF EXISTS t_a"),
            (Place::After, "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_b ON public.t USING btree (b)"),
        ]
    );
}

#[test]
fn up_to_the_point_of_no_return_nothing_is_lost_and_after_it_something_is() {
    for pair in pairs::PAIRS {
        let trace = traced(pair.schema, pair.migration, PgVersion::V18);
        let Some(step) = way_back(&trace, None).point_of_no_return else { continue };
        let grade = |step| way_back(&trace, Some(step)).grade();
        assert!(grade(step - 1) <= Grade::LeavesRows, "{}: before step {step}", pair.name);
        assert!(grade(step) > Grade::LeavesRows, "{}: after step {step}", pair.name);
    }
}

#[test]
fn what_was_saved_comes_back_by_the_key() {
    let schema = "CREATE TABLE users (id bigint PRIMARY KEY, email text); CREATE TABLE logs (line text);";
    let migration = "ALTER TABLE users RENAME email TO mail; ALTER TABLE users DROP mail; DELETE FROM users; ALTER TABLE logs DROP line;";
    let way = way_back(&traced(schema, migration, PgVersion::V18), None);
    assert_eq!(way.point_of_no_return, Some(2));
    let said: Vec<(usize, &str, Option<&str>)> =
        way.recoveries.iter().map(|it| (it.before_step, &*it.save, it.bring_back.as_deref())).collect();
    let (email, rows) = ("users_kept_before_2", "users_kept_before_3");
    let save = [
        format!("CREATE TABLE {email} AS SELECT id, mail AS email FROM users"),
        format!("CREATE TABLE {rows} AS SELECT id FROM users"),
        "CREATE TABLE logs_kept_before_4 AS SELECT line FROM logs".to_owned(),
    ];
    let back = [
        format!("UPDATE users AS it SET email = kept.email FROM {email} AS kept WHERE it.id = kept.id"),
        format!("INSERT INTO users (id) OVERRIDING SYSTEM VALUE SELECT id FROM {rows} ON CONFLICT DO NOTHING"),
    ];
    assert_eq!(said, [(2, &*save[0], Some(&*back[0])), (3, &*save[1], Some(&*back[1])), (4, &*save[2], None)]);
}

#[test]
fn inserted_rows_go_by_their_key_or_stay() {
    let schema = "CREATE TABLE t (id integer PRIMARY KEY, a text); CREATE TABLE u (t integer REFERENCES t, b text);";
    let grade = |migration: &str| {
        let way = way_back(&traced(schema, migration, PgVersion::V18), None);
        (way.grade(), way.actions.into_iter().map(|it| it.sql).collect::<Vec<_>>())
    };
    let (exact, sql) = grade("INSERT INTO t VALUES (1, 'x'), (2, 'y');");
    assert_eq!((exact, sql), (Grade::Exact, vec!["DELETE FROM t WHERE id IN (1, 2)".to_owned()]));
    for stays in [
        "INSERT INTO t VALUES (1, 'x') ON CONFLICT DO NOTHING;",
        "INSERT INTO u VALUES (NULL, 'x');",
        "INSERT INTO t SELECT 1;",
        "INSERT INTO t VALUES (1, 'x'); INSERT INTO u VALUES (1, 'y');",
    ] {
        assert_eq!(grade(stays), (Grade::LeavesRows, vec![]), "{stays}");
    }
    assert_eq!(grade("INSERT INTO t VALUES (1, 'x'); UPDATE t SET id = 3 WHERE id = 1;").0, Grade::LosesData);
}
