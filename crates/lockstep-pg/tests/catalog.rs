//! The catalog's normal form, and where two of them differ.

mod common;

use lockstep_pg::catalog;
use lockstep_pg::difference::{Leniency, comparable, difference};
use serde_json::{Value, json};

fn form(schema: &str) -> Option<Value> {
    let mut client = common::database()?.connect().unwrap();
    client.batch_execute(schema).unwrap();
    Some(catalog::normal_form(&mut client).unwrap())
}

#[test]
fn an_empty_database_has_only_its_public_schema() {
    let Some(form) = form("") else { return };
    assert_eq!(comparable(&form, Leniency::default()), json!({}));
    assert_eq!(form.as_object().unwrap().keys().collect::<Vec<_>>(), ["schemas"]);
}

#[test]
fn tables_constraints_and_indexes_are_written_as_the_server_deparses_them() {
    let schema = "CREATE TABLE users (id serial PRIMARY KEY, email varchar(50) COLLATE \"C\" NOT NULL DEFAULT 'x');
        CREATE TABLE orders (user_id int REFERENCES users ON DELETE CASCADE, amount numeric(10,2) CHECK (amount > 0));
        INSERT INTO users VALUES (1);
        ALTER TABLE orders ADD CONSTRAINT small CHECK (amount < 100) NOT VALID";
    let Some(form) = form(schema) else { return };
    let users = &form["relations"]["users"];
    assert_eq!((&users["kind"], &users["rows"]), (&json!("r"), &json!(1)));
    assert_eq!(
        users["columns"]["email"],
        json!({ "type": "character varying(50)", "notnull": true, "default": "'x'::character varying", "collation": "\"C\"", "pos": 2 })
    );
    assert_eq!(
        users["indexes"]["users_pkey"]["def"],
        "CREATE UNIQUE INDEX users_pkey ON public.users USING btree (id)"
    );
    let orders = &form["relations"]["orders"]["constraints"];
    assert_eq!(orders["orders_user_id_fkey"]["def"], "FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE");
    assert_eq!(orders["small"]["validated"], false);
    assert_eq!(form["relations"]["users_id_seq"]["sequence"]["owned_by"], "users.id");
}

#[test]
fn positions_count_the_columns_that_are_left() {
    let Some(form) = form(
        "CREATE TABLE t (a int, b int, c int); ALTER TABLE t DROP b; ALTER TABLE t ADD d timestamptz DEFAULT now()",
    ) else {
        return;
    };
    let t = &form["relations"]["t"];
    assert_eq!((&t["dropped_columns"], &t["columns"]["c"]["pos"]), (&json!(1), &json!(2)));
    assert_eq!(comparable(&form, Leniency::default())["relations"]["t"]["columns"]["d"]["pos"], 3);
}

#[test]
fn types_views_and_functions_are_there() {
    let schema = "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN positive AS int CHECK (VALUE > 0);
        CREATE SCHEMA app; CREATE VIEW app.v AS SELECT 1 AS a;
        CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a'";
    let Some(form) = form(schema) else { return };
    assert_eq!(form["types"]["mood"]["labels"], json!(["sad", "ok"]));
    assert_eq!(form["types"]["positive"]["constraints"]["positive_check"]["def"], "CHECK ((VALUE > 0))");
    assert_eq!(form["relations"]["app.v"]["viewdef"], " SELECT 1 AS a;");
    assert_eq!(form["functions"]["f(a integer)"]["src"], "SELECT a");
}

#[test]
fn a_change_is_found_by_its_path() {
    let Some(before) = form("CREATE TABLE t (a int)") else { return };
    let Some(after) = form("CREATE TABLE t (a bigint)") else { return };
    assert_eq!(difference(&before, &after), ["relations.t.columns.a.type: \"integer\" → \"bigint\""]);
}

#[test]
fn the_same_rows_have_the_same_digest_in_any_order() {
    let digest = |schema: &str| {
        let mut client = common::database()?.connect().unwrap();
        client.batch_execute(schema).unwrap();
        Some(catalog::contents(&mut client).unwrap())
    };
    let Some(one) = digest("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (2, NULL)") else { return };
    let other = digest("CREATE TABLE t (b text, a int); INSERT INTO t VALUES (NULL, 2), ('x', 1)").unwrap();
    let third = digest("CREATE TABLE t (b text, a int); INSERT INTO t VALUES (NULL, 2), ('y', 1)").unwrap();
    assert_eq!(one, other);
    assert_ne!(one, third);
}
