use crate::estimate::{Estimate, Estimates, Interval};
use crate::report::wire::{Facts, File, Request, TableFacts};
use crate::simulate::trace::Trace;

const SCHEMA: &str = "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, team int, email text);
    CREATE TABLE teams (id int PRIMARY KEY);
    CREATE UNLOGGED TABLE scratch (id int);";

fn request(migration: &str) -> Request {
    let file = |name: &str, text: &str| vec![File { name: name.into(), text: text.into() }];
    Request { files: file("up.sql", migration), schema: file("schema.sql", SCHEMA), ..Request::default() }
}

fn trace(migration: &str) -> Trace {
    crate::report::trace(&request(migration))
}

/// 10 million users in 4 GB.
fn filled(migration: &str) -> Trace {
    trace(&format!("-- lockstep: table users rows=10M size=4GB\n{migration}"))
}

fn known(trace: &Trace, step: usize) -> (Interval, Interval) {
    match Estimates::of(trace).step(&trace.steps[step - 1]) {
        Estimate::Known { time, wal } => (*time, *wal),
        other => panic!("step {step}: {other:?}"),
    }
}

fn spans(it: Interval, value: f64) -> bool {
    it.low <= value && value <= it.high
}

#[test]
fn a_change_of_the_catalogs_takes_no_facts() {
    let (time, wal) = known(&trace("ALTER TABLE users ADD COLUMN note text"), 1);
    assert!(time.high < 100.0 && wal.high == 0.0, "{time:?} {wal:?}");
}

#[test]
fn without_a_size_the_table_that_matters_is_named() {
    let trace =
        trace("CREATE INDEX ON users (email); ALTER TABLE users ALTER team SET NOT NULL; CREATE INDEX ON teams (id)");
    let estimates = Estimates::of(&trace);
    assert!(matches!(estimates.step(&trace.steps[0]), Estimate::Lacking(_)));
    let mut names: Vec<String> = estimates.lacking().map(ToString::to_string).collect();
    names.dedup();
    assert_eq!(names, ["users", "teams"]);
}

#[test]
fn bulk_work_follows_the_measured_costs() {
    // By the table of costs: a·rows + b·MB with 10 million rows and 4,096 MB.
    let scan = 0.065 * 10_000.0 + 0.26 * 4096.0;
    let (time, wal) = known(&filled("ALTER TABLE users ALTER team SET NOT NULL"), 1);
    assert!(spans(time, scan) && time.high < 10.0 * scan && wal.high == 0.0, "{time:?}");
    let (text, text_wal) = known(&filled("CREATE INDEX ON users (email)"), 1);
    let (number, number_wal) = known(&filled("CREATE INDEX ON users (team)"), 1);
    let (sorted, _) = known(&filled("CREATE INDEX ON users (id)"), 1);
    assert!(text.high > number.high && number.high > sorted.high);
    assert!(text_wal.high > number_wal.high && spans(number_wal, 10e6 * 16.0), "{number_wal:?}");
}

#[test]
fn a_concurrent_build_reads_twice() {
    let (plain, _) = known(&filled("CREATE INDEX i ON users (team)"), 1);
    let (concurrent, _) = known(&filled("CREATE INDEX CONCURRENTLY i ON users (team)"), 1);
    assert!(concurrent.low > plain.low * 1.5 && concurrent.high < plain.high * 1.7);
}

#[test]
fn a_rewrite_costs_what_is_computed_for_each_row_and_logs_the_table() {
    let (bigint, wal) = known(&filled("ALTER TABLE users ALTER team TYPE bigint"), 1);
    let (uuid, _) = known(&filled("ALTER TABLE users ADD token uuid DEFAULT gen_random_uuid()"), 1);
    assert!(uuid.low > bigint.low);
    assert!(spans(wal, 4_294_967_296.0) && wal.high < 8e9, "{wal:?}");
}

#[test]
fn an_unlogged_table_writes_no_wal() {
    let sql = "-- lockstep: table scratch rows=1M\nALTER TABLE scratch ALTER id TYPE bigint; UPDATE scratch SET id = 1";
    let trace = trace(sql);
    assert_eq!((known(&trace, 1).1.high, known(&trace, 2).1.high), (0.0, 0.0));
}

