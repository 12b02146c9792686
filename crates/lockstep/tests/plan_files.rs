//! `lockstep plan --format TOOL --output FOLDER`: what is written, read again as that tool's folder, is the plan.

#[allow(dead_code)]
mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::Workplace;

/// Tools whose files are SQL alone.
const TOOLS: [&str; 8] = ["dbmate", "diesel", "flyway", "golang-migrate", "goose", "prisma", "sql-migrate", "sqlx"];

const SCHEMA: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, state text, note varchar(200));
";
const MIGRATION: &str = "CREATE INDEX orders_user_id ON orders (user_id);
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);
UPDATE orders SET state = 'open' WHERE state IS NULL;
ALTER TABLE orders ALTER COLUMN state SET NOT NULL;
ALTER TABLE orders ALTER COLUMN note TYPE text;
ALTER TABLE users DROP COLUMN email;
";

fn workplace() -> Workplace {
    let workplace = Workplace::new();
    for name in ["V3__orders.sql", "3_orders.sql"] {
        workplace.file(name, MIGRATION);
    }
    workplace.file("schema.sql", SCHEMA);
    workplace
}

fn source(tool: &str) -> &'static str {
    if tool == "flyway" { "V3__orders.sql" } else { "3_orders.sql" }
}

fn trace(workplace: &Workplace, arguments: &[&str]) -> Value {
    let answer = workplace.run(&[&["simulate", "--format", "json", "--schema", "schema.sql"], arguments].concat());
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {}", answer.stderr))
}

/// Names of all files below, in order.
fn below(folder: &Path) -> Vec<String> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(below(&path)),
            path => found.push(path.display().to_string()),
        }
    }
    found.sort();
    found
}

#[test]
fn a_folder_read_again_ends_in_the_same_schema_by_the_same_steps() {
    let workplace = workplace();
    let wanted = trace(&workplace, &["3_orders.sql"]);
    let plan = workplace.run(&["plan", "--format", "json", "--schema", "schema.sql", "3_orders.sql"]).stdout;
    let plan: Value = serde_json::from_str(&plan).expect("JSON");
    let stages = plan["stages"].as_array().expect("stages");
    let steps = stages.iter().flat_map(|it| it["steps"].as_array().expect("steps"));
    let planned: Vec<&str> =
        steps.flat_map(|it| it["statements"].as_array().expect("statements")).filter_map(Value::as_str).collect();
    assert!(planned.len() > 6, "{planned:#?}");
    for tool in TOOLS {
        let folder = format!("out-{tool}");
        let arguments = ["plan", "--format", tool, "--output", &folder, "--schema", "schema.sql", source(tool)];
        let answer = workplace.run(&arguments);
        assert_eq!((answer.status, answer.stdout.as_str()), (0, ""), "{tool}: {}", answer.stderr);
        assert!(answer.stderr.contains("before release-2, of every running application"), "{}", answer.stderr);
        let again = trace(&workplace, &["--runner", tool, &folder]);
        let ran: Vec<&Value> = again["steps"].as_array().expect("steps").iter().collect();
        for step in &ran {
            let fine = ["done", "depends_on_data"].contains(&step["outcome"].as_str().unwrap_or(""));
            // Loops over batches are not followed to their end.
            assert!(fine || step["command"] == "DO", "{tool}: {step:#}");
        }
        let around = |sql: &str| sql.starts_with("SET LOCAL lock_timeout") || ["BEGIN", "COMMIT"].contains(&sql);
        let own: Vec<&str> = ran.iter().filter_map(|it| it["sql"].as_str()).filter(|it| !around(it)).collect();
        assert_eq!(own, planned, "{tool}");
        for part in ["constraints", "indexes"] {
            for table in ["orders", "users"] {
                let of = |it: &Value| it["schema"]["relations"][table][part].clone();
                assert_eq!(of(&again), of(&wanted), "{tool}: {part} of {table}");
            }
        }
        let columns = |it: &Value| -> Vec<(String, Value, Value)> {
            let all = it["schema"]["relations"]["orders"]["columns"].as_object().expect("columns");
            all.iter().map(|(name, it)| (name.clone(), it["type"].clone(), it["notnull"].clone())).collect()
        };
        assert_eq!(columns(&again), columns(&wanted), "{tool}");
        let more = workplace.run(&arguments);
        assert_eq!(more.status, 2, "nothing is overwritten: {}", more.stderr);
    }
}