#[test]
fn a_condition_may_choose_no_row_and_all() {
    let (all, _) = known(&filled("UPDATE users SET team = 1"), 1);
    let (some, _) = known(&filled("UPDATE users SET team = 1 WHERE team IS NULL"), 1);
    assert_eq!(all.high, some.high);
    assert!(some.low < 1.0 && all.low > 1000.0, "{some:?} {all:?}");
}

#[test]
fn a_table_that_the_plan_makes_holds_what_the_plan_puts_in() {
    let (time, _) = known(&trace("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2); CREATE INDEX ON t (id)"), 3);
    assert!(time.high < 100.0, "{time:?}");
}

#[test]
fn one_of_rows_and_bytes_gives_the_other() {
    let rows = known(&trace("-- lockstep: table users rows=10M\nCREATE INDEX ON users (team)"), 1).0;
    // 32 bytes of overhead and 8 + 4 + 32 of values.
    let bytes = known(&trace("-- lockstep: table users size=760000000\nCREATE INDEX ON users (team)"), 1).0;
    assert!((rows.high - bytes.high).abs() < 1.0, "{rows:?} {bytes:?}");
}

#[test]
fn locks_are_held_until_the_transaction_ends() {
    let trace =
        filled("BEGIN; ALTER TABLE users ADD x int; CREATE INDEX ON users (team); COMMIT; ALTER TABLE users ADD y int");
    let estimates = Estimates::of(&trace);
    let held = |step: usize| estimates.held(&trace.steps[step - 1]).unwrap();
    let index = known(&trace, 3).0;
    assert!(held(2).low > index.low && held(2).high > index.high);
    assert!(held(5).high < 100.0);
}

#[test]
fn how_long_locks_are_held_is_not_known_past_a_statement_without_estimate() {
    let unknown = filled("BEGIN; ALTER TABLE users ADD x int; ALTER TABLE teams ALTER id TYPE bigint; COMMIT");
    assert_eq!(Estimates::of(&unknown).held(&unknown.steps[1]), None);
    let open = filled("BEGIN; ALTER TABLE users ADD x int");
    assert_eq!(Estimates::of(&open).held(&open.steps[1]), None);
}

#[test]
fn what_fails_or_is_skipped_has_no_estimate() {
    let trace = filled("ALTER TABLE users ADD id int; CREATE INDEX ON users (team)");
    let estimates = Estimates::of(&trace);
    assert_eq!(trace.steps.iter().filter(|step| *estimates.step(step) == Estimate::None).count(), 1);
}

#[test]
fn facts_of_a_table_that_is_nowhere_are_said() {
    let request =
        request("-- lockstep: table usres rows=1M\n-- lockstep: table later rows=1M\nCREATE TABLE later (id int)");
    let said: Vec<String> = crate::report::simulate(&request).diagnostics.into_iter().map(|it| it.message).collect();
    assert!(matches!(said.as_slice(), [one] if one.contains("\"usres\"")), "{said:?}");
}

#[test]
fn directives_go_before_the_facts_of_a_request_and_nonsense_in_those_is_nothing() {
    let facts = |rows: f64, bytes: f64| TableFacts { rows: Some(rows), bytes: Some(bytes), ..TableFacts::default() };
    let mut request =
        request("-- lockstep: table users rows=10M\nCREATE INDEX ON users (team); CREATE INDEX ON teams (id)");
    let tables = [("users".to_owned(), facts(5.0, 4096.0)), ("teams".to_owned(), facts(f64::NAN, -1.0))];
    request.facts = Some(Facts { tables: tables.into_iter().collect() });
    let trace = crate::report::trace(&request);
    let users = trace.plan.facts.of("public", "users").unwrap();
    assert_eq!((users.rows, users.bytes), (Some(10e6), Some(4096.0)));
    assert!(matches!(Estimates::of(&trace).step(&trace.steps[1]), Estimate::Lacking(_)));
}