#[test]
fn each_tool_gets_its_own_names() {
    let workplace = workplace();
    workplace.file("only.sql", "CREATE INDEX orders_user_id ON orders (user_id);\n");
    let files = |tool: &str| -> Vec<String> {
        let folder = format!("one-{tool}");
        let answer = workplace.run(&["plan", "--format", tool, "-o", &folder, "--schema", "schema.sql", "only.sql"]);
        assert_eq!(answer.status, 0, "{}", answer.stderr);
        let root = workplace.path(&folder).display().to_string();
        below(&workplace.path(&folder)).iter().map(|it| it.replace(&format!("{root}/"), "")).collect()
    };
    let first = "0001_only_expand";
    assert_eq!(files("alembic"), ["only_1_expand.py"]);
    assert_eq!(files("django"), [format!("{first}.py")]);
    assert_eq!(
        files("diesel"),
        [format!("{first}/down.sql"), format!("{first}/metadata.toml"), format!("{first}/up.sql")]
    );
    assert_eq!(
        files("flyway"),
        ["U1__only_expand.sql", "U1__only_expand.sql.conf", "V1__only_expand.sql", "V1__only_expand.sql.conf"]
    );
    assert_eq!(files("goose"), [format!("{first}.sql")]);
    assert_eq!(files("knex"), [format!("{first}.js")]);
    assert_eq!(files("node-pg-migrate"), [format!("{first}.js")]);
    assert_eq!(files("prisma"), [format!("{first}/down.sql"), format!("{first}/migration.sql")]);
    assert_eq!(files("sqlx"), [format!("{first}.down.sql"), format!("{first}.up.sql")]);
    assert!(workplace.read(&format!("one-sqlx/{first}.up.sql")).starts_with("-- no-transaction\n"));
    let goose = workplace.read(&format!("one-goose/{first}.sql"));
    assert!(goose.starts_with("-- +goose NO TRANSACTION\n-- +goose Up\n") && goose.contains("-- +goose Down\n"));
    let alembic = workplace.read("one-alembic/only_1_expand.py");
    assert!(alembic.contains("        op.execute(\"CREATE INDEX CONCURRENTLY orders_user_id"), "{alembic}");
    assert!(alembic.contains("def downgrade() -> None:"), "{alembic}");
}

/// Without what the file beside it says, the index would be built inside a transaction.
#[test]
fn a_setting_beside_a_migration_is_heard() {
    let workplace = Workplace::new();
    workplace.file("schema.sql", "CREATE TABLE t (id int);\n");
    workplace.file("m/1_x/up.sql", "CREATE INDEX CONCURRENTLY i ON t (id);\n");
    workplace.file("f/V1__x.sql", "DO $$ BEGIN COMMIT; END $$;\n");
    let outcome = |arguments: &[&str]| trace(&workplace, arguments)["steps"][0]["sqlstate"].clone();
    assert_eq!(outcome(&["--runner", "diesel", "m"]), "25001");
    assert_eq!(outcome(&["--runner", "flyway", "f"]), "2D000");
    workplace.file("m/1_x/metadata.toml", "run_in_transaction = false\n");
    workplace.file("f/V1__x.sql.conf", "executeInTransaction=false\n");
    assert_eq!(outcome(&["--runner", "diesel", "m"]), Value::Null);
    assert_eq!(outcome(&["--runner", "flyway", "f"]), Value::Null);
}

#[test]
fn a_script_for_each_stage_goes_into_a_folder() {
    let workplace = workplace();
    let answer = workplace.run(&["plan", "--output", "stages", "--schema", "schema.sql", "3_orders.sql"]);
    assert_eq!((answer.status, answer.stdout.as_str()), (0, ""), "{}", answer.stderr);
    let files = below(&workplace.path("stages"));
    assert!(files.len() > 2 && files[0].ends_with("stages/stage-1-expand.sql"), "{files:?}");
    let whole = workplace.run(&["plan", "--schema", "schema.sql", "3_orders.sql"]).stdout;
    for file in &files {
        let text = fs::read_to_string(file).expect("a stage");
        assert!(text.contains("Run it with psql: outside of a transaction"), "{text}");
        let statements = text.lines().filter(|line| !line.starts_with("--") && !line.contains("lock_timeout"));
        assert!(statements.clone().count() > 0);
        statements.for_each(|line| assert!(whole.contains(line), "{line}"));
    }
    let one = workplace.run(&["plan", "--output", "plan.sql", "--schema", "schema.sql", "3_orders.sql"]);
    assert_eq!((one.status, workplace.read("plan.sql")), (0, whole));
}
